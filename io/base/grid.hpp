#pragma once
/// Points, cells and named arrays: what every mesh reader returns and every field writer takes.
#include <io/base/vector3.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace corvivo::io {

enum class CellType { line, triangle, tetrahedron, quadratic_tetrahedron };
std::size_t nodes_of(CellType type);

struct Grid {
  struct Array {
    std::string name; ///< with its unit: "pressure [kPa]"
    std::size_t components = 1;
    std::vector<double> values; ///< components of one point or cell adjacent
  };
  std::vector<Vector3> points; ///< mm, patient space
  std::vector<CellType> cell_types;
  std::vector<std::size_t> cell_offsets; ///< start of each cell in `cell_points`; one more entry than cells
  std::vector<std::size_t> cell_points;
  std::vector<Array> point_data, cell_data;

  std::size_t cells() const { return cell_types.size(); }
  template <class Nodes> void add_cell(CellType type, const Nodes &nodes) {
    if (cell_offsets.empty())
      cell_offsets.push_back(0);
    cell_types.push_back(type);
    cell_points.insert(cell_points.end(), nodes.begin(), nodes.end());
    cell_offsets.push_back(cell_points.size());
  }
  const Array *find_point_data(const std::string &name) const;
  const Array *find_cell_data(const std::string &name) const;
};

} // namespace corvivo::io
