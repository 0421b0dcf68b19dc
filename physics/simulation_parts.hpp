#pragma once
/// The inside of `Simulation`.
#include <physics/beats.hpp>
#include <physics/energy_balance.hpp>
#include <physics/mechanics/newton.hpp>
#include <physics/observables.hpp>
#include <physics/simulation.hpp>

#include <io/base/checkpoint.hpp>
#include <io/base/log.hpp>

namespace corvivo::physics {

struct Simulation::Parts {
  MPI_Comm comm;
  const HeartbeatInput &input;
  const MechanicsOptions &options;
  const std::size_t cavities;
  HeartbeatResult result;
  Solid solid;
  Newton newton;
  petsc::Vector u, before, guess, missed;
  std::vector<io::Vector3> end_diastole;    ///< places of the vertices that strains are against; rank 0
  std::vector<int> segments;                ///< AHA number of each cell; rank 0, empty: not known
  std::unique_ptr<WallStrainMeter> strains; ///< rank 0
  CirculationState state;
  EnergyBalance energy;
  PerCavity pressure, last_pressure;       ///< kPa, that the walls bear: the blood's less the pericardium's
  double time = 0, last_dt = 0, wanted_dt; ///< ms
  double tension = 0, next_save = 0;
  double running_seconds = 0, output_seconds = 0; ///< of this run
  struct {
    int newton = 0, factorisations = 0, linear = 0;
  } earlier; ///< effort of the run that this one goes on from

  std::string checkpoint_stem, of_case; ///< `of_case`: fingerprint, where checkpoints are kept
  io::Checkpoints checkpoints;

  Parts(MPI_Comm communicator, const HeartbeatInput &start, const MechanicsOptions &chosen, const Reference &stress_free,
        const Restart &restart)
      : comm(communicator), input(start), options(chosen),
        cavities(cavities_of(communicator, start.mesh)), result{{}, stress_free, cavities},
        solid(communicator, start.mesh, start.fibres, model()), newton(solid, chosen.newton), u(solid.domain().make_vector()),
        before(solid.domain().make_vector()), guess(solid.domain().make_vector()), missed(solid.domain().make_vector()), state(start.state),
        wanted_dt(longest_step()), checkpoint_stem(chosen.checkpoint_steps > 0 ? restart.stem : std::filesystem::path()),
        checkpoints(checkpoint_stem, communicator) {}

  SolidModel model() const;
  double longest_step() const { return std::max(options.time_step, options.resting_time_step); }
  PerCavity blood_pressure(const PerCavity &on_walls) const;
  CirculationState with_volumes(CirculationState of, const PerCavity &volume) const;
  void set_up();
  void load_to_end_diastole();
  void begin_at_rest();
  void find_segments();
  void measure_strains_from(std::vector<io::Vector3> vertices);
  void add_columns();
  std::vector<double> record_strains(const std::vector<io::Vector3> &displacement);
  void record(const Solid::State &at, const HeartbeatObserver &observer);
  double surprise(double dt, const PerCavity &change) const;
  NewtonResult attempt(double dt, bool extrapolate, CirculationState &next);
  NewtonResult step(double dt, double &taken);
  bool finished(double end) const;
  void run_beat(double length, const HeartbeatObserver &observer, io::Progress &progress);
  std::string tell_change(const BeatChange &change) const;
  std::string tell_alone() const;
  std::string tell_calcium(double length) const;
  bool begin_next_beat(double period, int beats);
  void count_effort();
  void tell_effort() const;

  // simulation_emulator.cpp
  using Rests = std::array<std::vector<PressureVolume>, most_cavities>;
  VentricleBeat beat_of_wall(std::size_t beat, std::size_t cavity) const;
  Rests rests_so_far() const;
  std::vector<VentricleEmulator> make_emulators(const Rests &rests) const;
  EmulatedCycle fill_to_limit_cycle();
  bool start_from_emulators(double start);

  // simulation_checkpoint.cpp
  std::array<double *, 10> numbers() {
    return {&time,    &last_dt,   &wanted_dt,       &pressure[0], &pressure[1], &last_pressure[0], &last_pressure[1],
            &tension, &next_save, &result.min_det_f};
  }
  std::array<int *, 4> counts() { return {&result.steps, &earlier.newton, &earlier.factorisations, &earlier.linear}; }
  std::string fingerprint() const;
  void keep();
  bool go_on(const Restart &restart);
};

} // namespace corvivo::physics
