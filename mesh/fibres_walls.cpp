// What coordinates and fibres ask of the walls: distances to their surfaces, the right free wall, apex and base.
#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <mesh/fibres_parts.hpp>

#include <algorithm>
#include <map>

namespace corvivo::mesh::detail {

LaplaceProblem apex_to_base(const HeartMesh &mesh) {
  LaplaceProblem problem;
  problem.one_surfaces = {mesh.surface_index("base")};
  if (mesh.has_surface("apex")) {
    problem.zero_surfaces = {mesh.surface_index("apex")};
    return problem;
  }
  const int epicardium = mesh.surface_index("epicardium");
  double closest = 1e300, longest = 0;
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
    if (mesh.surface[t] == epicardium)
      for (int i = 0; i < 3; ++i) {
        const Vector3 &p = mesh.nodes[mesh.triangles[t][i]];
        if (const double d = norm(p - mesh.apex); d <= closest) {
          longest = d < closest ? 0 : longest;
          closest = d;
          problem.zero_point = p;
          for (int j = 0; j < 3; ++j)
            longest = std::max(longest, norm(mesh.nodes[mesh.triangles[t][j]] - p));
        }
      }
  problem.zero_radius = longest;
  return problem;
}

LaplaceProblem broadcast(const LaplaceProblem &problem, MPI_Comm comm) {
  const auto doubles = [](const std::vector<int> &all) { return std::vector<double>(all.begin(), all.end()); };
  const auto ints = [](const std::vector<double> &all) { return std::vector<int>(all.begin(), all.end()); };
  const std::vector<double> numbers = io::broadcast(std::vector<double>{problem.zero_radius, problem.zero_point[0], problem.zero_point[1],
                                                                        problem.zero_point[2], double(problem.by_nodes)},
                                                    comm);
  LaplaceProblem same;
  same.zero_radius = numbers[0];
  same.zero_point = {numbers[1], numbers[2], numbers[3]};
  same.by_nodes = numbers[4] != 0;
  same.zero_surfaces = ints(io::broadcast(doubles(problem.zero_surfaces), comm));
  same.one_surfaces = ints(io::broadcast(doubles(problem.one_surfaces), comm));
  same.node_values = problem.node_values;
  return same;
}

namespace {

double share(double inner, double outer) {
  return inner + outer > 0 ? inner / (inner + outer) : 0;
}

} // namespace

double WallDistances::left_depth(std::size_t node) const {
  return share(left[node], left_outside[node]);
}

double WallDistances::right_depth(std::size_t node) const {
  return share(right[node], epicardium[node]);
}

WallDistances wall_distances(const HeartMesh &mesh) {
  WallDistances distances{distance_to_surface(mesh, "endocardium_lv"), distance_to_surface(mesh, "epicardium"), {}, {}};
  distances.left_outside = distances.epicardium;
  if (mesh.has_surface("endocardium_rv")) {
    distances.right = distance_to_surface(mesh, "endocardium_rv");
    const Nearest strip = nearest(mesh, insertion_faces(mesh));
    for (std::size_t n = 0; n < mesh.nodes.size(); ++n)
      distances.left_outside[n] = std::min({distances.epicardium[n], distances.right[n], strip.distance[n]});
  }
  return distances;
}

std::vector<int> ventricle_of_cells(const HeartMesh &mesh) {
  const auto found = std::find(mesh.region_names.begin(), mesh.region_names.end(), "rv_wall");
  std::vector<int> ventricle(mesh.tetrahedra.size(), 0);
  if (found != mesh.region_names.end())
    for (std::size_t c = 0; c < ventricle.size(); ++c)
      ventricle[c] = mesh.region[c] == found - mesh.region_names.begin();
  return ventricle;
}

void check_right_ventricle(const HeartMesh &mesh) {
  if (!mesh.has_surface("endocardium_rv"))
    return;
  const std::vector<int> ventricle = ventricle_of_cells(mesh);
  const auto right = std::count(ventricle.begin(), ventricle.end(), 1);
  if (right == 0 || right == static_cast<std::ptrdiff_t>(ventricle.size()))
    throw io::CaseError(
        "the mesh has a surface 'endocardium_rv'; the cells of the right free wall must form the region 'rv_wall', those of "
        "the left wall and the septum another one");
  if (insertion_faces(mesh).empty())
    throw io::CaseError("the mesh's region 'rv_wall' does not touch the left wall");
}

std::vector<std::array<std::size_t, 3>> insertion_faces(const HeartMesh &mesh) {
  const std::vector<int> ventricle = ventricle_of_cells(mesh);
  std::map<std::array<std::size_t, 3>, int> right; // faces of the right wall's cells; 1: also one of the left wall
  static constexpr int face[4][3] = {{1, 2, 3}, {0, 3, 2}, {0, 1, 3}, {0, 2, 1}};
  for (const int side : {1, 0})
    for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
      if (ventricle[c] == side)
        for (const auto &f : face) {
          std::array<std::size_t, 3> nodes{mesh.tetrahedra[c][f[0]], mesh.tetrahedra[c][f[1]], mesh.tetrahedra[c][f[2]]};
          std::sort(nodes.begin(), nodes.end());
          if (side == 1)
            right.emplace(nodes, 0);
          else if (const auto found = right.find(nodes); found != right.end())
            found->second = 1;
        }
  std::vector<std::array<std::size_t, 3>> shared;
  for (const auto &[nodes, both] : right)
    if (both == 1)
      shared.push_back(nodes);
  return shared;
}

} // namespace corvivo::mesh::detail
