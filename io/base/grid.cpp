#include <io/base/grid.hpp>

namespace corvivo::io {

std::size_t nodes_of(CellType type) {
  switch (type) {
  case CellType::line:
    return 2;
  case CellType::triangle:
    return 3;
  case CellType::tetrahedron:
    return 4;
  case CellType::quadratic_tetrahedron:
    return 10;
  }
  return 0;
}

namespace {
const Grid::Array *find(const std::vector<Grid::Array> &arrays, const std::string &name) {
  for (const Grid::Array &array : arrays)
    if (array.name == name)
      return &array;
  return nullptr;
}
} // namespace

const Grid::Array *Grid::find_point_data(const std::string &name) const {
  return find(point_data, name);
}
const Grid::Array *Grid::find_cell_data(const std::string &name) const {
  return find(cell_data, name);
}

} // namespace corvivo::io
