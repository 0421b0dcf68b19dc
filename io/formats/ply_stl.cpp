/// Triangulated surfaces of two old formats. PLY: Turk 1994, "The PLY polygon file format". STL: 80 bytes, a count, 50 bytes a triangle; or
/// text of facets.
#include <io/formats/mesh_data.hpp>
#include <io/formats/mesh_files.hpp>

#include <io/base/errors.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

namespace corvivo::io {

namespace {

struct Property {
  std::string name;
  NumberType type = NumberType::float32;
  bool list = false;
  NumberType count_type = NumberType::uint8;
};
struct Element {
  std::string name;
  std::size_t count = 0;
  std::vector<Property> properties;
};

class PlyReader {
public:
  PlyReader(const std::string &content, const std::string &path) : content_(content), words_(content), path_(path) {}

  Grid read() {
    read_head();
    std::vector<std::size_t> source;
    for (const Element &element : elements_)
      read_element(element, source);
    for (Grid::Array &array : face_data_) {
      Grid::Array to{array.name, 1, {}};
      for (const std::size_t face : source)
        to.values.push_back(array.values[face]);
      grid_.cell_data.push_back(std::move(to));
    }
    check_grid(grid_, path_);
    return std::move(grid_);
  }

private:
  [[noreturn]] void fail(const std::string &what) const {
    throw CaseError(path_ + ": " + what + "; is it truncated, damaged or another kind of file?");
  }

  NumberType type(std::string_view name) const {
    static const std::map<std::string_view, NumberType> types = {
        {"char", NumberType::int8},      {"int8", NumberType::int8},       {"uchar", NumberType::uint8},
        {"uint8", NumberType::uint8},    {"short", NumberType::int16},     {"int16", NumberType::int16},
        {"ushort", NumberType::uint16},  {"uint16", NumberType::uint16},   {"int", NumberType::int32},
        {"int32", NumberType::int32},    {"uint", NumberType::uint32},     {"uint32", NumberType::uint32},
        {"float", NumberType::float32},  {"float32", NumberType::float32}, {"double", NumberType::float64},
        {"float64", NumberType::float64}};
    const auto found = types.find(name);
    if (found == types.end())
      fail("a property of unknown type '" + std::string(name.substr(0, 20)) + "'");
    return found->second;
  }

  void read_head() {
    if (words_.next() != "ply")
      fail("does not begin with 'ply'");
    while (true) {
      const std::string_view word = words_.next();
      if (word.empty())
        fail("its header has no end");
      if (word == "end_header")
        break;
      if (word == "format")
        read_format();
      else if (word == "element")
        read_element_head();
      else if (word == "property")
        read_property();
      words_.line();
    }
    words_.line();
  }
  void read_format() {
    const std::string_view kind = words_.next();
    if (kind != "ascii" && kind != "binary_little_endian" && kind != "binary_big_endian")
      fail("its format is unknown");
    binary_ = kind != "ascii";
    big_endian_ = kind == "binary_big_endian";
  }
  void read_element_head() {
    const std::string name(words_.next().substr(0, 40));
    const auto count = words_.natural();
    if (!count || *count > content_.size() || elements_.size() > 20)
      fail("announces more elements than it has room for");
    elements_.push_back({name, *count, {}});
  }
  void read_property() {
    if (elements_.empty() || elements_.back().properties.size() > 200)
      fail("a property without an element");
    Property property;
    std::string_view word = words_.next();
    if (word == "list") {
      property.list = true;
      property.count_type = type(words_.next());
      word = words_.next();
    }
    property.type = type(word);
    property.name = std::string(words_.next().substr(0, 60));
    elements_.back().properties.push_back(property);
  }

  double number(NumberType kind) {
    if (!binary_) {
      const auto value = words_.number();
      if (!value)
        fail("ends too early or holds a word that is no number");
      return *value;
    }
    const std::size_t bytes = bytes_of(kind), at = words_.at();
    if (at > content_.size() || content_.size() - at < bytes)
      fail("ends too early");
    words_.move_to(at + bytes);
    return decode_numbers(std::string_view(content_).substr(at, bytes), 1, kind, big_endian_)[0];
  }
  std::size_t index(NumberType kind) {
    const double value = number(kind);
    if (!(value >= 0 && value <= 4e9) || value != std::floor(value))
      fail("something that is no index stands in a list");
    return static_cast<std::size_t>(value);
  }

  void read_element(const Element &element, std::vector<std::size_t> &source) {
    const bool vertices = element.name == "vertex", faces = element.name == "face";
    if (element.properties.empty() && element.count > 0)
      fail("an element without properties");
    std::vector<Grid::Array> arrays;
    for (const Property &property : element.properties)
      if (!property.list)
        arrays.push_back({property.name, 1, {}});
    for (std::size_t e = 0; e < element.count; ++e) {
      std::size_t place = 0;
      for (const Property &property : element.properties) {
        if (!property.list) {
          arrays[place++].values.push_back(number(property.type));
          continue;
        }
        const std::size_t corners = index(property.count_type);
        if (corners > content_.size() - std::min(words_.at(), content_.size()))
          fail("a list is longer than the file");
        std::vector<std::size_t> nodes;
        for (std::size_t c = 0; c < corners; ++c)
          if (faces)
            nodes.push_back(index(property.type));
          else
            number(property.type);
        if (faces && (property.name == "vertex_indices" || property.name == "vertex_index"))
          add_polygon(grid_, nodes, e, source, path_);
      }
    }
    if (vertices)
      take_vertices(arrays, element.count);
    else if (faces)
      face_data_ = std::move(arrays);
  }

  void take_vertices(std::vector<Grid::Array> &arrays, std::size_t count) {
    const Grid::Array *axes[3] = {};
    for (const Grid::Array &array : arrays)
      for (std::size_t a = 0; a < 3; ++a)
        if (array.name == std::string(1, static_cast<char>('x' + a)))
          axes[a] = &array;
    if (!axes[0] || !axes[1] || !axes[2])
      fail("its vertices have no x, y and z");
    for (std::size_t v = 0; v < count; ++v)
      grid_.points.push_back({axes[0]->values[v], axes[1]->values[v], axes[2]->values[v]});
    for (Grid::Array &array : arrays)
      if (array.name != "x" && array.name != "y" && array.name != "z")
        grid_.point_data.push_back(std::move(array));
  }

  const std::string &content_;
  Words words_;
  const std::string &path_;
  bool binary_ = false, big_endian_ = false;
  std::vector<Element> elements_;
  std::vector<Grid::Array> face_data_;
  Grid grid_;
};

/// Corners at exactly the same place are one point.
class Corners {
public:
  explicit Corners(Grid &grid) : grid_(grid) {}
  std::size_t at(const Vector3 &place) {
    const auto [found, fresh] = known_.emplace(place, grid_.points.size());
    if (fresh)
      grid_.points.push_back(place);
    return found->second;
  }

private:
  Grid &grid_;
  std::map<Vector3, std::size_t> known_;
};

void check_corner(const Vector3 &corner, const std::string &path) {
  for (const double x : corner)
    if (!std::isfinite(x)) // also keeps the order of the map
      throw CaseError(path + ": the position of a corner is not a number; export the file again");
}

Grid binary_stl(const std::string &content, std::size_t triangles, const std::string &path) {
  Grid grid;
  Corners corners(grid);
  for (std::size_t t = 0; t < triangles; ++t) {
    const auto values = decode_numbers(std::string_view(content).substr(84 + 50 * t + 12, 36), 9, NumberType::float32, false);
    std::vector<std::size_t> nodes;
    for (std::size_t c = 0; c < 9; c += 3) {
      const Vector3 corner{values[c], values[c + 1], values[c + 2]};
      check_corner(corner, path);
      nodes.push_back(corners.at(corner));
    }
    add_checked_cell(grid, CellType::triangle, nodes, path);
  }
  return grid;
}

Grid text_stl(const std::string &content, const std::string &path) {
  Grid grid;
  Corners corners(grid);
  Words words(content);
  std::vector<std::size_t> nodes;
  bool ended = false;
  while (!words.ended()) {
    const std::string_view word = words.next();
    ended = word == "endsolid" || (ended && word != "solid");
    if (word == "vertex") {
      Vector3 corner{};
      for (double &x : corner) {
        const auto value = words.number();
        if (!value)
          throw CaseError(path + ": a vertex has no three numbers; is it truncated?");
        x = *value;
      }
      check_corner(corner, path);
      nodes.push_back(corners.at(corner));
    } else if (word == "endloop") {
      if (nodes.size() != 3)
        throw CaseError(path + ": a facet has " + std::to_string(nodes.size()) + " corners; expected three");
      add_checked_cell(grid, CellType::triangle, nodes, path);
      nodes.clear();
    }
  }
  if (!ended || !nodes.empty())
    throw CaseError(path + ": does not end with 'endsolid'; is it truncated?");
  return grid;
}

} // namespace

Grid read_ply(const std::string &content, const std::string &path) {
  return PlyReader(content, path).read();
}

Grid read_stl(const std::string &content, const std::string &path) {
  std::size_t triangles = 0;
  if (content.size() >= 84)
    triangles = static_cast<std::size_t>(decode_numbers(std::string_view(content).substr(80, 4), 1, NumberType::uint32, false)[0]);
  const bool binary = content.size() >= 84 && content.size() == 84 + 50 * triangles;
  if (!binary && content.rfind("solid", 0) != 0)
    throw CaseError(path + ": is neither STL text nor, by its length, binary STL of " + std::to_string(triangles) +
                    " triangles; is it truncated?");
  Grid grid = binary ? binary_stl(content, triangles, path) : text_stl(content, path);
  check_grid(grid, path);
  return grid;
}

} // namespace corvivo::io
