/// NRRD, header and voxels in one file (.nrrd) or two (.nhdr). http://teem.sourceforge.net/nrrd/format.html
#include <io/formats/voxel_data.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <algorithm>
#include <filesystem>
#include <map>

namespace corvivo::io {

namespace {

using Fields = std::map<std::string, std::string>;

std::string trimmed(const std::string &text) {
  const std::size_t first = text.find_first_not_of(" \t\r"), last = text.find_last_not_of(" \t\r");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

/// "field: value" lines up to the empty line; `end` becomes the first byte after it. "key:=value" pairs are not ours.
Fields header_fields(const std::string &content, std::size_t &end, const std::string &path) {
  Fields fields;
  std::size_t at = 0;
  while (at < content.size() && at < 1000000) {
    const std::size_t newline = content.find('\n', at);
    if (newline == std::string::npos)
      break;
    const std::string line = trimmed(content.substr(at, newline - at));
    at = newline + 1;
    if (line.empty()) {
      end = at;
      return fields;
    }
    const std::size_t colon = line.find(':');
    if (line[0] != '#' && colon != std::string::npos && colon + 1 < line.size() && line[colon + 1] != '=')
      fields[line.substr(0, colon)] = trimmed(line.substr(colon + 1));
  }
  if (fields.count("data file") || fields.count("datafile")) { // a detached header may end without an empty line
    end = content.size();
    return fields;
  }
  throw CaseError(path + ": its NRRD header has no end; is the file truncated?");
}

const std::string &field(const Fields &fields, const std::string &name, const std::string &path) {
  const auto found = fields.find(name);
  if (found == fields.end())
    throw CaseError(path + ": its NRRD header has no '" + name + "'; export the file again");
  return found->second;
}

std::vector<double> number_field(const Fields &fields, const std::string &name, std::size_t count, const std::string &path) {
  const auto values = numbers_of(field(fields, name, path));
  if (!values || values->size() != count)
    throw CaseError(path + ": '" + name + ": " + field(fields, name, path) + "' should be " + std::to_string(count) + " numbers");
  return *values;
}

NumberType number_type(const std::string &name, const std::string &path) {
  static const std::map<std::string, NumberType> types = [] {
    std::map<std::string, NumberType> all;
    const auto add = [&](NumberType type, const std::vector<std::string> &names) {
      for (const std::string &n : names)
        all[n] = type;
    };
    add(NumberType::int8, {"signed char", "int8", "int8_t"});
    add(NumberType::uint8, {"uchar", "unsigned char", "uint8", "uint8_t"});
    add(NumberType::int16, {"short", "short int", "signed short", "signed short int", "int16", "int16_t"});
    add(NumberType::uint16, {"ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"});
    add(NumberType::int32, {"int", "signed int", "int32", "int32_t"});
    add(NumberType::uint32, {"uint", "unsigned int", "uint32", "uint32_t"});
    add(NumberType::int64, {"longlong", "long long", "long long int", "signed long long", "signed long long int", "int64", "int64_t"});
    add(NumberType::uint64, {"ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"});
    add(NumberType::float32, {"float"});
    add(NumberType::float64, {"double"});
    return all;
  }();
  const auto found = types.find(name);
  if (found == types.end())
    throw CaseError(path + ": stores numbers of type '" + name + "'; expected integers or floats of 8 to 64 bits");
  return found->second;
}

/// True when positions are LPS, false when RAS; nothing when the header does not say.
std::optional<bool> is_lps(const Fields &fields, const std::string &path) {
  const auto found = fields.find("space");
  if (found == fields.end())
    return std::nullopt;
  std::string space = found->second;
  std::transform(space.begin(), space.end(), space.begin(), [](unsigned char c) { return std::tolower(c); });
  if (space == "left-posterior-superior" || space == "lps")
    return true;
  if (space == "right-anterior-superior" || space == "ras")
    return false;
  throw CaseError(path + ": its space is '" + found->second + "'; expected left-posterior-superior or right-anterior-superior");
}

void set_geometry(Image &image, const Fields &fields) {
  if (!fields.count("space directions")) {
    const auto spacing = number_field(fields, "spacings", 3, image.source);
    image.affine = {{{spacing[0], 0, 0, 0}, {0, spacing[1], 0, 0}, {0, 0, spacing[2], 0}}};
    image.oriented = false;
    image.notes.push_back("the header gives no patient directions, only spacings");
    return;
  }
  const auto directions = number_field(fields, "space directions", 9, image.source);
  const auto origin = fields.count("space origin") ? number_field(fields, "space origin", 3, image.source) : std::vector<double>(3, 0.0);
  for (std::size_t r = 0; r < 3; ++r)
    image.affine[r] = {directions[r], directions[3 + r], directions[6 + r], origin[r]};
  const auto lps = is_lps(fields, image.source);
  image.oriented = lps.has_value();
  if (!lps)
    image.notes.push_back("the header names no patient space (LPS or RAS); its directions are not believed");
  if (lps.value_or(false))
    flip_lps_ras(image);
}

std::string voxel_bytes(const Fields &fields, const std::string &content, std::size_t start, std::size_t expected,
                        const std::string &path) {
  const bool detached = fields.count("data file") || fields.count("datafile");
  for (const char *skip : {"byte skip", "byteskip", "line skip", "lineskip"})
    if (fields.count(skip) && fields.at(skip) != "0")
      throw CaseError(path + ": asks to skip bytes or lines before the voxels; expected voxels right after the header");
  std::string bytes;
  if (detached) {
    const std::string name = fields.count("data file") ? fields.at("data file") : fields.at("datafile");
    bytes = read_file((std::filesystem::path(path).parent_path() / name).string());
  } else {
    bytes = content.substr(start);
  }
  const std::string &encoding = field(fields, "encoding", path);
  if (encoding == "gzip" || encoding == "gz")
    return inflate_bytes(bytes, expected + 1, path);
  if (encoding != "raw")
    throw CaseError(path + ": its encoding is '" + encoding + "'; expected raw or gzip");
  return bytes;
}

} // namespace

Image read_nrrd(const std::string &content, const std::string &path) {
  std::size_t start = 0;
  const Fields fields = header_fields(content, start, path);
  if (field(fields, "dimension", path) != "3")
    throw CaseError(path + ": has " + fields.at("dimension") + " dimensions; expected three: save one phase and one label map a file");
  Image image;
  image.source = path;
  const auto size = number_field(fields, "sizes", 3, path);
  const std::size_t voxels = checked_voxel_count({size[0], size[1], size[2]}, path);
  for (std::size_t a = 0; a < 3; ++a)
    image.size[a] = static_cast<std::size_t>(size[a]);
  set_geometry(image, fields);
  check_geometry(image);
  VoxelFormat format{number_type(field(fields, "type", path), path)};
  const auto endian = fields.find("endian");
  if (bytes_of(format.type) > 1 && (endian == fields.end() || (endian->second != "little" && endian->second != "big")))
    throw CaseError(path + ": its NRRD header does not say 'endian: little' or 'endian: big'; export the file again");
  format.big_endian = endian != fields.end() && endian->second == "big";
  const std::size_t expected = voxels * bytes_of(format.type);
  const std::string bytes = voxel_bytes(fields, content, start, expected, path);
  check_byte_count(bytes.size(), expected, path);
  image.voxels = decode_voxels(bytes.data(), voxels, format);
  return image;
}

} // namespace corvivo::io
