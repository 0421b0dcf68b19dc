#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/text.hpp>
#include <physics/ecg/lead_field.hpp>
#include <physics/electrophysiology/beat.hpp>
#include <physics/electrophysiology/reaction_eikonal.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using namespace io;
using mesh::Vector3;

namespace {

/// ms from the beginning of the stimulus until a single cell crosses 0 mV.
double latency(const IonicModel &model, const ElectrophysiologyOptions &options) {
  constexpr double step = 0.01, longest = 20; // ms
  std::vector<double> states = initial_states(model, 1), voltage(IonicModel::pack, model.resting_voltage()), current(IonicModel::pack);
  for (double time = 0; time < longest; time += step) {
    model.advance(voltage.data(), states.data(), IonicModel::pack, IonicModel::pack, step, current.data());
    const double stimulus = time < options.stimulus_duration - 1e-9 ? options.stimulus_amplitude : 0;
    for (std::size_t i = 0; i < IonicModel::pack; ++i)
      voltage[i] += step * (stimulus - current[i]);
    if (voltage[0] >= 0)
      return time + step;
  }
  throw SolveError("electrophysiology: a single cell does not fire under the stimulus of " + fixed(options.stimulus_amplitude, 1) +
                   " mV/ms for " + fixed(options.stimulus_duration, 1) + " ms: the stimulus did not capture; make it stronger");
}

std::vector<EikonalSeed> seeds(const Preparation &p, const std::vector<char> &excitable, double delay) {
  std::vector<EikonalSeed> all;
  for (const Stimulus &stimulus : p.stimuli) {
    const std::size_t before = all.size();
    bool covers = false;
    const auto add = [&](std::size_t node) {
      covers = true;
      if (excitable[node])
        all.push_back({node, stimulus.start + delay});
    };
    for (const std::size_t node : stimulus.nodes)
      add(node);
    for (std::size_t i = 0; stimulus.shape != Stimulus::Shape::nodes && i < p.fine.nodes.size(); ++i)
      if (stimulus.covers(p.fine.nodes[i], i))
        add(i);
    if (covers && all.size() == before)
      throw CaseError("electrophysiology: the stimulus '" + stimulus.name +
                      "' covers only tissue that does not conduct (conduction 0); move it into living tissue");
    if (all.size() == before)
      throw CaseError("electrophysiology: the stimulus '" + stimulus.name +
                      "' covers no node of the mesh; move it into the mesh or make it larger than an element");
  }
  return all;
}

} // namespace

ReactionEikonal reaction_eikonal(const std::vector<const IonicModel *> &kinds, const Preparation &p,
                                 const ElectrophysiologyOptions &options) {
  const IonicModel &model = *kinds[0];
  ReactionEikonal result;
  const double speed = wave_speed_of(model);
  if (options.tune_conductivities) {
    result.speeds = {options.velocity.along, options.velocity.across};
    result.diffusivity.along = std::pow(options.velocity.along / speed, 2);
    result.diffusivity.across = std::pow(options.velocity.across / speed, 2);
  } else {
    const double scale = 1.0 / (options.surface_to_volume * options.capacitance);
    result.diffusivity.along = options.conductivity.along * scale;
    result.diffusivity.across = options.conductivity.across * scale;
    result.speeds = {speed * std::sqrt(result.diffusivity.along), speed * std::sqrt(result.diffusivity.across)};
  }
  const Eikonal eikonal(p.fine.nodes, p.fine.tetrahedra, p.fibre_and_factor, result.speeds);
  const std::vector<char> excitable = excitable_nodes(p);
  result.activation = eikonal.arrival(seeds(p, excitable, latency(model, options)));
  std::size_t unreached = 0;
  double last = 0;
  for (std::size_t i = 0; i < excitable.size(); ++i) {
    unreached += excitable[i] && std::isinf(result.activation[i]) ? 1 : 0;
    last = excitable[i] ? std::max(last, result.activation[i]) : last;
  }
  if (unreached > 0)
    throw SolveError("electrophysiology: no path leads from the stimuli to " + std::to_string(unreached) +
                     " nodes; stimulate every separate piece of the mesh");
  if (last > options.duration)
    throw SolveError("electrophysiology: the last tissue is activated at " + fixed(last, 0) + " ms, after the end of the beat at " +
                     fixed(options.duration, 0) + " ms; make duration longer, or raise the velocities");
  for (const IonicModel *kind : kinds)
    result.waves.push_back(travelling_wave(*kind, options.duration));
  return result;
}

NodalHistory ReactionEikonal::calcium(const Preparation &p, const ElectrophysiologyOptions &options) const {
  NodalHistory history;
  history.nodes = p.history_nodes;
  if (waves[0].calcium.empty())
    return history;
  const double every = std::max(1.0, std::round(options.calcium_interval));
  for (double time = 0; time <= std::ceil(options.duration - 1e-9); time += every) {
    history.times.push_back(time);
    for (std::size_t i = 0; i < p.history_nodes; ++i)
      history.values.push_back(static_cast<float>(waves[p.kind.empty() ? 0 : p.kind[i]].calcium_at(time - activation[i])));
  }
  return history;
}

double ReactionEikonal::voltage_at(const Preparation &p, std::size_t node, double time) const {
  return waves[p.kind.empty() ? 0 : p.kind[node]].voltage_at(time - activation[node]);
}

NodalHistory ReactionEikonal::voltage(const Preparation &p, const ElectrophysiologyOptions &options) const {
  NodalHistory history;
  if (options.save_every <= 0)
    return history;
  history.nodes = activation.size();
  for (double time = 0; time <= std::ceil(options.duration - 1e-9); time += options.save_every) {
    history.times.push_back(time);
    for (std::size_t i = 0; i < history.nodes; ++i)
      history.values.push_back(static_cast<float>(voltage_at(p, i, time)));
  }
  return history;
}

TimeSeries ReactionEikonal::points(const Preparation &p, const ElectrophysiologyOptions &options) const {
  TimeSeries table = point_table(options.points, "voltage_");
  std::vector<std::size_t> nodes;
  for (const NamedPoint &point : options.points) {
    std::pair<double, std::size_t> nearest{INFINITY, 0};
    for (std::size_t i = 0; i < p.fine.nodes.size(); ++i)
      nearest = std::min(nearest, {norm(p.fine.nodes[i] - point.position), i});
    warn_when_far(point, nearest.first);
    nodes.push_back(nearest.second);
  }
  for (double time = 0; !nodes.empty() && time <= std::ceil(options.duration - 1e-9); time += 1) {
    std::vector<double> row{time};
    for (const std::size_t node : nodes)
      row.push_back(voltage_at(p, node, time));
    table.append_row(row);
  }
  return table;
}

ReactionEikonal::Potentials ReactionEikonal::potentials(const Preparation &p, const ElectrophysiologyOptions &options) const {
  Potentials tables{p.electrodes.positions.empty() ? TimeSeries() : ecg_table(), electrogram_table(options.electrograms)};
  if (tables.ecg.columns().empty() && tables.electrograms.columns().empty())
    return tables;
  std::vector<Vector3> fibre;
  std::vector<double> factor;
  fibre.reserve(p.fine.tetrahedra.size());
  factor.reserve(p.fine.tetrahedra.size());
  for (std::size_t c = 0; c < p.fine.tetrahedra.size(); ++c) {
    fibre.push_back({p.fibre_and_factor[4 * c], p.fibre_and_factor[4 * c + 1], p.fibre_and_factor[4 * c + 2]});
    factor.push_back(p.fibre_and_factor[4 * c + 3]);
  }
  const LeadField field(serial_tissue(p.fine, std::move(fibre), std::move(factor)), diffusivity, p.electrodes,
                        options.surface_to_volume * options.capacitance / options.bath_conductivity);
  // V depends on t - T alone, so the weights of nodes that are activated together are added up first.
  constexpr double width = 0.1; // ms
  const double first = *std::min_element(activation.begin(), activation.end());
  double last = first;
  for (const double time : activation)
    last = std::isinf(time) ? last : std::max(last, time);
  const auto bins = static_cast<std::size_t>((last - first) / width) + 2;
  std::vector<std::vector<double>> sums(field.weights().size(), std::vector<double>(waves.size() * bins, 0.0));
  for (std::size_t i = 0; i < activation.size(); ++i) {
    if (std::isinf(activation[i])) // no current flows to where nothing conducts
      continue;
    const double at = (activation[i] - first) / width;
    const auto bin = static_cast<std::size_t>(at);
    const double share = at - static_cast<double>(bin);
    const std::size_t from = bins * (p.kind.empty() ? 0 : p.kind[i]) + bin;
    for (std::size_t e = 0; e < sums.size(); ++e) {
      sums[e][from] += (1 - share) * field.weights()[e][i];
      sums[e][from + 1] += share * field.weights()[e][i];
    }
  }
  for (double time = 0; time <= std::ceil(options.duration - 1e-9); time += 1) {
    std::vector<double> potential(sums.size(), 0.0);
    for (std::size_t kind = 0; kind < waves.size(); ++kind)
      for (std::size_t bin = 0; bin < bins; ++bin) {
        const double voltage = waves[kind].voltage_at(time - first - width * static_cast<double>(bin));
        for (std::size_t e = 0; e < sums.size(); ++e)
          potential[e] += sums[e][kind * bins + bin] * voltage;
      }
    append_potentials(time, potential, tables.ecg, tables.electrograms);
  }
  return tables;
}

} // namespace corvivo::physics
