#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/formats/vtu.hpp>
#include <mesh/heart_mesh.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace corvivo::mesh {

namespace {

const std::string region_array = "region [1]", surface_array = "surface [1]";

std::string sidecar(const std::string &path) {
  return std::filesystem::path(path).replace_extension(".json").string();
}

nlohmann::json names_and_axes(const HeartMesh &mesh) {
  return {{"corvivo_mesh", 1},
          {"nodes", mesh.nodes.size()},
          {"region_names", mesh.region_names},
          {"surface_names", mesh.surface_names},
          {"long_axis", mesh.long_axis},
          {"apex", mesh.apex},
          {"base_centre", mesh.base_centre},
          {"to_right_ventricle", mesh.to_right_ventricle},
          {"level_nodes", mesh.level_nodes}};
}

HeartMesh read_names_and_axes(const std::string &path) {
  HeartMesh mesh;
  try {
    const auto json = nlohmann::json::parse(io::read_file(path));
    if (json.at("corvivo_mesh").get<int>() != 1)
      throw io::CaseError(path + ": this mesh was written by a newer version");
    json.at("region_names").get_to(mesh.region_names);
    json.at("surface_names").get_to(mesh.surface_names);
    json.at("long_axis").get_to(mesh.long_axis);
    json.at("apex").get_to(mesh.apex);
    json.at("base_centre").get_to(mesh.base_centre);
    json.at("to_right_ventricle").get_to(mesh.to_right_ventricle);
    json.at("level_nodes").get_to(mesh.level_nodes);
  } catch (const nlohmann::json::exception &error) {
    throw io::CaseError(path + ": not the names and axes of a mesh (" + error.what() + "); write the mesh again with corvivo mesh");
  }
  return mesh;
}

const std::vector<double> &labels(const io::Grid &grid, const std::string &name, const std::string &path) {
  const io::Grid::Array *array = grid.find_cell_data(name);
  if (array == nullptr || array->values.size() != grid.cells())
    throw io::CaseError(path + ": no cell data '" + name + "', so this is not a mesh that corvivo wrote");
  return array->values;
}

} // namespace

io::Grid to_grid(const HeartMesh &mesh) {
  io::Grid grid;
  grid.points = mesh.nodes;
  io::Grid::Array region{region_array, 1, {}}, surface{surface_array, 1, {}};
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c) {
    grid.add_cell(io::CellType::tetrahedron, mesh.tetrahedra[c]);
    region.values.push_back(mesh.region[c]);
    surface.values.push_back(-1);
  }
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
    grid.add_cell(io::CellType::triangle, mesh.triangles[t]);
    region.values.push_back(-1);
    surface.values.push_back(mesh.surface[t]);
  }
  grid.cell_data = {region, surface};
  return grid;
}

void save(const HeartMesh &mesh, const std::string &path) {
  io::write_vtu(to_grid(mesh), path);
  io::write_file(sidecar(path), names_and_axes(mesh).dump(2) + "\n");
}

HeartMesh load(const std::string &path) {
  const io::Grid grid = io::read_vtu(path);
  HeartMesh mesh = read_names_and_axes(sidecar(path));
  const auto &region = labels(grid, region_array, path), &surface = labels(grid, surface_array, path);
  mesh.nodes = grid.points;
  for (std::size_t c = 0; c < grid.cells(); ++c) {
    const std::size_t *nodes = grid.cell_points.data() + grid.cell_offsets[c];
    if (grid.cell_types[c] == io::CellType::tetrahedron) {
      mesh.tetrahedra.push_back({nodes[0], nodes[1], nodes[2], nodes[3]});
      mesh.region.push_back(static_cast<int>(std::lround(region[c])));
    } else if (grid.cell_types[c] == io::CellType::triangle) {
      mesh.triangles.push_back({nodes[0], nodes[1], nodes[2]});
      mesh.surface.push_back(static_cast<int>(std::lround(surface[c])));
    } else
      throw io::CaseError(path + ": holds cells that are neither tetrahedra nor triangles, so this is not a mesh that corvivo wrote");
  }
  try {
    check(mesh);
  } catch (const io::CaseError &error) {
    throw io::CaseError(path + ": " + error.what());
  }
  return mesh;
}

} // namespace corvivo::mesh
