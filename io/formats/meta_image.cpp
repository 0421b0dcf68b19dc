/// MetaImage, header and voxels in one file (.mha) or two (.mhd). https://itk.org/Wiki/ITK/MetaIO/Documentation. Positions are LPS (ITK).
#include <io/formats/voxel_data.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <map>

namespace corvivo::io {

namespace {

using Fields = std::map<std::string, std::string>;

/// "Key = Value" lines up to ElementDataFile, which is the last; `end` becomes the first byte after it.
Fields header_fields(const std::string &content, std::size_t &end, const std::string &path) {
  const auto trimmed = [](const std::string &text) {
    const std::size_t first = text.find_first_not_of(" \t\r"), last = text.find_last_not_of(" \t\r");
    return first == std::string::npos ? "" : text.substr(first, last - first + 1);
  };
  Fields fields;
  std::size_t at = 0;
  while (at < content.size() && at < 1000000) {
    const std::size_t newline = std::min(content.find('\n', at), content.size());
    const std::string line = content.substr(at, newline - at);
    at = newline + 1;
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos)
      continue;
    const std::string key = trimmed(line.substr(0, equals));
    fields[key] = trimmed(line.substr(equals + 1));
    if (key == "ElementDataFile") {
      end = std::min(at, content.size());
      return fields;
    }
  }
  throw CaseError(path + ": no MetaImage header that ends with ElementDataFile; is the file truncated or another kind?");
}

std::string text_of(const Fields &fields, const std::vector<std::string> &names, const std::string &otherwise = "") {
  for (const std::string &name : names)
    if (const auto found = fields.find(name); found != fields.end())
      return found->second;
  return otherwise;
}

/// `count` numbers of the first of `names` that the header has; `otherwise` when it has none.
std::vector<double> numbers(const Fields &fields, const std::vector<std::string> &names, std::size_t count, const std::string &path,
                            const std::string &otherwise = "") {
  const std::string text = text_of(fields, names, otherwise);
  const auto values = numbers_of(text);
  if (!values || values->size() != count)
    throw CaseError(path + ": '" + names.front() + " = " + text + "' should be " + std::to_string(count) + " numbers");
  return *values;
}

bool is_true(const std::string &text) {
  return !text.empty() && (text[0] == 'T' || text[0] == 't' || text[0] == '1');
}

NumberType number_type(const std::string &name, const std::string &path) {
  static const std::map<std::string, NumberType> types = {
      {"MET_CHAR", NumberType::int8},         {"MET_UCHAR", NumberType::uint8},   {"MET_SHORT", NumberType::int16},
      {"MET_USHORT", NumberType::uint16},     {"MET_INT", NumberType::int32},     {"MET_UINT", NumberType::uint32},
      {"MET_LONG", NumberType::int32},        {"MET_ULONG", NumberType::uint32},  {"MET_LONG_LONG", NumberType::int64},
      {"MET_ULONG_LONG", NumberType::uint64}, {"MET_FLOAT", NumberType::float32}, {"MET_DOUBLE", NumberType::float64}};
  const auto found = types.find(name);
  if (found == types.end())
    throw CaseError(path + ": stores numbers of type '" + name +
                    "'; expected MET_UCHAR, MET_SHORT, MET_FLOAT or another number of 8 to 64 bits");
  return found->second;
}

/// The first three of `dimensions` axes: positions and directions along the phases of a fourth mean nothing.
void set_geometry(Image &image, const Fields &fields, std::size_t dimensions) {
  std::string identity, zeros;
  for (std::size_t r = 0; r < dimensions; ++r) {
    zeros += "0 ";
    for (std::size_t c = 0; c < dimensions; ++c)
      identity += r == c ? "1 " : "0 ";
  }
  const auto directions = numbers(fields, {"TransformMatrix", "Rotation", "Orientation"}, dimensions * dimensions, image.source, identity);
  const auto origin = numbers(fields, {"Offset", "Origin", "Position"}, dimensions, image.source, zeros);
  const auto spacing = numbers(fields, {"ElementSpacing", "ElementSize"}, dimensions, image.source);
  for (std::size_t a = 0; a < 3; ++a)
    if (!(spacing[a] > 0))
      throw CaseError(image.source + ": the spacing along axis " + std::to_string(a + 1) + " is " + fixed(spacing[a], 3) +
                      " mm; expected more than 0: correct the header");
  for (std::size_t r = 0; r < 3; ++r) // the matrix lists the direction of each voxel axis in turn
    image.affine[r] = {directions[r] * spacing[0], directions[dimensions + r] * spacing[1], directions[2 * dimensions + r] * spacing[2],
                       origin[r]};
  flip_lps_ras(image);
  if (text_of(fields, {"TransformMatrix", "Rotation", "Orientation"}).empty()) {
    image.oriented = false;
    image.notes.push_back("the header gives no patient directions, only spacings");
  }
}

void check_layout(const Fields &fields, const std::string &path) {
  const std::string name = fields.at("ElementDataFile"), header_size = text_of(fields, {"HeaderSize"}, "0");
  if (name == "LIST" || name.find('%') != std::string::npos || (header_size != "0" && header_size != "-1"))
    throw CaseError(path +
                    ": its voxels are in several files or behind another header; expected one block (ElementDataFile = LOCAL or one file)");
  if (!is_true(text_of(fields, {"BinaryData"}, "True")))
    throw CaseError(path + ": its voxels are text; expected BinaryData = True");
}

} // namespace

Image read_meta_image(const std::string &content, const std::string &path, int frame) {
  std::size_t start = 0;
  const Fields fields = header_fields(content, start, path);
  const std::string dimension_text = text_of(fields, {"NDims"});
  if ((dimension_text != "3" && dimension_text != "4") || text_of(fields, {"ElementNumberOfChannels"}, "1") != "1")
    throw CaseError(path + ": expected NDims = 3, or 4 for several phases, and one channel");
  const std::size_t dimensions = dimension_text == "3" ? 3 : 4;
  Image image;
  image.source = path;
  const auto size = numbers(fields, {"DimSize"}, dimensions, path);
  const std::size_t voxels = checked_voxel_count({size[0], size[1], size[2]}, path);
  const Frames frames = chosen_frame(dimensions == 4 ? size[3] : 1, frame, path);
  for (std::size_t a = 0; a < 3; ++a)
    image.size[a] = static_cast<std::size_t>(size[a]);
  set_geometry(image, fields, dimensions);
  check_geometry(image);
  VoxelFormat format{number_type(text_of(fields, {"ElementType"}), path)};
  format.big_endian = is_true(text_of(fields, {"BinaryDataByteOrderMSB", "ElementByteOrderMSB"}, "False"));
  check_layout(fields, path);
  const std::string &name = fields.at("ElementDataFile");
  const bool local = name == "LOCAL";
  const std::string beside = local ? std::string() : read_data_file(path, name);
  PackedBytes bytes(local ? content : beside, local ? start : 0, is_true(text_of(fields, {"CompressedData"}, "False")), path);
  image.voxels = read_voxels(bytes, voxels, frames, format, path);
  return image;
}

} // namespace corvivo::io
