#pragma once
/// Voxel images in patient space.
#include <io/base/vector3.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace corvivo::io {

/// Voxels (first index fastest) and the affine that takes a voxel's index (its centre) to patient space: mm, RAS.
struct Image {
  std::array<std::size_t, 3> size{};
  std::array<std::array<double, 4>, 3> affine{}; ///< rows x, y, z of [A | b]: point = A (i, j, k) + b
  std::vector<float> voxels;                     ///< size[0]*size[1]*size[2] values
  std::string phase;                             ///< "ED", "ES", or as the case names it
  std::string source;                            ///< file it came from, for messages
  std::vector<std::string> notes;                ///< what the reader had to decide ("sform carries no spacing: pixdim used")
  bool oriented = true;                          ///< false when the header gives no believable patient directions, only spacings

  std::size_t index(std::size_t i, std::size_t j, std::size_t k) const { return i + size[0] * (j + size[1] * k); }
  Vector3 point(double i, double j, double k) const;
  /// Length of the step along voxel axis `axis`, mm.
  double spacing(int axis) const;
  double voxel_volume() const; ///< mm^3
  double determinant() const;  ///< of A; negative for a mirrored index order
  /// Voxel coordinates of a patient point; throws CaseError when the affine is singular.
  Vector3 voxel(const Vector3 &point) const;
};

} // namespace corvivo::io
