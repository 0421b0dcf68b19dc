#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <physics/electrophysiology/tissue.hpp>

#include <algorithm>
#include <limits>
#include <numeric>

namespace corvivo::physics {

using namespace io;

using mesh::Vector3;

void find_excitable(Tissue &tissue) {
  tissue.excitable.assign(tissue.nodes.size(), 0);
  for (std::size_t c = 0; c < tissue.cells.size(); ++c)
    if (tissue.diffusivity_factor[c] > 0)
      for (const std::uint32_t node : tissue.cells[c])
        tissue.excitable[node] = 1;
}

LinearTetrahedron linear_tetrahedron(const Vector3 &a, const Vector3 &b, const Vector3 &c, const Vector3 &d) {
  const Vector3 u = b - a, v = c - a, w = d - a;
  const double determinant = dot(u, cross(v, w));
  LinearTetrahedron t;
  t.volume = determinant / 6.0;
  t.gradient[1] = (1.0 / determinant) * cross(v, w);
  t.gradient[2] = (1.0 / determinant) * cross(w, u);
  t.gradient[3] = (1.0 / determinant) * cross(u, v);
  t.gradient[0] = -1.0 * (t.gradient[1] + t.gradient[2] + t.gradient[3]);
  return t;
}

Tissue serial_tissue(const mesh::HeartMesh &mesh, std::vector<Vector3> fibre, std::vector<double> diffusivity_factor,
                     std::vector<std::uint8_t> kind) {
  CORVIVO_ASSERT(fibre.size() == mesh.tetrahedra.size() && diffusivity_factor.size() == fibre.size(), "one fibre and factor a cell");
  CORVIVO_ASSERT(kind.empty() || kind.size() == mesh.nodes.size(), "one kind a node");
  Tissue tissue;
  tissue.owned = tissue.total_nodes = mesh.nodes.size();
  tissue.nodes = mesh.nodes;
  tissue.mesh_node.resize(mesh.nodes.size());
  std::iota(tissue.mesh_node.begin(), tissue.mesh_node.end(), 0);
  tissue.cells.reserve(mesh.tetrahedra.size());
  for (const auto &cell : mesh.tetrahedra)
    tissue.cells.push_back({static_cast<std::uint32_t>(cell[0]), static_cast<std::uint32_t>(cell[1]), static_cast<std::uint32_t>(cell[2]),
                            static_cast<std::uint32_t>(cell[3])});
  tissue.families = !mesh.level_nodes.empty();
  tissue.fibre = std::move(fibre);
  tissue.diffusivity_factor = std::move(diffusivity_factor);
  tissue.kind = std::move(kind);
  tissue.kind.resize(mesh.nodes.size(), 0);
  find_excitable(tissue);
  return tissue;
}

std::vector<double> gather_nodes(const Tissue &tissue, const std::vector<double> &local, std::size_t nodes) {
  std::vector<unsigned long long> index;
  std::vector<double> values;
  for (std::size_t i = 0; i < tissue.owned; ++i)
    if (tissue.mesh_node[i] < nodes) {
      index.push_back(tissue.mesh_node[i]);
      values.push_back(local[i]);
    }
  const int ranks = io::ranks(tissue.comm), mine = static_cast<int>(values.size());
  std::vector<int> counts(static_cast<std::size_t>(ranks)), starts(counts.size());
  MPI_Gather(&mine, 1, MPI_INT, counts.data(), 1, MPI_INT, 0, tissue.comm);
  std::partial_sum(counts.begin(), counts.end() - 1, starts.begin() + 1);
  const bool root = io::rank(tissue.comm) == 0;
  const std::size_t all = root ? static_cast<std::size_t>(starts.back() + counts.back()) : 0;
  std::vector<unsigned long long> all_index(all);
  std::vector<double> all_values(all), ordered(root ? nodes : 0, std::numeric_limits<double>::quiet_NaN());
  MPI_Gatherv(index.data(), mine, MPI_UNSIGNED_LONG_LONG, all_index.data(), counts.data(), starts.data(), MPI_UNSIGNED_LONG_LONG, 0,
              tissue.comm);
  MPI_Gatherv(values.data(), mine, MPI_DOUBLE, all_values.data(), counts.data(), starts.data(), MPI_DOUBLE, 0, tissue.comm);
  for (std::size_t i = 0; i < all; ++i)
    ordered[all_index[i]] = all_values[i];
  return ordered;
}

} // namespace corvivo::physics
