#include <physics/electrophysiology/stimulated_share.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using mesh::Vector3;
using mesh::operator*;
using mesh::operator+;
using mesh::operator-;

namespace {

using Barycentric = std::array<double, 4>;

Barycentric middle(const Barycentric &a, const Barycentric &b) {
  return {(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2, (a[3] + b[3]) / 2};
}

/// Centres of the eight, sixty-four ... tetrahedra of equal volume into which a tetrahedron is cut.
void cut(const std::array<Barycentric, 4> &corner, int levels, std::vector<Barycentric> &centres) {
  if (levels == 0) {
    centres.push_back(middle(middle(corner[0], corner[1]), middle(corner[2], corner[3])));
    return;
  }
  const auto edge = [&](std::size_t a, std::size_t b) { return middle(corner[a], corner[b]); };
  const Barycentric e01 = edge(0, 1), e02 = edge(0, 2), e03 = edge(0, 3), e12 = edge(1, 2), e13 = edge(1, 3), e23 = edge(2, 3);
  for (const std::array<Barycentric, 4> &part : std::array<std::array<Barycentric, 4>, 8>{{{corner[0], e01, e02, e03},
                                                                                           {e01, corner[1], e12, e13},
                                                                                           {e02, e12, corner[2], e23},
                                                                                           {e03, e13, e23, corner[3]},
                                                                                           {e01, e02, e03, e13},
                                                                                           {e01, e02, e12, e13},
                                                                                           {e02, e03, e13, e23},
                                                                                           {e02, e12, e13, e23}}})
    cut(part, levels - 1, centres);
}

const std::vector<Barycentric> &samples() {
  static const std::vector<Barycentric> centres = [] {
    constexpr int levels = 3; // 512 points: a plane is met within a sixteenth of an edge
    std::vector<Barycentric> all;
    cut({{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}}, levels, all);
    return all;
  }();
  return centres;
}

struct Bounds {
  Vector3 low, high;
  bool meets(const Bounds &other) const {
    for (std::size_t d = 0; d < 3; ++d)
      if (low[d] > other.high[d] || high[d] < other.low[d])
        return false;
    return true;
  }
};

Bounds bounds_of(const Stimulus &stimulus) {
  if (stimulus.shape == Stimulus::Shape::box)
    return {stimulus.minimum, stimulus.maximum};
  const Vector3 reach{stimulus.radius, stimulus.radius, stimulus.radius};
  return {stimulus.centre - reach, stimulus.centre + reach};
}

} // namespace

std::vector<std::pair<std::uint32_t, double>> stimulated_shares(const Tissue &tissue, const Stimulus &stimulus) {
  std::vector<std::pair<std::uint32_t, double>> shares;
  if (stimulus.by_nodes) {
    for (std::uint32_t i = 0; i < tissue.owned; ++i)
      if (stimulus.covers(tissue.nodes[i], tissue.mesh_node[i]))
        shares.emplace_back(i, 1.0);
    return shares;
  }
  const Bounds shape = bounds_of(stimulus);
  std::vector<double> inside(tissue.nodes.size(), 0.0), whole(tissue.nodes.size(), 0.0);
  std::vector<char> touched(tissue.nodes.size(), 0); // dead tissue counts as covered, but takes nothing
  for (std::size_t c = 0; c < tissue.cells.size(); ++c) {
    const std::array<std::uint32_t, 4> &cell = tissue.cells[c];
    const std::array<Vector3, 4> at{tissue.nodes[cell[0]], tissue.nodes[cell[1]], tissue.nodes[cell[2]], tissue.nodes[cell[3]]};
    const double living = tissue.diffusivity_factor[c] > 0 ? 1 : 0;
    const double quarter = living * std::abs(linear_tetrahedron(at[0], at[1], at[2], at[3]).volume) / 4;
    for (const std::uint32_t node : cell)
      whole[node] += quarter;
    Bounds box{at[0], at[0]};
    for (const Vector3 &corner : at)
      for (std::size_t d = 0; d < 3; ++d) {
        box.low[d] = std::min(box.low[d], corner[d]);
        box.high[d] = std::max(box.high[d], corner[d]);
      }
    if (!box.meets(shape))
      continue;
    if (std::all_of(cell.begin(), cell.end(), [&](std::uint32_t n) { return stimulus.covers(tissue.nodes[n], tissue.mesh_node[n]); })) {
      for (const std::uint32_t node : cell) {
        inside[node] += quarter;
        touched[node] = 1;
      }
      continue;
    }
    const double weight = 4 * quarter / static_cast<double>(samples().size());
    for (const Barycentric &b : samples())
      if (stimulus.covers(b[0] * at[0] + b[1] * at[1] + b[2] * at[2] + b[3] * at[3], 0))
        for (std::size_t n = 0; n < 4; ++n) {
          inside[cell[n]] += weight * b[n];
          touched[cell[n]] = 1;
        }
  }
  for (std::uint32_t i = 0; i < tissue.owned; ++i)
    if (touched[i])
      shares.emplace_back(i, inside[i] > 0 ? std::min(inside[i] / whole[i], 1.0) : 0.0);
  return shares;
}

} // namespace corvivo::physics
