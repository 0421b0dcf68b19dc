#pragma once
/// Shaded pictures of a surface coloured by a value, without a rendering library.
#include <io/report/png.hpp>
#include <io/report/report.hpp>

namespace corvivo::io {

/// Triangles with a value at each point.
struct ColouredSurface {
  std::vector<Vector3> points;
  std::vector<std::array<std::size_t, 3>> triangles;
  std::vector<double> values; ///< per point; NaN is drawn grey
};

/// The triangles of the grid, or the faces of its tetrahedra that belong to only one. Throws CaseError when `array` is not a scalar of its
/// points.
ColouredSurface outer_surface(const Grid &grid, const std::string &array);

struct Camera {
  Vector3 towards_viewer{0, -1, 0}, up{0, 0, 1}; ///< need not be orthogonal
};

/// Lowest and highest finite value; {0, 1} when there is none.
std::array<double, 2> value_range(const ColouredSurface &surface);

/// Colour of the scale at 0..1: early is red, late is blue, even steps of lightness.
Colour scale_colour(double fraction);

/// Orthographic, depth-buffered, smooth-shaded; dark lines where the value crosses multiples of `isoline_step` (none when 0).
/// Transparent background, `size` x `size` pixels, each the mean of 2 x 2 samples.
Picture draw(const ColouredSurface &surface, const Camera &camera, const std::array<double, 2> &range, double isoline_step,
             std::size_t size);

struct NamedCamera {
  std::string title;
  Camera camera;
};

/// From both sides of the long axis, a little from above so that the rim shows, and into the base.
std::vector<NamedCamera> cameras(const SurfacePicture &picture);

/// Colours of a wall's thickness in small pictures, mm: the same for every heart, so that hearts can be compared.
constexpr std::array<double, 2> thickness_range{2, 18};

/// PNG of the body seen from the front (right ventricle on the left, base up, a little from above), coloured over `thickness_range`.
std::string thumbnail(const SurfacePicture &picture, std::size_t size);

} // namespace corvivo::io
