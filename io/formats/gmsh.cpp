/// Gmsh .msh, versions 2.2 and 4.1, text and binary. https://gmsh.info/doc/texinfo/gmsh.html, "MSH file format". Physical groups become the
/// cell array "region [1]" and, with their names, "region" of MeshNames.
#include <io/formats/mesh_data.hpp>
#include <io/formats/mesh_files.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <cmath>
#include <cstring>
#include <map>
#include <unordered_map>

namespace corvivo::io {

namespace {

struct GmshType {
  int code;
  CellType type;
};
constexpr GmshType gmsh_types[] = {
    {1, CellType::line}, {2, CellType::triangle}, {4, CellType::tetrahedron}, {11, CellType::quadratic_tetrahedron}};
constexpr int gmsh_point = 15;

/// Numbers of one section, from text or from bytes.
class Numbers {
public:
  Numbers(std::string_view text, bool binary, const std::string &path) : words_(text), text_(text), binary_(binary), path_(path) {}
  double real() {
    if (binary_)
      return raw<double>();
    const auto value = words_.number();
    return value ? *value : fail();
  }
  /// A 4-byte integer (element types, tags), or 8 bytes (sizes and tags of version 4).
  long long whole(bool wide = false) {
    if (binary_)
      return wide ? raw<long long>() : raw<int>();
    const auto value = words_.number();
    if (!value || !(std::abs(*value) < 9e15))
      fail();
    return static_cast<long long>(*value);
  }
  /// A count of things of at least `bytes` each, which the rest of the section must be able to hold.
  std::size_t count(std::size_t bytes, bool wide = false) {
    const long long value = whole(wide);
    if (value < 0 || static_cast<double>(value) * static_cast<double>(bytes) > static_cast<double>(text_.size() + 1 - place()))
      throw CaseError(path_ + ": announces " + std::to_string(value) + " things where the file has no room for them; is it truncated?");
    return static_cast<std::size_t>(value);
  }

private:
  [[noreturn]] double fail() const {
    throw CaseError(path_ + ": a section ends too early or holds a word that is no number; is it truncated or damaged?");
  }
  std::size_t place() const { return binary_ ? at_ : std::min(words_.at(), text_.size()); }
  template <class Number> Number raw() {
    if (text_.size() - at_ < sizeof(Number))
      fail();
    Number value;
    std::memcpy(&value, text_.data() + at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  Words words_;
  std::string_view text_;
  bool binary_;
  const std::string &path_;
  std::size_t at_ = 0;
};

class GmshReader {
public:
  GmshReader(const std::string &content, const std::string &path) : content_(content), path_(path) {}

  Grid read(MeshNames &names) {
    read_format();
    if (const auto text = section("PhysicalNames"))
      read_names(*text, names);
    if (version_ > 4)
      if (const auto text = section("Entities"))
        read_entities(*text);
    const auto nodes = section("Nodes"), elements = section("Elements");
    if (!nodes || !elements)
      throw CaseError(path_ + ": has no $Nodes or no $Elements; is it truncated?");
    version_ > 4 ? read_nodes_4(*nodes) : read_nodes_2(*nodes);
    grid_.cell_data = {{"region [1]", 1, {}}};
    version_ > 4 ? read_elements_4(*elements) : read_elements_2(*elements);
    read_data("NodeData", node_of_, grid_.points.size(), grid_.point_data);
    read_data("ElementData", cell_of_, grid_.cells(), grid_.cell_data);
    check_grid(grid_, path_);
    return std::move(grid_);
  }

private:
  /// What stands between $Name and $EndName, from `from` on.
  std::optional<std::string_view> section(const std::string &name, std::size_t from = 0) const {
    const std::size_t start = content_.find("$" + name + "\n", from);
    const std::size_t crlf = content_.find("$" + name + "\r\n", from);
    const std::size_t begin = start != std::string::npos ? start + name.size() + 2 : crlf != std::string::npos ? crlf + name.size() + 3 : 0;
    if (begin == 0)
      return std::nullopt;
    const std::size_t end = content_.find("$End" + name, begin);
    if (end == std::string::npos)
      throw CaseError(path_ + ": $" + name + " does not end; is it truncated?");
    return std::string_view(content_).substr(begin, end - begin);
  }

  void read_format() {
    const auto text = section("MeshFormat");
    if (!text)
      throw CaseError(path_ + ": does not begin with $MeshFormat; expected a Gmsh file of version 2.2 or 4.1");
    Words words(*text);
    const auto version = words.number(), kind = words.number(), bytes = words.number();
    if (!version || !kind || !bytes || (*version != 2.2 && *version != 4.1) || *bytes != 8)
      throw CaseError(path_ + ": is of a Gmsh version or number size that is not read; expected 2.2 or 4.1 with 8 bytes: save it as such");
    version_ = *version;
    binary_ = *kind != 0;
    if (!binary_)
      return;
    words.line();
    int one = 0;
    if (text->size() - std::min(words.at(), text->size()) >= 4)
      std::memcpy(&one, text->data() + words.at(), 4);
    if (one != 1)
      throw CaseError(path_ + ": is binary in another byte order; save it as text");
  }

  void read_names(std::string_view text, MeshNames &names) const {
    Words words(text);
    words.line();
    while (!words.ended()) {
      const auto dimension = words.natural(), tag = words.natural();
      const std::string_view rest = words.line();
      const std::size_t first = rest.find('"'), last = rest.rfind('"');
      if (!dimension || !tag || first == std::string_view::npos || last <= first)
        throw CaseError(path_ + ": a line of $PhysicalNames is not: dimension, number, \"name\"");
      names.push_back({static_cast<int>(*dimension), static_cast<int>(std::min<std::size_t>(*tag, 2000000000)),
                       std::string(rest.substr(first + 1, last - first - 1))});
    }
  }

  /// The physical group of each entity of version 4; its first, where it has several.
  void read_entities(std::string_view text) {
    Numbers in(text, binary_, path_);
    std::size_t counts[4];
    for (std::size_t &count : counts)
      count = in.count(4, true);
    for (int dimension = 0; dimension < 4; ++dimension)
      for (std::size_t e = 0; e < counts[dimension]; ++e) {
        const int tag = static_cast<int>(in.whole());
        for (int x = 0; x < (dimension == 0 ? 3 : 6); ++x)
          in.real();
        const std::size_t groups = in.count(1, true);
        for (std::size_t g = 0; g < groups; ++g) {
          const int group = static_cast<int>(in.whole());
          if (g == 0)
            groups_[{dimension, tag}] = group;
        }
        if (dimension > 0)
          for (std::size_t b = in.count(1, true); b > 0; --b)
            in.whole();
      }
  }

  void add_node(long long tag, double x, double y, double z) {
    if (!node_of_.emplace(tag, grid_.points.size()).second)
      throw CaseError(path_ + ": node " + std::to_string(tag) + " is given twice; the file is damaged");
    grid_.points.push_back({x, y, z});
  }

  void read_nodes_2(std::string_view text) {
    std::size_t header = 0;
    const std::size_t nodes = counted(text, header, binary_ ? 28 : 8);
    Numbers in(text.substr(header), binary_, path_);
    for (std::size_t n = 0; n < nodes; ++n) {
      const long long tag = in.whole();
      const double x = in.real(), y = in.real(), z = in.real();
      add_node(tag, x, y, z);
    }
  }

  void read_nodes_4(std::string_view text) {
    Numbers in(text, binary_, path_);
    const std::size_t blocks = in.count(4, true);
    for (int skip = 0; skip < 3; ++skip)
      in.whole(true);
    for (std::size_t b = 0; b < blocks; ++b) {
      in.whole(), in.whole();
      if (in.whole() != 0)
        throw CaseError(path_ + ": has parametric nodes; save the mesh without them");
      std::vector<long long> tags(in.count(2, true));
      for (long long &tag : tags)
        tag = in.whole(true);
      for (const long long tag : tags) {
        const double x = in.real(), y = in.real(), z = in.real();
        add_node(tag, x, y, z);
      }
    }
  }

  /// The number in text that begins a section of version 2, also of a binary file; `header` becomes where the rest begins.
  std::size_t counted(std::string_view text, std::size_t &header, std::size_t bytes) const {
    Words words(text);
    const auto count = words.natural();
    words.line();
    header = words.at();
    if (!count || static_cast<double>(*count) * static_cast<double>(bytes) > static_cast<double>(text.size()))
      throw CaseError(path_ + ": announces more nodes or elements than the file has room for; is it truncated?");
    return *count;
  }

  /// Nothing for points; throws for cells that a heart's mesh does not have.
  std::optional<CellType> cell_type(long long code) const {
    for (const GmshType &known : gmsh_types)
      if (known.code == code)
        return known.type;
    if (code == gmsh_point)
      return std::nullopt;
    throw CaseError(path_ + ": has elements of Gmsh type " + std::to_string(code) +
                    "; expected lines (1), triangles (2), tetrahedra (4) or quadratic tetrahedra (11)");
  }

  /// Arrays of nodes or elements: quoted names, times, [step, components, count], then a tag and its values a row. What has no row is 0.
  void read_data(const std::string &name, const std::unordered_map<long long, std::size_t> &index_of, std::size_t count,
                 std::vector<Grid::Array> &arrays) const {
    for (std::size_t from = 0;;) {
      const auto text = section(name, from);
      if (!text || arrays.size() > 100)
        return;
      from = static_cast<std::size_t>(text->data() - content_.data()) + text->size();
      Words words(*text);
      Grid::Array array;
      for (std::size_t strings = heading(words, name, 100); strings > 0; --strings) {
        const std::string line(words.line());
        if (array.name.empty() && line.size() > 2)
          array.name = line.substr(1, line.size() - 2);
      }
      for (std::size_t reals = heading(words, name, 100); reals > 0; --reals)
        words.line();
      std::size_t numbers[3] = {};
      for (std::size_t integers = heading(words, name, 100), i = 0; i < integers; ++i)
        (i < 3 ? numbers[i] : numbers[0]) = heading(words, name, 4000000000U);
      array.components = numbers[1];
      if (array.components < 1 || array.components > 9 || numbers[2] > text->size())
        throw CaseError(path_ + ": $" + name + " '" + array.name.substr(0, 40) + "' does not say how many values it holds");
      array.values.assign(count * array.components, 0);
      Numbers in(text->substr(words.at()), binary_, path_);
      for (std::size_t row = 0; row < numbers[2]; ++row) {
        const auto found = index_of.find(in.whole());
        for (std::size_t c = 0; c < array.components; ++c)
          if (const double value = in.real(); found != index_of.end())
            array.values[found->second * array.components + c] = value;
      }
      arrays.push_back(std::move(array));
    }
  }
  std::size_t heading(Words &words, const std::string &name, std::size_t most) const {
    const auto value = words.natural();
    words.line();
    if (!value || *value > most)
      throw CaseError(path_ + ": $" + name + " does not begin with its names and counts; is it damaged?");
    return *value;
  }

  void add_element(long long number, long long code, const std::vector<long long> &tags, double group) {
    const auto type = cell_type(code);
    if (!type)
      return;
    std::vector<std::size_t> nodes;
    for (const long long tag : tags) {
      const auto found = node_of_.find(tag);
      if (found == node_of_.end())
        throw CaseError(path_ + ": an element names node " + std::to_string(tag) + ", which the file does not have");
      nodes.push_back(found->second);
    }
    if (*type == CellType::quadratic_tetrahedron)
      std::swap(nodes[8], nodes[9]); // Gmsh numbers the last two edges the other way round than VTK
    cell_of_[number] = grid_.cells();
    add_checked_cell(grid_, *type, nodes, path_);
    grid_.cell_data[0].values.push_back(group);
  }

  std::size_t nodes_in(long long code) const {
    const auto type = cell_type(code);
    return type ? nodes_of(*type) : 1;
  }

  void read_elements_2(std::string_view text) {
    std::size_t header = 0;
    const std::size_t elements = counted(text, header, binary_ ? 8 : 6);
    Numbers in(text.substr(header), binary_, path_);
    for (std::size_t e = 0; e < elements;) {
      // text: number, type, tags; binary: type, elements that follow, tags, then number first in each
      const long long before = binary_ ? 0 : in.whole(), code = in.whole();
      const std::size_t same = binary_ ? in.count(4) : 1, tags = in.count(1);
      for (std::size_t s = 0; s < same; ++s, ++e) {
        const long long number = binary_ ? in.whole() : before;
        double group = 0;
        for (std::size_t t = 0; t < tags; ++t)
          if (const double tag = static_cast<double>(in.whole()); t == 0)
            group = tag;
        std::vector<long long> nodes(nodes_in(code));
        for (long long &node : nodes)
          node = in.whole();
        add_element(number, code, nodes, group);
      }
      if (same == 0)
        throw CaseError(path_ + ": a block of elements is empty; the file is damaged");
    }
  }

  void read_elements_4(std::string_view text) {
    Numbers in(text, binary_, path_);
    const std::size_t blocks = in.count(4, true);
    for (int skip = 0; skip < 3; ++skip)
      in.whole(true);
    for (std::size_t b = 0; b < blocks; ++b) {
      const int dimension = static_cast<int>(in.whole()), entity = static_cast<int>(in.whole());
      const long long code = in.whole();
      const std::size_t elements = in.count(4, true), each = nodes_in(code);
      const auto group = groups_.find({dimension, entity});
      for (std::size_t e = 0; e < elements; ++e) {
        const long long number = in.whole(true);
        std::vector<long long> nodes(each);
        for (long long &node : nodes)
          node = in.whole(true);
        add_element(number, code, nodes, group == groups_.end() ? 0 : group->second);
      }
    }
  }

  const std::string &content_, &path_;
  double version_ = 0;
  bool binary_ = false;
  Grid grid_;
  std::unordered_map<long long, std::size_t> node_of_, cell_of_;
  std::map<std::pair<int, int>, int> groups_;
};

int gmsh_code(CellType type) {
  for (const GmshType &known : gmsh_types)
    if (known.type == type)
      return known.code;
  throw Bug("a cell type without a Gmsh code");
}

/// $NodeData or $ElementData: one array.
std::string data_section(const std::string &name, const Grid::Array &array, std::size_t count) {
  const std::size_t stored = array.components == 1 ? 1 : array.components <= 3 ? 3 : 9;
  if (array.components > 9)
    return {}; // no kind of the format
  std::string out = "$" + name + "\n1\n\"" + array.name + "\"\n1\n0\n3\n0\n" + std::to_string(stored) + "\n" + std::to_string(count) + "\n";
  for (std::size_t i = 0; i < count; ++i) {
    out += std::to_string(i + 1);
    for (std::size_t c = 0; c < stored; ++c)
      out += " " + print_number(c < array.components ? array.values[i * array.components + c] : 0.0);
    out += "\n";
  }
  return out + "$End" + name + "\n";
}

} // namespace

Grid read_gmsh(const std::string &content, const std::string &path, MeshNames *names) {
  MeshNames found;
  Grid grid = GmshReader(content, path).read(found);
  if (names)
    *names = found;
  return grid;
}

void write_gmsh(const Grid &grid, const MeshNames &names, const std::string &path) {
  const Grid::Array *region = grid.find_cell_data("region [1]");
  std::string out = "$MeshFormat\n2.2 0 8\n$EndMeshFormat\n";
  if (!names.empty()) {
    out += "$PhysicalNames\n" + std::to_string(names.size()) + "\n";
    for (const MeshName &name : names)
      out += std::to_string(name.dimension) + " " + std::to_string(name.number) + " \"" + name.name + "\"\n";
    out += "$EndPhysicalNames\n";
  }
  out += "$Nodes\n" + std::to_string(grid.points.size()) + "\n";
  for (std::size_t p = 0; p < grid.points.size(); ++p) {
    out += std::to_string(p + 1);
    for (const double x : grid.points[p])
      out += " " + print_number(x);
    out += "\n";
  }
  out += "$EndNodes\n$Elements\n" + std::to_string(grid.cells()) + "\n";
  for (std::size_t c = 0; c < grid.cells(); ++c) {
    const std::string group = region ? fixed(region->values[c], 0) : "0";
    out += std::to_string(c + 1) + " " + std::to_string(gmsh_code(grid.cell_types[c])) + " 2 " + group + " " + group;
    std::vector<std::size_t> nodes(grid.cell_points.begin() + static_cast<long>(grid.cell_offsets[c]),
                                   grid.cell_points.begin() + static_cast<long>(grid.cell_offsets[c + 1]));
    if (grid.cell_types[c] == CellType::quadratic_tetrahedron)
      std::swap(nodes[8], nodes[9]);
    for (const std::size_t node : nodes)
      out += " " + std::to_string(node + 1);
    out += "\n";
  }
  out += "$EndElements\n";
  for (const Grid::Array &array : grid.point_data)
    out += data_section("NodeData", array, grid.points.size());
  for (const Grid::Array &array : grid.cell_data)
    if (&array != region)
      out += data_section("ElementData", array, grid.cells());
  write_file(path, out);
}

} // namespace corvivo::io
