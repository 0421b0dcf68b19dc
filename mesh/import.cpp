#include <mesh/import.hpp>

#include <io/base/errors.hpp>
#include <io/base/schema.hpp>
#include <io/base/text.hpp>
#include <mesh/fibres.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace corvivo::mesh {

void NumberName::describe(io::Schema &schema) {
  schema.required_integer("number", number, -2000000000, 2000000000, "Number in the file.");
  schema.required_text("name", name, "What it is called here: lv_wall, scar; endocardium_lv, endocardium_rv, epicardium, base.");
}

void ImportOptions::describe(io::Schema &schema) {
  schema.file("file", file, "Tetrahedra: .vtu, .vtk, .msh (Gmsh), .xdmf, or .pts of openCARP (its .elem and .lon beside it).", true);
  schema.file("boundary", boundary, "Triangles with the numbers of the surfaces, where they are in a file of their own.");
  schema.quantity("unit", unit, "mm", io::positive, "Length that 1 in the file stands for; openCARP's micrometres are known.");
  schema.list("regions", regions, "Names of the numbers of tetrahedra; without any, the file's own names, or all are lv_wall.");
  schema.list("surfaces", surfaces, "Names of the numbers of triangles; without any, the file's own names.");
}

namespace {

using Triangle = std::array<std::size_t, 3>;

Triangle sorted(Triangle t) {
  std::sort(t.begin(), t.end());
  return t;
}

/// Index of the name of a number, which is added to `known` when it is new.
class Names {
public:
  Names(const std::vector<NumberName> &given, const io::MeshNames &of_file, int dimension) {
    for (const NumberName &n : given)
      names_[n.number] = n.name;
    if (given.empty())
      for (const io::MeshName &n : of_file)
        if (n.dimension == dimension)
          names_[n.number] = n.name;
  }
  bool empty() const { return names_.empty(); }
  /// -1 when the number has no name.
  int index(double number, std::vector<std::string> &known) const {
    const auto found = names_.find(static_cast<int>(number));
    if (found == names_.end() || std::abs(number) > 2e9)
      return -1;
    const auto at = std::find(known.begin(), known.end(), found->second);
    if (at == known.end())
      known.push_back(found->second);
    return static_cast<int>(std::find(known.begin(), known.end(), found->second) - known.begin());
  }

private:
  std::map<int, std::string> names_;
};

std::string listed(const std::set<int> &numbers) {
  std::vector<std::string> words;
  for (const int n : numbers)
    if (words.size() < 12)
      words.push_back(std::to_string(n));
  return words.empty() ? "none" : io::join(words, ", ");
}

int number_of(const io::Grid::Array *array, std::size_t cell) {
  const double value = array ? array->values[cell * array->components] : 0;
  return std::abs(value) < 2e9 ? static_cast<int>(std::lround(value)) : 0;
}

const io::Grid::Array *numbers_in(const io::Grid &grid, bool surfaces) {
  if (surfaces)
    if (const io::Grid::Array *own = grid.find_cell_data("surface [1]")) // as corvivo writes it
      return own;
  for (const char *name : {"region [1]", "region", "gmsh:physical", "elemTag", "material", "tag"})
    if (const io::Grid::Array *found = grid.find_cell_data(name))
      return found;
  return nullptr;
}

std::vector<Vector3> directions_of(const io::Grid::Array *array, const std::vector<std::size_t> &cells, std::vector<std::string> &notes) {
  std::vector<Vector3> directions;
  if (!array || array->components != 3)
    return directions;
  std::size_t none = 0;
  for (const std::size_t c : cells) {
    const Vector3 d{array->values[3 * c], array->values[3 * c + 1], array->values[3 * c + 2]};
    const double length = norm(d);
    none += !(length > 1e-6 && length < 1e6);
    directions.push_back(length > 1e-6 && length < 1e6 ? normalized(d) : Vector3{});
  }
  if (none > 0)
    notes.push_back(std::to_string(none) + " cells have no direction in '" + array->name + "'");
  return directions;
}

/// Tetrahedra, positively oriented, on points that are used.
std::vector<std::size_t> take_tetrahedra(ImportedMesh &out, const io::Grid &grid, std::vector<std::size_t> &new_index) {
  std::vector<std::size_t> cells;
  new_index.assign(grid.points.size(), grid.points.size());
  std::vector<std::array<std::size_t, 4>> tetrahedra;
  for (std::size_t c = 0; c < grid.cells(); ++c)
    if (grid.cell_types[c] == io::CellType::tetrahedron || grid.cell_types[c] == io::CellType::quadratic_tetrahedron) {
      const std::size_t *n = grid.cell_points.data() + grid.cell_offsets[c];
      tetrahedra.push_back({n[0], n[1], n[2], n[3]});
      cells.push_back(c);
      for (int corner = 0; corner < 4; ++corner)
        new_index[n[corner]] = 0;
    }
  if (cells.empty())
    throw io::CaseError("the file holds no tetrahedra");
  for (std::size_t p = 0; p < grid.points.size(); ++p)
    if (new_index[p] == 0) {
      new_index[p] = out.mesh.nodes.size();
      out.mesh.nodes.push_back(grid.points[p]);
    }
  if (out.mesh.nodes.size() < grid.points.size())
    out.notes.push_back(std::to_string(grid.points.size() - out.mesh.nodes.size()) + " points that are no corner of a cell were dropped");
  for (auto &cell : tetrahedra)
    for (std::size_t &node : cell)
      node = new_index[node];
  out.mesh.tetrahedra = std::move(tetrahedra);
  return cells;
}

void orient_cells(ImportedMesh &out) {
  std::size_t turned = 0;
  for (std::size_t c = 0; c < out.mesh.tetrahedra.size(); ++c) {
    const double volume = cell_volume(out.mesh, c);
    double longest = 0;
    for (int a = 0; a < 4; ++a)
      for (int b = 0; b < a; ++b)
        longest = std::max(longest, norm(out.mesh.nodes[out.mesh.tetrahedra[c][static_cast<std::size_t>(a)]] -
                                         out.mesh.nodes[out.mesh.tetrahedra[c][static_cast<std::size_t>(b)]]));
    if (!(std::abs(volume) > 1e-9 * longest * longest * longest))
      throw io::CaseError("tetrahedron " + std::to_string(c) + " is flat; repair the mesh or make it anew");
    if (volume < 0) {
      std::swap(out.mesh.tetrahedra[c][2], out.mesh.tetrahedra[c][3]);
      ++turned;
    }
  }
  if (turned > 0)
    out.notes.push_back(std::to_string(turned) + " tetrahedra were inside out and have been turned");
}

void set_regions(ImportedMesh &out, const io::Grid &grid, const std::vector<std::size_t> &cells, const Names &names) {
  const io::Grid::Array *numbers = numbers_in(grid, false);
  std::set<int> unnamed;
  for (const std::size_t c : cells) {
    const int number = number_of(numbers, c);
    int region = 0;
    if (names.empty())
      out.mesh.region_names = {"lv_wall"};
    else if ((region = names.index(number, out.mesh.region_names)) < 0)
      unnamed.insert(number);
    out.mesh.region.push_back(region);
  }
  if (!unnamed.empty())
    throw io::CaseError("tetrahedra have the numbers " + listed(unnamed) + ", which 'regions' does not name");
}

/// Nodes of the mesh at the points of another file, found by their place (within `tolerance`); npos where there is none.
std::vector<std::size_t> nodes_at(const HeartMesh &mesh, const std::vector<Vector3> &points, double tolerance) {
  const auto cell = [&](const Vector3 &p) {
    return std::array<long, 3>{std::lround(p[0] / tolerance), std::lround(p[1] / tolerance), std::lround(p[2] / tolerance)};
  };
  std::map<std::array<long, 3>, std::size_t> nodes;
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n)
    nodes[cell(mesh.nodes[n])] = n;
  std::vector<std::size_t> found;
  for (const Vector3 &p : points) {
    std::size_t node = std::string::npos;
    const auto centre = cell(p);
    for (int shift = 0; shift < 27 && node == std::string::npos; ++shift)
      if (const auto at = nodes.find({centre[0] + shift % 3 - 1, centre[1] + shift / 3 % 3 - 1, centre[2] + shift / 9 - 1});
          at != nodes.end())
        node = at->second;
    found.push_back(node);
  }
  return found;
}

/// Surface number of each triangle that the files give.
std::map<Triangle, int> given_triangles(const HeartMesh &mesh, const io::Grid &grid, const std::vector<std::size_t> &node_of_point) {
  std::map<Triangle, int> given;
  const io::Grid::Array *numbers = numbers_in(grid, true);
  for (std::size_t c = 0; c < grid.cells(); ++c) {
    if (grid.cell_types[c] != io::CellType::triangle)
      continue;
    Triangle t{};
    bool there = true;
    for (std::size_t n = 0; n < 3; ++n) {
      t[n] = node_of_point[grid.cell_points[grid.cell_offsets[c] + n]];
      there = there && t[n] < mesh.nodes.size();
    }
    if (there)
      given[sorted(t)] = number_of(numbers, c);
  }
  return given;
}

void set_surfaces(ImportedMesh &out, const std::map<Triangle, int> &given, const Names &names) {
  HeartMesh &mesh = out.mesh;
  std::size_t bare = 0;
  std::set<int> unnamed, seen;
  for (const auto &entry : given)
    seen.insert(entry.second);
  for (const Triangle &face : boundary_faces(mesh.tetrahedra)) {
    const auto found = given.find(sorted(face));
    if (found == given.end()) {
      ++bare;
      continue;
    }
    const int surface = names.index(found->second, mesh.surface_names);
    if (surface < 0)
      unnamed.insert(found->second);
    mesh.triangles.push_back(face);
    mesh.surface.push_back(surface);
  }
  if (bare > 0)
    throw io::CaseError(std::to_string(bare) + " faces of the boundary belong to no surface; the file's triangles have the numbers " +
                        listed(seen) + ": give every outer face one, or name the file with the triangles as 'boundary'");
  if (!unnamed.empty())
    throw io::CaseError(
        "triangles have the numbers " + listed(unnamed) +
        ", which 'surfaces' does not name; expected endocardium_lv, epicardium, base and, where there is one, endocardium_rv");
}

Vector3 mean_node(const HeartMesh &mesh, int surface) {
  Vector3 sum{};
  double area = 0;
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
    if (mesh.surface[t] == surface) {
      const auto &[a, b, c] = mesh.triangles[t];
      const double twice = norm(cross(mesh.nodes[b] - mesh.nodes[a], mesh.nodes[c] - mesh.nodes[a]));
      sum = sum + (twice / 3) * (mesh.nodes[a] + mesh.nodes[b] + mesh.nodes[c]);
      area += twice;
    }
  return area > 0 ? (1 / area) * sum : sum;
}

/// From the rim of the LV cavity to the farthest point of its wall; stays zero for bodies without those surfaces.
void set_axes(HeartMesh &mesh) {
  if (!mesh.has_surface("endocardium_lv"))
    return;
  const int endocardium = mesh.surface_index("endocardium_lv");
  std::vector<Triangle> cavity;
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
    if (mesh.surface[t] == endocardium)
      cavity.push_back(mesh.triangles[t]);
  const auto rim = rim_edges(cavity);
  if (rim.empty())
    return;
  for (const auto &edge : rim)
    mesh.base_centre = mesh.base_centre + (1.0 / static_cast<double>(rim.size())) * mesh.nodes[edge[0]];
  const Vector3 down = normalized(mean_node(mesh, endocardium) - mesh.base_centre);
  double deepest = -1;
  for (const Triangle &t : cavity)
    for (const std::size_t n : t)
      if (const double depth = dot(mesh.nodes[n] - mesh.base_centre, down); depth > deepest) {
        deepest = depth;
        mesh.apex = mesh.nodes[n];
      }
  mesh.long_axis = normalized(mesh.base_centre - mesh.apex);
  if (!mesh.has_surface("endocardium_rv"))
    return;
  const Vector3 apart = mean_node(mesh, mesh.surface_index("endocardium_rv")) - mean_node(mesh, endocardium);
  mesh.to_right_ventricle = normalized(apart - dot(apart, mesh.long_axis) * mesh.long_axis);
}

} // namespace

ImportedMesh import_mesh(const io::Grid &grid, const io::Grid &boundary, const io::MeshNames &names, const ImportOptions &options) {
  ImportedMesh out;
  std::vector<std::size_t> new_index;
  const auto cells = take_tetrahedra(out, grid, new_index);
  orient_cells(out);
  set_regions(out, grid, cells, Names(options.regions, names, 3));
  auto given = given_triangles(out.mesh, grid, new_index);
  if (boundary.cells() > 0) {
    const auto more =
        given_triangles(out.mesh, boundary, nodes_at(out.mesh, boundary.points, 1e-5)); // coordinates are printed to fewer digits
    given.insert(more.begin(), more.end());
  }
  set_surfaces(out, given, Names(options.surfaces, names, 2));
  out.fibre = directions_of(grid.find_cell_data("fibre [1]"), cells, out.notes);
  out.sheet = directions_of(grid.find_cell_data("sheet [1]"), cells, out.notes);
  for (Vector3 &node : out.mesh.nodes)
    node = options.unit * node;
  set_axes(out.mesh);
  check(out.mesh);
  return out;
}

ImportedMesh import_mesh(const ImportOptions &options) {
  io::MeshNames names, boundary_names;
  const io::Grid grid = io::read_mesh(options.file.string(), &names);
  const io::Grid boundary = options.boundary.empty() ? io::Grid() : io::read_mesh(options.boundary.string(), &boundary_names);
  names.insert(names.end(), boundary_names.begin(), boundary_names.end());
  try {
    return import_mesh(grid, boundary, names, options);
  } catch (const io::CaseError &error) {
    throw io::CaseError(options.file.string() + ": " + error.what());
  }
}

io::Grid export_grid(const HeartMesh &mesh, const Fibres *fibres, io::MeshNames &names) {
  io::Grid grid = fibres ? to_grid(mesh, *fibres) : to_grid(mesh);
  io::Grid::Array numbers{"region [1]", 1, {}};
  for (const int region : mesh.region)
    numbers.values.push_back(region + 1);
  for (const int surface : mesh.surface)
    numbers.values.push_back(surface + 1);
  std::vector<io::Grid::Array> kept{numbers};
  for (io::Grid::Array &array : grid.cell_data)
    if (array.name != "region [1]" && array.name != "surface [1]")
      kept.push_back(std::move(array));
  grid.cell_data = std::move(kept);
  names.clear();
  for (std::size_t s = 0; s < mesh.surface_names.size(); ++s)
    names.push_back({2, static_cast<int>(s) + 1, mesh.surface_names[s]});
  for (std::size_t r = 0; r < mesh.region_names.size(); ++r)
    names.push_back({3, static_cast<int>(r) + 1, mesh.region_names[r]});
  return grid;
}

} // namespace corvivo::mesh
