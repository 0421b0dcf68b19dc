#pragma once
/// Ionic current and cell states of one kind of myocyte, for many cells at once.
#include <io/base/catalogue.hpp>
#include <io/base/schema.hpp>
#include <physics/electrophysiology/ionic/current_scaling.hpp>
#include <physics/electrophysiology/ionic/packed_cells.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace corvivo::physics {

/// dV/dt = -(ionic current + stimulus current) + diffusion,   ds/dt = g(V, s).
/// The transmembrane potential V [mV] is the caller's; a model keeps the other states. Many cells are stored state by state: state k of
/// cell i at `states[k * stride + i]`. Currents are per membrane capacitance, uA/uF = mV/ms, outward positive.
class IonicModel {
public:
  /// Cells come in whole packs of this many, so that every cell takes the same instructions wherever it is stored: results do not
  /// depend on how cells are spread over ranks. Pad with resting cells.
  static constexpr std::size_t pack = 8;
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  virtual ~IonicModel() = default;
  /// The model's own parameters, then what every model takes: `scale`, a factor for each of its currents, and `drugs`.
  void describe(io::Schema &schema);

  virtual const std::vector<std::string> &state_names() const = 0;
  virtual std::size_t calcium_state() const = 0;   ///< index of intracellular calcium (mM); `none` where the model has none
  virtual std::size_t potassium_state() const = 0; ///< index of intracellular potassium (mM); `none` where the model has none
  /// mM/ms by which one uA/uF of outward potassium current lowers intracellular potassium.
  virtual double potassium_per_current() const = 0;

  /// Where a cell starts: the published initial values, or what `start_from` was given.
  double resting_voltage() const { return voltage_; }
  const std::vector<double> &initial_states() const { return states_; } ///< in the order of `state_names`
  void start_from(double voltage, std::vector<double> states);

  /// Factor of each of the currents that can be scaled: those of the case or `set_scale`, times what drugs leave open.
  const CurrentScaling &scaling() const { return scaling_; }
  /// Throw CaseError with the nearest name when the model has no such current.
  void set_scale(const std::string &current, double factor);
  void add_drug(Drug drug);

  /// One Rush-Larsen step of the cells that are asked for, V frozen. First order: `current[i]` receives the ionic current at the beginning
  /// of the step; gates (states whose rate is linear in themselves) go to their exponential solution, concentrations take an Euler step.
  /// Second order (`cells.second_order`): half such a step of V and states, then the whole one with coefficients from there (Perego &
  /// Veneziani, Electron Trans Numer Anal 35:234, 2009); `current[i]` receives the current at the middle.
  virtual void advance_packs(const double *voltage, double *states, std::size_t stride, const PackedCells &cells,
                             double *current) const = 0;
  /// The same step of `dt` ms for the first `cells` cells, a multiple of `pack`.
  void advance(const double *voltage, double *states, std::size_t stride, std::size_t cells, double dt, double *current,
               bool second_order = false) const;
  /// The ionic current alone, states unchanged; `cells` a multiple of `pack`.
  virtual void current(const double *voltage, const double *states, std::size_t stride, std::size_t cells, double *current) const = 0;
  /// The part of the ionic current that makes the upstroke, which is thinner than elements are: the fast sodium current, or all of it
  /// where the model does not part it. Reads V and only the states that `fast_states` numbers.
  virtual void fast_current(const double *voltage, const double *states, std::size_t stride, std::size_t cells, double *total) const {
    current(voltage, states, stride, cells, total);
  }
  virtual std::vector<std::size_t> fast_states() const; ///< all, unless the model says otherwise
  /// Time derivative of V (without stimulus) and of all states of one cell, for integrators of the plain ODE system.
  virtual void rates(double voltage, const double *states, double *voltage_rate, double *state_rates) const = 0;

protected:
  IonicModel(std::vector<ScalableCurrent> currents, double voltage, std::vector<double> states);
  virtual void describe_parameters(io::Schema &schema) = 0;
  /// Called whenever parameters or factors changed; factors in the order of the currents.
  virtual void apply(const std::vector<double> &factors) = 0;

private:
  CurrentScaling scaling_;
  double voltage_;
  std::vector<double> states_;
};

const io::Catalogue<IonicModel> &ionic_models();

/// Smallest multiple of IonicModel::pack that holds `cells`.
inline std::size_t padded(std::size_t cells) {
  return (cells + IonicModel::pack - 1) / IonicModel::pack * IonicModel::pack;
}

/// States of `cells` cells (padded), all at the model's initial values: states[k * padded(cells) + i].
std::vector<double> initial_states(const IonicModel &model, std::size_t cells);

} // namespace corvivo::physics
