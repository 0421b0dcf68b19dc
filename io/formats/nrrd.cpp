/// NRRD, header and voxels in one file (.nrrd) or two (.nhdr). http://teem.sourceforge.net/nrrd/format.html
#include <io/formats/voxel_data.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <algorithm>
#include <cmath>
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

/// Where the axis of phases stands among the axes of the file; nothing when there are three.
std::optional<std::size_t> phase_axis(const Fields &fields, const std::string &path) {
  const std::string &dimension = field(fields, "dimension", path);
  if (dimension == "3")
    return std::nullopt;
  if (dimension != "4")
    throw CaseError(path + ": has " + dimension + " dimensions; expected three, or four for several phases");
  const auto directions = fields.find("space directions");
  return directions != fields.end() && directions->second.rfind("none", 0) == 0 ? 0 : 3;
}

/// The numbers of the three spatial axes of a field that has one number for each axis.
std::vector<double> spatial(const Fields &fields, const std::string &name, std::optional<std::size_t> phases, const std::string &path) {
  auto values = number_field(fields, name, phases ? 4 : 3, path);
  if (phases)
    values.erase(values.begin() + static_cast<long>(*phases));
  return values;
}

void use_spacings(Image &image, const Fields &fields, std::optional<std::size_t> phases) {
  const auto spacing = spatial(fields, "spacings", phases, image.source);
  for (std::size_t a = 0; a < 3; ++a) {
    image.affine[a][a] = std::abs(spacing[a]);
    if (spacing[a] < 0)
      image.notes.push_back("the spacing is negative along axis " + std::to_string(a + 1) + "; its size is used");
  }
  image.oriented = false;
  image.notes.push_back("the header gives no patient directions, only spacings");
}

void set_geometry(Image &image, Fields fields, std::optional<std::size_t> phases) {
  if (!fields.count("space directions"))
    return use_spacings(image, fields, phases);
  if (phases) { // "none" stands for the axis of phases
    std::string &text = fields["space directions"];
    const std::size_t none = text.find("none");
    if (none == std::string::npos)
      throw CaseError(image.source + ": 'space directions: " + text + "' should say 'none' for the axis of phases and three vectors");
    text.replace(none, 4, "");
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

VoxelFormat voxel_format(const Fields &fields, const std::string &path) {
  VoxelFormat format{number_type(field(fields, "type", path), path)};
  const auto endian = fields.find("endian");
  if (bytes_of(format.type) > 1 && (endian == fields.end() || (endian->second != "little" && endian->second != "big")))
    throw CaseError(path + ": its NRRD header does not say 'endian: little' or 'endian: big'; export the file again");
  format.big_endian = endian != fields.end() && endian->second == "big";
  return format;
}

/// Name of the file that holds the voxels; empty when they follow the header.
std::string data_file(const Fields &fields, const std::string &path) {
  for (const char *skip : {"byte skip", "byteskip", "line skip", "lineskip"})
    if (fields.count(skip) && fields.at(skip) != "0")
      throw CaseError(path + ": asks to skip bytes or lines before the voxels; expected voxels right after the header");
  for (const char *name : {"data file", "datafile"})
    if (fields.count(name))
      return fields.at(name);
  return {};
}

bool is_packed(const Fields &fields, const std::string &path) {
  const std::string &encoding = field(fields, "encoding", path);
  if (encoding != "raw" && encoding != "gzip" && encoding != "gz")
    throw CaseError(path + ": its encoding is '" + encoding + "'; expected raw or gzip");
  return encoding != "raw";
}

} // namespace

Image read_nrrd(const std::string &content, const std::string &path, int frame) {
  std::size_t start = 0;
  const Fields fields = header_fields(content, start, path);
  const auto phases = phase_axis(fields, path);
  Image image;
  image.source = path;
  const auto size = spatial(fields, "sizes", phases, path);
  const std::size_t voxels = checked_voxel_count({size[0], size[1], size[2]}, path);
  Frames frames = chosen_frame(phases ? number_field(fields, "sizes", 4, path)[*phases] : 1, frame, path);
  frames.interleaved = phases == std::optional<std::size_t>(0);
  for (std::size_t a = 0; a < 3; ++a)
    image.size[a] = static_cast<std::size_t>(size[a]);
  set_geometry(image, fields, phases);
  check_geometry(image);
  const VoxelFormat format = voxel_format(fields, path);
  const std::string beside = data_file(fields, path), data = beside.empty() ? std::string() : read_data_file(path, beside);
  PackedBytes bytes(beside.empty() ? content : data, beside.empty() ? start : 0, is_packed(fields, path), path);
  image.voxels = read_voxels(bytes, voxels, frames, format, path);
  return image;
}

} // namespace corvivo::io
