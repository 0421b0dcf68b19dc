#include <mesh/generate_parts.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <algorithm>
#include <map>

namespace corvivo::mesh::detail {

namespace {

const char *const advice = "; choose a smaller element_size, or look whether the segmentation has a hole or a very thin wall there";

/// Pieces of the tetrahedra or triangles that hang together by nodes: for each node the piece it belongs to (`nodes`: of none).
template <class Simplices> std::vector<std::size_t> find_pieces(const Simplices &simplices, std::size_t nodes) {
  std::vector<std::size_t> parent(nodes, nodes);
  for (const auto &simplex : simplices)
    for (const std::size_t n : simplex)
      parent[n] = n;
  const auto root = [&parent](std::size_t n) {
    while (parent[n] != n)
      n = parent[n] = parent[parent[n]];
    return n;
  };
  for (const auto &simplex : simplices)
    for (const std::size_t n : simplex)
      parent[root(n)] = root(simplex[0]);
  for (std::size_t n = 0; n < nodes; ++n)
    if (parent[n] < nodes)
      parent[n] = root(n);
  return parent;
}

/// Centre of the nodes of each piece but the largest; empty when there is one piece.
std::vector<Vector3> lesser_pieces(const std::vector<std::size_t> &piece, const std::vector<Vector3> &nodes) {
  std::map<std::size_t, std::pair<std::size_t, Vector3>> sums;
  for (std::size_t n = 0; n < nodes.size(); ++n)
    if (piece[n] < nodes.size()) {
      auto &[count, sum] = sums[piece[n]];
      ++count;
      sum = sum + nodes[n];
    }
  const auto largest =
      std::max_element(sums.begin(), sums.end(), [](const auto &a, const auto &b) { return a.second.first < b.second.first; });
  std::vector<Vector3> centres;
  for (auto it = sums.begin(); it != sums.end(); ++it)
    if (it != largest)
      centres.push_back((1.0 / double(it->second.first)) * it->second.second);
  return centres;
}

/// Adds to `change` the Euler characteristic of the simplices with `corners` nodes of a tetrahedron, each at the lowest of its tetrahedra.
template <std::size_t corners>
void count_simplices(const HeartMesh &mesh, const std::vector<double> &top, int sign, std::map<double, long> &change) {
  std::map<std::array<std::size_t, corners>, double> entry;
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    for (unsigned mask = 1; mask < 16; ++mask) {
      std::array<std::size_t, corners> simplex{};
      std::size_t found = 0;
      for (unsigned i = 0; i < 4; ++i)
        if (mask >> i & 1u) {
          if (found < corners)
            simplex[found] = mesh.tetrahedra[c][i];
          ++found;
        }
      if (found != corners)
        continue;
      std::sort(simplex.begin(), simplex.end());
      const auto [at, added] = entry.emplace(simplex, top[c]);
      if (!added)
        at->second = std::min(at->second, top[c]);
    }
  for (const auto &[simplex, height] : entry)
    change[height] += sign;
}

/// Where a hole through the wall is closed from above: the wall is built up from the apex, tetrahedron by tetrahedron in the order of their
/// highest node, and the last one after which the Euler characteristic stays below `wanted` closes it.
Vector3 top_of_hole(const HeartMesh &mesh, const ImplicitVentricle &shape, long wanted) {
  std::vector<double> top(mesh.tetrahedra.size(), -1e300);
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    for (const std::size_t n : mesh.tetrahedra[c])
      top[c] = std::max(top[c], shape.above_base(mesh.nodes[n]));
  std::map<double, long> change;
  count_simplices<1>(mesh, top, 1, change);
  count_simplices<2>(mesh, top, -1, change);
  count_simplices<3>(mesh, top, 1, change);
  count_simplices<4>(mesh, top, -1, change);
  long euler = 0;
  double height = change.begin()->first;
  bool below = false;
  for (const auto &[h, by] : change) {
    euler += by;
    if (euler < wanted && !below)
      height = h;
    below = euler < wanted;
  }
  const auto last =
      std::min_element(top.begin(), top.end(), [&](double a, double b) { return std::abs(a - height) < std::abs(b - height); });
  const auto &cell = mesh.tetrahedra[static_cast<std::size_t>(last - top.begin())];
  return 0.25 * (mesh.nodes[cell[0]] + mesh.nodes[cell[1]] + mesh.nodes[cell[2]] + mesh.nodes[cell[3]]);
}

std::string at(const ImplicitVentricle &shape, const Vector3 &point) {
  const std::string position = "(" + io::fixed(point[0], 1) + ", " + io::fixed(point[1], 1) + ", " + io::fixed(point[2], 1) + ") mm";
  const std::string place = shape.name_place ? shape.name_place(point) : "";
  return place.empty() ? " at " + position : " in " + place + ", at " + position;
}

} // namespace

void check_topology(const HeartMesh &mesh, const ImplicitVentricle &shape, std::size_t handles) {
  try {
    check(mesh);
  } catch (const io::CaseError &error) {
    throw io::CaseError(std::string("mesh: ") + error.what() + advice);
  }
  const auto loose = lesser_pieces(find_pieces(mesh.tetrahedra, mesh.nodes.size()), mesh.nodes);
  if (!loose.empty())
    throw io::CaseError("mesh: the wall comes out in " + std::to_string(loose.size() + 1) + " pieces, a small one" + at(shape, loose[0]) +
                        advice);
  const auto bubbles = lesser_pieces(find_pieces(mesh.triangles, mesh.nodes.size()), mesh.nodes);
  if (!bubbles.empty())
    throw io::CaseError("mesh: the wall comes out with a cavity of its own" + at(shape, bubbles[0]) +
                        "; a smaller element_size does not help where the labels have one: fill it, or open it to its ventricle");
  std::vector<char> on_boundary(mesh.nodes.size(), 0);
  for (const auto &t : mesh.triangles)
    for (const std::size_t n : t)
      on_boundary[n] = 1;
  const long vertices = std::count(on_boundary.begin(), on_boundary.end(), 1), faces = long(mesh.triangles.size());
  const long euler = vertices - faces / 2; // of the boundary: V - E + F with E = 3 F / 2
  if (euler < 2 - 2 * long(handles))
    throw io::CaseError("mesh: the wall comes out with a hole through it, closed" + at(shape, top_of_hole(mesh, shape, 1 - long(handles))) +
                        advice);
}

} // namespace corvivo::mesh::detail
