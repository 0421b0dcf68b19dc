#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/text.hpp>
#include <physics/ecg/lead_field.hpp>
#include <physics/ecg/torso.hpp>
#include <physics/electrophysiology/beat.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

namespace {

constexpr double sample = 1.0;               ///< ms between looks at the state (ECG samples)
constexpr double settling = 10.0;            ///< ms of small steps after the last activation
constexpr double longest_activation = 400.0; ///< ms: tissue that is still at rest then stays so

class Recorder {
public:
  Recorder(const Monodomain &monodomain, const Tissue &tissue, const ElectrophysiologyOptions &options,
           const std::vector<mesh::Vector3> &electrode_positions, std::size_t history_nodes, const Diffusivity &diffusivity)
      : monodomain_(monodomain), every_(std::max(1, static_cast<int>(std::lround(options.calcium_interval / sample)))),
        lead_field_(tissue, diffusivity, electrode_positions, options.surface_to_volume * options.capacitance / options.bath_conductivity),
        has_ecg_(!electrode_positions.empty()) {
    for (std::size_t i = 0; i < tissue.owned; ++i)
      if (tissue.mesh_node[i] < history_nodes)
        recorded_.push_back(i);
    if (has_ecg_) {
      record_.ecg.add_column("time", "ms");
      for (const char *name : lead_names)
        record_.ecg.add_column(name, "mV");
    }
  }

  /// Collective.
  void look(int sample_number) {
    if (has_ecg_) {
      const std::vector<double> phi = lead_field_.potentials(monodomain_.voltage());
      std::array<double, electrodes> potential{};
      std::copy(phi.begin(), phi.end(), potential.begin());
      std::vector<double> row{monodomain_.time()};
      for (const double lead : leads(potential))
        row.push_back(lead);
      record_.ecg.append_row(row);
    }
    if (monodomain_.has_calcium() && sample_number % every_ == 0) {
      record_.calcium_times.push_back(monodomain_.time());
      record_.calcium.emplace_back();
      for (const std::size_t i : recorded_)
        record_.calcium.back().push_back(static_cast<float>(monodomain_.calcium(i)));
    }
  }
  BeatRecord take() {
    record_.activation = monodomain_.activation();
    return std::move(record_);
  }

private:
  const Monodomain &monodomain_;
  int every_;
  LeadField lead_field_;
  bool has_ecg_;
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

} // namespace

BeatRecord run_beat(Monodomain &monodomain, const Tissue &tissue, const ElectrophysiologyOptions &options,
                    const std::vector<mesh::Vector3> &electrode_positions, std::size_t history_nodes, const Diffusivity &diffusivity) {
  Recorder recorder(monodomain, tissue, options, electrode_positions, history_nodes, diffusivity);
  recorder.look(0);
  io::Progress progress("electrophysiology", options.duration, "ms");
  const int samples = static_cast<int>(std::ceil(options.duration / sample - 1e-9));
  double latest = INFINITY;
  for (int s = 1; s <= samples; ++s) {
    const bool late = monodomain.time() > latest + settling;
    const int steps = std::max(1, static_cast<int>(std::ceil(sample / (late ? options.late_time_step : options.time_step) - 1e-9)));
    for (int step = 0; step < steps; ++step)
      monodomain.step(sample / steps);
    monodomain.check();
    recorder.look(s);
    progress.update(monodomain.time());
    if (std::isinf(latest))
      latest = monodomain.latest_activation();
    if (std::isfinite(latest) && options.stop_when_activated)
      break;
    if (std::isinf(latest) && monodomain.time() > longest_activation)
      break;
  }
  require_activation(monodomain, options);
  return recorder.take();
}

} // namespace corvivo::physics
