#include <physics/mechanics/domain.hpp>

#include <io/base/parallel.hpp>
#include <mesh/distributed_mesh.hpp>

#include <deal.II/dofs/dof_handler.h>
#include <deal.II/fe/fe_simplex_p.h>

#include <algorithm>
#include <map>

namespace corvivo::physics {
namespace {

using Pair = std::array<std::size_t, 2>;
Pair ordered(std::size_t a, std::size_t b) {
  return a < b ? Pair{a, b} : Pair{b, a};
}

std::vector<double> flat(const std::vector<io::Vector3> &values) {
  std::vector<double> numbers;
  numbers.reserve(3 * values.size());
  for (const io::Vector3 &value : values)
    numbers.insert(numbers.end(), value.begin(), value.end());
  return numbers;
}

/// Global node numbers of a deal.II cell by what they sit on: pairs of equal HeartMesh nodes for vertices, of ends for edges.
template <class DofCell> std::map<Pair, PetscInt> nodes_of_cell(const DofCell &cell, const mesh::DistributedMesh &mesh) {
  std::vector<dealii::types::global_dof_index> dofs(nodes_per_cell);
  cell->get_dof_indices(dofs);
  std::map<Pair, PetscInt> nodes;
  std::map<unsigned int, std::size_t> heart_node;
  for (unsigned int v = 0; v < 4; ++v) {
    const std::size_t node = mesh.node(cell, v);
    heart_node[cell->vertex_index(v)] = node;
    nodes[{node, node}] = static_cast<PetscInt>(dofs[v]);
  }
  for (unsigned int e = 0; e < 6; ++e)
    nodes[ordered(heart_node.at(cell->line(e)->vertex_index(0)), heart_node.at(cell->line(e)->vertex_index(1)))] =
        static_cast<PetscInt>(dofs[4 + e]);
  return nodes;
}

/// Concatenation of every rank's numbers on rank 0. Collective.
template <class Number> std::vector<Number> collect(const std::vector<Number> &mine, MPI_Datatype type, MPI_Comm comm) {
  const int ranks = io::ranks(comm), count = static_cast<int>(mine.size());
  std::vector<int> counts(ranks), starts(ranks, 0);
  MPI_Gather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, 0, comm);
  for (int r = 1; r < ranks; ++r)
    starts[r] = starts[r - 1] + counts[r - 1];
  std::vector<Number> all(io::rank(comm) == 0 ? starts.back() + counts.back() : 0);
  MPI_Gatherv(mine.data(), count, type, all.data(), counts.data(), starts.data(), type, 0, comm);
  return all;
}

} // namespace

Domain::Domain(MPI_Comm comm, const mesh::HeartMesh &mesh)
    : comm_(comm), distributed_(std::make_unique<mesh::DistributedMesh>(comm, mesh)), surface_names_(distributed_->surface_names()),
      total_cells_(distributed_->total_cells()) {
  number(mesh);
  prepare_gather(mesh);
}

Domain::~Domain() = default;

int Domain::surface(const std::string &name) const {
  const auto found = std::find(surface_names_.begin(), surface_names_.end(), name);
  return found == surface_names_.end() ? -1 : static_cast<int>(found - surface_names_.begin());
}

void Domain::number(const mesh::HeartMesh &mesh) {
  std::vector<double> corners;
  for (const auto &tetrahedron : mesh.tetrahedra)
    corners.insert(corners.end(), tetrahedron.begin(), tetrahedron.end());
  const std::vector<double> by_cell = distributed_->scatter_cell_data(corners, 4);

  const dealii::FE_SimplexP<3> element(2);
  dealii::DoFHandler<3> dofs(distributed_->triangulation());
  dofs.distribute_dofs(element);
  const dealii::IndexSet &owned = dofs.locally_owned_dofs();
  CORVIVO_ASSERT(owned.is_contiguous(), "the nodes of one rank are not numbered in one piece");
  owned_ = static_cast<int>(owned.n_elements());
  total_unknowns_ = 3 * dofs.n_dofs();
  first_ = owned_ ? static_cast<PetscInt>(owned.nth_index_in_set(0)) : 0;

  std::vector<std::array<PetscInt, nodes_per_cell>> global;
  for (const auto &cell : dofs.active_cell_iterators()) {
    if (!cell->is_locally_owned())
      continue;
    const auto nodes = nodes_of_cell(cell, *distributed_);
    const std::size_t heart_cell = distributed_->index(cell);
    std::array<std::size_t, 4> vertices;
    for (int v = 0; v < 4; ++v)
      vertices[v] = static_cast<std::size_t>(by_cell[4 * heart_cell + v]);
    std::array<PetscInt, nodes_per_cell> mine;
    for (int v = 0; v < 4; ++v)
      mine[v] = nodes.at({vertices[v], vertices[v]});
    for (int e = 0; e < 6; ++e)
      mine[4 + e] = nodes.at(ordered(vertices[tetrahedron_edges[e][0]], vertices[tetrahedron_edges[e][1]]));
    cells_.push_back({{}, heart_cell});
    cell_vertices_.push_back(vertices);
    global.push_back(mine);
    for (const unsigned int f : cell->face_indices())
      if (cell->face(f)->at_boundary()) {
        Face face{{}, {}, static_cast<int>(cells_.size()) - 1, static_cast<int>(cell->face(f)->boundary_id())};
        for (int v = 0; v < 3; ++v)
          for (unsigned int w = 0; w < 4; ++w)
            if (cell->vertex_index(w) == cell->face(f)->vertex_index(v))
              for (int k = 0; k < 4; ++k)
                if (vertices[k] == distributed_->node(cell, w))
                  face.in_cell[v] = k;
        faces_.push_back(face);
      }
  }
  for (const auto &nodes : global)
    for (const PetscInt node : nodes)
      if (node < first_ || node >= first_ + owned_)
        ghosts_.push_back(node);
  std::sort(ghosts_.begin(), ghosts_.end());
  ghosts_.erase(std::unique(ghosts_.begin(), ghosts_.end()), ghosts_.end());
  for (std::size_t c = 0; c < cells_.size(); ++c)
    for (int a = 0; a < nodes_per_cell; ++a) {
      const PetscInt node = global[c][a];
      const bool mine = node >= first_ && node < first_ + owned_;
      cells_[c].nodes[a] =
          static_cast<int>(mine ? node - first_ : owned_ + (std::lower_bound(ghosts_.begin(), ghosts_.end(), node) - ghosts_.begin()));
    }
  collect_faces(mesh);
}

/// Orders each face's vertices so that its normal points out of a positively oriented tetrahedron, and adds the midpoints.
void Domain::collect_faces(const mesh::HeartMesh &) {
  static constexpr int outward[4][3] = {{1, 2, 3}, {0, 3, 2}, {0, 1, 3}, {0, 2, 1}}; // face opposite to vertex k
  for (Face &face : faces_) {
    const int opposite = 6 - face.in_cell[0] - face.in_cell[1] - face.in_cell[2];
    for (int v = 0; v < 3; ++v)
      face.in_cell[v] = outward[opposite][v];
    for (int e = 0; e < 3; ++e) {
      const int a = face.in_cell[triangle_edges[e][0]], b = face.in_cell[triangle_edges[e][1]];
      for (int k = 0; k < 6; ++k)
        if (ordered(tetrahedron_edges[k][0], tetrahedron_edges[k][1]) == ordered(a, b))
          face.in_cell[3 + e] = 4 + k;
    }
    for (int a = 0; a < nodes_per_face; ++a)
      face.nodes[a] = cells_[face.cell].nodes[face.in_cell[a]];
  }
}

void Domain::prepare_gather(const mesh::HeartMesh &mesh) {
  std::vector<PetscInt> mine;
  for (const Cell &cell : cells_) {
    mine.push_back(static_cast<PetscInt>(cell.heart_cell));
    for (const int node : cell.nodes)
      mine.push_back(global_node(node));
  }
  const std::vector<PetscInt> all = collect(mine, MPIU_INT, comm_);
  if (io::rank(comm_) != 0)
    return;
  const auto edges = mesh::edges(mesh);
  heart_to_global_.assign(mesh.nodes.size() + edges.size(), 0);
  for (std::size_t i = 0; i < all.size(); i += 1 + nodes_per_cell) {
    const auto &vertices = mesh.tetrahedra[all[i]];
    for (int v = 0; v < 4; ++v)
      heart_to_global_[vertices[v]] = all[i + 1 + v];
    for (int e = 0; e < 6; ++e) {
      const Pair edge = ordered(vertices[tetrahedron_edges[e][0]], vertices[tetrahedron_edges[e][1]]);
      const auto found = std::lower_bound(edges.begin(), edges.end(), edge);
      heart_to_global_[mesh.nodes.size() + (found - edges.begin())] = all[i + 5 + e];
    }
  }
}

petsc::Vector Domain::make_vector() const {
  Vec vector = nullptr;
  petsc::check(VecCreateGhostBlock(comm_, 3, 3 * owned_, PETSC_DECIDE, static_cast<PetscInt>(ghosts_.size()), ghosts_.data(), &vector));
  petsc::check(VecSet(vector, 0.0));
  return petsc::Vector(vector);
}

std::vector<std::array<double, 3>> Domain::vertex_field(const std::vector<io::Vector3> &on_rank_0) const {
  const std::vector<double> values = distributed_->scatter_node_data(flat(on_rank_0), 3);
  std::vector<std::array<double, 3>> field(local_nodes());
  for (std::size_t c = 0; c < cells_.size(); ++c)
    for (int d = 0; d < 3; ++d) {
      std::array<double, 4> corner;
      for (int v = 0; v < 4; ++v)
        field[cells_[c].nodes[v]][d] = corner[v] = values[3 * cell_vertices_[c][v] + d];
      for (int e = 0; e < 6; ++e)
        field[cells_[c].nodes[4 + e]][d] = 0.5 * (corner[tetrahedron_edges[e][0]] + corner[tetrahedron_edges[e][1]]);
    }
  return field;
}

void Domain::spread(const std::vector<io::Vector3> &on_rank_0, Vec to) const {
  VecScatter scatter_handle = nullptr;
  Vec all_handle = nullptr;
  petsc::check(VecScatterCreateToZero(to, &scatter_handle, &all_handle));
  const petsc::Scatter scatter(scatter_handle);
  const petsc::Vector all(all_handle);
  double *numbers = nullptr;
  petsc::check(VecGetArray(all, &numbers));
  CORVIVO_ASSERT(heart_to_global_.empty() || on_rank_0.size() == heart_to_global_.size(), "the field is not on the nodes of this mesh");
  for (std::size_t i = 0; i < heart_to_global_.size(); ++i) // empty on all ranks but the first
    std::copy_n(on_rank_0[i].data(), 3, numbers + 3 * heart_to_global_[i]);
  petsc::check(VecRestoreArray(all, &numbers));
  petsc::check(VecScatterBegin(scatter, all, to, INSERT_VALUES, SCATTER_REVERSE));
  petsc::check(VecScatterEnd(scatter, all, to, INSERT_VALUES, SCATTER_REVERSE));
  petsc::update_ghosts(to);
}

std::vector<std::array<double, 3>> Domain::nodal_field(const std::vector<io::Vector3> &on_rank_0) const {
  const petsc::Vector values = make_vector();
  spread(on_rank_0, values);
  petsc::LocalForm local(values);
  std::vector<std::array<double, 3>> field(local_nodes());
  for (int node = 0; node < local_nodes(); ++node)
    std::copy_n(local.values() + 3 * node, 3, field[node].data());
  return field;
}

std::vector<double> Domain::vertex_scalar(const std::vector<double> &on_rank_0) const {
  std::vector<io::Vector3> padded;
  for (const double value : on_rank_0)
    padded.push_back({value, 0, 0});
  std::vector<double> field;
  for (const auto &value : vertex_field(padded))
    field.push_back(value[0]);
  return field;
}

std::vector<double> Domain::cell_field(const std::vector<double> &on_rank_0, std::size_t components) const {
  const std::vector<double> values = distributed_->scatter_cell_data(on_rank_0, components);
  std::vector<double> field;
  for (const Cell &cell : cells_)
    field.insert(field.end(), values.begin() + cell.heart_cell * components, values.begin() + (cell.heart_cell + 1) * components);
  return field;
}

std::vector<io::Vector3> Domain::gather(Vec values) const {
  VecScatter scatter_handle = nullptr;
  Vec all_handle = nullptr;
  petsc::check(VecScatterCreateToZero(values, &scatter_handle, &all_handle));
  const petsc::Scatter scatter(scatter_handle);
  const petsc::Vector all(all_handle);
  petsc::check(VecScatterBegin(scatter, values, all, INSERT_VALUES, SCATTER_FORWARD));
  petsc::check(VecScatterEnd(scatter, values, all, INSERT_VALUES, SCATTER_FORWARD));
  const double *numbers = nullptr;
  petsc::check(VecGetArrayRead(all, &numbers));
  std::vector<io::Vector3> field;
  for (const PetscInt node : heart_to_global_) // empty on all ranks but the first
    field.push_back({numbers[3 * node], numbers[3 * node + 1], numbers[3 * node + 2]});
  petsc::check(VecRestoreArrayRead(all, &numbers));
  return field;
}

std::vector<double> Domain::gather_cells(const std::vector<double> &local, std::size_t components) const {
  std::vector<double> mine;
  for (std::size_t c = 0; c < cells_.size(); ++c) {
    mine.push_back(static_cast<double>(cells_[c].heart_cell));
    mine.insert(mine.end(), local.begin() + c * components, local.begin() + (c + 1) * components);
  }
  const std::vector<double> all = collect(mine, MPI_DOUBLE, comm_);
  std::vector<double> field(io::rank(comm_) == 0 ? total_cells_ * components : 0);
  for (std::size_t i = 0; i < all.size(); i += 1 + components)
    std::copy_n(all.begin() + i + 1, components, field.begin() + static_cast<std::size_t>(all[i]) * components);
  return field;
}

} // namespace corvivo::physics
