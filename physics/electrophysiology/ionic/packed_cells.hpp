#pragma once
#include <cstddef>
#include <cstdint>

namespace corvivo::physics {

/// Which cells to step and by how much. Cells are stored in packs of eight: pack q holds cells 8 q ... 8 q + 7.
struct PackedCells {
  const std::uint32_t *pack = nullptr; ///< the packs to look at; null: 0, 1, 2 ...
  std::size_t packs = 0;               ///< how many of them
  const double *steps = nullptr;       ///< ms, by cell (all cells, not only those of these packs); cells of step zero are left alone
  double step = 0;                     ///< ms, of every cell where `steps` is null
};

} // namespace corvivo::physics
