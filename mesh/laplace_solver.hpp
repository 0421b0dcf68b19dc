#pragma once
/// Harmonic functions on the mesh of a heart: what fibres and coordinates rest on.
#include <mesh/heart_mesh.hpp>

#include <memory>
#include <mpi.h>
#include <vector>

namespace corvivo::mesh {

/// A harmonic function and its gradient at the nodes, on rank 0 (empty elsewhere).
struct Harmonic {
  std::vector<double> value;
  std::vector<Vector3> gradient;
};

/// What is held in a Laplace equation (no flux elsewhere); read on every rank, but for `node_values`.
struct LaplaceProblem {
  std::vector<int> zero_surfaces, one_surfaces; ///< 0 and 1 on these surfaces; a node of both is 1
  double zero_radius = 0;                       ///< above 0: zero at the nodes within this distance of `zero_point`, mm
  Vector3 zero_point{};
  bool by_nodes = false;           ///< P1 instead of P2, held at `node_values`; its gradient is one of first order
  std::vector<double> node_values; ///< on rank 0: per node, NaN where it is free
};

/// Conjugate gradients on P2 elements, P1 where the nodes are given. The mesh is distributed and each matrix assembled once, at the first
/// solution that needs it. Keeps a reference to the mesh, which is read on rank 0.
class LaplaceSolver {
public:
  LaplaceSolver(MPI_Comm comm, const HeartMesh &mesh);
  ~LaplaceSolver();
  LaplaceSolver(const LaplaceSolver &) = delete;
  LaplaceSolver &operator=(const LaplaceSolver &) = delete;

  MPI_Comm communicator() const { return comm_; }
  const HeartMesh &mesh() const { return mesh_; }
  /// Collective. Throws SolveError.
  Harmonic solve(const LaplaceProblem &problem) const;

private:
  struct Parts;
  MPI_Comm comm_;
  const HeartMesh &mesh_;
  mutable std::unique_ptr<Parts> parts_;
};

} // namespace corvivo::mesh
