#pragma once
/// The electrophysiology stage: one heartbeat of the monodomain equation on a refinement of the heart's mesh.
#include <io/base/grid.hpp>
#include <io/base/quantity.hpp>
#include <io/base/time_series.hpp>
#include <mesh/fibres.hpp>
#include <physics/ecg/electrodes.hpp>
#include <physics/electrophysiology/bidomain_options.hpp>
#include <physics/electrophysiology/diffusion.hpp>
#include <physics/electrophysiology/discretisation.hpp>
#include <physics/electrophysiology/ionic/ionic_model.hpp>
#include <physics/electrophysiology/ionic/prepacing.hpp>
#include <physics/electrophysiology/purkinje.hpp>
#include <physics/electrophysiology/stimulus.hpp>
#include <physics/electrophysiology/tissue_part.hpp>
#include <physics/nodal_history.hpp>

#include <mpi.h>
#include <optional>

namespace corvivo::physics {

/// A place whose activation time is reported as `activation_time_<name>`.
struct NamedPoint {
  std::string name = "p1";
  mesh::Vector3 position{}; ///< mm; the nearest node answers
  void describe(io::Schema &schema);
};

/// Given velocities, from which the conductivities are tuned at the mesh's own resolution.
struct VelocityOptions {
  double along = 0.6, across = 0.3; ///< m/s
  void describe(io::Schema &schema);
};

/// Given conductivities (Niederer 2011: harmonic means of intra- and extracellular ones), used when the velocities are not asked for.
struct ConductivityOptions {
  double along = 0.13341772151898734, across = 0.017606177606177605; ///< S/m
  void describe(io::Schema &schema);
};

/// Subendocardial tissue that conducts faster, as the Purkinje network does.
struct FastLayerOptions {
  double depth = 0.1; ///< share of the wall from the endocardium; of the septum from each side
  double factor = 6;  ///< on the diffusivity: velocity grows with its root
  void describe(io::Schema &schema);
};

/// Premature stimuli (S2) that are tried one by one after the case's own (S1).
struct VulnerabilityOptions {
  std::vector<PartBall> places;
  double from = 300, to = 400, every = 10; ///< ms
  double follow = 600;                     ///< ms after each
  double quiet = 150;                      ///< ms without activation after which a run has ended
  double strength = 2;                     ///< times stimulus_amplitude
  void describe(io::Schema &schema);
};

struct ElectrophysiologyOptions {
  std::string method = "monodomain";       ///< or "bidomain", "pseudo_bidomain", "reaction_eikonal"
  std::optional<BidomainOptions> bidomain; ///< see extracellular_space()
  std::string ionic_model_name = "ten_tusscher_2006_epi";
  std::unique_ptr<IonicModel> ionic_model;   ///< null: the model of that name with its published parameters
  std::optional<PrepacingOptions> prepacing; ///< none: cells start from the published initial values
  std::filesystem::path cache;               ///< folder that keeps paced cells; empty: none (not of the case file)
  std::filesystem::path checkpoint;          ///< first part of the names of the checkpoints; empty: none (not of the case file)
  double checkpoint_every = 50;              ///< ms; 0: none
  double element_size = 1;                   ///< mm: the mesh is refined until the mean edge is no longer than this
  int refinements = -1;                      ///< exact number instead; -1: by element_size, and at least one
  double duration = 800;                     ///< ms
  double time_step = 0.05;                   ///< ms, until all is activated
  double late_time_step = 0.2;               ///< ms, afterwards
  Discretisation discretisation;
  bool tune_conductivities = true;
  bool mesh_correction = true; ///< of given conductivities
  VelocityOptions velocity;
  ConductivityOptions conductivity;
  double surface_to_volume = 140; ///< 1/mm
  double capacitance = 0.01;      ///< uF/mm^2
  std::optional<FastLayerOptions> fast_endocardium;
  std::optional<PurkinjeOptions> purkinje; ///< trees whose junctions are stimuli
  std::vector<TissuePart> tissue;          ///< parts that differ
  std::vector<StimulusSite> sites;         ///< see stimulated_sites()
  std::vector<StimulusBox> boxes;
  std::vector<StimulusBall> balls;
  std::vector<StimulusSurface> surfaces;
  std::vector<StimulusRegion> regions;
  double stimulus_amplitude = 35.714285714285715, stimulus_duration = 2; ///< mV/ms, ms
  double calcium_interval = 2;                                           ///< ms
  double bath_conductivity = 0.2;                                        ///< S/m
  std::optional<TorsoOptions> torso;                                     ///< none: the conductor is unbounded
  std::optional<ElectrodePositions> electrodes;                          ///< none: by the heart's axes
  std::vector<Electrogram> electrograms;
  double save_every = 0; ///< ms between saved fields of the potential; 0: none
  std::vector<NamedPoint> points;
  std::optional<VulnerabilityOptions> vulnerability;
  bool stop_when_activated = false; ///< ends the run once all tissue is activated (activation maps)
  void describe(io::Schema &schema);
  /// Throws CaseError with every complaint that needs no mesh.
  void check() const;
  std::vector<double> stimulus_starts() const; ///< ms, of the stimuli that the case names
  bool has_extracellular_space() const { return method == "bidomain" || method == "pseudo_bidomain"; }
  /// `bidomain`, or what stands for it where the case does not say.
  BidomainOptions extracellular_space() const { return bidomain.value_or(BidomainOptions()); }
  /// What the diffusion of the tissue takes: the bidomain has no explicit step, 0.5 stands for it.
  Discretisation diffusion_discretisation() const;
  /// S/m: the harmonic means of the bidomain's where there is one, else `conductivity`.
  ConductivityOptions monodomain_conductivity() const;
  /// Whether a stimulus of any kind or a Purkinje network is given.
  bool names_a_stimulus() const;
  /// `sites`, or where no stimulus is named default_stimulus_sites(), in a biventricle with the right ones.
  std::vector<StimulusSite> stimulated_sites(bool biventricle = false) const;
};

/// Whether the chosen ionic model has the calcium that drives contraction.
bool has_calcium(const ElectrophysiologyOptions &options);

/// Everything is on rank 0; other ranks hold empty values.
struct ElectrophysiologyResult {
  std::vector<double> activation; ///< ms, of the nodes of the once refined mesh (the P2 nodes of the mesh given; its own when not refined)
  NodalHistory calcium;           ///< uM, of the same nodes
  io::TimeSeries ecg;             ///< time [ms] and 12 leads [mV]; empty for bodies without a long axis
  io::TimeSeries electrograms;    ///< time [ms] and the potential [mV] at each of options.electrograms, every ms; empty without any
  io::TimeSeries points;          ///< time [ms] and the potential [mV] at each named point, every ms; empty without points
  io::TimeSeries vulnerability;   ///< see vulnerability(); empty where it is not asked for
  NodalHistory voltage;           ///< mV, of the nodes of the fine mesh every `save_every`
  NodalHistory extracellular;     ///< mV, phi_e of the same nodes at the same times; empty for methods without
  io::TimeSeries extracellular_points; ///< time [ms] and phi_e [mV] at each named point: unipolar electrograms; empty likewise
  io::Grid activation_map; ///< the fine mesh with "activation_time [ms]"; of the monodomain also "repolarisation_time [ms]", "apd90 [ms]",
                           ///< "activations [1]" and of each cell "conduction_velocity [m/s]"; NaN where there is none
  io::Grid purkinje;       ///< the trees, see to_grid(trees); empty without them
  Diffusivity diffusivity; ///< used; on every rank
};

/// Collective. `mesh` and `fibres` are read on rank 0. Fills (on every rank) activation_time_total, for the monodomain
/// conduction_velocity_error_expected, qrs_duration, qt_interval, qrs_axis, r_ and s_amplitude_<lead> where there is an ECG,
/// activation_time_<point>, with Purkinje trees purkinje_segments, purkinje_junctions, purkinje_last_junction, purkinje_coverage and its
/// 95th percentile. Throws CaseError for stimuli that hit nothing, SolveError when the potential diverges or a part of the tissue that
/// conducts is never activated.
ElectrophysiologyResult run_electrophysiology(MPI_Comm comm, const mesh::HeartMesh &mesh, const mesh::Fibres &fibres,
                                              const ElectrophysiologyOptions &options, io::Quantities &quantities);

/// How often the mesh is refined under these options, once for the middles of the edges of quadratic elements included.
int refinements_for(const mesh::HeartMesh &mesh, const ElectrophysiologyOptions &options);

/// Files `activation.csv`, `calcium.bin`, `ecg.csv`, `vcg.csv`, `electrograms.csv`, `extracellular.csv`, `activation_map.vtu`,
/// `diffusivity.csv` and with trees `purkinje.vtu` in `folder` (made when absent); load throws CaseError naming the file that is missing or
/// damaged. Serial.
void save(const ElectrophysiologyResult &result, const std::string &folder);
ElectrophysiologyResult load_electrophysiology(const std::string &folder);

} // namespace corvivo::physics
