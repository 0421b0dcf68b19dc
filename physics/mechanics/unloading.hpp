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

/// Fixed point X <- X - (x(X) - x_imaged), with x(X) the shape X inflated (Sellier 2011): one correction at each of a row of rising
/// pressures, then Anderson's mixing at the end-diastolic one; a correction that would shrink a tetrahedron below a tenth is shortened.
/// Springs rest in the imaged shape. A search that no longer improves is accepted with a warning within `acceptable`, else throws
/// SolveError with the distances. Collective; `mesh` and `fibres` are read on rank 0 and the result is there.
Reference unload(MPI_Comm comm, const mesh::HeartMesh &mesh, const mesh::Fibres &fibres, const MechanicsOptions &options);

} // namespace corvivo::physics
