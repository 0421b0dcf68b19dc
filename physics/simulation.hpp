#pragma once
/// The one driver of a heartbeat: contraction of the 3-D left ventricle, or of both, in the closed-loop circulation.
#include <physics/circulation/closed_loop.hpp>
#include <physics/mechanics/options.hpp>
#include <physics/mechanics/unloading.hpp>
#include <physics/nodal_history.hpp>
#include <physics/restart.hpp>

#include <io/base/quantity.hpp>
#include <io/base/time_series.hpp>

#include <functional>
#include <memory>
#include <mpi.h>
#include <optional>

namespace corvivo::physics {

/// What a beat starts from. Mesh (end-diastolic, as imaged), fibres and calcium are read on rank 0. A mesh with "endocardium_rv" is a
/// biventricle, whose right cavity takes the place of the circulation's right ventricle.
struct HeartbeatInput {
  const mesh::HeartMesh &mesh;
  const mesh::Fibres &fibres;
  const NodalHistory &calcium; ///< uM at the nodes of mesh::refine(mesh), time 0 is the first activation
  const ClosedLoop &circulation;
  CirculationState state;               ///< at end diastole; its ventricles' volumes are replaced by those of the 3-D cavities
  double circulation_time = 0;          ///< s, the circulation's clock at end diastole
  double tension_scale = 1;             ///< factor on the active tension
  double rv_tension_scale = 1;          ///< a further one on that of the right free wall
  const Reference *reference = nullptr; ///< stress-free shape (rank 0) when it is known already
  bool until_end_systole = false;       ///< stop once every 3-D ventricle fills again: all that a stroke volume needs
  io::Vector3 to_septum{};              ///< as in mesh::CoordinateOptions, for the AHA segments
};

/// One saved instant, on rank 0.
struct Snapshot {
  double time = 0;                       ///< ms
  PerCavity volume, pressure;            ///< mL, mmHg
  std::vector<io::Vector3> displacement; ///< mm from the stress-free shape, at the nodes of mesh::refine(reference)
  std::vector<double> tension;           ///< kPa, mean of each cell
  std::vector<double> fibre_stretch;     ///< mean of each cell, from the stress-free shape, as the contraction feels it
};
using HeartbeatObserver = std::function<void(const Snapshot &)>;

/// What the circulation with emulators of the 3-D ventricles came to, and which beat of theirs began there.
struct EmulatedStart {
  std::size_t beat = 0;            ///< from 0
  int beats = 0;                   ///< that the circulation was run
  PerCavity end_diastolic, stroke; ///< mL, volumes that the emulators foresaw
};

struct HeartbeatResult {
  io::TimeSeries series;           ///< columns: see `Simulation`
  Reference reference;             ///< rank 0
  std::size_t cavities = 1;        ///< 3-D ventricles
  PerCavity mesh_volume;           ///< mL, cavities of the imaged mesh
  double pericardial_pressure = 0; ///< mmHg
  double min_det_f = 1;
  bool partial = false;                 ///< the numerics failed before the end; `series` holds what came before
  std::string failure;                  ///< a sentence, when partial
  std::string remark;                   ///< what its quantities are of, when it was not asked for a whole beat
  std::vector<double> residuals;        ///< of the failed step
  std::vector<double> beat_starts{0.0}; ///< ms, of each beat that was begun
  bool limit_cycle = false;             ///< the last beat is like the one before, in whose end it began
  std::vector<EmulatedStart> emulated;  ///< of the beats that did not begin in the end of the one before
  io::TimeSeries segment_strains;       ///< columns: see `Simulation`; none where the mesh has no AHA segments
  int steps = 0, newton_iterations = 0, factorisations = 0, linear_iterations = 0;
  /// Throws SolveError with `failure` and `residuals` when partial.
  void require_complete() const;
};

/// Time steps of (u, p_i): quasi-static balance at the end of the step, V_i(u) of each cavity that of the circulation's ventricle after a
/// step under the pressure ramps from the old to the new p. Steps that fail are halved. Columns of the series: time [ms], all of
/// ClosedLoop::column_names (pressure and volume of a 3-D ventricle are its own), blood_volume [mL] with the 3-D cavities, tension_mean
/// [kPa], min_det_f [1], of the left wall (septum included) against the beat's end diastole strain_longitudinal strain_circumferential
/// strain_radial [1], torsion [deg/cm], mitral_descent [mm] (see WallStrain), and those of EnergyBalance [mJ]. Each beat has the same
/// calcium; time and circulation run on, unless emulators start it (see EmulatorOptions): then a row of its own at the time at which the
/// one before ends has the state that it begins with. Of the segments' strains, a row for each of the series: time [ms], longitudinal_1 to
/// longitudinal_17 [1], then circumferential_ and radial_ of the same AHA segments, against the same end diastole.
class Simulation {
public:
  /// Collective: unloads (unless the input knows the reference) and inflates to the end-diastolic pressure, or goes on from the last
  /// checkpoint of a killed run of the same input and options, to the same bits on one rank. A checkpoint of another case or a damaged one
  /// is told and left aside. Every run, kept or not, drops its factorisation where a checkpoint is due.
  Simulation(MPI_Comm comm, const HeartbeatInput &input, const MechanicsOptions &options, const Restart &restart = {});
  ~Simulation();
  /// One heart period, or as many as `options.beats` until two in a row were alike (see BeatChange). Collective; `observer` is called on
  /// rank 0. The series is the same on every rank.
  HeartbeatResult run(const HeartbeatObserver &observer = {});

private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// `Simulation` in one call, with its quantities (see observables.hpp).
HeartbeatResult run_heartbeat(MPI_Comm comm, const HeartbeatInput &input, const MechanicsOptions &options, io::Quantities &quantities,
                              const HeartbeatObserver &observer = {}, const Restart &restart = {});

/// A search for the tension scales that give the stroke volumes of the 3-D ventricles.
struct TensionSearch {
  std::vector<PerCavity> scales, stroke_volumes; ///< of each run: factors on the tension of the left and the right wall; mL
  PerCavity scale;                               ///< of the run nearest to the target
  PerCavity residual;                            ///< its stroke volumes minus the target, mL
  double rv_tension_scale() const { return scale[1] / scale[0]; }
};

/// At most `runs` runs to the end of systole with the secant rule, for each ventricle on its own wall; stops when all are within
/// `tolerance` mL. Starts from the input's scales. Collective. Throws SolveError when a run fails.
TensionSearch tune_active_tension(MPI_Comm comm, HeartbeatInput input, const MechanicsOptions &options, double target_stroke_volume,
                                  double tolerance = 1.0, int runs = 3);

/// The snapshot on the stress-free shape as quadratic tetrahedra, for ParaView: displacement [mm], active_tension [kPa], fibre_stretch [1].
io::Grid to_grid(const Reference &reference, const Snapshot &snapshot);

/// Series, reference shape and how it ended, in a folder; on rank 0. `load` throws CaseError for a folder that `save` did not write.
void save(const HeartbeatResult &result, const std::string &folder);
HeartbeatResult load_heartbeat(const std::string &folder);
/// The segments' strains of the last beat; without columns where there are none.
io::TimeSeries load_segment_strains(const std::string &folder);

} // namespace corvivo::physics
