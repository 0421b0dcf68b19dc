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
  /// Keeps references to `tissue` and the models. Collective.
  Monodomain(const Tissue &tissue, const IonicModel &model, const Diffusivity &diffusivity, std::vector<Stimulus> stimuli,
             const Discretisation &discretisation = {});
  /// The kinds of cells that `tissue.kind` numbers.
  Monodomain(const Tissue &tissue, const std::vector<const IonicModel *> &kinds, const Diffusivity &diffusivity,
             std::vector<Stimulus> stimuli, const Discretisation &discretisation = {});
  /// With `diffusion` in place of the discretisation's own: the bidomain.
  Monodomain(const Tissue &tissue, const std::vector<const IonicModel *> &kinds, const Diffusivity &diffusivity,
             std::vector<Stimulus> stimuli, const Discretisation &discretisation, std::unique_ptr<DiffusionScheme> diffusion);
  Monodomain(const Monodomain &) = delete;
  Monodomain &operator=(const Monodomain &) = delete;

  /// Collective.
  void step(double dt);
  /// Collective. Throws SolveError on every rank when V is no longer finite somewhere.
  void check() const;
  double time() const { return time_; }
  /// Collective: the latest first activation of the nodes that can be excited, +infinity while some are not activated.
  double latest_activation() const;
  /// Collective: share of the nodes that can be excited which have been activated.
  double activated_share() const;
  /// Collective: when a node was last activated, anywhere; -infinity before the first.
  double last_upstroke() const;

  const std::vector<double> &voltage() const { return voltage_; }       ///< mV; owned, ghosts, padding
  const std::vector<double> &activation() const { return activation_; } ///< ms, first upward crossing of 0 mV; +infinity where none yet
  /// ms, when V of the first activation had fallen to rest plus 10 % of its height; +infinity where not yet.
  const std::vector<double> &repolarisation() const { return repolarisation_; }
  const std::vector<std::uint32_t> &upstrokes() const { return upstrokes_; } ///< activations of each local node so far
  bool has_calcium() const { return cells_.kind(0).calcium_state() != IonicModel::none; }
  /// Intracellular calcium of a local node, uM; where there is any.
  double calcium(std::size_t node) const { return 1e3 * states_[cells_.kind(0).calcium_state() * stride() + node]; }
  /// Starts from other values than rest: V and the states of local nodes, states[k * stride() + node].
  void start_from(double time, std::vector<double> voltage, std::vector<double> states);
  /// All that a run needs to go on: of local nodes, with the padding of V and states.
  struct State {
    double time = 0, last_upstroke = 0;
    std::vector<double> voltage, states, activation, repolarisation, upstroke, peak;
    std::vector<std::uint32_t> upstrokes;
  };
  /// Also forgets where the front was looked for, as `set_state` does: a run that is told its state goes on like one that is given it.
  State state();
  void set_state(State state);
  /// Collective. Throws CaseError for a stimulus that covers nothing, or nothing that conducts.
  void set_stimuli(std::vector<Stimulus> stimuli);
  const std::vector<double> &states() const { return states_; }
  std::size_t stride() const { return cells_.stride(); }
  std::size_t front_cells() const { return front_->size(); }

private:
  void react(double dt);
  void react_extrapolated(double dt);
  void diffuse(double begin, double dt);
  void stimulate(double dt);
  void record_activation(double dt);

  const Tissue &tissue_;
  const Cells cells_;
  std::vector<Stimulus> stimuli_;
  std::vector<std::vector<std::pair<std::uint32_t, double>>> stimulated_; ///< owned nodes under each stimulus, the share that each takes
  Discretisation discretisation_;
  std::unique_ptr<DiffusionScheme> diffusion_;
  const std::vector<double> rest_; ///< V at the start
  std::vector<double> voltage_, before_, states_, current_;
  std::vector<double> activation_, repolarisation_;
  std::vector<double> upstroke_, peak_; ///< of the present action potential; +infinity and unset at rest
  std::vector<std::uint32_t> upstrokes_;
  double last_upstroke_; ///< of the owned nodes
  std::unique_ptr<FrontCurrent> front_;
  double time_ = 0;
};

} // namespace corvivo::physics
