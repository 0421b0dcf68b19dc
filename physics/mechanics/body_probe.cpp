/// Where a probe lies, and fields for ParaView.
#include <physics/mechanics/body_motion.hpp>

#include <io/base/text.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {
namespace {

using Nodes = std::array<std::size_t, nodes_per_cell>;

Nodes quadratic_nodes(const mesh::HeartMesh &mesh, const std::vector<std::array<std::size_t, 2>> &edges, std::size_t cell) {
  const auto &t = mesh.tetrahedra[cell];
  Nodes nodes;
  std::copy(t.begin(), t.end(), nodes.begin());
  for (int e = 0; e < 6; ++e) {
    const auto [a, b] = std::minmax(t[tetrahedron_edges[e][0]], t[tetrahedron_edges[e][1]]);
    const auto found = std::lower_bound(edges.begin(), edges.end(), std::array<std::size_t, 2>{a, b});
    nodes[4 + e] = mesh.nodes.size() + static_cast<std::size_t>(found - edges.begin());
  }
  return nodes;
}

/// Barycentric coordinates of `place` in the straight tetrahedron of the first four nodes.
Barycentric straight_coordinates(const std::vector<io::Vector3> &x, const std::array<std::size_t, 4> &t, const io::Vector3 &place) {
  double volume = 0;
  const auto slopes = barycentric_gradients({x[t[0]], x[t[1]], x[t[2]], x[t[3]]}, volume);
  Barycentric at{};
  for (int v = 1; v < 4; ++v)
    at[v] = io::dot(slopes[v], place - x[t[0]]);
  at[0] = 1 - at[1] - at[2] - at[3];
  return at;
}

/// Newton's method for the coordinates in the curved tetrahedron.
void curved_coordinates(const std::vector<io::Vector3> &x, const Nodes &nodes, const io::Vector3 &place, Barycentric &at) {
  for (int iteration = 0; iteration < 10; ++iteration) {
    const auto shapes = cell_shapes(at);
    const Gradients local = cell_gradients(at, {{{-1, -1, -1}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}}});
    io::Vector3 error = place;
    std::array<io::Vector3, 3> columns{};
    for (int a = 0; a < nodes_per_cell; ++a) {
      error = error - shapes[a] * x[nodes[a]];
      for (int j = 0; j < 3; ++j)
        columns[j] = columns[j] + local[a][j] * x[nodes[a]];
    }
    const std::array<io::Vector3, 3> dual{io::cross(columns[1], columns[2]), io::cross(columns[2], columns[0]),
                                          io::cross(columns[0], columns[1])};
    const double det = io::dot(columns[0], dual[0]);
    for (int j = 0; j < 3; ++j) {
      const double change = io::dot(dual[j], error) / det;
      at[j + 1] += change;
      at[0] -= change;
    }
  }
}

} // namespace

Probe find_probe(const BodyShape &shape, const io::Vector3 &place, const std::string &name, double tolerance) {
  double best = 1e300;
  std::size_t cell = 0;
  Barycentric found{};
  for (std::size_t c = 0; c < shape.mesh.tetrahedra.size(); ++c) {
    const Barycentric at = straight_coordinates(shape.mesh.nodes, shape.mesh.tetrahedra[c], place);
    const double outside = -*std::min_element(at.begin(), at.end());
    if (outside < best) {
      best = outside;
      cell = c;
      found = at;
    }
  }
  if (best > std::max(tolerance, 1e-9))
    throw io::CaseError("probe '" + name + "' lies outside the body, farther than " + io::fixed(100 * tolerance, 0) +
                        " % of an element from it; expected a place in the undeformed body");
  Probe probe;
  probe.nodes = quadratic_nodes(shape.mesh, mesh::edges(shape.mesh), cell);
  curved_coordinates(shape.places, probe.nodes, place, found);
  probe.weights = cell_shapes(found);
  return probe;
}

io::Grid to_grid(const BodyShape &shape, const std::vector<io::Vector3> &displacement) {
  const auto edges = mesh::edges(shape.mesh);
  io::Grid grid;
  grid.points = shape.places;
  for (std::size_t c = 0; c < shape.mesh.tetrahedra.size(); ++c)
    grid.add_cell(io::CellType::quadratic_tetrahedron, quadratic_nodes(shape.mesh, edges, c));
  std::vector<double> numbers;
  for (const io::Vector3 &u : displacement)
    numbers.insert(numbers.end(), u.begin(), u.end());
  grid.point_data.push_back({"displacement [mm]", 3, numbers});
  return grid;
}

} // namespace corvivo::physics
