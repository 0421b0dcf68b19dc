#pragma once
/// Connected pieces of a mask on a voxel lattice.
#include <array>
#include <cstddef>
#include <vector>

namespace corvivo::mesh {

enum class Neighbours {
  faces_in_plane, ///< the 4 of the same slice
  faces,          ///< 6
  all             ///< 26
};

struct Pieces {
  std::vector<int> piece;         ///< per voxel: 0 outside the mask, then 1, 2 ... in the order of their first voxel
  std::vector<std::size_t> sizes; ///< voxels by piece; entry 0 unused
  /// The piece with most voxels (the first of equals), 0 when there is none.
  int largest() const;
};

/// `mask` has size[0] * size[1] * size[2] entries, first index fastest.
Pieces find_pieces(const std::vector<char> &mask, const std::array<std::size_t, 3> &size, Neighbours neighbours);

} // namespace corvivo::mesh
