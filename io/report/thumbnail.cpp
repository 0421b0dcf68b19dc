#include <io/report/surface_picture.hpp>

#include <cmath>

namespace corvivo::io {

std::string thumbnail(const SurfacePicture &picture, std::size_t size) {
  const Vector3 up = norm(picture.base_direction) > 0 ? normalized(picture.base_direction) : Vector3{0, 0, 1};
  Vector3 right = norm(picture.to_right_ventricle) > 0 ? picture.to_right_ventricle
                  : std::abs(up[0]) < 0.9              ? Vector3{1, 0, 0}
                                                       : Vector3{0, 1, 0};
  right = normalized(right - dot(right, up) * up);
  const Camera camera{cross(up, right) + 0.35 * up, up};
  return png(draw(outer_surface(picture.grid, picture.array), camera, thickness_range, 0, size));
}

} // namespace corvivo::io
