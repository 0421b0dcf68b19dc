#include <physics/ecg/solid_angle.hpp>

#include <cmath>

namespace corvivo::physics {

using namespace io;

double solid_angle(const Vector3 &from, const Vector3 &a, const Vector3 &b, const Vector3 &c) {
  const Vector3 x = a - from, y = b - from, z = c - from;
  const double rx = norm(x), ry = norm(y), rz = norm(z);
  return 2 * std::atan2(dot(x, cross(y, z)), rx * ry * rz + dot(x, y) * rz + dot(y, z) * rx + dot(z, x) * ry);
}

LinearSolidAngles::LinearSolidAngles(const Vector3 &a, const Vector3 &b, const Vector3 &c) : corner_{a, b, c} {
  const Vector3 twice_area = cross(b - a, c - a);
  area_ = 0.5 * norm(twice_area);
  normal_ = normalized(twice_area);
  for (std::size_t i = 0; i < 3; ++i) {
    const Vector3 edge = corner_[(i + 2) % 3] - corner_[(i + 1) % 3];
    length_[i] = norm(edge);
    edge_normal_[i] = cross(normalized(edge), normal_);
    gradient_[i] = area_ > 0 ? (0.5 / area_) * cross(normal_, edge) : Vector3{}; // without area: nothing is seen of it
  }
}

std::array<double, 3> LinearSolidAngles::from(const Vector3 &observer) const {
  std::array<Vector3, 3> y;
  std::array<double, 3> r;
  for (std::size_t i = 0; i < 3; ++i) {
    y[i] = corner_[i] - observer;
    r[i] = norm(y[i]);
  }
  const double height = dot(normal_, y[0]);
  if (std::abs(height) < 1e-12 * (r[0] + r[1] + r[2]))
    return {0, 0, 0};
  const double angle = 2 * std::atan2(dot(y[0], cross(y[1], y[2])),
                                      r[0] * r[1] * r[2] + dot(y[0], y[1]) * r[2] + dot(y[1], y[2]) * r[0] + dot(y[2], y[0]) * r[1]);
  Vector3 edges{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double sum = r[(i + 1) % 3] + r[(i + 2) % 3];
    edges = edges + std::log((sum + length_[i]) / (sum - length_[i])) * edge_normal_[i]; // int dl / |y| along the edge
  }
  std::array<double, 3> weighted;
  for (std::size_t j = 0; j < 3; ++j) // N_j(p) = -g_j . y_i of either other corner, where N_j is zero
    weighted[j] = -dot(gradient_[j], y[(j + 1) % 3]) * angle - height * dot(gradient_[j], edges);
  return weighted;
}

} // namespace corvivo::physics
