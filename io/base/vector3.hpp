#pragma once
/// Points and directions in patient space (mm, RAS) without a dependence on any library.
#include <array>
#include <cmath>

namespace corvivo::io {

using Vector3 = std::array<double, 3>;

inline Vector3 operator+(const Vector3 &a, const Vector3 &b) {
  return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}
inline Vector3 operator-(const Vector3 &a, const Vector3 &b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
inline Vector3 operator*(double s, const Vector3 &a) {
  return {s * a[0], s * a[1], s * a[2]};
}
inline double dot(const Vector3 &a, const Vector3 &b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
inline Vector3 cross(const Vector3 &a, const Vector3 &b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
inline double norm(const Vector3 &a) {
  return std::sqrt(dot(a, a));
}
/// The direction of `a`; the zero vector stays zero.
inline Vector3 normalized(const Vector3 &a) {
  const double length = norm(a);
  return length > 0 ? (1.0 / length) * a : a;
}

} // namespace corvivo::io
