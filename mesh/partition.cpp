#include <io/base/errors.hpp>
#include <mesh/partition.hpp>

#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/sparsity_pattern.h>
#include <deal.II/lac/sparsity_tools.h>

#include <algorithm>

namespace corvivo::mesh {

namespace {

using Corners = std::array<std::size_t, 4>;

/// The nodes of each ancestor: those of its descendants that are as old as it is.
std::vector<Corners> ancestors_of(const HeartMesh &mesh, unsigned int levels) {
  if (levels == 0)
    return mesh.tetrahedra;
  const std::size_t children = std::size_t(1) << 3 * levels, count = mesh.tetrahedra.size() / children;
  CORVIVO_ASSERT(count * children == mesh.tetrahedra.size() && mesh.level_nodes.size() >= levels, "the mesh was not refined that often");
  const std::size_t old = mesh.level_nodes[mesh.level_nodes.size() - levels];
  std::vector<Corners> ancestors(count);
  for (std::size_t a = 0; a < count; ++a) {
    std::size_t found = 0;
    for (std::size_t c = a * children; c < (a + 1) * children; ++c)
      for (const std::size_t node : mesh.tetrahedra[c])
        if (node < old && std::find(ancestors[a].begin(), ancestors[a].begin() + found, node) == ancestors[a].begin() + found) {
          CORVIVO_ASSERT(found < 4, "an ancestor has four nodes");
          ancestors[a][found++] = node;
        }
    CORVIVO_ASSERT(found == 4, "an ancestor has four nodes");
  }
  return ancestors;
}

/// Pairs of cells that share a face.
std::vector<std::array<std::size_t, 2>> neighbours(const std::vector<Corners> &cells) {
  struct Side {
    std::array<std::size_t, 3> nodes;
    std::size_t cell;
  };
  std::vector<Side> sides;
  sides.reserve(4 * cells.size());
  for (std::size_t c = 0; c < cells.size(); ++c)
    for (std::size_t opposite = 0; opposite < 4; ++opposite) {
      Side side{{}, c};
      for (std::size_t v = 0, n = 0; v < 4; ++v)
        if (v != opposite)
          side.nodes[n++] = cells[c][v];
      std::sort(side.nodes.begin(), side.nodes.end());
      sides.push_back(side);
    }
  std::sort(sides.begin(), sides.end(), [](const Side &a, const Side &b) { return a.nodes < b.nodes; });
  std::vector<std::array<std::size_t, 2>> pairs;
  for (std::size_t i = 1; i < sides.size(); ++i)
    if (sides[i].nodes == sides[i - 1].nodes)
      pairs.push_back({std::min(sides[i].cell, sides[i - 1].cell), std::max(sides[i].cell, sides[i - 1].cell)});
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

} // namespace

std::vector<unsigned int> partition(const HeartMesh &mesh, unsigned int levels, int ranks, int pieces) {
  const std::vector<Corners> ancestors = ancestors_of(mesh, levels);
  if (ancestors.size() < static_cast<std::size_t>(ranks))
    throw io::CaseError("the mesh has " + std::to_string(ancestors.size()) + " cells to share among " + std::to_string(ranks) +
                        " ranks; use fewer ranks or smaller elements");
  std::vector<unsigned int> rank_of(ancestors.size(), 0);
  if (ranks == 1)
    return rank_of;
  dealii::DynamicSparsityPattern graph(ancestors.size(), ancestors.size());
  for (std::size_t c = 0; c < ancestors.size(); ++c)
    graph.add(c, c);
  for (const auto &[a, b] : neighbours(ancestors)) {
    graph.add(a, b);
    graph.add(b, a);
  }
  dealii::SparsityPattern connected;
  connected.copy_from(graph);
  constexpr std::size_t smallest_piece = 32; // ancestors
  const std::size_t most = std::max<std::size_t>(1, ancestors.size() / (smallest_piece * static_cast<std::size_t>(ranks)));
  const std::size_t shares = static_cast<std::size_t>(ranks) * std::min(most, static_cast<std::size_t>(pieces));
  dealii::SparsityTools::partition(connected, static_cast<unsigned int>(shares), rank_of, dealii::SparsityTools::Partitioner::metis);
  for (unsigned int &piece : rank_of)
    piece %= static_cast<unsigned int>(ranks);
  return rank_of;
}

} // namespace corvivo::mesh
