#pragma once
/// The stress-free shape of a heart that was imaged under pressure.
#include <physics/mechanics/options.hpp>

#include <mesh/fibres.hpp>

#include <mpi.h>
#include <vector>

namespace corvivo::physics {

/// A stress-free body; mesh and fibres on rank 0, the tetrahedra those of the imaged mesh.
struct Reference {
  mesh::HeartMesh mesh;
  mesh::Fibres fibres;
  std::vector<double> residuals; ///< mm, largest distance of an inflated vertex from its imaged place, per iteration
};

/// Directions at the nodes of `deformed` carried to the same tetrahedra in `reference`: the longitudinal direction as a line of the tissue
/// (F^-1), the transmural one as a normal of its layers (F^T); F is the mean over the tetrahedra around a node, by volume. Depth stays.
mesh::Fibres carry_fibres(const mesh::Fibres &fibres, const mesh::HeartMesh &deformed, const mesh::HeartMesh &reference);

/// Fixed point X <- X - w (x(X) - x_imaged), with x(X) the shape X inflated to the end-diastolic pressure (Sellier 2011); w is halved when
/// the distance grows. Springs rest in the imaged shape. Where the distance stops falling below 1 mm, but above the tolerance, it warns
/// and returns what it has (the distances are in the result); above that it throws SolveError with the distances.
/// Collective; `mesh` and `fibres` are read on rank 0 and the result is there.
Reference unload(MPI_Comm comm, const mesh::HeartMesh &mesh, const mesh::Fibres &fibres, const MechanicsOptions &options);

} // namespace corvivo::physics
