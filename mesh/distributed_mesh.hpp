#pragma once
/// A HeartMesh spread over the ranks for deal.II: the one place that knows how cells and vertices of the two number each other.
#include <mesh/heart_mesh.hpp>

#include <deal.II/distributed/fully_distributed_tria.h>

#include <memory>
#include <mpi.h>
#include <vector>

namespace corvivo::mesh {

class DistributedMesh {
public:
  using Triangulation = dealii::parallel::fullydistributed::Triangulation<3>;
  using Cell = Triangulation::active_cell_iterator;

  /// Collective. `mesh` is read on rank 0 only. Boundary ids are the indices of the surface names. `weights_from`: when given (on rank 0),
  /// the partition is inherited: cell c goes where cell c / 8^levels of the coarse mesh went.
  DistributedMesh(MPI_Comm comm, const HeartMesh &mesh);

  const Triangulation &triangulation() const { return *triangulation_; }
  MPI_Comm communicator() const { return comm_; }

  /// Index of a locally owned or ghost cell in the HeartMesh.
  std::size_t index(const Cell &cell) const;
  /// HeartMesh node index of vertex v of the cell.
  std::size_t node(const Cell &cell, unsigned int v) const;
  /// The same names, regions and axes on every rank.
  const std::vector<std::string> &surface_names() const { return surface_names_; }
  std::size_t total_nodes() const { return total_nodes_; }
  std::size_t total_cells() const { return total_cells_; }

  /// Per-node values held on rank 0 (HeartMesh order, `components` each) to a table that knows at least the nodes of local cells.
  /// Indexed by HeartMesh node; entries of other ranks' nodes are NaN.
  std::vector<double> scatter_node_data(const std::vector<double> &on_rank_0, std::size_t components) const;
  std::vector<double> scatter_cell_data(const std::vector<double> &on_rank_0, std::size_t components) const;

private:
  MPI_Comm comm_;
  std::unique_ptr<Triangulation> triangulation_;
  std::vector<std::string> surface_names_;
  std::vector<std::array<std::size_t, 4>> cell_nodes_; ///< by local active cell index
  std::size_t total_nodes_ = 0, total_cells_ = 0;
};

} // namespace corvivo::mesh
