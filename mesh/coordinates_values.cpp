#include <io/base/errors.hpp>
#include <io/base/headed_file.hpp>
#include <mesh/coordinates.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace corvivo::mesh {

namespace {

constexpr std::array<double, 4> centre{0.25, 0.25, 0.25, 0.25};

/// Pairs of cells that share a face.
std::vector<std::array<std::size_t, 2>> neighbours(const HeartMesh &mesh) {
  std::map<std::array<std::size_t, 3>, std::size_t> first;
  std::vector<std::array<std::size_t, 2>> pairs;
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    for (int skip = 0; skip < 4; ++skip) {
      std::array<std::size_t, 3> face{};
      for (int i = 0, k = 0; i < 4; ++i)
        if (i != skip)
          face[k++] = mesh.tetrahedra[c][i];
      std::sort(face.begin(), face.end());
      const auto [other, added] = first.emplace(face, c);
      if (!added)
        pairs.push_back({other->second, c});
    }
  return pairs;
}

double turn(double a, double b) {
  return std::abs(std::remainder(a - b, 2 * M_PI));
}

} // namespace

CoordinateJumps largest_jumps(const HeartMesh &mesh, const VentricularCoordinates &coordinates, bool across_insertions) {
  CoordinateJumps jumps;
  const double middle = 0.5 * (coordinates.anterior_insertion + coordinates.inferior_insertion);
  const double half = 0.5 * (coordinates.inferior_insertion - coordinates.anterior_insertion);
  const Vector3 axis = normalized(mesh.long_axis);
  const auto from_axis = [&](std::size_t c) {
    Vector3 p = -1.0 * mesh.apex;
    for (const std::size_t n : mesh.tetrahedra[c])
      p = p + 0.25 * mesh.nodes[n];
    return norm(p - dot(p, axis) * axis);
  };
  for (const auto &[a, b] : neighbours(mesh)) {
    const VentricularPlace one = coordinates.at(mesh, a, centre), other = coordinates.at(mesh, b, centre);
    const bool over = one.ventricle != other.ventricle;
    const bool septum = one.ventricle == 0 && other.ventricle == 0 && turn(one.rotational, middle) < half;
    if (!(across_insertions ? over : septum))
      continue;
    jumps.apicobasal = std::max(jumps.apicobasal, std::abs(one.apicobasal - other.apicobasal));
    if (!over)
      jumps.transmural = std::max(jumps.transmural, std::abs(one.transmural - other.transmural));
    jumps.arc = std::max(jumps.arc, turn(one.rotational, other.rotational) * 0.5 * (from_axis(a) + from_axis(b)));
  }
  return jumps;
}

io::Grid to_grid(const HeartMesh &mesh, const VentricularCoordinates &coordinates) {
  io::Grid grid = to_grid(mesh);
  io::Grid::Array transmural{"transmural [1]", 1, {}}, ventricle{"ventricle [1]", 1, {}};
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c) {
    const VentricularPlace place = coordinates.at(mesh, c, centre);
    transmural.values.push_back(place.transmural);
    ventricle.values.push_back(place.ventricle);
  }
  transmural.values.resize(grid.cells(), -1);
  ventricle.values.resize(grid.cells(), -1);
  grid.cell_data.push_back(transmural);
  grid.cell_data.push_back(ventricle);
  grid.point_data.push_back({"apicobasal [1]", 1, coordinates.apicobasal});
  grid.point_data.push_back({"rotational [rad]", 1, coordinates.rotational});
  return grid;
}

namespace {
constexpr const char *format = "corvivo coordinates 1", *what = "saved ventricular coordinates";
}

void save(const VentricularCoordinates &c, const std::string &path) {
  const nlohmann::json header = {{"nodes", c.apicobasal.size()},       {"cells", c.ventricle.size()},
                                 {"biventricular", c.biventricular()}, {"origin", c.origin},
                                 {"anatomical", c.anatomical},         {"insertions", {c.anterior_insertion, c.inferior_insertion}}};
  io::write_headed_file(path, format,
                        {header.dump(), io::to_bytes(c.apicobasal) + io::to_bytes(c.transmural_left) + io::to_bytes(c.rotational) +
                                            io::to_bytes(c.transmural_right) +
                                            io::to_bytes(std::vector<double>(c.ventricle.begin(), c.ventricle.end()))});
}

VentricularCoordinates load_coordinates(const std::string &path) {
  const io::HeadedFile file = io::read_headed_file(path, format, what);
  VentricularCoordinates c;
  std::size_t nodes = 0, cells = 0;
  bool two = false;
  try {
    const auto json = nlohmann::json::parse(file.heading);
    json.at("nodes").get_to(nodes);
    json.at("cells").get_to(cells);
    json.at("biventricular").get_to(two);
    json.at("origin").get_to(c.origin);
    json.at("anatomical").get_to(c.anatomical);
    const auto insertions = json.at("insertions").get<std::array<double, 2>>();
    c.anterior_insertion = insertions[0];
    c.inferior_insertion = insertions[1];
  } catch (const nlohmann::json::exception &error) {
    throw io::CaseError(path + ": not " + what + " (" + error.what() + "); delete it and run again");
  }
  const std::size_t columns = two ? 4 : 3;
  io::check_length(file, (columns * nodes + cells) * sizeof(double), path, what);
  c.apicobasal = io::numbers_of<double>(file, 0, nodes);
  c.transmural_left = io::numbers_of<double>(file, nodes, nodes);
  c.rotational = io::numbers_of<double>(file, 2 * nodes, nodes);
  if (two)
    c.transmural_right = io::numbers_of<double>(file, 3 * nodes, nodes);
  const std::vector<double> ventricle = io::numbers_of<double>(file, columns * nodes, cells);
  c.ventricle.assign(ventricle.begin(), ventricle.end());
  return c;
}

} // namespace corvivo::mesh
