/// openCARP meshes: .pts (count, then x y z in micrometres), .elem (count, then Tt n0 n1 n2 n3 tag), .lon (1 or 2 directions for each
/// cell). https://opencarp.org/manual/opencarp-manual-latest.pdf, "Mesh formats".
#include <io/formats/mesh_data.hpp>
#include <io/formats/mesh_files.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <cmath>

namespace corvivo::io {

namespace {

/// The count that heads a file, which must have room for as many lines of `characters`.
std::size_t heading(Words &words, std::size_t size, std::size_t characters, const std::string &file, const char *of) {
  const auto count = words.natural();
  if (!count || static_cast<double>(*count) * static_cast<double>(characters) > static_cast<double>(size))
    throw CaseError(file + ": does not begin with the number of its " + of + ", or is truncated");
  return *count;
}

double needed(Words &words, const std::string &file) {
  const auto value = words.number();
  if (!value)
    throw CaseError(file + ": ends too early or holds a word that is no number; is it truncated?");
  return *value;
}

std::optional<CellType> type_of(std::string_view word, const std::string &file) {
  if (word == "Tt")
    return CellType::tetrahedron;
  if (word == "Tr")
    return CellType::triangle;
  if (word == "Ln" || word == "Cx")
    return CellType::line;
  throw CaseError(file + ": has an element of kind '" + std::string(word.substr(0, 20)) +
                  "'; expected Tt (tetrahedra), Tr (triangles) or Ln (lines)");
}

void add_fibres(Grid &grid, const std::string &text, const std::string &file) {
  Words words(text);
  std::size_t directions = 0;
  const auto first = words.natural();
  if (first && (*first == 1 || *first == 2))
    directions = *first;
  if (directions == 0)
    throw CaseError(file + ": should begin with 1 (fibres) or 2 (fibres and sheets)");
  Grid::Array fibre{"fibre [1]", 3, {}}, sheet{"sheet [1]", 3, {}};
  for (std::size_t c = 0; c < grid.cells(); ++c)
    for (std::size_t d = 0; d < directions; ++d)
      for (int x = 0; x < 3; ++x)
        (d == 0 ? fibre : sheet).values.push_back(needed(words, file));
  if (!words.ended())
    throw CaseError(file + ": holds more directions than there are elements; the files do not belong together");
  grid.cell_data.push_back(std::move(fibre));
  if (directions == 2)
    grid.cell_data.push_back(std::move(sheet));
}

} // namespace

Grid read_opencarp(const std::string &points, const std::string &elements, const std::string &fibres, const std::string &path,
                   double scale) {
  Grid grid;
  Words pts(points), elem(elements);
  for (std::size_t n = heading(pts, points.size(), 5, path + ".pts", "points"); n > 0; --n) {
    const double x = needed(pts, path + ".pts"), y = needed(pts, path + ".pts"), z = needed(pts, path + ".pts");
    grid.points.push_back({scale * x, scale * y, scale * z});
  }
  if (!pts.ended())
    throw CaseError(path + ".pts: holds more points than its first line says; it is damaged");
  Grid::Array region{"region [1]", 1, {}};
  for (std::size_t n = heading(elem, elements.size(), 6, path + ".elem", "elements"); n > 0; --n) {
    const auto type = type_of(elem.next(), path + ".elem");
    std::vector<std::size_t> nodes;
    for (std::size_t i = 0; i < nodes_of(*type); ++i) {
      const auto node = elem.natural();
      if (!node)
        throw CaseError(path + ".elem: element " + std::to_string(grid.cells()) + " has no whole numbers for its nodes; is it truncated?");
      nodes.push_back(*node);
    }
    add_checked_cell(grid, *type, nodes, path + ".elem");
    Words rest(elem.line()); // the tag may be left out
    region.values.push_back(rest.ended() ? 0 : needed(rest, path + ".elem"));
  }
  if (!elem.ended())
    throw CaseError(path + ".elem: holds more elements than its first line says; it is damaged");
  grid.cell_data.push_back(std::move(region));
  if (!fibres.empty())
    add_fibres(grid, fibres, path + ".lon");
  check_grid(grid, path + ".pts");
  return grid;
}

void write_opencarp(const Grid &grid, const std::string &stem) {
  const Grid::Array *region = grid.find_cell_data("region [1]"), *fibre = grid.find_cell_data("fibre [1]"),
                    *sheet = grid.find_cell_data("sheet [1]");
  constexpr double micrometres = 1e3;
  std::string pts = std::to_string(grid.points.size()) + "\n", elem, lon = sheet && fibre ? "2\n" : "1\n", surf;
  for (const Vector3 &p : grid.points)
    pts += print_number(micrometres * p[0]) + " " + print_number(micrometres * p[1]) + " " + print_number(micrometres * p[2]) + "\n";
  std::size_t tetrahedra = 0, triangles = 0;
  for (std::size_t c = 0; c < grid.cells(); ++c) {
    const bool solid = grid.cell_types[c] == CellType::tetrahedron, flat = grid.cell_types[c] == CellType::triangle;
    if (!solid && !flat)
      continue;
    std::string &line = solid ? elem : surf;
    ++(solid ? tetrahedra : triangles);
    line += solid ? "Tt" : "Tr";
    for (std::size_t n = grid.cell_offsets[c]; n < grid.cell_offsets[c + 1]; ++n)
      line += " " + std::to_string(grid.cell_points[n]);
    line += (solid && region ? " " + fixed(region->values[c], 0) : solid ? " 0" : "") + "\n";
    if (!solid)
      continue;
    std::string directions = fibre ? "" : "1 0 0";
    for (const Grid::Array *array : {fibre, fibre ? sheet : nullptr})
      for (std::size_t x = 0; array && x < 3; ++x)
        directions += (directions.empty() ? "" : " ") + print_number(array->values[3 * c + x]);
    lon += directions + "\n";
  }
  write_file(stem + ".pts", pts);
  write_file(stem + ".elem", std::to_string(tetrahedra) + "\n" + elem);
  write_file(stem + ".lon", lon);
  if (triangles > 0)
    write_file(stem + ".surf", std::to_string(triangles) + "\n" + surf);
}

} // namespace corvivo::io
