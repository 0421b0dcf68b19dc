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
  schema.choice("rule", rule, {"laplace_dirichlet", "uniform"},
                "How fibres are laid into the wall; uniform: `fibre` and `sheet` everywhere, for slabs.");
  schema.vector("fibre", fibre, "1", "Direction of the fibres of the uniform rule.");
  schema.vector("sheet", sheet, "1", "Direction of their sheets, perpendicular to them.");
  const std::string streeter = "Streeter 1969, Circ Res 24:339: about +60 to -60 degrees in the free wall";
  schema.quantity("endocardium_angle", endocardium_angle, "deg", io::between(-90, 90),
                  "Helix angle at the endocardium; positive is a right-handed helix.", streeter);
  schema.quantity("epicardium_angle", epicardium_angle, "deg", io::between(-90, 90), "Helix angle at the epicardium.", streeter);
  schema.quantity("endocardium_sheet_angle", endocardium_sheet_angle, "deg", io::between(-90, 90),
                  "Angle of the sheet from the transmural direction, turned about the fibre, at the endocardium.");
  schema.quantity("epicardium_sheet_angle", epicardium_sheet_angle, "deg", io::between(-90, 90), "The same at the epicardium.");
  const std::string doste = "Doste 2019, Int J Numer Methods Biomed Eng 35:e3185: +90 to -25 degrees in the right free wall";
  schema.quantity("right_endocardium_angle", right_endocardium_angle, "deg", io::between(-90, 90),
                  "Helix angle at the endocardium of the right free wall; the septum's right side follows it.", doste);
  schema.quantity("right_epicardium_angle", right_epicardium_angle, "deg", io::between(-90, 90),
                  "Helix angle at the epicardium of the right free wall.", doste);
  schema.quantity("insertion_width", insertion_width, "mm", io::positive,
                  "Width on both sides of an insertion of the right ventricle over which the fibres of the walls pass into each other.");
  schema.choice("depth", depth, {"geometric", "harmonic"},
                "What the angle is linear in: the ratio of the distances to both surfaces, or the Laplace solution.");
  schema.choice("longitudinal", longitudinal, {"long_axis", "laplace"},
                "Direction from apex to base: the mesh's long axis, or the gradient of a Laplace solution between apex and base.");
}

namespace {

/// The frame at helix angle a and sheet angle b, radians.
Frame turned(double a, double b, const Vector3 &transmural, const Vector3 &longitudinal) {
  Vector3 t = normalized(transmural);
  if (!(norm(t) > 0.5)) // opposite directions cancelled: any direction is as good
    t = norm(longitudinal) > 0 ? across(normalized(longitudinal)) : Vector3{1, 0, 0};
  const Vector3 round = cross(longitudinal, t);
  const Vector3 c = norm(round) > 1e-8 * norm(longitudinal) && norm(round) > 0 ? normalized(round) : across(t);
  const Vector3 l = cross(t, c);
  Frame result;
  result.fibre = normalized(std::cos(a) * c + std::sin(a) * l);
  const Vector3 sheet = std::cos(b) * t + std::sin(b) * cross(t, result.fibre);
  result.sheet = normalized(sheet - dot(sheet, result.fibre) * result.fibre);
  result.normal = cross(result.fibre, result.sheet);
  return result;
}

} // namespace

Frame frame(const FibreOptions &options, double depth, const Vector3 &transmural, const Vector3 &longitudinal) {
  const double d = std::clamp(depth, 0.0, 1.0);
  return turned(between(options.endocardium_angle, options.epicardium_angle, d),
                between(options.endocardium_sheet_angle, options.epicardium_sheet_angle, d), transmural, longitudinal);
}

Frame frame(const FibreOptions &options, const RightBlend &place, const Vector3 &transmural, const Vector3 &longitudinal) {
  const double left = std::clamp(place.left_depth, 0.0, 1.0), right = std::clamp(place.right_depth, 0.0, 1.0);
  const double outer =
      options.epicardium_angle + place.septum * (-options.right_endocardium_angle * place.beyond - options.epicardium_angle);
  const double of_left = between(options.endocardium_angle, outer, left);
  const double of_right = between(options.right_endocardium_angle, options.right_epicardium_angle, right);
  const double a = of_left + place.weight * (of_right - of_left);
  const double b = between(options.endocardium_sheet_angle, options.epicardium_sheet_angle, left + place.weight * (right - left));
  return turned(a, b, transmural, longitudinal);
}

Frame Fibres::at(const std::array<std::size_t, 4> &cell_nodes, const std::array<double, 4> &barycentric) const {
  double d = 0;
  Vector3 t{}, l{};
  RightBlend place;
  for (int i = 0; i < 4; ++i) {
    d += barycentric[i] * depth[cell_nodes[i]];
    t = t + barycentric[i] * transmural[cell_nodes[i]];
    l = l + barycentric[i] * longitudinal[cell_nodes[i]];
    if (!right.empty()) {
      const RightBlend &node = right[cell_nodes[i]];
      place.left_depth += barycentric[i] * node.left_depth;
      place.right_depth += barycentric[i] * node.right_depth;
      place.septum += barycentric[i] * node.septum;
      place.weight += barycentric[i] * node.weight;
      place.beyond += barycentric[i] * node.beyond;
    }
  }
  return right.empty() ? frame(options, d, t, l) : frame(options, place, t, l);
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
  if (mesh.has_surface("endocardium_rv") && options.depth != "geometric")
    throw io::CaseError("fibres: a biventricle needs depth: geometric");
  if (!(options.insertion_width > 0))
    throw io::CaseError("fibres: insertion_width must be positive");
  detail::check_right_ventricle(mesh);
}

/// Unit gradients; zero where the function is constant but for what the solver left.
std::vector<Vector3> directions(const Harmonic &harmonic) {
  double steepest = 0;
  for (const Vector3 &gradient : harmonic.gradient)
    steepest = std::max(steepest, norm(gradient));
  std::vector<Vector3> unit;
  for (const Vector3 &gradient : harmonic.gradient)
    unit.push_back(norm(gradient) > 1e-6 * steepest ? normalized(gradient) : Vector3{});
  return unit;
}

void check_directions(const HeartMesh &mesh, const std::vector<Vector3> &unit, const std::string &which) {
  for (const auto &cell : mesh.tetrahedra)
    for (const std::size_t n : cell)
      if (!(norm(unit[n]) > 0.5))
        throw io::SolveError("fibres: the " + which + " direction vanishes at node " + std::to_string(n));
}

/// On the two surfaces the harmonic gradient is their normal, which the triangles know better than the gradient beside their kinks does.
/// The rims keep the gradient, unless all their cells' nodes lie on one surface: there the surface is known on one side only.
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
      if ((surface_of[n] == surface || !(norm(transmural[n]) > 0.5)) && norm(normals[n]) > 0.5)
        transmural[n] = sign * normals[n];
  }
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
  return compute_fibres(LaplaceSolver(comm, mesh), options, quantities);
}

Fibres compute_fibres(const LaplaceSolver &solver, const FibreOptions &options, io::Quantities &quantities) {
  const MPI_Comm comm = solver.communicator();
  const HeartMesh &mesh = solver.mesh();
  if (options.rule == "uniform") {
    Fibres fibres;
    io::on_rank_0(comm, [&] { fibres = uniform_fibres(mesh, options.fibre, options.sheet); });
    return fibres;
  }
  LaplaceProblem through_wall, through_right, along;
  const bool solve_along = options.longitudinal == "laplace";
  io::on_rank_0(comm, [&] {
    check(mesh, options);
    through_wall.zero_surfaces = {mesh.surface_index("endocardium_lv")};
    through_wall.one_surfaces = {mesh.surface_index("epicardium")};
    if (mesh.has_surface("endocardium_rv")) {
      through_wall.one_surfaces.push_back(mesh.surface_index("endocardium_rv"));
      through_right.zero_surfaces = {mesh.surface_index("endocardium_rv")};
      through_right.one_surfaces = {mesh.surface_index("epicardium")};
    }
    if (solve_along)
      along = detail::apex_to_base(mesh);
  });
  Fibres fibres;
  fibres.options = options;
  Harmonic across_wall, across_right, apex_base;
  across_wall = solver.solve(detail::broadcast(through_wall, comm));
  if (const auto problem = detail::broadcast(through_right, comm); !problem.zero_surfaces.empty())
    across_right = solver.solve(problem);
  if (solve_along)
    apex_base = solver.solve(detail::broadcast(along, comm));
  std::string found; // quantities, as text, to the other ranks
  io::on_rank_0(comm, [&] {
    fibres.transmural = directions(across_wall);
    set_normals_on_surfaces(mesh, fibres.transmural);
    fibres.longitudinal = solve_along ? directions(apex_base) : std::vector<Vector3>(mesh.nodes.size(), normalized(mesh.long_axis));
    check_directions(mesh, fibres.longitudinal, "longitudinal");
    io::Quantities set;
    if (mesh.has_surface("endocardium_rv")) {
      detail::add_right_ventricle(mesh, across_right, fibres, set);
    } else {
      check_directions(mesh, fibres.transmural, "transmural");
      set_geometric_depth(mesh, fibres, set);
      if (options.depth == "harmonic")
        for (const double value : across_wall.value)
          fibres.depth.push_back(std::clamp(value, 0.0, 1.0));
      set.set("fibre_angle_endocardium", detail::mean_angle(mesh, fibres, "endocardium_lv"), "deg");
      set.set("fibre_angle_epicardium", detail::mean_angle(mesh, fibres, "epicardium"), "deg");
    }
    found = io::to_json(set);
  });
  quantities.append(io::quantities_from_json(io::broadcast(found, comm)));
  return fibres;
}

} // namespace corvivo::mesh
