#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <physics/ecg/lead_field.hpp>
#include <physics/electrophysiology/checkpoint.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using io::operator-;

namespace {

constexpr double sample = 1.0;               ///< ms between looks at the state (ECG samples)
constexpr double settling = 10.0;            ///< ms of small steps after the last activation
constexpr double longest_activation = 400.0; ///< ms after the last stimulus: tissue that is still at rest then stays so

/// The potential at named points. Collective.
class Probes {
public:
  Probes(const Tissue &tissue, const std::vector<NamedPoint> &points) : comm_(tissue.comm) {
    for (const NamedPoint &point : points) {
      std::pair<double, double> nearest{INFINITY, INFINITY}; // distance, node of the mesh
      std::size_t local = 0;
      for (std::size_t i = 0; i < tissue.owned; ++i) {
        const std::pair<double, double> here{mesh::norm(tissue.nodes[i] - point.position), static_cast<double>(tissue.mesh_node[i])};
        if (here < nearest) {
          nearest = here;
          local = i;
        }
      }
      double distance = nearest.first;
      MPI_Allreduce(MPI_IN_PLACE, &distance, 1, MPI_DOUBLE, MPI_MIN, comm_);
      warn_when_far(point, distance);
      double node = nearest.first == distance ? nearest.second : INFINITY;
      MPI_Allreduce(MPI_IN_PLACE, &node, 1, MPI_DOUBLE, MPI_MIN, comm_);
      local_.push_back(nearest == std::pair<double, double>{distance, node} ? local : none);
    }
  }
  std::vector<double> values(const std::vector<double> &nodal) const {
    std::vector<double> values;
    for (const std::size_t local : local_)
      values.push_back(local == none ? 0.0 : nodal[local]);
    MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_DOUBLE, MPI_SUM, comm_);
    return values;
  }

private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  MPI_Comm comm_;
  std::vector<std::size_t> local_; ///< owned node of each point, or none
};

class Recorder {
public:
  Recorder(const Monodomain &monodomain, const Tissue &tissue, const ElectrophysiologyOptions &options, const Electrodes &electrode_places,
           std::size_t history_nodes, const Diffusivity &diffusivity, ExtracellularPotential *extracellular)
      : monodomain_(monodomain), tissue_(tissue), extracellular_(extracellular),
        extracellular_every_(std::max(1, static_cast<int>(std::lround(options.extracellular_space().interval / sample)))),
        every_(std::max(1, static_cast<int>(std::lround(options.calcium_interval / sample)))),
        save_every_(static_cast<int>(std::lround(options.save_every / sample))), probes_(tissue, options.points),
        lead_field_(tissue, diffusivity, electrode_places, options.surface_to_volume * options.capacitance / options.bath_conductivity) {
    for (std::size_t i = 0; i < tissue.owned; ++i)
      if (tissue.mesh_node[i] < history_nodes)
        recorded_.push_back(i);
    if (!electrode_places.positions.empty())
      record_.ecg = ecg_table();
    record_.electrograms = electrogram_table(options.electrograms);
    record_.points = point_table(options.points, "voltage_");
    if (extracellular)
      record_.extracellular_points = point_table(options.points, "extracellular_potential_");
  }

  /// Collective.
  void look(int sample_number) {
    append_potentials(monodomain_.time(), lead_field_.potentials(monodomain_.voltage()), record_.ecg, record_.electrograms);
    if (monodomain_.has_calcium() && sample_number % every_ == 0) {
      record_.calcium_times.push_back(monodomain_.time());
      record_.calcium.emplace_back();
      for (const std::size_t i : recorded_)
        record_.calcium.back().push_back(static_cast<float>(monodomain_.calcium(i)));
    }
    add_row(monodomain_.voltage(), record_.points);
    const bool save = save_every_ > 0 && sample_number % save_every_ == 0;
    if (save)
      add_field(monodomain_.voltage(), record_.voltage);
    const bool probe = !record_.extracellular_points.columns().empty() && sample_number % extracellular_every_ == 0;
    if (!extracellular_ || !(save || probe))
      return;
    const std::vector<double> &phi = extracellular_->solve(monodomain_.voltage(), monodomain_.time());
    if (probe)
      add_row(phi, record_.extracellular_points);
    if (save)
      add_field(phi, record_.extracellular);
  }
  const BeatRecord &record() const { return record_; }
  /// Goes on from the record of a checkpoint.
  void go_on(BeatRecord record) {
    const auto refill = [](io::TimeSeries &table, const io::TimeSeries &from) {
      CORVIVO_ASSERT(table.columns().size() == from.columns().size(), "a checkpoint of the same case");
      for (std::size_t row = 0; row < from.rows(); ++row) {
        std::vector<double> values;
        for (const auto &column : from.columns())
          values.push_back(column.values[row]);
        table.append_row(values);
      }
    };
    refill(record_.ecg, record.ecg);
    refill(record_.electrograms, record.electrograms);
    refill(record_.points, record.points);
    refill(record_.extracellular_points, record.extracellular_points);
    record_.calcium_times = std::move(record.calcium_times);
    record_.calcium = std::move(record.calcium);
    record_.voltage = std::move(record.voltage);
    record_.extracellular = std::move(record.extracellular);
  }
  /// As `Monodomain::state` does: a run that writes a checkpoint goes on as one that reads it.
  void forget() {
    if (extracellular_)
      extracellular_->forget();
  }
  BeatRecord take(double last_upstroke) {
    record_.activation = monodomain_.activation();
    record_.last_upstroke = last_upstroke;
    record_.repolarisation = monodomain_.repolarisation();
    record_.upstrokes.assign(monodomain_.upstrokes().begin(), monodomain_.upstrokes().end());
    return std::move(record_);
  }

private:
  void add_row(const std::vector<double> &nodal, io::TimeSeries &table) const {
    if (table.columns().empty())
      return;
    std::vector<double> row = probes_.values(nodal);
    row.insert(row.begin(), monodomain_.time());
    table.append_row(row);
  }
  void add_field(const std::vector<double> &nodal, NodalHistory &history) const {
    const std::vector<double> all = gather_nodes(tissue_, nodal, tissue_.total_nodes);
    history.times.push_back(monodomain_.time());
    history.nodes = tissue_.total_nodes;
    for (const double value : all)
      history.values.push_back(static_cast<float>(value));
  }

  const Monodomain &monodomain_;
  const Tissue &tissue_;
  ExtracellularPotential *extracellular_;        ///< null: none
  int extracellular_every_, every_, save_every_; ///< samples
  Probes probes_;
  LeadField lead_field_;
  std::vector<std::size_t> recorded_;
  BeatRecord record_;
};

void require_activation(const Monodomain &monodomain, const ElectrophysiologyOptions &options) {
  const double share = monodomain.activated_share();
  if (share < 1.0)
    throw io::SolveError("electrophysiology: " + io::fixed(100.0 * (1.0 - share), 2) + " % of the tissue was not activated within " +
                         io::fixed(monodomain.time(), 0) +
                         (share == 0 ? " ms: the stimulus did not capture; make it larger or stronger"
                                     : " ms: the wave failed or the beat is too short; refine the mesh (element_size " +
                                           io::fixed(options.element_size, 2) + " mm) or raise the conductivities"));
}

/// Small steps are needed while a front is under way or a stimulus is about to start one.
bool is_late(const Monodomain &monodomain, const std::vector<Stimulus> &stimuli, double last_upstroke) {
  const double now = monodomain.time();
  for (const Stimulus &stimulus : stimuli)
    if (now + sample > stimulus.start && now < stimulus.start + stimulus.duration + settling)
      return false;
  return now > last_upstroke + settling; // -infinity before the first
}

} // namespace

io::TimeSeries point_table(const std::vector<NamedPoint> &points, const std::string &prefix) {
  io::TimeSeries table;
  if (!points.empty())
    table.add_column("time", "ms");
  for (const NamedPoint &point : points)
    table.add_column(prefix + point.name, "mV");
  return table;
}

void warn_when_far(const NamedPoint &point, double distance) {
  constexpr double far = 3; // mm: elements of electrophysiology are smaller
  if (distance > far)
    io::warn("electrophysiology: the point '" + point.name + "' lies " + io::fixed(distance, 1) +
             " mm from the nearest node of the tissue, which answers for it");
}

void advance_sample(Monodomain &monodomain, const ElectrophysiologyOptions &options, const std::vector<Stimulus> &stimuli) {
  const double wanted = is_late(monodomain, stimuli, monodomain.last_upstroke()) ? options.late_time_step : options.time_step;
  const int steps = std::max(1, static_cast<int>(std::ceil(sample / wanted - 1e-9)));
  for (int step = 0; step < steps; ++step)
    monodomain.step(sample / steps);
}

BeatRecord run_beat(Monodomain &monodomain, const Tissue &tissue, const ElectrophysiologyOptions &options,
                    const std::vector<Stimulus> &stimuli, const Electrodes &electrode_places, std::size_t history_nodes,
                    const Diffusivity &diffusivity, ExtracellularPotential *extracellular) {
  Recorder recorder(monodomain, tissue, options, electrode_places, history_nodes, diffusivity, extracellular);
  io::Checkpoints checkpoints(options.checkpoint_every > 0 ? options.checkpoint : std::filesystem::path(), tissue.comm);
  const int samples = static_cast<int>(std::ceil(options.duration / sample - 1e-9)),
            checkpoint_every = std::max(1, static_cast<int>(std::lround(options.checkpoint_every / sample)));
  double latest = INFINITY;
  int done = 0;
  if (std::optional<io::ArchiveReader> archive = checkpoints.load()) {
    BeatCheckpoint found = beat_checkpoint(*archive);
    done = found.sample;
    latest = found.latest;
    monodomain.set_state(std::move(found.state));
    recorder.go_on(std::move(found.record));
    io::say("electrophysiology: goes on at " + io::fixed(monodomain.time(), 0) + " ms, where an earlier run was stopped");
  } else {
    recorder.look(0);
  }
  double last_start = 0; // of the stimuli within the beat
  for (const Stimulus &stimulus : stimuli)
    last_start = stimulus.start < options.duration ? std::max(last_start, stimulus.start) : last_start;
  const auto is_over = [&] {
    return std::isinf(latest) ? monodomain.time() > last_start + longest_activation : options.stop_when_activated;
  };
  io::Progress progress("electrophysiology", options.duration, "ms");
  int s = done;
  while (s < samples && !is_over()) {
    ++s;
    advance_sample(monodomain, options, stimuli);
    monodomain.check();
    recorder.look(s);
    progress.update(monodomain.time());
    if (std::isinf(latest))
      latest = monodomain.latest_activation();
    const bool last = s == samples || is_over();
    if (checkpoints && (last ? options.vulnerability.has_value() : s % checkpoint_every == 0)) {
      recorder.forget();
      checkpoints.save(s, to_archive({s, latest, monodomain.state(), recorder.record()}));
    }
  }
  if (!options.vulnerability)
    checkpoints.clear();
  require_activation(monodomain, options);
  return recorder.take(monodomain.last_upstroke());
}

} // namespace corvivo::physics
