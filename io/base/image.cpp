#include <io/base/image.hpp>

#include <io/base/errors.hpp>

namespace corvivo::io {

namespace {
Vector3 column(const Image &image, int axis) {
  const auto j = static_cast<std::size_t>(axis);
  return {image.affine[0][j], image.affine[1][j], image.affine[2][j]};
}
} // namespace

Vector3 Image::point(double i, double j, double k) const {
  Vector3 p{};
  for (std::size_t r = 0; r < 3; ++r)
    p[r] = affine[r][0] * i + affine[r][1] * j + affine[r][2] * k + affine[r][3];
  return p;
}

double Image::spacing(int axis) const {
  return norm(column(*this, axis));
}

double Image::determinant() const {
  return dot(column(*this, 0), cross(column(*this, 1), column(*this, 2)));
}

double Image::voxel_volume() const {
  return std::abs(determinant());
}

Vector3 Image::voxel(const Vector3 &point) const {
  const double det = determinant();
  if (!std::isfinite(det))
    throw CaseError(source + ": the affine holds a number that is NaN or infinite; expected three voxel axes in mm");
  if (!(std::abs(det) > 0))
    throw CaseError(source + ": the affine is singular; expected three independent voxel axes");
  const Vector3 a = column(*this, 0), b = column(*this, 1), c = column(*this, 2);
  const Vector3 d = point - Vector3{affine[0][3], affine[1][3], affine[2][3]};
  return {dot(d, cross(b, c)) / det, dot(a, cross(d, c)) / det, dot(a, cross(b, d)) / det};
}

} // namespace corvivo::io
