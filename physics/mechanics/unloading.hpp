#pragma once
/// The stress-free shape of a heart that was imaged under pressure.
#include <physics/mechanics/options.hpp>

#include <physics/per_cavity.hpp>

#include <mesh/fibres.hpp>

#include <mpi.h>
#include <vector>

namespace corvivo::physics {

/// A body as imaged and where its nodes are when it is free of stress; on rank 0.
struct Reference {
  mesh::HeartMesh mesh;
  mesh::Fibres fibres;
  std::vector<io::Vector3> places; ///< mm, of the nodes of mesh::refine(mesh): vertices, then midpoints of edges
  PerCavity volume;                ///< mL, of the unloaded cavities; the same on every rank
  double residual = 0;             ///< mm, largest distance of a node from its imaged place once loaded again; the same on every rank
  int iterations = 0;              ///< of Newton's method
};

/// How many cavities a mesh has under pressure: two with a surface "endocardium_rv". Collective; read on rank 0.
std::size_t cavities_of(MPI_Comm comm, const mesh::HeartMesh &mesh);
/// What the walls of a mesh with so many cavities bear at end diastole, kPa: the blood's pressures less that of the pericardium. Throws
/// CaseError where a pressure is asked of a right ventricle that the mesh does not have, or is not above the pericardium's.
PerCavity end_diastolic_wall_pressures(const MechanicsOptions &options, std::size_t cavities);

/// Cavities of the mesh itself, mL. Collective; read on rank 0.
PerCavity imaged_volumes(MPI_Comm comm, const mesh::HeartMesh &mesh);

/// A body that is stress-free as imaged. Collective for the volume.
Reference as_imaged(MPI_Comm comm, const mesh::HeartMesh &mesh, const mesh::Fibres &fibres);

/// Inverse elastostatics (see InverseSolid) at pressures that rise to the end-diastolic ones or, as the options say, repeated loading
/// (see unload_by_loading), then one balance of the loaded body, whose
/// distance from the image is the result's `residual`. Throws SolveError with Newton's residuals when no smaller rise of the pressure
/// helps or the residual exceeds the tolerance. Collective; `mesh`, `fibres` and the `guess`, places of another stress-free shape nearby,
/// are read on rank 0.
Reference unload(MPI_Comm comm, const mesh::HeartMesh &mesh, const mesh::Fibres &fibres, const MechanicsOptions &options,
                 const std::vector<io::Vector3> *guess = nullptr);

/// What the cavity of a normal heart holds without pressure, from the volume and pressure (mmHg) of one end diastole, in the unit of
/// `volume`: V0 = V (0.6 - 0.006 p). Klotz et al., Am J Physiol Heart Circ Physiol 291:H403, 2006.
double klotz_unloaded_volume(double volume, double pressure);

/// The same of each cavity under its own pressure (mmHg). Klotz's hearts were left ventricles: that it holds for the right one is assumed.
PerCavity klotz_unloaded_volumes(const PerCavity &volume, const MechanicsOptions &options, std::size_t cavities);

struct StiffnessFit {
  std::vector<PerCavity> scales;   ///< of each run: factors on the material's stiffness in the left and in the right wall
  std::vector<PerCavity> volumes;  ///< mL, unloaded, of each run that succeeded
  std::vector<double> factors;     ///< by which the material was multiplied, one after the other
  PerCavity scale{1, 1};           ///< of the run nearest to the target, which the options have now
  PerCavity residual;              ///< its volumes minus the target, mL
  std::vector<io::Vector3> places; ///< mm, of its stress-free shape; rank 0
};

/// Sets the stiffness of the material and, in a biventricle, the options' `rv_stiffness_scale` so that the unloaded cavities have `target`
/// mL: secant rule on the logarithms of the scales, each ventricle for itself, each run from the shape of the last. Collective. Throws
/// SolveError when no run succeeds.
StiffnessFit fit_stiffness(MPI_Comm comm, const mesh::HeartMesh &mesh, const mesh::Fibres &fibres, MechanicsOptions &options,
                           const PerCavity &target, double tolerance, int runs);

/// Imaged places minus stress-free ones at the nodes of mesh::refine(mesh); on rank 0.
std::vector<io::Vector3> displacement_as_imaged(const Reference &reference);

} // namespace corvivo::physics
