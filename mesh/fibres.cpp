#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <io/base/schema.hpp>
#include <mesh/fibres_parts.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh {

namespace {

constexpr double degree = M_PI / 180;

/// Some unit vector across a unit vector, the same on every machine.
Vector3 across(const Vector3 &direction) {
  int least = 0;
  for (int d = 1; d < 3; ++d)
    if (std::abs(direction[d]) < std::abs(direction[least]))
      least = d;
  Vector3 axis{};
  axis[least] = 1;
  return normalized(cross(direction, axis));
}

double between(double endocardium, double epicardium, double depth) {
  return (endocardium + (epicardium - endocardium) * depth) * degree;
}

} // namespace

void FibreOptions::describe(io::Schema &schema) {
  schema.choice("rule", rule, {"laplace_dirichlet"}, "How fibres are laid into the wall.");
  const std::string streeter = "Streeter 1969, Circ Res 24:339: about +60 to -60 degrees in the free wall";
  schema.quantity("endocardium_angle", endocardium_angle, "deg", io::between(-90, 90),
                  "Helix angle at the endocardium; positive is a right-handed helix.", streeter);
  schema.quantity("epicardium_angle", epicardium_angle, "deg", io::between(-90, 90), "Helix angle at the epicardium.", streeter);
  schema.quantity("endocardium_sheet_angle", endocardium_sheet_angle, "deg", io::between(-90, 90),
                  "Angle of the sheet from the transmural direction, turned about the fibre, at the endocardium.");
  schema.quantity("epicardium_sheet_angle", epicardium_sheet_angle, "deg", io::between(-90, 90), "The same at the epicardium.");
  schema.choice("depth", depth, {"geometric", "harmonic"},
                "What the angle is linear in: the ratio of the distances to both surfaces, or the Laplace solution.");
  schema.choice("longitudinal", longitudinal, {"long_axis", "laplace"},
                "Direction from apex to base: the mesh's long axis, or the gradient of a Laplace solution between apex and base.");
}

Frame frame(const FibreOptions &options, double depth, const Vector3 &transmural, const Vector3 &longitudinal) {
  Vector3 t = normalized(transmural);
  if (!(norm(t) > 0.5)) // opposite directions cancelled: any direction is as good
    t = norm(longitudinal) > 0 ? across(normalized(longitudinal)) : Vector3{1, 0, 0};
  const Vector3 round = cross(longitudinal, t);
  const Vector3 c = norm(round) > 1e-8 * norm(longitudinal) && norm(round) > 0 ? normalized(round) : across(t);
  const Vector3 l = cross(t, c);
  const double d = std::clamp(depth, 0.0, 1.0);
  const double a = between(options.endocardium_angle, options.epicardium_angle, d);
  const double b = between(options.endocardium_sheet_angle, options.epicardium_sheet_angle, d);
  Frame result;
  result.fibre = normalized(std::cos(a) * c + std::sin(a) * l);
  const Vector3 sheet = std::cos(b) * t + std::sin(b) * cross(t, result.fibre);
  result.sheet = normalized(sheet - dot(sheet, result.fibre) * result.fibre);
  result.normal = cross(result.fibre, result.sheet);
  return result;
}

Frame Fibres::at(const std::array<std::size_t, 4> &cell_nodes, const std::array<double, 4> &barycentric) const {
  double d = 0;
  Vector3 t{}, l{};
  for (int i = 0; i < 4; ++i) {
    d += barycentric[i] * depth[cell_nodes[i]];
    t = t + barycentric[i] * transmural[cell_nodes[i]];
    l = l + barycentric[i] * longitudinal[cell_nodes[i]];
  }
  return frame(options, d, t, l);
}

namespace {

void check(const HeartMesh &mesh, const FibreOptions &options) {
  for (const char *name : {"endocardium_lv", "epicardium"})
    if (!mesh.has_surface(name))
      throw io::CaseError(std::string("fibres: the mesh has no surface '") + name + "', between which the wall's depth is measured");
  for (const auto &[value, allowed] : {std::pair<std::string, std::array<std::string, 2>>{options.depth, {"geometric", "harmonic"}},
                                       {options.longitudinal, {"long_axis", "laplace"}},
                                       {options.rule, {"laplace_dirichlet", "laplace_dirichlet"}}})
    if (value != allowed[0] && value != allowed[1])
      throw io::CaseError("fibres: '" + value + "' is not one of " + allowed[0] + ", " + allowed[1]);
  if (options.longitudinal == "long_axis" && !(norm(mesh.long_axis) > 0))
    throw io::CaseError("fibres: the mesh has no long axis; choose longitudinal: laplace, which needs an apex and a surface 'base' only");
  if (options.longitudinal == "laplace" && !mesh.has_surface("base"))
    throw io::CaseError("fibres: longitudinal: laplace needs a surface 'base' on the mesh");
}

/// Apex to base: 0 within the apical node's own cells, else a single node would make the solution depend on the mesh alone.
detail::LaplaceProblem apex_to_base(const HeartMesh &mesh) {
  const int epicardium = mesh.surface_index("epicardium");
  detail::LaplaceProblem problem;
  problem.one_surface = mesh.surface_index("base");
  double nearest = 1e300, longest = 0;
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
    if (mesh.surface[t] == epicardium)
      for (int i = 0; i < 3; ++i) {
        const Vector3 &p = mesh.nodes[mesh.triangles[t][i]];
        if (const double d = norm(p - mesh.apex); d <= nearest) {
          longest = d < nearest ? 0 : longest;
          nearest = d;
          problem.zero_point = p;
          for (int j = 0; j < 3; ++j)
            longest = std::max(longest, norm(mesh.nodes[mesh.triangles[t][j]] - p));
        }
      }
  problem.zero_radius = longest;
  return problem;
}

/// Problems are stated on rank 0; every rank needs their numbers. Collective.
detail::LaplaceProblem broadcast(const detail::LaplaceProblem &problem, MPI_Comm comm) {
  const std::vector<double> numbers =
      io::broadcast(std::vector<double>{double(problem.zero_surface), double(problem.one_surface), problem.zero_point[0],
                                        problem.zero_point[1], problem.zero_point[2], problem.zero_radius},
                    comm);
  return {int(numbers[0]), int(numbers[1]), {numbers[2], numbers[3], numbers[4]}, numbers[5]};
}

std::vector<Vector3> directions(const HeartMesh &mesh, const detail::Harmonic &harmonic, const std::string &which) {
  std::vector<char> used(mesh.nodes.size(), 0);
  for (const auto &cell : mesh.tetrahedra)
    for (const std::size_t n : cell)
      used[n] = 1;
  std::vector<Vector3> unit;
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n) {
    unit.push_back(normalized(harmonic.gradient[n]));
    if (used[n] && !(norm(unit.back()) > 0.5))
      throw io::SolveError("fibres: the " + which + " direction vanishes at node " + std::to_string(n));
  }
  return unit;
}

/// On the two surfaces the harmonic gradient is their normal, which the triangles know better than the gradient beside their kinks does.
/// The rims keep the gradient: there the surface is known on one side only.
void set_normals_on_surfaces(const HeartMesh &mesh, std::vector<Vector3> &transmural) {
  std::vector<int> surface_of(mesh.nodes.size(), -1);
  constexpr int several = -2;
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
    for (const std::size_t n : mesh.triangles[t])
      surface_of[n] = surface_of[n] == -1 || surface_of[n] == mesh.surface[t] ? mesh.surface[t] : several;
  for (const auto &[name, sign] : {std::pair<const char *, double>{"endocardium_lv", -1.0}, {"epicardium", 1.0}}) {
    const int surface = mesh.surface_index(name);
    std::vector<std::array<std::size_t, 3>> triangles;
    for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
      if (mesh.surface[t] == surface)
        triangles.push_back(mesh.triangles[t]);
    const auto normals = detail::node_normals(mesh, triangles);
    for (std::size_t n = 0; n < mesh.nodes.size(); ++n)
      if (surface_of[n] == surface && norm(normals[n]) > 0.5)
        transmural[n] = sign * normals[n];
  }
}

/// Mean helix angle (degrees, above -90 to 90) over the area of a surface; of lines, not of arrows, so angles are doubled.
double mean_angle(const HeartMesh &mesh, const Fibres &fibres, const std::string &surface) {
  double sine = 0, cosine = 0;
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
    if (mesh.surface[t] == mesh.surface_index(surface)) {
      const auto &[a, b, c] = mesh.triangles[t];
      const Vector3 normal = 0.5 * cross(mesh.nodes[b] - mesh.nodes[a], mesh.nodes[c] - mesh.nodes[a]);
      const Vector3 out = surface == "epicardium" ? normalized(normal) : -1.0 * normalized(normal);
      const Vector3 longitudinal = fibres.longitudinal[a] + fibres.longitudinal[b] + fibres.longitudinal[c];
      const Vector3 round = normalized(cross(longitudinal, out)), up = cross(out, round);
      const Vector3 f = fibres.at({a, b, c, c}, {1. / 3, 1. / 3, 1. / 3, 0}).fibre;
      const double angle = std::atan2(dot(f, up), dot(f, round));
      sine += norm(normal) * std::sin(2 * angle);
      cosine += norm(normal) * std::cos(2 * angle);
    }
  return 0.5 * std::atan2(sine, cosine) / degree;
}

void set_geometric_depth(const HeartMesh &mesh, Fibres &fibres, io::Quantities &quantities) {
  const auto inner = detail::distance_to_surface(mesh, "endocardium_lv"), outer = detail::distance_to_surface(mesh, "epicardium");
  double thickness = 0;
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n) {
    thickness += (inner[n] + outer[n]) / double(mesh.nodes.size());
    if (fibres.options.depth == "geometric")
      fibres.depth.push_back(inner[n] + outer[n] > 0 ? inner[n] / (inner[n] + outer[n]) : 0);
  }
  quantities.set("wall_thickness_mean", thickness, "mm");
}

} // namespace

Fibres compute_fibres(MPI_Comm comm, const HeartMesh &mesh, const FibreOptions &options, io::Quantities &quantities) {
  detail::LaplaceProblem through_wall, along;
  const bool solve_along = options.longitudinal == "laplace";
  io::on_rank_0(comm, [&] {
    check(mesh, options);
    through_wall.zero_surface = mesh.surface_index("endocardium_lv");
    through_wall.one_surface = mesh.surface_index("epicardium");
    if (solve_along)
      along = apex_to_base(mesh);
  });
  Fibres fibres;
  fibres.options = options;
  detail::Harmonic across_wall, apex_base;
  {
    const DistributedMesh distributed(comm, mesh);
    across_wall = detail::solve_laplace(distributed, broadcast(through_wall, comm));
    if (solve_along)
      apex_base = detail::solve_laplace(distributed, broadcast(along, comm));
  }
  std::vector<double> numbers;
  io::on_rank_0(comm, [&] {
    fibres.transmural = directions(mesh, across_wall, "transmural");
    set_normals_on_surfaces(mesh, fibres.transmural);
    fibres.longitudinal =
        solve_along ? directions(mesh, apex_base, "longitudinal") : std::vector<Vector3>(mesh.nodes.size(), normalized(mesh.long_axis));
    io::Quantities found;
    set_geometric_depth(mesh, fibres, found);
    if (options.depth == "harmonic")
      for (const double value : across_wall.value)
        fibres.depth.push_back(std::clamp(value, 0.0, 1.0));
    numbers = {mean_angle(mesh, fibres, "endocardium_lv"), mean_angle(mesh, fibres, "epicardium"), found.value("wall_thickness_mean")};
  });
  numbers = io::broadcast(numbers, comm);
  quantities.set("fibre_angle_endocardium", numbers[0], "deg");
  quantities.set("fibre_angle_epicardium", numbers[1], "deg");
  quantities.set("wall_thickness_mean", numbers[2], "mm");
  return fibres;
}

} // namespace corvivo::mesh
