#include <io/base/errors.hpp>
#include <mesh/heart_mesh.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace corvivo::mesh {

namespace {

/// Six times the signed volume of the tetrahedron a b c d.
double determinant(const Vector3 &a, const Vector3 &b, const Vector3 &c, const Vector3 &d) {
  return dot(b - a, cross(c - a, d - a));
}

std::vector<std::array<std::size_t, 3>> triangles_of(const HeartMesh &mesh, int surface) {
  std::vector<std::array<std::size_t, 3>> chosen;
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
    if (mesh.surface[t] == surface)
      chosen.push_back(mesh.triangles[t]);
  return chosen;
}

} // namespace

int HeartMesh::surface_index(const std::string &name) const {
  const auto found = std::find(surface_names.begin(), surface_names.end(), name);
  CORVIVO_ASSERT(found != surface_names.end(), "the mesh has no surface '" + name + "'");
  return static_cast<int>(found - surface_names.begin());
}

bool HeartMesh::has_surface(const std::string &name) const {
  return std::find(surface_names.begin(), surface_names.end(), name) != surface_names.end();
}

std::vector<std::array<std::size_t, 2>> rim_edges(const std::vector<std::array<std::size_t, 3>> &triangles) {
  std::map<std::array<std::size_t, 2>, int> uses; // +1 in the direction a < b, -1 against it: inner edges cancel
  for (const auto &t : triangles)
    for (int i = 0; i < 3; ++i) {
      const std::size_t a = t[i], b = t[(i + 1) % 3];
      uses[{std::min(a, b), std::max(a, b)}] += a < b ? 1 : -1;
    }
  std::vector<std::array<std::size_t, 2>> rim;
  for (const auto &[edge, use] : uses)
    if (use != 0)
      rim.push_back(use > 0 ? edge : std::array<std::size_t, 2>{edge[1], edge[0]});
  return rim;
}

double cavity_volume(const HeartMesh &mesh, const std::string &surface_name) {
  const auto triangles = triangles_of(mesh, mesh.surface_index(surface_name));
  const auto rim = rim_edges(triangles);
  Vector3 centre{};
  for (const auto &edge : rim)
    centre = centre + (0.5 / rim.size()) * (mesh.nodes[edge[0]] + mesh.nodes[edge[1]]);
  double volume = 0; // of the cones from `centre`: those over the lid's fan have none
  for (const auto &t : triangles)
    volume += determinant(centre, mesh.nodes[t[0]], mesh.nodes[t[1]], mesh.nodes[t[2]]) / 6;
  return std::abs(volume);
}

double cell_volume(const HeartMesh &mesh, std::size_t cell) {
  const auto &c = mesh.tetrahedra[cell];
  return determinant(mesh.nodes[c[0]], mesh.nodes[c[1]], mesh.nodes[c[2]], mesh.nodes[c[3]]) / 6;
}

double wall_volume(const HeartMesh &mesh) {
  double volume = 0;
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    volume += cell_volume(mesh, c);
  return volume;
}

std::vector<std::array<std::size_t, 2>> edges(const HeartMesh &mesh) {
  std::vector<std::array<std::size_t, 2>> all;
  all.reserve(6 * mesh.tetrahedra.size());
  for (const auto &cell : mesh.tetrahedra)
    for (int i = 0; i < 4; ++i)
      for (int j = i + 1; j < 4; ++j)
        all.push_back({std::min(cell[i], cell[j]), std::max(cell[i], cell[j])});
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::vector<std::array<std::size_t, 3>> boundary_faces(const std::vector<std::array<std::size_t, 4>> &tetrahedra) {
  // faces opposite each vertex, ordered so that the right-hand rule points out of a positively oriented cell
  static constexpr int face[4][3] = {{1, 2, 3}, {0, 3, 2}, {0, 1, 3}, {0, 2, 1}};
  struct Face {
    std::array<std::size_t, 3> sorted, oriented;
  };
  std::vector<Face> faces;
  faces.reserve(4 * tetrahedra.size());
  for (const auto &cell : tetrahedra)
    for (const auto &f : face) {
      Face one{{cell[f[0]], cell[f[1]], cell[f[2]]}, {cell[f[0]], cell[f[1]], cell[f[2]]}};
      std::sort(one.sorted.begin(), one.sorted.end());
      faces.push_back(one);
    }
  std::stable_sort(faces.begin(), faces.end(), [](const Face &a, const Face &b) { return a.sorted < b.sorted; });
  std::vector<std::array<std::size_t, 3>> boundary;
  for (std::size_t i = 0; i < faces.size();) {
    std::size_t end = i;
    while (end < faces.size() && faces[end].sorted == faces[i].sorted)
      ++end;
    if (end - i > 2)
      throw io::CaseError("the mesh is not a manifold: more than two tetrahedra share the face of nodes " +
                          std::to_string(faces[i].sorted[0]) + ", " + std::to_string(faces[i].sorted[1]) + ", " +
                          std::to_string(faces[i].sorted[2]));
    if (end - i == 1)
      boundary.push_back(faces[i].oriented);
    i = end;
  }
  return boundary;
}

namespace {

void check_indices(const HeartMesh &mesh) {
  if (mesh.nodes.empty() || mesh.tetrahedra.empty())
    throw io::CaseError("the mesh has no tetrahedra");
  for (const auto &cell : mesh.tetrahedra)
    for (const std::size_t n : cell)
      if (n >= mesh.nodes.size())
        throw io::CaseError("a tetrahedron names node " + std::to_string(n) + ", the mesh has " + std::to_string(mesh.nodes.size()));
  if (mesh.region.size() != mesh.tetrahedra.size() || mesh.surface.size() != mesh.triangles.size())
    throw io::CaseError("the mesh must give one region per tetrahedron and one surface per triangle");
  for (const int r : mesh.region)
    if (r < 0 || r >= static_cast<int>(mesh.region_names.size()))
      throw io::CaseError("a tetrahedron has region " + std::to_string(r) + ", which has no name");
  for (const int s : mesh.surface)
    if (s < 0 || s >= static_cast<int>(mesh.surface_names.size()))
      throw io::CaseError("a triangle has surface " + std::to_string(s) + ", which has no name");
}

/// Sorted, each rotated so that its smallest node is first: equal lists for equal oriented surfaces.
std::vector<std::array<std::size_t, 3>> canonical(std::vector<std::array<std::size_t, 3>> triangles) {
  for (auto &t : triangles)
    std::rotate(t.begin(), std::min_element(t.begin(), t.end()), t.end());
  std::sort(triangles.begin(), triangles.end());
  return triangles;
}

} // namespace

void check(const HeartMesh &mesh) {
  check_indices(mesh);
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    if (!(cell_volume(mesh, c) > 0))
      throw io::CaseError("tetrahedron " + std::to_string(c) + " is flat or inside out (its nodes must be positively oriented)");
  if (canonical(boundary_faces(mesh.tetrahedra)) != canonical(mesh.triangles))
    throw io::CaseError("the triangles of the mesh are not the outward faces of its tetrahedra, each once");
  std::map<std::array<std::size_t, 2>, int> uses;
  for (const auto &t : mesh.triangles)
    for (int i = 0; i < 3; ++i)
      ++uses[{std::min(t[i], t[(i + 1) % 3]), std::max(t[i], t[(i + 1) % 3])}];
  for (const auto &[edge, use] : uses)
    if (use != 2)
      throw io::CaseError("the boundary is not a manifold: " + std::to_string(use) + " triangles meet in the edge of nodes " +
                          std::to_string(edge[0]) + " and " + std::to_string(edge[1]));
}

} // namespace corvivo::mesh
