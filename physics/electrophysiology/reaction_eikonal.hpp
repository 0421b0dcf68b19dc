#pragma once
/// One heartbeat in seconds: arrival times by the eikonal equation, the travelling wave of the ionic model at each.
#include <physics/electrophysiology/cable.hpp>
#include <physics/electrophysiology/eikonal.hpp>
#include <physics/electrophysiology/preparation.hpp>

namespace corvivo::physics {

/// V(x, t) = U(t - T(x)) and the same for calcium: T the arrival time of the eikonal equation, U what a point of tissue sees of a plane
/// wave of the ionic model (TravellingWave). This is the reaction-eikonal model without diffusion (Neic et al., J Comput Phys 346:191,
/// 2017), whose foot current is the wave's own. Left out: the speed's dependence on the front's curvature and on recovery, and the
/// electrotonic smoothing of repolarisation.
struct ReactionEikonal {
  std::vector<double> activation;    ///< ms, of every node of the fine mesh; +infinity where nothing conducts
  std::vector<TravellingWave> waves; ///< of each kind of cell
  WaveSpeeds speeds;
  Diffusivity diffusivity; ///< that of the continuum at these speeds

  /// Calcium every `calcium_interval` of the nodes of the once refined mesh.
  NodalHistory calcium(const Preparation &p, const ElectrophysiologyOptions &options) const;
  /// The potential of every node of the fine mesh every `save_every`; empty where that is 0.
  NodalHistory voltage(const Preparation &p, const ElectrophysiologyOptions &options) const;
  /// The potential at each of `options.points`, that of the nearest node, every ms; empty without points.
  io::TimeSeries points(const Preparation &p, const ElectrophysiologyOptions &options) const;
  /// Every ms: twelve leads (empty without electrodes), and the electrograms (empty without any).
  struct Potentials {
    io::TimeSeries ecg, electrograms;
  };
  Potentials potentials(const Preparation &p, const ElectrophysiologyOptions &options) const;

private:
  /// mV; where nothing conducts that of rest.
  double voltage_at(const Preparation &p, std::size_t node, double time) const;
};

/// Serial. `kinds` of cells, as `p.kind` numbers them; the first gives speed and latency. Throws SolveError when a stimulus does not make a
/// cell fire or tissue is not reached, CaseError for a stimulus that covers nothing.
ReactionEikonal reaction_eikonal(const std::vector<const IonicModel *> &kinds, const Preparation &p,
                                 const ElectrophysiologyOptions &options);

} // namespace corvivo::physics
