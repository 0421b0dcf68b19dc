#pragma once
/// Quadratic elements of a refined mesh: each is the family of eight cells into which mesh::refine has cut a tetrahedron, and its nodes are
/// the ten of these cells.
#include <physics/electrophysiology/tissue.hpp>
#include <physics/mechanics/quadratic_tetrahedron.hpp>

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

/// The local nodes of each family, in the order of the cells.
using QuadraticNodes = std::array<std::uint32_t, nodes_per_cell>;
std::vector<QuadraticNodes> quadratic_elements(const Tissue &tissue);

/// Integrals of N_a N_b over a straight quadratic tetrahedron of volume 1.
using ElementMatrix = std::array<std::array<double, nodes_per_cell>, nodes_per_cell>;
ElementMatrix quadratic_unit_mass();

} // namespace corvivo::physics
