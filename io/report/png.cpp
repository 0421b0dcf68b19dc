#include <io/report/png.hpp>

#include <io/base/errors.hpp>

#include <zlib.h>

namespace corvivo::io {

namespace {

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::string chunk(const std::string &type, const std::string &content) {
  const std::string checked = type + content;
  const auto sum = crc32(0, reinterpret_cast<const Bytef *>(checked.data()), static_cast<uInt>(checked.size()));
  return big_endian(static_cast<std::uint32_t>(content.size())) + checked + big_endian(static_cast<std::uint32_t>(sum));
}

std::string compressed(const std::string &bytes) {
  uLongf size = compressBound(bytes.size());
  std::string out(size, '\0');
  const int status = compress2(reinterpret_cast<Bytef *>(&out[0]), &size, reinterpret_cast<const Bytef *>(bytes.data()), bytes.size(), 6);
  CORVIVO_ASSERT(status == Z_OK, "zlib refused a picture");
  out.resize(size);
  return out;
}

} // namespace

std::string png(const Picture &picture) {
  std::string rows;
  rows.reserve((4 * picture.width + 1) * picture.height);
  for (std::size_t y = 0; y < picture.height; ++y) {
    rows += '\1'; // filter "sub": each byte less the one of the pixel on its left, which smooth shading compresses well
    for (std::size_t x = 0; x < picture.width; ++x)
      for (std::size_t c = 0; c < 4; ++c)
        rows += static_cast<char>(picture.at(x, y)[c] - (x ? picture.at(x - 1, y)[c] : 0));
  }
  const std::string header = big_endian(static_cast<std::uint32_t>(picture.width)) +
                             big_endian(static_cast<std::uint32_t>(picture.height)) +
                             std::string("\x08\x06\x00\x00\x00", 5); // 8 bits, RGBA
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + chunk("IDAT", compressed(rows)) + chunk("IEND", "");
}

std::string base64(const std::string &bytes) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k)
      three = three << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      out += i + k > bytes.size() ? '=' : digits[three >> (18 - 6 * k) & 63];
  }
  return out;
}

std::string data_uri(const Picture &picture) {
  return "data:image/png;base64," + base64(png(picture));
}

} // namespace corvivo::io
