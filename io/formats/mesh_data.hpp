#pragma once
/// What the readers of meshes and surfaces share: numbers in text, number types in bytes, checks of what was read.
#include <io/base/grid.hpp>
#include <io/formats/voxel_data.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace corvivo::io {

/// Words of a text, one after the other. A word has at most 64 characters that count.
class Words {
public:
  explicit Words(std::string_view text) : text_(text) {}
  bool ended();
  std::string_view next();              ///< empty at the end
  std::optional<double> number();       ///< the next word; nothing when it is none
  std::optional<std::size_t> natural(); ///< a whole number from 0 to 4e9
  std::string_view line();              ///< the rest of the current line, without its end
  std::size_t at() const { return at_; }
  void move_to(std::size_t at) { at_ = at; }

private:
  std::string_view text_;
  std::size_t at_ = 0;
};

/// The first `count` numbers that `bytes` hold (fewer when there are fewer bytes), as doubles.
std::vector<double> decode_numbers(std::string_view bytes, std::size_t count, NumberType type, bool big_endian);

/// Bytes of base64 text; stops at its end ('=' or a character that is none). `used` becomes the number of characters read.
std::string decode_base64(std::string_view text, std::size_t most, std::size_t *used = nullptr);

/// Adds the cell after checking its nodes; throws CaseError that names it.
void add_checked_cell(Grid &grid, CellType type, const std::vector<std::size_t> &nodes, const std::string &path);
/// A polygon as a fan of triangles; `source` gets the polygon's number once for each.
void add_polygon(Grid &grid, const std::vector<std::size_t> &nodes, std::size_t polygon, std::vector<std::size_t> &source,
                 const std::string &path);

/// Throws CaseError that starts with `path` when a position is not finite, beyond 100 m, or arrays do not fit the mesh.
void check_grid(const Grid &grid, const std::string &path);

} // namespace corvivo::io
