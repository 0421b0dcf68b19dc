/// Legacy VTK files. VTK File Formats, "Simple Legacy Formats"; cells of version 5.1 as offsets and connectivity.
#include <io/formats/mesh_data.hpp>
#include <io/formats/mesh_files.hpp>

#include <io/base/errors.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace corvivo::io {

namespace {

NumberType number_type(std::string name, const std::string &path) {
  static const std::map<std::string, NumberType> types = {{"char", NumberType::int8},          {"unsigned_char", NumberType::uint8},
                                                          {"short", NumberType::int16},        {"unsigned_short", NumberType::uint16},
                                                          {"int", NumberType::int32},          {"unsigned_int", NumberType::uint32},
                                                          {"long", NumberType::int64},         {"unsigned_long", NumberType::uint64},
                                                          {"vtktypeint64", NumberType::int64}, {"vtktypeuint64", NumberType::uint64},
                                                          {"vtkidtype", NumberType::int32},    {"float", NumberType::float32},
                                                          {"double", NumberType::float64}};
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto found = types.find(name);
  if (found == types.end())
    throw CaseError(path + ": has numbers of type '" + name.substr(0, 30) + "'; expected char to long, float or double");
  return found->second;
}

struct Cells {
  std::vector<std::vector<std::size_t>> nodes;
};

class LegacyReader {
public:
  LegacyReader(const std::string &content, const std::string &path) : content_(content), words_(content), path_(path) {}

  Grid read() {
    read_head();
    while (!words_.ended())
      read_section(upper(words_.next()));
    build();
    check_grid(grid_, path_);
    return std::move(grid_);
  }

private:
  static std::string upper(std::string_view word) {
    std::string text(word.substr(0, 40));
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
  }
  [[noreturn]] void fail(const std::string &what) const {
    throw CaseError(path_ + ": " + what + " (near byte " + std::to_string(words_.at()) + "); is it truncated or damaged?");
  }
  std::size_t natural() {
    const auto value = words_.natural();
    if (!value)
      fail("a whole number is missing");
    return *value;
  }

  /// `count` numbers; binary ones are big endian and begin after the end of the line.
  std::vector<double> numbers(std::size_t count, NumberType type) {
    const std::size_t left = content_.size() - std::min(words_.at(), content_.size());
    std::vector<double> values;
    if (binary_) {
      words_.line();
      const std::size_t each = bytes_of(type), at = words_.at();
      if (static_cast<double>(count) * static_cast<double>(each) > static_cast<double>(content_.size() - at))
        fail("an array ends too early");
      values = decode_numbers(std::string_view(content_).substr(at, count * each), count, type, true);
      words_.move_to(at + count * each);
      return values;
    }
    if (count > left)
      fail("an array ends too early");
    for (std::size_t n = 0; n < count; ++n) {
      const auto value = words_.number();
      if (!value)
        fail("an array ends too early or holds a word that is no number");
      values.push_back(*value);
    }
    return values;
  }
  std::vector<std::size_t> naturals(std::size_t count, NumberType type) {
    std::vector<std::size_t> whole;
    for (const double value : numbers(count, type)) {
      if (!(value >= 0 && value <= 4e9) || value != std::floor(value))
        fail("something that is no index stands among the cells");
      whole.push_back(static_cast<std::size_t>(value));
    }
    return whole;
  }

  void read_head() {
    const std::string first(words_.line().substr(0, 60));
    Words head(first);
    for (int skip = 0; skip < 4; ++skip)
      head.next();
    const auto version = head.number();
    if (first.rfind("# vtk DataFile Version", 0) != 0 || !version)
      throw CaseError(path_ + ": does not begin with '# vtk DataFile Version'; is it another kind of file, or damaged?");
    offsets_ = *version >= 5;
    words_.line(); // title
    const std::string kind = upper(words_.next());
    if (kind != "ASCII" && kind != "BINARY")
      fail("its third line should be ASCII or BINARY");
    binary_ = kind == "BINARY";
    const std::string dataset = upper(words_.next()), type = upper(words_.next());
    if (dataset != "DATASET" || (type != "POLYDATA" && type != "UNSTRUCTURED_GRID"))
      throw CaseError(path_ + ": holds '" + type + "'; expected POLYDATA or UNSTRUCTURED_GRID");
    polygons_ = type == "POLYDATA";
  }

  void read_section(const std::string &name) {
    if (name == "POINTS")
      read_points();
    else if (name == "POLYGONS" || name == "CELLS")
      cells_ = read_cells();
    else if (name == "VERTICES" || name == "LINES")
      before_ += read_cells().nodes.size();
    else if (name == "CELL_TYPES")
      types_ = naturals(natural(), NumberType::int32);
    else if (name == "POINT_DATA" || name == "CELL_DATA")
      start_data(name == "POINT_DATA");
    else if (name == "METADATA")
      skip_metadata();
    else if (in_data_)
      read_array(name);
    else
      fail("'" + name + "' is no section that can be read");
  }

  void read_points() {
    const std::size_t points = natural();
    const NumberType type = number_type(std::string(words_.next()), path_);
    const auto values = numbers(3 * points, type);
    for (std::size_t p = 0; p < points; ++p)
      grid_.points.push_back({values[3 * p], values[3 * p + 1], values[3 * p + 2]});
  }

  Cells read_cells() {
    const std::size_t count = natural(), size = natural();
    Cells cells;
    if (!offsets_) { // each cell: its number of points, then the points
      const auto list = naturals(size, NumberType::int32);
      std::size_t at = 0;
      for (std::size_t c = 0; c < count; ++c) {
        if (at >= list.size() || list[at] > list.size() - at - 1)
          fail("the cells do not fill their list");
        cells.nodes.emplace_back(list.begin() + static_cast<long>(at + 1), list.begin() + static_cast<long>(at + 1 + list[at]));
        at += 1 + list[at];
      }
      return cells;
    }
    const auto list = [&](const char *keyword, std::size_t numbers_in_it) {
      if (upper(words_.next()) != keyword)
        fail(std::string("'") + keyword + "' is missing");
      const NumberType type = number_type(std::string(words_.next()), path_);
      return naturals(numbers_in_it, type);
    };
    const auto offsets = list("OFFSETS", count), nodes = list("CONNECTIVITY", size);
    for (std::size_t c = 0; c + 1 < offsets.size(); ++c) {
      if (offsets[c] > offsets[c + 1] || offsets[c + 1] > nodes.size())
        fail("the offsets of the cells do not rise");
      cells.nodes.emplace_back(nodes.begin() + static_cast<long>(offsets[c]), nodes.begin() + static_cast<long>(offsets[c + 1]));
    }
    return cells;
  }

  void start_data(bool points) {
    in_data_ = true;
    of_points_ = points;
    tuples_ = natural();
    if (tuples_ != (points ? grid_.points.size() : before_ + cells_.nodes.size()))
      fail("the data are not for as many points or cells as there are");
  }

  void skip_metadata() { // up to an empty line
    words_.line();
    while (words_.at() < content_.size() && !words_.line().empty())
      continue;
  }

  void add_array(std::string_view name, std::size_t components, NumberType type) {
    if (components < 1 || components > 10000)
      fail("an array with no or too many components");
    auto values = numbers(tuples_ * components, type);
    (of_points_ ? grid_.point_data : all_cell_data_).push_back({std::string(name.substr(0, 200)), components, std::move(values)});
  }

  void read_array(const std::string &kind) {
    if (kind == "FIELD") {
      words_.next();
      for (std::size_t arrays = natural(); arrays > 0; --arrays) {
        std::string_view name = words_.next();
        if (name == "METADATA") {
          skip_metadata();
          name = words_.next();
        }
        const std::size_t components = natural(), tuples = natural();
        const NumberType type = number_type(std::string(words_.next()), path_);
        if (tuples == tuples_)
          add_array(name, components, type);
        else if (components > 0 && tuples < content_.size() / components)
          numbers(components * tuples, type); // belongs to the whole
        else
          fail("a field has no room in the file");
      }
      return;
    }
    const std::string_view name = words_.next();
    if (kind == "LOOKUP_TABLE") {
      const std::size_t colours = natural();
      if (colours > content_.size())
        fail("a lookup table has no room in the file");
      numbers(4 * colours, binary_ ? NumberType::uint8 : NumberType::float32);
      return;
    }
    const NumberType type = number_type(std::string(words_.next()), path_);
    if (kind == "VECTORS" || kind == "NORMALS") {
      add_array(name, 3, type);
    } else if (kind == "SCALARS") {
      Words rest(words_.line());
      const auto components = rest.natural();
      if (upper(words_.next()) != "LOOKUP_TABLE")
        fail("SCALARS without LOOKUP_TABLE");
      words_.next();
      add_array(name, components.value_or(1), type);
    } else {
      fail("'" + kind + "' is no array that can be read");
    }
  }

  void build() {
    if (cells_.nodes.empty())
      fail("there are no polygons and no cells");
    std::vector<std::size_t> source;
    for (std::size_t c = 0; c < cells_.nodes.size(); ++c) {
      if (polygons_) {
        add_polygon(grid_, cells_.nodes[c], before_ + c, source, path_);
        continue;
      }
      if (types_.size() != cells_.nodes.size())
        fail("CELL_TYPES are not as many as cells");
      static const std::map<std::size_t, CellType> types = {
          {3, CellType::line}, {5, CellType::triangle}, {10, CellType::tetrahedron}, {24, CellType::quadratic_tetrahedron}};
      if (types_[c] == 1)
        continue; // a single point
      const auto type = types.find(types_[c]);
      if (type == types.end())
        throw CaseError(path_ + ": has a cell of VTK type " + std::to_string(types_[c]) +
                        "; expected lines (3), triangles (5), tetrahedra (10) or quadratic tetrahedra (24)");
      add_checked_cell(grid_, type->second, cells_.nodes[c], path_);
      source.push_back(c);
    }
    for (const Grid::Array &array : all_cell_data_) {
      Grid::Array to{array.name, array.components, {}};
      for (const std::size_t cell : source) {
        const auto from = array.values.begin() + static_cast<long>(cell * array.components);
        to.values.insert(to.values.end(), from, from + static_cast<long>(array.components));
      }
      grid_.cell_data.push_back(std::move(to));
    }
  }

  const std::string &content_;
  Words words_;
  const std::string &path_;
  bool binary_ = false, offsets_ = false, polygons_ = false, in_data_ = false, of_points_ = false;
  std::size_t tuples_ = 0, before_ = 0; ///< vertices and lines, which come before the polygons in cell data
  Cells cells_;
  std::vector<std::size_t> types_;
  std::vector<Grid::Array> all_cell_data_;
  Grid grid_;
};

} // namespace

Grid read_vtk_legacy(const std::string &content, const std::string &path) {
  return LegacyReader(content, path).read();
}

} // namespace corvivo::io
