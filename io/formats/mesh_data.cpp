#include <io/formats/mesh_data.hpp>

#include <io/base/errors.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace corvivo::io {

namespace {
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0';
}
} // namespace

bool Words::ended() {
  while (at_ < text_.size() && is_space(text_[at_]))
    ++at_;
  return at_ >= text_.size();
}

std::string_view Words::next() {
  if (ended())
    return {};
  const std::size_t start = at_;
  while (at_ < text_.size() && !is_space(text_[at_]))
    ++at_;
  return text_.substr(start, at_ - start);
}

std::optional<double> Words::number() {
  const std::string_view word = next();
  char buffer[65] = {};
  if (word.empty() || word.size() >= sizeof buffer)
    return std::nullopt;
  std::copy(word.begin(), word.end(), buffer);
  char *end = nullptr;
  const double value = std::strtod(buffer, &end);
  if (end != buffer + word.size())
    return std::nullopt;
  return value;
}

std::optional<std::size_t> Words::natural() {
  const auto value = number();
  if (!value || !(*value >= 0 && *value <= 4e9) || *value != std::floor(*value))
    return std::nullopt;
  return static_cast<std::size_t>(*value);
}

std::string_view Words::line() {
  const std::size_t start = std::min(at_, text_.size());
  const std::size_t end = std::min(text_.find('\n', start), text_.size());
  at_ = std::min(end + 1, text_.size());
  std::string_view line = text_.substr(start, end - start);
  if (!line.empty() && line.back() == '\r')
    line.remove_suffix(1);
  return line;
}

namespace {

template <class Number> std::vector<double> decode(std::string_view bytes, std::size_t count, bool big_endian) {
  count = std::min(count, bytes.size() / sizeof(Number));
  std::vector<double> values(count);
  for (std::size_t v = 0; v < count; ++v) {
    char one[sizeof(Number)];
    std::memcpy(one, bytes.data() + v * sizeof one, sizeof one);
    if (big_endian)
      std::reverse(one, one + sizeof one);
    Number stored;
    std::memcpy(&stored, one, sizeof one);
    values[v] = static_cast<double>(stored);
  }
  return values;
}

} // namespace

std::vector<double> decode_numbers(std::string_view bytes, std::size_t count, NumberType type, bool big_endian) {
  switch (type) {
  case NumberType::int8:
    return decode<std::int8_t>(bytes, count, big_endian);
  case NumberType::uint8:
    return decode<std::uint8_t>(bytes, count, big_endian);
  case NumberType::int16:
    return decode<std::int16_t>(bytes, count, big_endian);
  case NumberType::uint16:
    return decode<std::uint16_t>(bytes, count, big_endian);
  case NumberType::int32:
    return decode<std::int32_t>(bytes, count, big_endian);
  case NumberType::uint32:
    return decode<std::uint32_t>(bytes, count, big_endian);
  case NumberType::int64:
    return decode<std::int64_t>(bytes, count, big_endian);
  case NumberType::uint64:
    return decode<std::uint64_t>(bytes, count, big_endian);
  case NumberType::float32:
    return decode<float>(bytes, count, big_endian);
  case NumberType::float64:
    return decode<double>(bytes, count, big_endian);
  }
  throw Bug("a number type without a decoder");
}

std::string decode_base64(std::string_view text, std::size_t most, std::size_t *used) {
  const auto value_of = [](char c) -> int {
    if (c >= 'A' && c <= 'Z')
      return c - 'A';
    if (c >= 'a' && c <= 'z')
      return c - 'a' + 26;
    if (c >= '0' && c <= '9')
      return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  std::string bytes;
  std::uint32_t bits = 0;
  int held = 0;
  std::size_t at = 0, digits = 0;
  for (; at < text.size() && bytes.size() < most; ++at) {
    if (is_space(text[at]) && digits % 4 == 0)
      continue;
    const int value = value_of(text[at]);
    if (value < 0)
      break;
    ++digits;
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xffffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push_back(static_cast<char>(bits >> held & 0xff));
    }
  }
  for (; digits % 4 != 0 && at < text.size() && (text[at] == '=' || value_of(text[at]) >= 0); ++at)
    ++digits; // the rest of the last group of four
  if (used)
    *used = at;
  return bytes;
}

void add_checked_cell(Grid &grid, CellType type, const std::vector<std::size_t> &nodes, const std::string &path) {
  const std::string which = path + ": cell " + std::to_string(grid.cells());
  if (nodes.size() != nodes_of(type))
    throw CaseError(which + " names " + std::to_string(nodes.size()) + " points; its type has " + std::to_string(nodes_of(type)));
  for (const std::size_t node : nodes)
    if (node >= grid.points.size())
      throw CaseError(which + " names point " + std::to_string(node) + " (counted from 0), but there are " +
                      std::to_string(grid.points.size()) + "; is the file damaged, or counted from 1?");
  grid.add_cell(type, nodes);
}

void add_polygon(Grid &grid, const std::vector<std::size_t> &nodes, std::size_t polygon, std::vector<std::size_t> &source,
                 const std::string &path) {
  if (nodes.size() < 3)
    throw CaseError(path + ": face " + std::to_string(polygon) + " has " + std::to_string(nodes.size()) +
                    " corners; expected three or more");
  for (std::size_t n = 2; n < nodes.size(); ++n) {
    add_checked_cell(grid, CellType::triangle, {nodes[0], nodes[n - 1], nodes[n]}, path);
    source.push_back(polygon);
  }
}

void check_grid(const Grid &grid, const std::string &path) {
  for (std::size_t p = 0; p < grid.points.size(); ++p)
    for (const double x : grid.points[p])
      if (!(std::abs(x) <= 1e5))
        throw CaseError(path + ": the position of point " + std::to_string(p) +
                        " is not a number, or more than 100 m away; expected millimetres: export the file again");
  const auto check_arrays = [&](const std::vector<Grid::Array> &arrays, std::size_t count, const char *of) {
    for (const Grid::Array &array : arrays)
      if (array.components < 1 || array.values.size() != count * array.components)
        throw CaseError(path + ": array '" + array.name.substr(0, 60) + "' has " + std::to_string(array.values.size()) +
                        " values; expected " + std::to_string(array.components) + " for each of " + std::to_string(count) + " " + of);
  };
  check_arrays(grid.point_data, grid.points.size(), "points");
  check_arrays(grid.cell_data, grid.cells(), "cells");
}

} // namespace corvivo::io
