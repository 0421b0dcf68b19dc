#pragma once
/// Small pictures as PNG inside the page.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace corvivo::io {

using Colour = std::array<std::uint8_t, 4>; ///< red, green, blue, opacity

/// Row by row from the top left.
struct Picture {
  std::size_t width = 0, height = 0;
  std::vector<Colour> pixels;
  Picture() = default;
  Picture(std::size_t w, std::size_t h, Colour fill = {255, 255, 255, 0}) : width(w), height(h), pixels(w * h, fill) {}
  Colour &at(std::size_t x, std::size_t y) { return pixels[y * width + x]; }
  const Colour &at(std::size_t x, std::size_t y) const { return pixels[y * width + x]; }
};

/// RGBA PNG, compressed by zlib.
std::string png(const Picture &picture);
std::string base64(const std::string &bytes);
/// "data:image/png;base64,..."
std::string data_uri(const Picture &picture);

} // namespace corvivo::io
