#pragma once
/// The time loop of one heartbeat and what is recorded on the way.
#include <physics/electrophysiology/electrophysiology.hpp>
#include <physics/electrophysiology/extracellular_potential.hpp>
#include <physics/electrophysiology/monodomain.hpp>

namespace corvivo::physics {

/// What one rank has recorded of a beat, for its owned nodes.
struct BeatRecord {
  std::vector<double> activation, repolarisation, upstrokes; ///< ms, ms, 1; local nodes
  std::vector<double> calcium_times;                         ///< ms
  std::vector<std::vector<float>> calcium;                   ///< uM, by time: owned nodes below the limit, in local order
  double last_upstroke = 0;                                  ///< ms, anywhere
  io::TimeSeries ecg, electrograms, points;                  ///< on every rank
  NodalHistory voltage, extracellular;                       ///< mV, of all nodes, on rank 0
  io::TimeSeries extracellular_points;                       ///< on every rank
};

/// A table without rows: time [ms] and the potential [mV] at each point, as `<prefix><name>`; empty without points.
io::TimeSeries point_table(const std::vector<NamedPoint> &points, const std::string &prefix);
/// Says when the node that answers for a point lies farther from it (mm) than elements of electrophysiology are wide.
void warn_when_far(const NamedPoint &point, double distance);

/// One ms, in steps of `late_time_step` where no front is under way and none is about to start. Collective.
void advance_sample(Monodomain &monodomain, const ElectrophysiologyOptions &options, const std::vector<Stimulus> &stimuli);

/// Nodes of the HeartMesh below `history_nodes` are recorded; with `extracellular` its potential as well. A killed run goes on from its
/// checkpoint; with options.vulnerability the last one stays, so that the beat is not run again while the premature stimuli are tried, and
/// is the caller's to remove. Collective.
BeatRecord run_beat(Monodomain &monodomain, const Tissue &tissue, const ElectrophysiologyOptions &options,
                    const std::vector<Stimulus> &stimuli, const Electrodes &electrode_places, std::size_t history_nodes,
                    const Diffusivity &diffusivity, ExtracellularPotential *extracellular = nullptr);

} // namespace corvivo::physics
