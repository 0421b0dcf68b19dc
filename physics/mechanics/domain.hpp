#pragma once
/// The cells, faces and quadratic nodes that one rank works on, as plain arrays in the numbering of the HeartMesh.
#include <physics/mechanics/petsc.hpp>
#include <physics/mechanics/quadratic_tetrahedron.hpp>

#include <mesh/heart_mesh.hpp>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace corvivo::mesh {
class DistributedMesh;
}

namespace corvivo::physics {

using io::operator+;
using io::operator-;
using io::operator*;

class Domain {
public:
  struct Cell {
    std::array<int, nodes_per_cell> nodes; ///< local node indices: owned first, then ghosts
    std::size_t heart_cell;                ///< index in the HeartMesh
  };
  struct Face {
    std::array<int, nodes_per_face> nodes;   ///< local node indices, normal out of the tissue
    std::array<int, nodes_per_face> in_cell; ///< the same nodes as numbered within `cell`
    int cell;                                ///< local cell
    int surface;                             ///< index into `surface_names()`
  };

  /// Collective; `mesh` is read on rank 0. Quadratic nodes are numbered by deal.II's FE_SimplexP<3>(2) on the distributed triangulation.
  Domain(MPI_Comm comm, const mesh::HeartMesh &mesh);
  ~Domain();

  MPI_Comm communicator() const { return comm_; }
  const std::vector<Cell> &cells() const { return cells_; }
  const std::vector<Face> &faces() const { return faces_; }
  const std::vector<std::string> &surface_names() const { return surface_names_; }
  int surface(const std::string &name) const; ///< -1 when there is none
  int owned_nodes() const { return owned_; }
  int local_nodes() const { return owned_ + static_cast<int>(ghosts_.size()); }
  std::size_t total_cells() const { return total_cells_; }
  std::size_t total_unknowns() const { return total_unknowns_; }
  PetscInt global_node(int local) const { return local < owned_ ? first_ + local : ghosts_[local - owned_]; }

  /// A zero vector of three components per node that knows its ghosts. Collective.
  petsc::Vector make_vector() const;
  /// Values at the vertices (rank 0, HeartMesh order, three components) to all local nodes, linear on edges. Collective.
  std::vector<std::array<double, 3>> vertex_field(const std::vector<io::Vector3> &on_rank_0) const;
  /// Values at the nodes of mesh::refine(mesh) (rank 0) to all local nodes. Collective.
  std::vector<std::array<double, 3>> nodal_field(const std::vector<io::Vector3> &on_rank_0) const;
  /// The same into a vector with its ghosts. Collective.
  void spread(const std::vector<io::Vector3> &on_rank_0, Vec to) const;
  /// One value per vertex to local nodes; a midpoint gets the mean. Collective.
  std::vector<double> vertex_scalar(const std::vector<double> &on_rank_0) const;
  /// Values per HeartMesh cell (rank 0) to the local cells, `components` adjacent. Collective.
  std::vector<double> cell_field(const std::vector<double> &on_rank_0, std::size_t components) const;
  /// A vector's values on rank 0 at the nodes of mesh::refine(mesh), empty elsewhere. Collective.
  std::vector<io::Vector3> gather(Vec values) const;
  /// Values per local cell (`components` adjacent) to rank 0 in HeartMesh order. Collective.
  std::vector<double> gather_cells(const std::vector<double> &local, std::size_t components) const;

private:
  void number(const mesh::HeartMesh &mesh);
  void collect_faces(const mesh::HeartMesh &mesh);
  void prepare_gather(const mesh::HeartMesh &mesh);

  MPI_Comm comm_;
  std::unique_ptr<mesh::DistributedMesh> distributed_;
  std::vector<std::array<std::size_t, 4>> cell_vertices_; ///< HeartMesh nodes of the local cells, in HeartMesh order
  std::vector<Cell> cells_;
  std::vector<Face> faces_;
  std::vector<std::string> surface_names_;
  PetscInt first_ = 0;
  int owned_ = 0;
  std::vector<PetscInt> ghosts_;
  std::size_t total_cells_ = 0, total_unknowns_ = 0;
  std::vector<PetscInt> heart_to_global_; ///< rank 0: global node of each node of refine(mesh)
};

} // namespace corvivo::physics
