#pragma once
/// The time loop of one heartbeat and what is recorded on the way.
#include <physics/electrophysiology/electrophysiology.hpp>
#include <physics/electrophysiology/monodomain.hpp>

namespace corvivo::physics {

/// What one rank has recorded of a beat, for its owned nodes.
struct BeatRecord {
  std::vector<double> activation;          ///< ms, local nodes
  std::vector<double> calcium_times;       ///< ms
  std::vector<std::vector<float>> calcium; ///< uM, by time: owned nodes below the limit, in local order
  io::TimeSeries ecg;
};

/// Nodes of the HeartMesh below `history_nodes` are recorded. Collective.
BeatRecord run_beat(Monodomain &monodomain, const Tissue &tissue, const ElectrophysiologyOptions &options,
                    const std::vector<mesh::Vector3> &electrode_positions, std::size_t history_nodes, const Diffusivity &diffusivity);

} // namespace corvivo::physics
