#include <io/formats/voxel_data.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>

namespace corvivo::io {

std::size_t bytes_of(NumberType type) {
  switch (type) {
  case NumberType::int8:
  case NumberType::uint8:
    return 1;
  case NumberType::int16:
  case NumberType::uint16:
    return 2;
  case NumberType::int32:
  case NumberType::uint32:
  case NumberType::float32:
    return 4;
  default:
    return 8;
  }
}

namespace {

template <class Number> std::vector<float> decode(const char *bytes, std::size_t count, const VoxelFormat &format) {
  std::vector<float> values(count);
  const bool scaled = format.slope != 1 || format.intercept != 0;
  for (std::size_t v = 0; v < count; ++v, bytes += sizeof(Number)) {
    char one[sizeof(Number)];
    std::memcpy(one, bytes, sizeof one);
    if (format.big_endian)
      std::reverse(one, one + sizeof one);
    Number stored;
    std::memcpy(&stored, one, sizeof one);
    values[v] = scaled ? static_cast<float>(format.slope * static_cast<double>(stored) + format.intercept) : static_cast<float>(stored);
  }
  return values;
}

} // namespace

std::vector<float> decode_voxels(const char *bytes, std::size_t count, const VoxelFormat &format) {
  switch (format.type) {
  case NumberType::int8:
    return decode<std::int8_t>(bytes, count, format);
  case NumberType::uint8:
    return decode<std::uint8_t>(bytes, count, format);
  case NumberType::int16:
    return decode<std::int16_t>(bytes, count, format);
  case NumberType::uint16:
    return decode<std::uint16_t>(bytes, count, format);
  case NumberType::int32:
    return decode<std::int32_t>(bytes, count, format);
  case NumberType::uint32:
    return decode<std::uint32_t>(bytes, count, format);
  case NumberType::int64:
    return decode<std::int64_t>(bytes, count, format);
  case NumberType::uint64:
    return decode<std::uint64_t>(bytes, count, format);
  case NumberType::float32:
    return decode<float>(bytes, count, format);
  case NumberType::float64:
    return decode<double>(bytes, count, format);
  }
  throw Bug("a number type without a decoder");
}

bool is_gzip(const std::string &bytes) {
  return bytes.size() > 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

std::string inflate_bytes(const std::string &compressed, std::size_t limit, const std::string &path) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 32) != Z_OK) // 32: gzip or zlib, whichever the stream is
    throw Bug("zlib does not start");
  const std::unique_ptr<z_stream, int (*)(z_streamp)> guard(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::string out;
  std::vector<char> block(1 << 18);
  while (out.size() < limit) {
    stream.next_out = reinterpret_cast<Bytef *>(block.data());
    stream.avail_out = static_cast<uInt>(std::min(block.size(), limit - out.size()));
    const int status = inflate(&stream, Z_NO_FLUSH);
    out.append(block.data(), static_cast<std::size_t>(reinterpret_cast<char *>(stream.next_out) - block.data()));
    if (status == Z_STREAM_END) {
      if (stream.avail_in == 0 || *stream.next_in != 0x1f) // what follows the last member is not ours to judge
        return out;
      inflateReset(&stream);
    } else if (status == Z_BUF_ERROR || (status == Z_OK && stream.avail_in == 0 && stream.avail_out > 0)) {
      throw CaseError(path + ": the compressed data end too early: the file is truncated; copy it again");
    } else if (status != Z_OK) {
      throw CaseError(path + ": the compressed data are damaged (" + (stream.msg ? stream.msg : "zlib error") + "); copy the file again");
    }
  }
  return out;
}

std::string deflate_bytes(const std::string &bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw Bug("zlib does not start");
  const std::unique_ptr<z_stream, int (*)(z_streamp)> guard(&stream, deflateEnd);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef *>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CORVIVO_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib did not finish");
  out.resize(stream.total_out);
  return out;
}

std::size_t checked_voxel_count(const std::array<double, 3> &size, const std::string &path) {
  constexpr double most = 4e8; // 1.6 GB of values; the largest cardiac CT is 1024 x 1024 x 400
  const std::string text = fixed(size[0], 0) + " x " + fixed(size[1], 0) + " x " + fixed(size[2], 0) + " voxels";
  if (!(size[0] >= 1 && size[1] >= 1 && size[2] >= 1))
    throw CaseError(path + ": the header gives " + text + "; expected at least one along each axis");
  if (!(size[0] * size[1] * size[2] <= most))
    throw CaseError(path + ": the header gives " + text + ", more than any heart needs; is the header damaged?");
  return static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(size[2]);
}

void check_byte_count(std::size_t found, std::size_t expected, const std::string &path) {
  if (found < expected)
    throw CaseError(path + ": the header announces " + std::to_string(expected) + " bytes of voxels, the file has " +
                    std::to_string(found) + ": it is truncated; copy it again");
  if (found > expected)
    throw CaseError(path + ": the header announces " + std::to_string(expected) +
                    " bytes of voxels, but more follow: header and data do not belong together; export the file again");
}

std::string spacing_text(const std::array<double, 3> &spacing) {
  std::vector<std::string> parts;
  for (const double value : spacing) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.5g", value);
    parts.emplace_back(buffer);
  }
  return join(parts, " x ") + " mm";
}

void check_geometry(const Image &image) {
  for (const auto &row : image.affine)
    for (const double value : row)
      if (!std::isfinite(value))
        throw CaseError(image.source + ": the position of its voxels is not a number (NaN or infinite) in the header; export it again");
  const std::array<double, 3> spacing{image.spacing(0), image.spacing(1), image.spacing(2)};
  for (const double step : spacing)
    if (!(step >= 0.01 && step <= 100))
      throw CaseError(image.source + ": voxels of " + spacing_text(spacing) +
                      " cannot be a heart's; expected 0.01 to 100 mm along each axis: correct the spacing in the header");
  if (!(image.voxel_volume() > 0.01 * spacing[0] * spacing[1] * spacing[2]))
    throw CaseError(image.source + ": two voxel axes point the same way in the header; expected three independent directions");
}

void flip_lps_ras(Image &image) {
  for (std::size_t row = 0; row < 2; ++row)
    for (double &value : image.affine[row])
      value = value == 0 ? 0 : -value; // no negative zeros
}

std::optional<std::vector<double>> numbers_of(std::string text) {
  for (char &c : text)
    if (c == '(' || c == ')' || c == ',')
      c = ' ';
  std::vector<double> values;
  const char *at = text.c_str();
  while (*at) {
    while (*at == ' ' || *at == '\t')
      ++at;
    if (!*at)
      break;
    char *end = nullptr;
    values.push_back(std::strtod(at, &end));
    if (end == at)
      return std::nullopt;
    at = end;
  }
  return values;
}

} // namespace corvivo::io
