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
  using Cell = dealii::TriaIterator<dealii::CellAccessor<3, 3>>;

  /// Collective. `mesh` is read on rank 0 only and is not kept. Boundary ids are the indices of the surface names, material ids those of
  /// the region names. The partition (METIS on the face neighbours) depends on the mesh and the number of ranks only. `levels`: `mesh` is
  /// the `levels`-fold refinement of a coarser one, and each of its cells goes to the rank that its ancestor, cell c / 8^levels, has in the
  /// DistributedMesh of that coarser mesh; so what is local on the coarse mesh is local on the fine one.
  /// Throws CaseError on every rank when the mesh has fewer (ancestor) cells than there are ranks.
  DistributedMesh(MPI_Comm comm, const HeartMesh &mesh, unsigned int levels = 0);

  const Triangulation &triangulation() const { return *triangulation_; }
  MPI_Comm communicator() const { return comm_; }

  /// Index of a locally owned or ghost cell in the HeartMesh. Takes the iterators of the triangulation and of any DoFHandler on it.
  std::size_t index(const dealii::CellAccessor<3, 3> &cell) const { return cell.id().get_coarse_cell_id(); }
  template <class Iterator> auto index(const Iterator &cell) const -> decltype(cell->id(), std::size_t()) {
    return cell->id().get_coarse_cell_id();
  }
  /// HeartMesh node indices of the four vertices of a locally owned or ghost cell, in deal.II's order (that of HeartMesh::tetrahedra).
  template <class Iterator> const std::array<std::size_t, 4> &nodes(const Iterator &cell) const {
    return cell_nodes_[cell->active_cell_index()];
  }
  /// HeartMesh node index of vertex v of the cell.
  template <class Iterator> std::size_t node(const Iterator &cell, unsigned int v) const { return nodes(cell)[v]; }

  /// Everything but nodes, cells and triangles: names, axes and levels, the same on every rank.
  const HeartMesh &about() const { return about_; }
  const std::vector<std::string> &surface_names() const { return about_.surface_names; }
  std::size_t total_nodes() const { return total_nodes_; }
  std::size_t total_cells() const { return total_cells_; }
  /// HeartMesh nodes of the locally owned and ghost cells, ascending.
  const std::vector<std::size_t> &known_nodes() const { return known_nodes_; }

  /// Collective. Values held on rank 0 (HeartMesh order, `components` of one node or cell adjacent; read on rank 0 only) to a table of
  /// total_nodes() * components (total_cells() * components) that knows the nodes of locally owned and ghost cells (those cells); all
  /// other entries are NaN.
  std::vector<double> scatter_node_data(const std::vector<double> &on_rank_0, std::size_t components) const;
  std::vector<double> scatter_cell_data(const std::vector<double> &on_rank_0, std::size_t components) const;
  /// Collective. The way back: a table indexed by HeartMesh node, filled on each rank at least for the nodes of its own cells, to rank 0 in
  /// HeartMesh order; where ranks share a node the lowest rank's value is taken. Empty on the other ranks. NaN for a node without cells.
  std::vector<double> gather_node_data(const std::vector<double> &table, std::size_t components) const;
  /// Collective. The same for cells, from the ranks that own them.
  std::vector<double> gather_cell_data(const std::vector<double> &table, std::size_t components) const;

private:
  /// Entities (nodes or cells) that each rank knows; the list of all ranks is on rank 0 only.
  struct Knowledge {
    std::vector<std::size_t> mine, all;
    std::vector<int> counts; ///< of each rank, in `all`
  };
  Knowledge share(std::vector<std::size_t> mine) const;
  std::vector<double> scatter(const Knowledge &known, std::size_t total, const std::vector<double> &on_rank_0,
                              std::size_t components) const;
  std::vector<double> gather(const Knowledge &known, std::size_t total, const std::vector<double> &table, std::size_t components) const;
  void learn_nodes(const HeartMesh &mesh);

  MPI_Comm comm_;
  std::unique_ptr<Triangulation> triangulation_;
  HeartMesh about_;
  std::vector<std::array<std::size_t, 4>> cell_nodes_; ///< by local active cell index
  std::vector<std::size_t> known_nodes_;
  Knowledge cells_, owned_cells_, nodes_, owned_nodes_;
  std::size_t total_nodes_ = 0, total_cells_ = 0;
};

} // namespace corvivo::mesh
