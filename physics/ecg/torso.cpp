#include <physics/ecg/torso.hpp>

namespace corvivo::physics {

using namespace io;
using mesh::Vector3;

const std::array<const char *, 12> lead_names = {"I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"};

namespace {

/// From the centre of the left ventricle, mm towards the patient's right, front and head: adult chest of 300 mm x 210 mm, the heart 40 mm
/// left of the midline and 70 mm behind the sternum; limb electrodes at the shoulders and the left hip.
constexpr double offsets[electrodes][3] = {{190, -20, 190}, {-130, -20, 190}, {-90, 0, -330}, {60, 75, 20},  {20, 85, 20},
                                           {-10, 88, 0},    {-45, 82, -20},   {-80, 50, -20}, {-105, 0, -20}};

/// Right-handed axes from the long axis and the direction of the right ventricle.
struct Axes {
  Vector3 base, right_ventricle, third;
};

Axes axes(const Vector3 &base, const Vector3 &towards_right_ventricle) {
  Axes a;
  a.base = normalized(base);
  a.right_ventricle = normalized(towards_right_ventricle - dot(towards_right_ventricle, a.base) * a.base);
  a.third = cross(a.base, a.right_ventricle);
  return a;
}

} // namespace

std::vector<Vector3> standard_electrodes(const mesh::HeartMesh &mesh) {
  if (norm(mesh.long_axis) == 0)
    return {};
  const Axes in_torso = axes({0.62, -0.58, 0.53}, {0.60, 0.80, 0.0});
  const Vector3 any = std::abs(mesh.long_axis[0]) < 0.9 ? Vector3{1, 0, 0} : Vector3{0, 1, 0};
  const Axes in_mesh = axes(mesh.long_axis, norm(mesh.to_right_ventricle) > 0 ? mesh.to_right_ventricle : any);
  const Vector3 centre = 0.5 * (mesh.apex + mesh.base_centre);
  std::vector<Vector3> positions;
  for (const auto &offset : offsets) {
    const Vector3 o{offset[0], offset[1], offset[2]};
    positions.push_back(centre + dot(o, in_torso.base) * in_mesh.base + dot(o, in_torso.right_ventricle) * in_mesh.right_ventricle +
                        dot(o, in_torso.third) * in_mesh.third);
  }
  return positions;
}

std::array<double, 12> leads(const std::array<double, electrodes> &p) {
  const double wilson = (p[RA] + p[LA] + p[LL]) / 3.0;
  return {p[LA] - p[RA],
          p[LL] - p[RA],
          p[LL] - p[LA],
          p[RA] - 0.5 * (p[LA] + p[LL]),
          p[LA] - 0.5 * (p[RA] + p[LL]),
          p[LL] - 0.5 * (p[RA] + p[LA]),
          p[V1] - wilson,
          p[V2] - wilson,
          p[V3] - wilson,
          p[V4] - wilson,
          p[V5] - wilson,
          p[V6] - wilson};
}

} // namespace corvivo::physics
