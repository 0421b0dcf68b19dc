#include <io/base/errors.hpp>
#include <io/base/schema.hpp>
#include <io/base/units.hpp>
#include <mesh/slab.hpp>

#include <cmath>

namespace corvivo::mesh {

namespace {

using Counts = std::array<std::size_t, 3>;

Counts boxes(const Vector3 &size, const Vector3 &element) {
  static const std::array<std::string, 3> axis{"x", "y", "z"};
  Counts n{};
  double tetrahedra = 6;
  for (int i = 0; i < 3; ++i) {
    if (!(size[i] > 0) || !(element[i] > 0) || !std::isfinite(size[i]))
      throw io::CaseError("slab: size and element size must be positive along " + axis[i] + ", found " + io::print_number(size[i]) +
                          " mm and " + io::print_number(element[i]) + " mm");
    if (element[i] > size[i] * (1 + 1e-9))
      throw io::CaseError("slab: the element size " + io::print_number(element[i]) + " mm is larger than the slab along " + axis[i] + " (" +
                          io::print_number(size[i]) + " mm); choose a smaller one");
    const double count = std::ceil(size[i] / element[i] - 1e-6); // 3 / 0.1 is 30, not 31
    tetrahedra *= count;
    if (tetrahedra > 2e8)
      throw io::CaseError("slab: more than 200 million tetrahedra at this element size; choose a larger one");
    n[i] = static_cast<std::size_t>(count);
  }
  return n;
}

/// `turned`: the sides (bits) from which to start instead of those of least coordinates.
void add_six_tetrahedra(HeartMesh &mesh, const std::array<std::size_t, 8> &corner, std::size_t turned) {
  // from the start along one axis, then a second, then the third; bit i of a corner's number is its side along axis i
  static constexpr int first_two[6][2] = {{1, 2}, {2, 4}, {4, 1}, {2, 1}, {4, 2}, {1, 4}};
  for (int p = 0; p < 6; ++p) {
    const auto first = static_cast<std::size_t>(first_two[p][0]), second = first | static_cast<std::size_t>(first_two[p][1]);
    const std::size_t start = corner[turned], a = corner[turned ^ first], b = corner[turned ^ second], end = corner[turned ^ 7];
    const bool mirrored = (turned & 1) ^ (turned >> 1 & 1) ^ (turned >> 2 & 1);
    if ((p < 3) != mirrored) // even order of the axes
      mesh.tetrahedra.push_back({start, a, b, end});
    else
      mesh.tetrahedra.push_back({start, b, a, end});
  }
}

void add_surfaces(HeartMesh &mesh, const Vector3 &size) {
  mesh.surface_names = {"x0", "x1", "y0", "y1", "z0", "z1"};
  mesh.triangles = boundary_faces(mesh.tetrahedra);
  for (const auto &t : mesh.triangles)
    for (int s = 0; s < 6; ++s) {
      const double at = s % 2 == 0 ? 0.0 : size[s / 2];
      if (mesh.nodes[t[0]][s / 2] == at && mesh.nodes[t[1]][s / 2] == at && mesh.nodes[t[2]][s / 2] == at)
        mesh.surface.push_back(s);
    }
  CORVIVO_ASSERT(mesh.surface.size() == mesh.triangles.size(), "a face of the slab lies on no side");
}

} // namespace

void SlabOptions::describe(io::Schema &schema) {
  schema.vector("size", size, "mm", "Edges of the box along x, y and z; one corner is the origin.");
  schema.vector("element", element, "mm", "Largest edge of the small boxes (six tetrahedra each) along x, y and z; 0: mesh.element_size.");
  schema.flag(
      "alternating", alternating,
      "Boxes cut around diagonals that are mirrored from box to box, so that waves travel alike along all of them; false: all around "
      "the same one, as in the benchmark of Niederer et al.");
}

Vector3 SlabOptions::edges(double element_size) const {
  Vector3 edges = element;
  for (double &edge : edges)
    edge = edge == 0 ? element_size : edge;
  return edges;
}

HeartMesh make_slab(const Vector3 &size, const Vector3 &element, bool alternating) {
  const Counts n = boxes(size, element);
  HeartMesh mesh;
  mesh.region_names = {"slab"};
  for (std::size_t k = 0; k <= n[2]; ++k)
    for (std::size_t j = 0; j <= n[1]; ++j)
      for (std::size_t i = 0; i <= n[0]; ++i)
        mesh.nodes.push_back(
            {i == n[0] ? size[0] : size[0] * i / n[0], j == n[1] ? size[1] : size[1] * j / n[1], k == n[2] ? size[2] : size[2] * k / n[2]});
  const auto node = [&n](std::size_t i, std::size_t j, std::size_t k) { return i + (n[0] + 1) * (j + (n[1] + 1) * k); };
  for (std::size_t k = 0; k < n[2]; ++k)
    for (std::size_t j = 0; j < n[1]; ++j)
      for (std::size_t i = 0; i < n[0]; ++i) {
        std::array<std::size_t, 8> corner{};
        for (std::size_t b = 0; b < 8; ++b)
          corner[b] = node(i + (b & 1), j + (b >> 1 & 1), k + (b >> 2 & 1));
        add_six_tetrahedra(mesh, corner, alternating ? (i & 1) | (j & 1) << 1 | (k & 1) << 2 : 0);
      }
  mesh.region.assign(mesh.tetrahedra.size(), 0);
  add_surfaces(mesh, size);
  return mesh;
}

HeartMesh make_slab(const Vector3 &size, double element_size, bool alternating) {
  return make_slab(size, Vector3{element_size, element_size, element_size}, alternating);
}

} // namespace corvivo::mesh
