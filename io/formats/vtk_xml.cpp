/// VTK's XML files of unstructured grids (.vtu) and polygons (.vtp): text, base64 or raw numbers, plain or compressed with zlib.
/// VTK File Formats, https://docs.vtk.org/en/latest/design_documents/VTKFileFormats.html. Read here and not by VTK, whose reader trusts the
/// sizes that a damaged file gives.
#include <io/formats/mesh_data.hpp>
#include <io/formats/mesh_files.hpp>
#include <io/formats/xml.hpp>

#include <io/base/errors.hpp>

#include <algorithm>
#include <map>

namespace corvivo::io {

namespace {

/// How every array of the file is stored.
struct Storage {
  std::string path;
  bool big_endian = false, packed = false, appended_base64 = false;
  NumberType header = NumberType::uint32;
  std::string_view appended; ///< after the '_'
};

NumberType number_type(const std::string &name, const std::string &path) {
  static const std::map<std::string, NumberType> types = {
      {"Int8", NumberType::int8},       {"UInt8", NumberType::uint8},    {"Int16", NumberType::int16}, {"UInt16", NumberType::uint16},
      {"Int32", NumberType::int32},     {"UInt32", NumberType::uint32},  {"Int64", NumberType::int64}, {"UInt64", NumberType::uint64},
      {"Float32", NumberType::float32}, {"Float64", NumberType::float64}};
  const auto found = types.find(name);
  if (found == types.end())
    throw CaseError(path + ": has an array of type '" + name.substr(0, 40) + "'; expected Int8 to UInt64, Float32 or Float64");
  return found->second;
}

[[noreturn]] void truncated(const std::string &path, const std::string &array) {
  throw CaseError(path + ": the numbers of array '" + array.substr(0, 60) +
                  "' end too early or do not fit their header: it is truncated or "
                  "damaged; copy it again");
}

/// The bytes of one array as they stand in the file: raw or base64, whose header and data may be two pieces.
class Encoded {
public:
  Encoded(std::string_view text, bool base64) : text_(text), base64_(base64) {}
  /// The next `count` bytes, fewer at the end; with base64 a piece of its own.
  std::string take(std::size_t count) {
    std::size_t used = 0;
    std::string bytes;
    if (base64_) {
      bytes = decode_base64(text_, count, &used);
    } else {
      used = std::min(count, text_.size());
      bytes = std::string(text_.substr(0, used));
    }
    text_.remove_prefix(used);
    return bytes;
  }
  std::string_view rest() const { return text_; }
  double at_most() const { return static_cast<double>(text_.size()); }

private:
  std::string_view text_;
  bool base64_;
};

std::string plain_bytes(std::string_view text, bool base64, const Storage &storage, const std::string &array) {
  const std::size_t head = bytes_of(storage.header);
  const std::string first = Encoded(text, base64).take(head);
  if (first.size() < head)
    truncated(storage.path, array);
  const double size = decode_numbers(first, 1, storage.header, storage.big_endian)[0];
  if (!(size >= 0 && size <= static_cast<double>(text.size())))
    truncated(storage.path, array);
  const std::string bytes = Encoded(text, base64).take(head + static_cast<std::size_t>(size)); // header and data are one piece
  if (bytes.size() != head + static_cast<std::size_t>(size))
    truncated(storage.path, array);
  return bytes.substr(head);
}

/// [blocks, bytes of a block, bytes of the last block or 0, packed bytes of each block] and the blocks.
std::string unpacked_bytes(std::string_view text, bool base64, const Storage &storage, const std::string &array) {
  const std::size_t word = bytes_of(storage.header);
  const auto words = [&](const std::string &bytes) {
    return decode_numbers(bytes, bytes.size() / word, storage.header, storage.big_endian);
  };
  const auto first = words(Encoded(text, base64).take(3 * word));
  if (first.size() < 3 || !(first[0] >= 0 && first[0] * static_cast<double>(word) <= static_cast<double>(text.size())))
    truncated(storage.path, array);
  const auto blocks = static_cast<std::size_t>(first[0]);
  Encoded encoded(text, base64);
  const auto head = words(encoded.take((3 + blocks) * word));
  if (head.size() < 3 + blocks)
    truncated(storage.path, array);
  double packed = 0, expanded = 0;
  for (std::size_t b = 0; b < blocks; ++b) {
    const double size = b + 1 == blocks && first[2] > 0 ? first[2] : first[1];
    packed += head[3 + b];
    expanded += size;
    if (!(head[3 + b] > 0 && size > 0 && size <= 1032 * (64 + head[3 + b]) && packed <= encoded.at_most()))
      truncated(storage.path, array);
  }
  const std::string data = encoded.take(static_cast<std::size_t>(packed));
  if (static_cast<double>(data.size()) < packed)
    truncated(storage.path, array);
  std::string bytes;
  std::size_t at = 0;
  for (std::size_t b = 0; b < blocks; ++b) {
    const auto size = static_cast<std::size_t>(b + 1 == blocks && first[2] > 0 ? first[2] : first[1]);
    const std::string block = inflate_bytes(data.substr(at, static_cast<std::size_t>(head[3 + b])), size + 1, storage.path);
    if (block.size() != size)
      truncated(storage.path, array);
    bytes += block;
    at += static_cast<std::size_t>(head[3 + b]);
  }
  return bytes;
}

std::vector<double> values_of(const XmlElement &array, const Storage &storage) {
  const std::string name = array.attribute("Name"), format = array.attribute("format", "ascii");
  const NumberType type = number_type(array.attribute("type"), storage.path);
  std::vector<double> values;
  if (format == "ascii") {
    Words words(array.text.substr(0, array.text.find('<'))); // VTK puts notes about arrays behind their numbers
    while (!words.ended()) {
      const auto value = words.number();
      if (!value)
        throw CaseError(storage.path + ": array '" + name.substr(0, 60) + "' holds a word that is no number");
      values.push_back(*value);
    }
    return values;
  }
  std::string_view text = array.text;
  bool base64 = true;
  if (format == "appended") {
    base64 = storage.appended_base64;
    const auto offset = Words(array.attribute("offset")).natural();
    if (!offset || *offset > storage.appended.size())
      truncated(storage.path, name);
    text = storage.appended.substr(*offset);
  } else if (format != "binary") {
    throw CaseError(storage.path + ": array '" + name.substr(0, 60) + "' has format '" + format.substr(0, 40) +
                    "'; expected ascii, binary or appended");
  }
  while (base64 && !text.empty() && (text[0] == ' ' || text[0] == '\n' || text[0] == '\r' || text[0] == '\t'))
    text.remove_prefix(1);
  const std::string bytes = storage.packed ? unpacked_bytes(text, base64, storage, name) : plain_bytes(text, base64, storage, name);
  return decode_numbers(bytes, bytes.size() / bytes_of(type), type, storage.big_endian);
}

Storage storage_of(const XmlElement &root, const std::string &path) {
  Storage storage;
  storage.path = path;
  storage.big_endian = root.attribute("byte_order", "LittleEndian") == "BigEndian";
  storage.header = root.attribute("header_type", "UInt32") == "UInt64" ? NumberType::uint64 : NumberType::uint32;
  const std::string compressor = root.attribute("compressor");
  if (!compressor.empty() && compressor != "vtkZLibDataCompressor")
    throw CaseError(path + ": is compressed with '" + compressor.substr(0, 60) + "'; expected zlib or none: save it again with zlib");
  storage.packed = !compressor.empty();
  if (const XmlElement *appended = root.child("AppendedData")) {
    storage.appended_base64 = appended->attribute("encoding") == "base64";
    const std::size_t underscore = appended->text.find('_');
    if (underscore != std::string_view::npos)
      storage.appended = appended->text.substr(underscore + 1);
  }
  return storage;
}

const XmlElement &needed(const XmlElement &parent, const std::string &name, const std::string &path) {
  const XmlElement *found = parent.child(name);
  if (!found)
    throw CaseError(path + ": has no '" + name + "' in its '" + parent.name.substr(0, 40) + "'; is it damaged?");
  return *found;
}

/// The numbers of the array `name` of `parent` as whole numbers below 4e9.
std::vector<std::size_t> naturals(const XmlElement &parent, const std::string &name, const Storage &storage) {
  for (const XmlElement *array : parent.all("DataArray"))
    if (array->attribute("Name") == name) {
      std::vector<std::size_t> whole;
      for (const double value : values_of(*array, storage)) {
        if (!(value >= 0 && value <= 4e9))
          throw CaseError(storage.path + ": '" + name + "' holds " + std::to_string(value) + "; expected an index: it is damaged");
        whole.push_back(static_cast<std::size_t>(value));
      }
      return whole;
    }
  throw CaseError(storage.path + ": has no '" + name + "' in its '" + parent.name.substr(0, 40) + "'; is it damaged?");
}

std::size_t count_of(const XmlElement &piece, const std::string &attribute, const std::string &path) {
  const auto count = Words(piece.attribute(attribute, "0")).natural();
  if (!count)
    throw CaseError(path + ": " + attribute + " = '" + piece.attribute(attribute).substr(0, 40) + "' should be a whole number");
  return *count;
}

/// Appends the arrays of one piece; `source` chooses and repeats tuples (of cells), null takes them as they come.
void add_arrays(std::vector<Grid::Array> &arrays, const XmlElement *from, const std::vector<std::size_t> *source, std::size_t tuples,
                bool first_piece, const Storage &storage) {
  if (!from)
    return;
  std::size_t place = 0;
  for (const XmlElement *element : from->all("DataArray")) {
    const std::string name = element->attribute("Name");
    const auto components = Words(element->attribute("NumberOfComponents", "1")).natural();
    const std::vector<double> values = values_of(*element, storage);
    if (!components || *components < 1 || *components > 10000 || values.size() != tuples * *components)
      throw CaseError(storage.path + ": array '" + name.substr(0, 60) + "' has " + std::to_string(values.size()) +
                      " values, which does not fit " + std::to_string(tuples) + " points or cells; is it truncated?");
    if (first_piece)
      arrays.push_back({name, *components, {}});
    if (place >= arrays.size() || arrays[place].name != name || arrays[place].components != *components)
      throw CaseError(storage.path + ": its pieces do not have the same arrays; save it as one piece");
    std::vector<double> &to = arrays[place++].values;
    if (!source) {
      to.insert(to.end(), values.begin(), values.end());
      continue;
    }
    for (const std::size_t tuple : *source)
      to.insert(to.end(), values.begin() + static_cast<long>(tuple * *components),
                values.begin() + static_cast<long>((tuple + 1) * *components));
  }
}

/// Calls `add(cell, nodes)` for each cell of connectivity and offsets; nodes are counted within the whole grid.
template <class Add>
void each_cell(const XmlElement &cells, std::size_t count, std::size_t first_point, const Storage &storage, const Add &add) {
  if (count == 0)
    return;
  const auto connectivity = naturals(cells, "connectivity", storage), offsets = naturals(cells, "offsets", storage);
  if (offsets.size() != count)
    throw CaseError(storage.path + ": announces " + std::to_string(count) + " cells and has offsets of " + std::to_string(offsets.size()) +
                    "; is it truncated?");
  std::size_t start = 0;
  for (std::size_t c = 0; c < count; ++c) {
    if (offsets[c] < start || offsets[c] > connectivity.size())
      throw CaseError(storage.path + ": the offset of cell " + std::to_string(c) + " points outside of its connectivity; it is damaged");
    std::vector<std::size_t> nodes;
    for (std::size_t n = start; n < offsets[c]; ++n)
      nodes.push_back(first_point + connectivity[n]);
    add(c, nodes);
    start = offsets[c];
  }
}

std::optional<CellType> cell_type(std::size_t code, const std::string &path) {
  switch (code) {
  case 1: // a single point carries nothing that a mesh needs
    return std::nullopt;
  case 3:
    return CellType::line;
  case 5:
    return CellType::triangle;
  case 10:
    return CellType::tetrahedron;
  case 24:
    return CellType::quadratic_tetrahedron;
  default:
    throw CaseError(path + ": has a cell of VTK type " + std::to_string(code) +
                    "; expected lines (3), triangles (5), tetrahedra (10) or quadratic tetrahedra (24)");
  }
}

std::vector<std::size_t> add_unstructured(Grid &grid, const XmlElement &piece, std::size_t first_point, const Storage &storage) {
  const std::size_t count = count_of(piece, "NumberOfCells", storage.path);
  std::vector<std::size_t> source;
  if (count == 0)
    return source;
  const XmlElement &cells = needed(piece, "Cells", storage.path);
  const auto types = naturals(cells, "types", storage);
  if (types.size() != count)
    throw CaseError(storage.path + ": announces " + std::to_string(count) + " cells and has types of " + std::to_string(types.size()) +
                    "; is it truncated?");
  each_cell(cells, count, first_point, storage, [&](std::size_t c, const std::vector<std::size_t> &nodes) {
    if (const auto type = cell_type(types[c], storage.path)) {
      add_checked_cell(grid, *type, nodes, storage.path);
      source.push_back(c);
    }
  });
  return source;
}

std::vector<std::size_t> add_polygons(Grid &grid, const XmlElement &piece, std::size_t first_point, const Storage &storage) {
  std::vector<std::size_t> source;
  if (count_of(piece, "NumberOfStrips", storage.path) != 0)
    throw CaseError(storage.path + ": holds triangle strips; expected triangles: apply a triangulation filter first");
  const std::size_t before = count_of(piece, "NumberOfVerts", storage.path) + count_of(piece, "NumberOfLines", storage.path);
  const std::size_t count = count_of(piece, "NumberOfPolys", storage.path);
  if (count > 0)
    each_cell(needed(piece, "Polys", storage.path), count, first_point, storage,
              [&](std::size_t c, const std::vector<std::size_t> &nodes) { add_polygon(grid, nodes, before + c, source, storage.path); });
  return source;
}

void add_piece(Grid &grid, const XmlElement &piece, bool polygons, bool first, const Storage &storage) {
  const std::size_t points = count_of(piece, "NumberOfPoints", storage.path), first_point = grid.points.size();
  if (points > 0) {
    const XmlElement &element = needed(needed(piece, "Points", storage.path), "DataArray", storage.path);
    const std::vector<double> values = values_of(element, storage);
    if (values.size() != 3 * points)
      throw CaseError(storage.path + ": announces " + std::to_string(points) + " points and has " + std::to_string(values.size()) +
                      " coordinates; is it truncated?");
    for (std::size_t p = 0; p < points; ++p)
      grid.points.push_back({values[3 * p], values[3 * p + 1], values[3 * p + 2]});
  }
  const auto source = polygons ? add_polygons(grid, piece, first_point, storage) : add_unstructured(grid, piece, first_point, storage);
  std::size_t cells = count_of(piece, "NumberOfCells", storage.path);
  if (polygons)
    for (const char *kind : {"NumberOfVerts", "NumberOfLines", "NumberOfPolys"})
      cells += count_of(piece, kind, storage.path);
  add_arrays(grid.point_data, piece.child("PointData"), nullptr, points, first, storage);
  add_arrays(grid.cell_data, piece.child("CellData"), &source, cells, first, storage);
}

} // namespace

Grid read_vtk_xml(const std::string &content, const std::string &path) {
  const XmlElement root = parse_xml(content, path, "AppendedData");
  const std::string type = root.attribute("type");
  if (root.name != "VTKFile" || (type != "UnstructuredGrid" && type != "PolyData"))
    throw CaseError(path + ": is XML, but no VTK unstructured grid or polygons ('" + root.name.substr(0, 40) + "', type '" +
                    type.substr(0, 40) + "'); expected .vtu or .vtp");
  const Storage storage = storage_of(root, path);
  Grid grid;
  bool first = true;
  for (const XmlElement *piece : needed(root, type, path).all("Piece")) {
    add_piece(grid, *piece, type == "PolyData", first, storage);
    first = false;
  }
  check_grid(grid, path);
  return grid;
}

} // namespace corvivo::io
