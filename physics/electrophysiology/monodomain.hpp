#pragma once
/// The monodomain equation on one rank's share of the tissue.
#include <physics/electrophysiology/diffusion.hpp>
#include <physics/electrophysiology/discretisation.hpp>
#include <physics/electrophysiology/front_current.hpp>
#include <physics/electrophysiology/stimulus.hpp>

namespace corvivo::physics {

/// dV/dt = div(D grad V) - I_ion(V, s) + I_stim,  ds/dt = g(V, s),  zero flux at the boundary.
/// First-order splitting: the ionic step (Rush-Larsen, with the current of `FrontCurrent` at the front) then diffusion. Strang's: half a
/// step of diffusion, an ionic step extrapolated from one and from two (2 y(two halves) - y(one): second order), half a step of diffusion.
/// By default diffusion is explicit with lumped mass in as many stages as its stability asks. The same bits on any number of ranks: sums
/// run in the order of the whole mesh, ghost nodes repeat their owners' arithmetic, and only V is exchanged.
class Monodomain {
public:
  /// Keeps references to `tissue` and `model`. Collective.
  Monodomain(const Tissue &tissue, const IonicModel &model, const Diffusivity &diffusivity, std::vector<Stimulus> stimuli,
             const Discretisation &discretisation = {});
  Monodomain(const Monodomain &) = delete;
  Monodomain &operator=(const Monodomain &) = delete;

  /// Collective.
  void step(double dt);
  /// Collective. Throws SolveError on every rank when V is no longer finite somewhere.
  void check() const;
  double time() const { return time_; }
  /// Collective: the latest activation time of the owned nodes of all ranks, +infinity while some are not activated.
  double latest_activation() const;
  /// Collective: share of the nodes that are activated.
  double activated_share() const;

  const std::vector<double> &voltage() const { return voltage_; }       ///< mV; owned, ghosts, padding
  const std::vector<double> &activation() const { return activation_; } ///< ms, first upward crossing of 0 mV; +infinity where none yet
  bool has_calcium() const { return model_.calcium_state() != IonicModel::none; }
  /// Intracellular calcium of a local node, uM; where there is any.
  double calcium(std::size_t node) const { return 1e3 * states_[model_.calcium_state() * stride_ + node]; }
  /// Starts from other values than rest: V and the states of local nodes, states[k * stride() + node].
  void start_from(double time, std::vector<double> voltage, std::vector<double> states);
  const std::vector<double> &states() const { return states_; }
  std::size_t stride() const { return stride_; }
  std::size_t front_cells() const { return front_.size(); }

private:
  void react(double dt);
  void react_extrapolated(double dt);
  void diffuse(double dt);
  void stimulate(double dt);
  void record_activation(double dt);

  const Tissue &tissue_;
  const IonicModel &model_;
  std::vector<Stimulus> stimuli_;
  std::vector<std::vector<std::uint32_t>> stimulated_; ///< owned nodes under each stimulus
  Discretisation discretisation_;
  std::unique_ptr<DiffusionScheme> diffusion_;
  std::size_t stride_;
  std::vector<double> voltage_, before_, states_, current_, activation_;
  FrontCurrent front_;
  double time_ = 0;
};

} // namespace corvivo::physics
