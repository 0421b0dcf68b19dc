/// XDMF 2 and 3 with inline numbers. https://www.xdmf.org/index.php/XDMF_Model_and_Format
#include <io/formats/mesh_data.hpp>
#include <io/formats/mesh_files.hpp>
#include <io/formats/xml.hpp>

#include <io/base/errors.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace corvivo::io {

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

const XmlElement &needed(const XmlElement &parent, const std::string &name, const std::string &path) {
  const XmlElement *found = parent.child(name);
  if (!found)
    throw CaseError(path + ": has no '" + name + "' in its '" + parent.name.substr(0, 40) + "'; is it damaged, or another kind of XDMF?");
  return *found;
}

struct Numbers {
  std::vector<std::size_t> dimensions;
  std::vector<double> values;
};

Numbers numbers_of_item(const XmlElement &parent, const std::string &path) {
  const XmlElement &item = needed(parent, "DataItem", path);
  const std::string format = item.attribute("Format", "XML");
  if (lower(format) != "xml")
    throw CaseError(path + ": keeps its numbers in another file ('" + format.substr(0, 20) +
                    "'); expected Format=\"XML\": save it with inline numbers, or as .vtu");
  Numbers found;
  double product = 1;
  const std::string dimensions_text = item.attribute("Dimensions");
  Words dimensions(dimensions_text);
  while (!dimensions.ended()) {
    const auto extent = dimensions.natural();
    if (!extent || found.dimensions.size() > 4)
      throw CaseError(path + ": Dimensions=\"" + dimensions_text.substr(0, 40) + "\" should be whole numbers");
    found.dimensions.push_back(*extent);
    product *= static_cast<double>(*extent);
  }
  Words words(item.text);
  while (!words.ended()) {
    const auto value = words.number();
    if (!value)
      throw CaseError(path + ": a DataItem holds a word that is no number");
    found.values.push_back(*value);
  }
  if (found.dimensions.empty() || product != static_cast<double>(found.values.size()))
    throw CaseError(path + ": a DataItem announces " + dimensions_text.substr(0, 40) + " numbers and has " +
                    std::to_string(found.values.size()) + "; is it truncated?");
  return found;
}

CellType cell_type(const std::string &name, const std::string &path) {
  static const std::map<std::string, CellType> types = {{"polyline", CellType::line},
                                                        {"triangle", CellType::triangle},
                                                        {"tetrahedron", CellType::tetrahedron},
                                                        {"tetrahedron_10", CellType::quadratic_tetrahedron},
                                                        {"tet_10", CellType::quadratic_tetrahedron}};
  const auto found = types.find(lower(name));
  if (found == types.end())
    throw CaseError(path + ": has cells of kind '" + name.substr(0, 40) + "'; expected Triangle, Tetrahedron or Tetrahedron_10");
  return found->second;
}

void add_points(Grid &grid, const XmlElement &geometry, const std::string &path) {
  const std::string kind = geometry.attribute("GeometryType", geometry.attribute("Type", "XYZ"));
  const Numbers points = numbers_of_item(geometry, path);
  if (lower(kind) != "xyz" || points.values.size() % 3 != 0)
    throw CaseError(path + ": its geometry is '" + kind.substr(0, 20) + "'; expected XYZ, three numbers a point");
  for (std::size_t p = 0; p + 2 < points.values.size(); p += 3)
    grid.points.push_back({points.values[p], points.values[p + 1], points.values[p + 2]});
}

void add_cells(Grid &grid, const XmlElement &topology, const std::string &path) {
  const CellType type = cell_type(topology.attribute("TopologyType", topology.attribute("Type")), path);
  const Numbers cells = numbers_of_item(topology, path);
  const std::size_t each = nodes_of(type);
  if (cells.values.size() % each != 0)
    throw CaseError(path + ": its connectivity has " + std::to_string(cells.values.size()) + " numbers, not a multiple of " +
                    std::to_string(each));
  for (std::size_t c = 0; c < cells.values.size(); c += each) {
    std::vector<std::size_t> nodes;
    for (std::size_t n = 0; n < each; ++n) {
      const double node = cells.values[c + n];
      if (!(node >= 0 && node <= 4e9) || node != std::floor(node))
        throw CaseError(path + ": its connectivity holds something that is no index");
      nodes.push_back(static_cast<std::size_t>(node));
    }
    add_checked_cell(grid, type, nodes, path);
  }
}

void add_attribute(Grid &grid, const XmlElement &attribute, const std::string &path) {
  const std::string centre = lower(attribute.attribute("Center", "Node"));
  const std::size_t count = centre == "cell" ? grid.cells() : grid.points.size();
  if ((centre != "cell" && centre != "node") || count == 0)
    return;
  Numbers numbers = numbers_of_item(attribute, path);
  if (numbers.values.empty() || numbers.values.size() % count != 0)
    throw CaseError(path + ": attribute '" + attribute.attribute("Name").substr(0, 40) + "' has " + std::to_string(numbers.values.size()) +
                    " values for " + std::to_string(count) + (centre == "cell" ? " cells" : " points"));
  (centre == "cell" ? grid.cell_data : grid.point_data)
      .push_back({attribute.attribute("Name"), numbers.values.size() / count, std::move(numbers.values)});
}

/// The only array of whole numbers with one for each cell says which region the cell belongs to.
void name_region(Grid &grid) {
  Grid::Array *only = nullptr;
  for (Grid::Array &array : grid.cell_data) {
    if (array.components != 1 ||
        !std::all_of(array.values.begin(), array.values.end(), [](double v) { return std::abs(v) < 2e9 && v == std::floor(v); }))
      continue;
    if (only || array.name == "region [1]")
      return;
    only = &array;
  }
  if (only)
    only->name = "region [1]";
}

} // namespace

Grid read_xdmf(const std::string &content, const std::string &path) {
  const XmlElement root = parse_xml(content, path);
  if (root.name != "Xdmf")
    throw CaseError(path + ": is XML, but not XDMF");
  const XmlElement &element = needed(needed(root, "Domain", path), "Grid", path);
  Grid grid;
  add_points(grid, needed(element, "Geometry", path), path);
  add_cells(grid, needed(element, "Topology", path), path);
  for (const XmlElement *attribute : element.all("Attribute"))
    add_attribute(grid, *attribute, path);
  name_region(grid);
  check_grid(grid, path);
  return grid;
}

} // namespace corvivo::io
