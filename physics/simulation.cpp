#include <physics/simulation_parts.hpp>

#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/stopwatch.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace corvivo::physics {
namespace {

constexpr double ms_per_s = 1000;

Reference reference_of(MPI_Comm comm, const HeartbeatInput &input, const MechanicsOptions &options) {
  if (input.reference)
    return *input.reference;
  if (!options.unloading.enabled)
    return as_imaged(comm, input.mesh, input.fibres);
  return unload(comm, input.mesh, input.fibres, options);
}

/// Where the vertices are, on rank 0, which alone has the displacement.
std::vector<io::Vector3> vertices_at(const Reference &reference, const std::vector<io::Vector3> &displacement) {
  std::vector<io::Vector3> places;
  if (displacement.empty())
    return places;
  for (std::size_t i = 0; i < reference.mesh.nodes.size(); ++i)
    places.push_back(reference.places[i] + displacement[i]);
  return places;
}

} // namespace

void HeartbeatResult::require_complete() const {
  if (partial)
    throw io::SolveError(failure, residuals);
}

SolidModel Simulation::Parts::model() const {
  SolidModel chosen = SolidModel::heart(options, input.tension_scale, cavities);
  chosen.right_tension_factor = input.rv_tension_scale;
  return chosen;
}

/// All that does not depend on how the heart moves.
void Simulation::Parts::set_up() {
  pressure = last_pressure = end_diastolic_wall_pressures(options, cavities);
  solid.set_reference(input.mesh, result.reference.places);
  solid.set_rest(displacement_as_imaged(result.reference));
  solid.set_calcium(input.mesh, input.calcium);
  result.mesh_volume = imaged_volumes(comm, input.mesh);
  result.pericardial_pressure = options.pericardial_pressure;
  find_segments();
  add_columns();
}

void Simulation::Parts::find_segments() {
  std::string problem;
  io::on_rank_0(comm, [&] {
    try {
      segments = mesh::left_segments(input.mesh, input.to_septum);
    } catch (const io::CaseError &error) { // a heart beats without names for its walls
      problem = error.what();
    }
  });
  problem = io::broadcast(problem, comm);
  if (!problem.empty()) {
    if (!input.until_end_systole)
      io::say("    no strains by AHA segment: " + problem);
    return;
  }
  result.segment_strains.add_column("time", "ms");
  for (const char *direction : {"longitudinal_", "circumferential_", "radial_"})
    for (std::size_t s = 1; s <= mesh::aha_count; ++s)
      result.segment_strains.add_column(direction + std::to_string(s), "1");
}

/// Of the blood in the cavities, from what the walls bear (kPa).
PerCavity Simulation::Parts::blood_pressure(const PerCavity &on_walls) const {
  PerCavity mmHg;
  for (std::size_t k = 0; k < cavities; ++k)
    mmHg[k] = on_walls[k] / io::kPa_per_mmHg + options.pericardial_pressure;
  return mmHg;
}

/// A state with the volumes (mm^3) of the 3-D cavities.
CirculationState Simulation::Parts::with_volumes(CirculationState of, const PerCavity &volume) const {
  for (std::size_t k = 0; k < cavities; ++k)
    of[circulation_index::V_ventricle[k]] = volume[k] / io::mm3_per_mL;
  return of;
}

void Simulation::Parts::load_to_end_diastole() {
  if (result.reference.iterations > 0) { // unloaded: the imaged shape is the loaded one
    solid.domain().spread(displacement_as_imaged(result.reference), u);
    solid.accept(u, 0);
    inflate(solid, newton, u, pressure, pressure, 1);
  } else
    inflate(solid, newton, u, 0, pressure, 4);
  begin_at_rest();
}

/// A beat from the balance at `u` and `pressure`, all tension gone.
void Simulation::Parts::begin_at_rest() {
  solid.rest_activation(u, 0);
  petsc::copy(u, before);
  const Solid::State at = solid.assemble(u, pressure, 0, 0, false);
  solid.accept(u, 0);
  energy.start(solid, pressure);
  state = with_volumes(state, at.volume);
  result.min_det_f = std::min(result.min_det_f, at.min_det_f);
  tension = 0;
  measure_strains_from(vertices_at(result.reference, solid.domain().gather(u)));
  record(at, {});
}

void Simulation::Parts::measure_strains_from(std::vector<io::Vector3> vertices) {
  end_diastole = std::move(vertices);
  if (io::rank(comm) != 0)
    return;
  mesh::HeartMesh loaded = input.mesh;
  loaded.nodes = end_diastole;
  strains = std::make_unique<WallStrainMeter>(loaded, input.fibres, segments);
}

void Simulation::Parts::add_columns() {
  result.series.add_column("time", "ms");
  for (const auto &[name, unit] : ClosedLoop::column_names())
    result.series.add_column(name, unit);
  for (const auto &[name, unit] : {std::pair{"blood_volume", "mL"},
                                   {"tension_mean", "kPa"},
                                   {"min_det_f", "1"},
                                   {"strain_longitudinal", "1"},
                                   {"strain_circumferential", "1"},
                                   {"strain_radial", "1"},
                                   {"torsion", "deg/cm"},
                                   {"mitral_descent", "mm"}})
    result.series.add_column(name, unit);
  for (const std::string &name : EnergyBalance::columns())
    result.series.add_column(name, "mJ");
}

/// Those of the wall, for the series, and a row of those of its segments. Collective.
std::vector<double> Simulation::Parts::record_strains(const std::vector<io::Vector3> &displacement) {
  std::vector<double> numbers, row{time};
  if (strains) {
    const WallStrain wall = strains->measure(vertices_at(result.reference, displacement));
    numbers = {wall.longitudinal, wall.circumferential, wall.radial, wall.torsion, wall.mitral_descent};
    for (const auto component : {&DirectionalStrain::longitudinal, &DirectionalStrain::circumferential, &DirectionalStrain::radial})
      for (const DirectionalStrain &segment : wall.segments)
        row.push_back(segment.*component);
  }
  if (!result.segment_strains.columns().empty())
    result.segment_strains.append_row(io::broadcast(row, comm));
  return io::broadcast(numbers, comm);
}

/// A row of the series and, when it is due, a snapshot. Collective.
void Simulation::Parts::record(const Solid::State &at, const HeartbeatObserver &observer) {
  const std::vector<io::Vector3> displacement = solid.domain().gather(u);
  const std::vector<double> wall = record_strains(displacement);
  const CirculationState whole = with_volumes(state, at.volume);
  const PerCavity mmHg = blood_pressure(pressure);
  std::vector<double> row{time};
  for (const double value : input.circulation.columns(input.circulation_time + time / ms_per_s, whole, mmHg[0],
                                                      cavities == 2 ? std::optional<double>(mmHg[1]) : std::nullopt))
    row.push_back(value);
  row.insert(row.end(), {input.circulation.total_volume(whole), tension, at.min_det_f});
  row.insert(row.end(), wall.begin(), wall.end());
  const std::vector<double> energies = energy.values(solid);
  row.insert(row.end(), energies.begin(), energies.end());
  result.series.append_row(row);
  if (!observer || time < next_save - 1e-9)
    return;
  next_save = time + options.save_every;
  const std::vector<double> activity = solid.domain().gather_cells(solid.cell_activity(), 2);
  if (io::rank(comm) != 0)
    return;
  Snapshot snapshot{time, (1 / io::mm3_per_mL) * at.volume, mmHg, displacement, {}, {}};
  for (std::size_t c = 0; c < activity.size(); c += 2) {
    snapshot.tension.push_back(activity[c]);
    snapshot.fibre_stretch.push_back(activity[c + 1]);
  }
  observer(snapshot);
}

/// One solve of a step from here; the guess is the last change continued when asked.
NewtonResult Simulation::Parts::attempt(double dt, bool extrapolate, CirculationState &next) {
  const double share = extrapolate && last_dt > 0 ? dt / last_dt : 0;
  petsc::copy(u, guess);
  petsc::add(guess, share, u);
  petsc::add(guess, -share, before);
  PerCavity p = pressure + share * (pressure - last_pressure);
  const double now = input.circulation_time + time / ms_per_s;
  const VolumeLaw law = [&](const PerCavity &trial) {
    next = state;
    const CavityMatrix slope =
        input.circulation.advance_with_pressures(next, now, dt / ms_per_s, blood_pressure(pressure), blood_pressure(trial), cavities);
    Volumes wanted;
    for (std::size_t i = 0; i < cavities; ++i) {
      wanted.volume[i] = next[circulation_index::V_ventricle[i]] * io::mm3_per_mL;
      for (std::size_t j = 0; j < cavities; ++j)
        wanted.slope[i][j] = slope[i][j] * io::mm3_per_mL / io::kPa_per_mmHg;
    }
    return wanted;
  };
  NewtonResult solved = newton.solve(guess, p, time + dt - result.beat_starts.back(), dt, law);
  if (solved.converged) {
    law(p);
    last_pressure = pressure;
    pressure = p;
  }
  return solved;
}

/// By how many times its tolerance a step to `guess` misses the last one's change continued.
double Simulation::Parts::surprise(double dt, const PerCavity &change) const {
  if (last_dt <= 0)
    return 1;
  const double share = dt / last_dt;
  petsc::copy(guess, missed);
  petsc::add(missed, -1 - share, u);
  petsc::add(missed, share, before);
  double largest = petsc::norm(missed) / std::sqrt(static_cast<double>(solid.domain().total_unknowns())) / options.step_displacement;
  for (std::size_t k = 0; k < cavities; ++k)
    largest = std::max(largest, std::abs(change[k]) / io::kPa_per_mmHg / options.step_pressure);
  return largest;
}

/// A step of `dt`, however short, or, when it fails, of a half, a quarter ... of it; `taken` is its length.
NewtonResult Simulation::Parts::step(double dt, double &taken) {
  NewtonResult solved;
  CirculationState next = state;
  const PerCavity old_slope = last_dt > 0 ? (1 / last_dt) * (pressure - last_pressure) : PerCavity();
  for (taken = dt; taken == dt || taken >= options.smallest_time_step; taken /= 2)
    for (const bool extrapolate : {true, false}) {
      solved = attempt(taken, extrapolate, next);
      if (!solved.converged)
        continue;
      const double longer =
          std::clamp(1 / std::sqrt(std::max(surprise(taken, pressure - last_pressure - taken * old_slope), 1e-9)), 0.5, 1.5);
      wanted_dt = std::clamp(longer * taken, options.time_step, longest_step());
      petsc::copy(u, before);
      petsc::copy(guess, u);
      solid.accept(u, taken);
      energy.step(solid, before, u, pressure);
      state = next;
      time += taken;
      last_dt = taken;
      tension = solid.mean_tension();
      result.min_det_f = std::min(result.min_det_f, solved.state.min_det_f);
      ++result.steps;
      return solved;
    }
  return solved;
}

bool Simulation::Parts::finished(double end) const {
  if (time >= end - 1e-9)
    return true;
  if (!input.until_end_systole)
    return false;
  const auto fills_again = [&](const char *column) {
    const auto &volume = result.series.column(column);
    const double lowest = *std::min_element(volume.begin(), volume.end());
    return volume.front() - lowest > 5 && volume.back() - lowest > 1; // mL: ejection is over, filling has begun
  };
  return fills_again("volume_lv") && (cavities == 1 || fills_again("volume_rv"));
}

void Simulation::Parts::count_effort() {
  result.newton_iterations = earlier.newton + newton.iterations();
  result.factorisations = earlier.factorisations + newton.linear().factorisations();
  result.linear_iterations = earlier.linear + newton.linear().iterations();
}

void Simulation::Parts::tell_effort() const {
  const double assembly = newton.assembly_seconds(), factorisation = newton.linear().factorisation_seconds(),
               solves = newton.linear().solve_seconds();
  io::say("    " + std::to_string(result.steps) + " steps, " + std::to_string(result.newton_iterations) + " Newton iterations, " +
          std::to_string(result.factorisations) + " factorisations, " + std::to_string(result.linear_iterations) +
          " Krylov iterations; of " + io::fixed(running_seconds, 1) + " s assembly took " + io::fixed(assembly, 1) + ", factorisations " +
          io::fixed(factorisation, 1) + ", solves " + io::fixed(solves, 1) + ", strains and output " + io::fixed(output_seconds, 1));
}

Simulation::Simulation(MPI_Comm comm, const HeartbeatInput &input, const MechanicsOptions &options, const Restart &restart)
    : parts_(std::make_unique<Parts>(comm, input, options, reference_of(comm, input, options), restart)) {
  parts_->set_up();
  if (!parts_->go_on(restart))
    parts_->load_to_end_diastole();
}

Simulation::~Simulation() = default;

/// From its start, or from where a checkpoint left it, to `length` ms after its start.
void Simulation::Parts::run_beat(double length, const HeartbeatObserver &observer, io::Progress &progress) {
  const double end = result.beat_starts.back() + length;
  while (!finished(end)) {
    double taken = 0;
    const NewtonResult solved = step(std::min(wanted_dt, end - time), taken);
    if (!solved.converged) {
      result.partial = true;
      result.failure = "the heartbeat stopped at " + io::fixed(time, 3) + " ms: " + solved.reason + ", even with a time step of " +
                       io::print_number(2 * taken) + " ms; try a finer mesh, a smaller time step or a stiffer material";
      result.residuals = solved.residuals;
      return;
    }
    {
      const io::Stopwatch watch(output_seconds);
      record(solved.state, observer);
    }
    progress.update(time);
    if (options.checkpoint_steps > 0 && result.steps % options.checkpoint_steps == 0 && !finished(end))
      keep();
  }
}

std::string Simulation::Parts::tell_change(const BeatChange &change) const {
  const std::string stroke = io::fixed(of_largest_size(change.stroke_volume), 2) + " %",
                    filled = io::fixed(of_largest_size(change.end_diastolic_volume), 2) + " %";
  if (change.within_beat)
    return "what came in differs from what went out by " + stroke + ", the volume at its end from that at its beginning by " + filled;
  return "stroke volume changed by " + stroke + ", end-diastolic volume by " + filled;
}

/// Whether another beat is wanted; then it has begun. Collective.
bool Simulation::Parts::begin_next_beat(double period, int beats) {
  const int done = static_cast<int>(result.beat_starts.size());
  const std::optional<BeatChange> change = last_change(result.series, result.beat_starts, cavities);
  const std::string changes = change ? tell_change(*change) : "";
  const bool alike = change && change->at_limit_cycle();
  result.limit_cycle = alike && !change->within_beat;
  if (change)
    io::say("    beat " + std::to_string(done) + ": " + changes + (result.limit_cycle ? ": the limit cycle" : ""));
  if (result.limit_cycle)
    return false;
  if (done >= beats) {
    if (change)
      result.remark = "of beat " + std::to_string(done) + ", not " + (alike ? "shown to be" : "yet") + " the limit cycle: " + changes;
    return false;
  }
  const bool emulated = options.emulator.enabled && !alike && start_from_emulators(done * period);
  if (!emulated) {
    result.beat_starts.push_back(done * period);
    measure_strains_from(vertices_at(result.reference, solid.domain().gather(u)));
  }
  return true;
}

/// What is wrong with one beat that was not asked to repeat itself; empty when it does.
std::string Simulation::Parts::tell_alone() const {
  const BeatVolumes of = volumes_of(result.series, cavities);
  PerCavity change;
  for (std::size_t k = 0; k < cavities; ++k) {
    const std::vector<double> &volume = result.series.column(k == 0 ? "volume_lv" : "volume_rv");
    change[k] = 100 * (volume.back() / of.end_diastolic[k] - 1);
  }
  const double worst = of_largest_size(change);
  if (std::abs(worst) < 1)
    return "";
  return "of one beat, which ends with " + io::fixed(worst, 1) +
         " % more blood in the ventricle than it began with: not the limit cycle, " + "for which heartbeat.beats asks";
}

/// Calcium that is still high when its history ends: the muscle would hold its tension to the end of the beat. Collective.
std::string Simulation::Parts::tell_calcium(double length) const {
  std::string problem;
  io::on_rank_0(comm, [&] {
    const NodalHistory &calcium = input.calcium;
    if (calcium.times.empty() || calcium.times.back() >= length)
      return;
    const auto mean = [&](std::size_t instant) {
      const auto first = calcium.values.begin() + static_cast<std::ptrdiff_t>(instant * calcium.nodes);
      return std::accumulate(first, first + static_cast<std::ptrdiff_t>(calcium.nodes), 0.0) / static_cast<double>(calcium.nodes);
    };
    double highest = mean(0);
    for (std::size_t instant = 1; instant < calcium.times.size(); ++instant)
      highest = std::max(highest, mean(instant));
    const double left = (mean(calcium.times.size() - 1) - mean(0)) / (highest - mean(0));
    if (left > 0.1)
      problem = "of calcium that ends after " + io::fixed(calcium.times.back(), 0) + " ms with " + io::fixed(100 * left, 0) +
                " % of its rise left and is held there: the muscle does not relax; try a longer electrophysiology.duration, without " +
                "stop_when_activated";
  });
  return io::broadcast(problem, comm);
}

HeartbeatResult Simulation::run(const HeartbeatObserver &observer) {
  Parts &now = *parts_;
  const double period = now.input.circulation.options().heart_period * ms_per_s;
  const double asked = now.input.until_end_systole ? 0 : now.options.duration; // a stroke volume needs the whole systole
  const double length = asked > 0 ? std::min(asked, period) : period;
  const int beats = length < period || now.input.until_end_systole ? 1 : now.options.beats;
  if (asked > period)
    io::warn("heartbeat.duration: found " + io::print_number(asked) + " ms, longer than the beat of " + io::fixed(period, 0) +
             " ms, which is run; more of them by heartbeat.beats");
  if (length < period)
    now.result.remark = "of the first " + io::print_number(length) + " ms of a beat of " + io::fixed(period, 0) + " ms";
  io::Progress progress("Heartbeat", beats * length, "ms");
  {
    const io::Stopwatch watch(now.running_seconds);
    do
      now.run_beat(length, observer, progress);
    while (!now.result.partial && now.begin_next_beat(period, beats));
  }
  now.checkpoints.clear();
  if (now.result.remark.empty() && beats == 1 && !now.result.partial && !now.input.until_end_systole)
    now.result.remark = now.tell_alone();
  if (const std::string problem = now.tell_calcium(length); !problem.empty()) {
    io::warn("heartbeat: " + problem);
    now.result.remark = problem;
  }
  now.count_effort();
  now.tell_effort();
  return now.result;
}

HeartbeatResult run_heartbeat(MPI_Comm comm, const HeartbeatInput &input, const MechanicsOptions &options, io::Quantities &quantities,
                              const HeartbeatObserver &observer, const Restart &restart) {
  HeartbeatResult result = Simulation(comm, input, options, restart).run(observer);
  observe(result, quantities);
  return result;
}

namespace {

/// Of the wall of cavity `k` after the runs so far: the secant rule, as if the ventricles did not feel each other.
double next_scale(const TensionSearch &search, std::size_t k, double target) {
  const std::size_t run = search.scales.size() - 1;
  const double scale = search.scales[run][k], ejected = search.stroke_volumes[run][k], miss = ejected - target;
  if (run == 0 || search.scales[run - 1][k] == scale)
    return scale * std::clamp(target / ejected, 0.6, 1.6); // stroke volume grows about as tension does
  const double slope = (ejected - search.stroke_volumes[run - 1][k]) / (scale - search.scales[run - 1][k]);
  return std::clamp(scale - miss / std::max(slope, 1e-3), 0.5 * scale, 2.0 * scale);
}

} // namespace

TensionSearch tune_active_tension(MPI_Comm comm, HeartbeatInput input, const MechanicsOptions &options, double target, double tolerance,
                                  int runs) {
  const Reference reference = reference_of(comm, input, options);
  const std::size_t cavities = cavities_of(comm, input.mesh);
  input.reference = &reference;
  input.until_end_systole = true;
  TensionSearch search;
  PerCavity scale{input.tension_scale, input.tension_scale * input.rv_tension_scale};
  for (int run = 0; run < runs; ++run) {
    input.tension_scale = scale[0];
    input.rv_tension_scale = scale[1] / scale[0];
    io::Quantities quantities;
    run_heartbeat(comm, input, options, quantities).require_complete();
    PerCavity ejected, miss;
    for (std::size_t k = 0; k < cavities; ++k) {
      const std::string side = k == 0 ? "lv" : "rv";
      ejected[k] = quantities.value("sim_" + side + "_sv");
      miss[k] = ejected[k] - target;
      io::say("    trial beat " + std::to_string(run + 1) + (k == 0 ? "" : ", right wall") + ": tension times " + io::fixed(scale[k], 3) +
              " ejects " + io::fixed(ejected[k], 1) + " mL (wanted " + io::fixed(target, 1) + "), peak pressure " +
              io::fixed(quantities.value("sim_" + side + "_peak_pressure"), 1) + " mmHg");
    }
    search.scales.push_back(scale);
    search.stroke_volumes.push_back(ejected);
    const auto worst = [](const PerCavity &m) { return std::max(std::abs(m[0]), std::abs(m[1])); };
    if (run == 0 || worst(miss) < worst(search.residual)) {
      search.residual = miss;
      search.scale = scale;
    }
    if (worst(miss) <= tolerance)
      break;
    for (std::size_t k = 0; k < cavities; ++k)
      scale[k] = next_scale(search, k, target);
  }
  for (std::size_t k = 0; k < cavities; ++k)
    if (target + search.residual[k] < 0.05 * target)
      throw io::SolveError(
          "trial beats of the " + std::string(k == 0 ? "left" : "right") + " ventricle eject " + io::fixed(target + search.residual[k], 1) +
              " mL of " + io::fixed(target, 1) +
              " mL wanted, whatever the tension; look at heartbeat.activation (calcium is in uM) and heartbeat.tension_scale",
          {});
  return search;
}

} // namespace corvivo::physics
