#pragma once
/// One rank's share of the tissue: what the monodomain solver sees of a mesh.
#include <mesh/heart_mesh.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mpi.h>
#include <vector>

namespace corvivo::physics {

/// Brings the values of ghost nodes from their owners.
class Halo {
public:
  virtual ~Halo() = default;
  /// Collective: `values` holds the owned nodes, then the ghosts.
  virtual void update(std::vector<double> &values) = 0;
};

/// Owned nodes come first, then ghosts: every node of every cell that touches an owned node. So each rank finds all that its nodes need
/// without adding across ranks; cells are in the order of the whole mesh, so sums run in the same order on any number of ranks.
struct Tissue {
  MPI_Comm comm = MPI_COMM_SELF;
  std::size_t owned = 0;
  std::vector<mesh::Vector3> nodes;                ///< mm
  std::vector<std::size_t> mesh_node;              ///< index of each local node in the HeartMesh
  std::vector<std::array<std::uint32_t, 4>> cells; ///< local node indices
  bool families = false;                           ///< cells stand in eights, the children of one tetrahedron (mesh::refine)
  std::vector<mesh::Vector3> fibre;                ///< of each cell, unit
  std::vector<double> diffusivity_factor;          ///< of each cell: 1, more in a fast layer, 0 where nothing conducts
  std::vector<std::uint8_t> kind;                  ///< of each local node: which kind of myocyte
  std::vector<char> excitable;                     ///< of each local node; of a ghost 0 may mean that its conducting cells are elsewhere
  std::shared_ptr<Halo> halo;                      ///< null on one rank
  std::size_t total_nodes = 0;
};

/// The whole mesh on one rank (small bodies, tests); its families where it is a refined one. `kind` by node; empty: one kind.
Tissue serial_tissue(const mesh::HeartMesh &mesh, std::vector<mesh::Vector3> fibre, std::vector<double> diffusivity_factor,
                     std::vector<std::uint8_t> kind = {});

/// Collective. `mesh`, the `levels`-fold refinement of a coarser one whose cells stay together (mesh/partition.hpp), `fibre_and_factor`
/// with four numbers for each of its cells (fibre, diffusivity factor) and `kind` with one for each node (empty: one kind) are read on rank
/// 0; nothing of them is kept. With `families` (of a mesh refined at least once) each rank also has every node of every family that touches
/// an owned node, as quadratic elements need. Throws CaseError on every rank when there are fewer cells than ranks.
Tissue distributed_tissue(MPI_Comm comm, const mesh::HeartMesh &mesh, unsigned int levels, const std::vector<double> &fibre_and_factor,
                          const std::vector<std::uint8_t> &kind = {}, bool families = false);

/// Marks the nodes of cells that conduct.
void find_excitable(Tissue &tissue);

/// Collective. Values of owned nodes to rank 0, in the order of the HeartMesh, for its first `nodes` nodes. Empty on other ranks.
std::vector<double> gather_nodes(const Tissue &tissue, const std::vector<double> &local, std::size_t nodes);

/// Volume of a tetrahedron (mm^3) and the gradients (1/mm) of its four linear shape functions.
struct LinearTetrahedron {
  double volume;
  std::array<mesh::Vector3, 4> gradient;
};
LinearTetrahedron linear_tetrahedron(const mesh::Vector3 &a, const mesh::Vector3 &b, const mesh::Vector3 &c, const mesh::Vector3 &d);

} // namespace corvivo::physics
