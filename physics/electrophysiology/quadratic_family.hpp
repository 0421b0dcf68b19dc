#pragma once
/// Quadratic elements of a refined mesh: each is the family of eight cells into which mesh::refine has cut a tetrahedron, and its nodes are
/// the ten of these cells.
#include <physics/mechanics/quadratic_tetrahedron.hpp>

#include <cstddef>

namespace corvivo::physics {

constexpr std::size_t family_size = 8;

/// Vertices, then the middles of `tetrahedron_edges`. `family`: the first of its cells. Of the four at the corners the i-th has the vertex
/// i in place i and the middle of the edge (i, j) in place j.
template <class Index> std::array<Index, nodes_per_cell> quadratic_nodes(const std::array<Index, 4> *family) {
  std::array<Index, nodes_per_cell> nodes;
  for (std::size_t v = 0; v < 4; ++v)
    nodes[v] = family[v][v];
  for (std::size_t e = 0; e < tetrahedron_edges.size(); ++e)
    nodes[4 + e] = family[tetrahedron_edges[e][0]][static_cast<std::size_t>(tetrahedron_edges[e][1])];
  return nodes;
}

} // namespace corvivo::physics
