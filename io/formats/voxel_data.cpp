#include <io/formats/voxel_data.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>

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

template <class Number> void decode(const char *bytes, std::size_t count, const VoxelFormat &format, std::vector<float> &values) {
  const bool scaled = format.slope != 1 || format.intercept != 0;
  for (std::size_t v = 0; v < count; ++v, bytes += sizeof(Number)) {
    char one[sizeof(Number)];
    std::memcpy(one, bytes, sizeof one);
    if (format.big_endian)
      std::reverse(one, one + sizeof one);
    Number stored;
    std::memcpy(&stored, one, sizeof one);
    values.push_back(scaled ? static_cast<float>(format.slope * static_cast<double>(stored) + format.intercept)
                            : static_cast<float>(stored));
  }
}

} // namespace

void decode_voxels(const char *bytes, std::size_t count, const VoxelFormat &format, std::vector<float> &values) {
  switch (format.type) {
  case NumberType::int8:
    return decode<std::int8_t>(bytes, count, format, values);
  case NumberType::uint8:
    return decode<std::uint8_t>(bytes, count, format, values);
  case NumberType::int16:
    return decode<std::int16_t>(bytes, count, format, values);
  case NumberType::uint16:
    return decode<std::uint16_t>(bytes, count, format, values);
  case NumberType::int32:
    return decode<std::int32_t>(bytes, count, format, values);
  case NumberType::uint32:
    return decode<std::uint32_t>(bytes, count, format, values);
  case NumberType::int64:
    return decode<std::int64_t>(bytes, count, format, values);
  case NumberType::uint64:
    return decode<std::uint64_t>(bytes, count, format, values);
  case NumberType::float32:
    return decode<float>(bytes, count, format, values);
  case NumberType::float64:
    return decode<double>(bytes, count, format, values);
  }
  throw Bug("a number type without a decoder");
}

bool is_gzip(const std::string &bytes) {
  return bytes.size() > 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

struct PackedBytes::Stream {
  z_stream z{};
  bool ended = false;
  Stream() {
    if (inflateInit2(&z, 15 + 32) != Z_OK) // 32: gzip or zlib, whichever the stream is
      throw Bug("zlib does not start");
  }
  ~Stream() { inflateEnd(&z); }
};

PackedBytes::PackedBytes(const std::string &content, std::size_t start, bool packed, std::string path)
    : content_(content), at_(std::min(start, content.size())), path_(std::move(path)) {
  if (!packed)
    return;
  stream_ = std::make_unique<Stream>();
  stream_->z.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(content.data() + at_));
  stream_->z.avail_in = static_cast<uInt>(content.size() - at_);
}

PackedBytes::~PackedBytes() = default;

double PackedBytes::at_most() const {
  constexpr double deflate_ratio = 1032; // zlib.net/zlib_tech.html
  return stream_ ? deflate_ratio * (64.0 + stream_->z.avail_in) : static_cast<double>(content_.size() - at_);
}

std::size_t PackedBytes::read(char *to, std::size_t count) {
  if (!stream_) {
    count = std::min(count, content_.size() - at_);
    std::copy_n(content_.data() + at_, count, to);
    at_ += count;
    return count;
  }
  z_stream &z = stream_->z;
  std::size_t done = 0;
  while (done < count && !stream_->ended) {
    z.next_out = reinterpret_cast<Bytef *>(to + done);
    z.avail_out = static_cast<uInt>(std::min<std::size_t>(count - done, 1U << 30));
    const int status = inflate(&z, Z_NO_FLUSH);
    done = static_cast<std::size_t>(reinterpret_cast<char *>(z.next_out) - to);
    if (status == Z_STREAM_END) { // what follows the last member is not ours to judge
      stream_->ended = z.avail_in == 0 || *z.next_in != 0x1f;
      if (!stream_->ended)
        inflateReset(&z);
    } else if (status == Z_BUF_ERROR || (status == Z_OK && z.avail_in == 0 && z.avail_out > 0)) {
      throw CaseError(path_ + ": the compressed data end too early: the file is truncated; copy it again");
    } else if (status != Z_OK) {
      throw CaseError(path_ + ": the compressed data are damaged (" + (z.msg ? z.msg : "zlib error") + "); copy the file again");
    }
  }
  return done;
}

std::string inflate_bytes(const std::string &compressed, std::size_t limit, const std::string &path) {
  PackedBytes bytes(compressed, 0, true, path);
  std::string out;
  std::vector<char> block(1 << 18);
  while (out.size() < limit) {
    const std::size_t found = bytes.read(block.data(), std::min(block.size(), limit - out.size()));
    if (found == 0)
      break;
    out.append(block.data(), found);
  }
  return out;
}

Frames chosen_frame(double count, int frame, const std::string &path) {
  if (!(count >= 1 && count <= 10000 && count == std::floor(count)))
    throw CaseError(path + ": the header gives " + fixed(count, 0) + " phases; expected 1 to 10000: is the header damaged?");
  if (count > 1 && frame == 0)
    throw CaseError(path + ": holds " + fixed(count, 0) +
                    " phases; say which one is meant (segmentation: ed_frame, es_frame, late_enhancement.frame, counted from 1) or save "
                    "each phase as its own file");
  if (frame > count)
    throw CaseError(path + ": has no phase " + std::to_string(frame) + "; it holds " + fixed(count, 0) + ", counted from 1");
  return {static_cast<std::size_t>(count), static_cast<std::size_t>(std::max(frame, 1) - 1), false};
}

namespace {

/// Reads whole blocks until `count` numbers were seen; throws when the stream ends before.
template <class Take>
void read_blocks(PackedBytes &bytes, std::size_t count, std::size_t bytes_each, const Take &take, const std::string &path) {
  constexpr std::size_t block = 1 << 16; // numbers
  std::vector<char> buffer(std::min(count, block) * bytes_each);
  for (std::size_t done = 0; done < count;) {
    const std::size_t wanted = std::min(block, count - done), found = bytes.read(buffer.data(), wanted * bytes_each);
    if (found < wanted * bytes_each)
      throw CaseError(path + ": the header announces " + std::to_string(count * bytes_each) + " bytes of voxels, the file has " +
                      std::to_string(done * bytes_each + found) + ": it is truncated; copy it again");
    take(buffer.data(), wanted);
    done += wanted;
  }
}

} // namespace

std::vector<float> read_voxels(PackedBytes &bytes, std::size_t voxels, const Frames &frames, const VoxelFormat &format,
                               const std::string &path) {
  const std::size_t each = bytes_of(format.type), all = voxels * frames.count;
  if (static_cast<double>(all) * static_cast<double>(each) > bytes.at_most())
    throw CaseError(path + ": the header announces " + std::to_string(all * each) + " bytes of voxels, the file has at most " +
                    fixed(bytes.at_most(), 0) + ": it is truncated; copy it again");
  std::vector<float> values, block;
  values.reserve(voxels);
  if (frames.interleaved) {
    std::size_t seen = 0;
    read_blocks(
        bytes, all, each,
        [&](const char *from, std::size_t count) {
          block.clear();
          decode_voxels(from, count, format, block);
          for (const float value : block)
            if (seen++ % frames.count == frames.wanted)
              values.push_back(value);
        },
        path);
  } else {
    const auto skip = [](const char *, std::size_t) {};
    read_blocks(bytes, voxels * frames.wanted, each, skip, path);
    read_blocks(
        bytes, voxels, each, [&](const char *from, std::size_t count) { decode_voxels(from, count, format, values); }, path);
    read_blocks(bytes, voxels * (frames.count - frames.wanted - 1), each, skip, path);
  }
  char more = 0;
  if (bytes.read(&more, 1) != 0)
    throw CaseError(path + ": the header announces " + std::to_string(all * each) +
                    " bytes of voxels, but more follow: header and data do not belong together; export the file again");
  return values;
}

std::string read_data_file(const std::string &path, const std::string &name) {
  const std::filesystem::path data = std::filesystem::path(path).parent_path() / name;
  std::error_code error;
  if (!std::filesystem::is_regular_file(data, error))
    throw CaseError(path + ": its voxels should be in '" + name + "' beside it, which is not there; copy both files");
  if (std::filesystem::file_size(data, error) > 4000000000U || error)
    throw CaseError(data.string() + ": is larger than 4 GB; expected one volume");
  return read_file(data.string());
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
  for (const double extent : size)
    if (!(extent >= 1) || (extent <= most && extent != std::floor(extent)))
      throw CaseError(path + ": the header gives " + text + "; expected at least one along each axis, in whole numbers");
  if (!(size[0] * size[1] * size[2] <= most))
    throw CaseError(path + ": the header gives " + text + ", more than any heart needs; is the header damaged?");
  return static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(size[2]);
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
