#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <mesh/distributed_mesh.hpp>
#include <physics/electrophysiology/tissue.hpp>

#include <deal.II/base/partitioner.h>
#include <deal.II/dofs/dof_handler.h>
#include <deal.II/fe/fe_simplex_p.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace corvivo::physics {

using namespace io;

using mesh::Vector3;

namespace {

/// Halo on deal.II's partitioner.
class PartitionerHalo final : public Halo {
public:
  explicit PartitionerHalo(std::shared_ptr<const dealii::Utilities::MPI::Partitioner> partitioner)
      : partitioner_(std::move(partitioner)), buffer_(partitioner_->n_import_indices()) {}

  void update(std::vector<double> &values) override {
    const unsigned int owned = partitioner_->locally_owned_size(), ghosts = partitioner_->n_ghost_indices();
    const dealii::ArrayView<double> ghost_values(values.data() + owned, ghosts);
    std::vector<MPI_Request> requests;
    partitioner_->export_to_ghosted_array_start(0, dealii::ArrayView<const double>(values.data(), owned),
                                                dealii::ArrayView<double>(buffer_.data(), buffer_.size()), ghost_values, requests);
    partitioner_->export_to_ghosted_array_finish(ghost_values, requests);
  }

private:
  std::shared_ptr<const dealii::Utilities::MPI::Partitioner> partitioner_;
  std::vector<double> buffer_;
};

/// A cell that touches an owned node: its place in the whole mesh and the degrees of freedom of its vertices.
struct KeptCell {
  std::size_t mesh_cell;
  std::array<dealii::types::global_dof_index, 4> dofs;
  std::array<std::size_t, 4> mesh_nodes;
};

std::vector<KeptCell> cells_of_owned_nodes(const mesh::DistributedMesh &mesh, const dealii::DoFHandler<3> &dofs) {
  std::vector<KeptCell> kept;
  const dealii::IndexSet &owned = dofs.locally_owned_dofs();
  for (const auto &cell : dofs.active_cell_iterators()) {
    if (cell->is_artificial())
      continue;
    KeptCell candidate{mesh.index(cell), {}, mesh.nodes(cell)};
    bool touches = false;
    for (unsigned int v = 0; v < 4; ++v) {
      candidate.dofs[v] = cell->vertex_dof_index(v, 0);
      touches |= owned.is_element(candidate.dofs[v]);
    }
    if (touches)
      kept.push_back(candidate);
  }
  std::sort(kept.begin(), kept.end(), [](const KeptCell &a, const KeptCell &b) { return a.mesh_cell < b.mesh_cell; });
  return kept;
}

/// Place on a space-filling curve (Morton's) of a point in the unit cube.
std::uint64_t morton(const std::array<double, 3> &unit) {
  constexpr int bits = 20;
  std::uint64_t code = 0;
  for (std::size_t d = 0; d < 3; ++d) {
    const auto place = static_cast<std::uint64_t>(std::min(std::max(unit[d], 0.0), 1.0) * ((1 << bits) - 1));
    for (int b = 0; b < bits; ++b)
      code |= ((place >> b) & 1) << (3 * b + static_cast<int>(d));
  }
  return code;
}

/// Owned nodes along a space-filling curve, so that neighbours in space are neighbours in memory; within 64 of them those of equally many
/// cells together, so that the rows of a slice of the diffusion matrix are equally long.
void renumber(dealii::DoFHandler<3> &dofs) {
  const dealii::IndexSet &owned = dofs.locally_owned_dofs();
  const std::size_t count = owned.n_elements();
  std::vector<dealii::Point<3>> position(count);
  std::vector<int> cells(count, 0);
  dealii::Point<3> low, high;
  bool first = true;
  for (const auto &cell : dofs.active_cell_iterators())
    for (unsigned int v = 0; !cell->is_artificial() && v < 4; ++v)
      if (owned.is_element(cell->vertex_dof_index(v, 0))) {
        const dealii::Point<3> &x = cell->vertex(v);
        const std::size_t node = owned.index_within_set(cell->vertex_dof_index(v, 0));
        position[node] = x;
        ++cells[node];
        for (unsigned int d = 0; d < 3; ++d) {
          low[d] = first ? x[d] : std::min(low[d], x[d]);
          high[d] = first ? x[d] : std::max(high[d], x[d]);
        }
        first = false;
      }
  const double size = std::max({high[0] - low[0], high[1] - low[1], high[2] - low[2], 1e-30});
  std::vector<std::pair<std::uint64_t, std::size_t>> order;
  for (std::size_t node = 0; node < count; ++node) {
    const auto &x = position[node];
    order.emplace_back(morton({(x[0] - low[0]) / size, (x[1] - low[1]) / size, (x[2] - low[2]) / size}), node);
  }
  std::sort(order.begin(), order.end());
  constexpr std::size_t window = 64;
  for (std::size_t begin = 0; begin < count; begin += window)
    std::stable_sort(order.begin() + static_cast<std::ptrdiff_t>(begin),
                     order.begin() + static_cast<std::ptrdiff_t>(std::min(begin + window, count)),
                     [&](const auto &a, const auto &b) { return cells[a.second] < cells[b.second]; });
  std::vector<dealii::types::global_dof_index> number(count);
  for (std::size_t place = 0; place < count; ++place)
    number[order[place].second] = owned.nth_index_in_set(place);
  dofs.renumber_dofs(number);
}

/// Position and kind of each node.
std::vector<double> flat(const std::vector<Vector3> &points, const std::vector<std::uint8_t> &kind) {
  std::vector<double> values;
  values.reserve(4 * points.size());
  for (std::size_t i = 0; i < points.size(); ++i)
    values.insert(values.end(), {points[i][0], points[i][1], points[i][2], kind.empty() ? 0.0 : static_cast<double>(kind[i])});
  return values;
}

void find_excitable(Tissue &tissue) {
  tissue.excitable.assign(tissue.nodes.size(), 0);
  for (std::size_t c = 0; c < tissue.cells.size(); ++c)
    if (tissue.diffusivity_factor[c] > 0)
      for (const std::uint32_t node : tissue.cells[c])
        tissue.excitable[node] = 1;
}

} // namespace

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
  tissue.fibre = std::move(fibre);
  tissue.diffusivity_factor = std::move(diffusivity_factor);
  tissue.kind = std::move(kind);
  tissue.kind.resize(mesh.nodes.size(), 0);
  find_excitable(tissue);
  return tissue;
}

Tissue distributed_tissue(const mesh::DistributedMesh &mesh, const std::vector<Vector3> &nodes_on_rank_0,
                          const std::vector<double> &fibre_and_factor, const std::vector<std::uint8_t> &kind) {
  dealii::DoFHandler<3> dofs(mesh.triangulation());
  dofs.distribute_dofs(dealii::FE_SimplexP<3>(1));
  renumber(dofs);
  const std::vector<KeptCell> kept = cells_of_owned_nodes(mesh, dofs);

  dealii::IndexSet needed(dofs.n_dofs());
  std::vector<dealii::types::global_dof_index> indices;
  for (const KeptCell &cell : kept)
    indices.insert(indices.end(), cell.dofs.begin(), cell.dofs.end());
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  needed.add_indices(indices.begin(), indices.end());
  needed.compress();
  const auto partitioner =
      std::make_shared<const dealii::Utilities::MPI::Partitioner>(dofs.locally_owned_dofs(), needed, mesh.communicator());

  Tissue tissue;
  tissue.comm = mesh.communicator();
  tissue.owned = partitioner->locally_owned_size();
  tissue.total_nodes = mesh.total_nodes();
  const std::size_t local = tissue.owned + partitioner->n_ghost_indices();
  tissue.nodes.resize(local);
  tissue.kind.resize(local);
  tissue.mesh_node.assign(local, std::numeric_limits<std::size_t>::max());
  const std::vector<double> points = mesh.scatter_node_data(flat(nodes_on_rank_0, kind), 4);
  const std::vector<double> of_cells = mesh.scatter_cell_data(fibre_and_factor, 4);
  for (const KeptCell &cell : kept) {
    std::array<std::uint32_t, 4> nodes;
    for (std::size_t v = 0; v < 4; ++v) {
      nodes[v] = partitioner->global_to_local(cell.dofs[v]);
      const std::size_t node = cell.mesh_nodes[v];
      tissue.mesh_node[nodes[v]] = node;
      tissue.nodes[nodes[v]] = {points[4 * node], points[4 * node + 1], points[4 * node + 2]};
      tissue.kind[nodes[v]] = static_cast<std::uint8_t>(points[4 * node + 3]);
    }
    tissue.cells.push_back(nodes);
    const double *values = &of_cells[4 * cell.mesh_cell];
    tissue.fibre.push_back({values[0], values[1], values[2]});
    tissue.diffusivity_factor.push_back(values[3]);
  }
  for (const std::size_t node : tissue.mesh_node)
    CORVIVO_ASSERT(node < mesh.total_nodes(), "a node of the tissue belongs to no cell");
  if (io::ranks(tissue.comm) > 1)
    tissue.halo = std::make_shared<PartitionerHalo>(partitioner);
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
