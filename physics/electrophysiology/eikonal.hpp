#pragma once
/// First arrival of the activation wave by the anisotropic eikonal equation.
#include <mesh/heart_mesh.hpp>

#include <cstdint>

namespace corvivo::physics {

/// Wave speeds along and across the fibres, mm/ms (= m/s).
struct WaveSpeeds {
  double along = 0.6, across = 0.3;
};

/// A node whose arrival time is given.
struct EikonalSeed {
  std::size_t node;
  double time; ///< ms
};

/// sqrt(grad T . C grad T) = 1 with C = factor (across^2 I + (along^2 - across^2) f f) in each tetrahedron: linear elements, each node
/// takes the earliest arrival through the tetrahedra around it (Huygens' principle in a tetrahedron: Fu, Kirby & Whitaker, SIAM J Sci
/// Comput 35:C473, 2013). Nodes are taken in the order of their arrival from buckets and taken again when they become earlier, since with
/// anisotropy the order of arrival is not that of the characteristics. No wave is let through a node that is later than its target.
class Eikonal {
public:
  /// `fibre_and_factor`: four numbers for each cell (unit fibre; factor on the squared speeds, 0 where no wave passes). Throws CaseError
  /// for speeds that are not positive and for cells without volume.
  Eikonal(const std::vector<mesh::Vector3> &nodes, const std::vector<std::array<std::size_t, 4>> &cells,
          const std::vector<double> &fibre_and_factor, const WaveSpeeds &speeds);

  /// Arrival time (ms) of every node; +infinity for nodes that no wave reaches. Throws CaseError without seeds.
  std::vector<double> arrival(const std::vector<EikonalSeed> &seeds) const;

private:
  /// Node indices, and the scalar products, in the metric C^-1, of the three edges that leave the first: aa bb cc ab ac bc, ms^2. Together,
  /// so that a cell is one visit to memory.
  struct Cell {
    std::array<std::uint32_t, 4> nodes;
    std::array<float, 6> products;
  };

  void add_cell(const std::array<mesh::Vector3, 4> &corners, const double *fibre_and_factor, const WaveSpeeds &speeds);
  /// The arrival at vertex `target` of a cell by waves through its vertex `source`, and through the others as far as they are
  /// earlier than `best`, the target's time so far, and no later than `furthest`.
  static double update(const Cell &cell, int source, int target, const std::vector<double> &time, double best, double furthest);

  std::size_t nodes_;
  std::vector<Cell> cells_;
  std::vector<std::uint32_t> first_, cell_of_; ///< cells of node i: cell_of_[first_[i]] ... cell_of_[first_[i + 1] - 1]
  double shortest_ = 0;                        ///< mean time along an edge, ms
};

} // namespace corvivo::physics
