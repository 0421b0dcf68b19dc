#pragma once
/// Ionic current and cell states of one kind of myocyte, for many cells at once.
#include <io/base/catalogue.hpp>
#include <io/base/schema.hpp>
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

  virtual ~IonicModel() = default;
  virtual void describe(io::Schema &schema) = 0;
  virtual double resting_voltage() const = 0; ///< published initial V, mV
  virtual const std::vector<std::string> &state_names() const = 0;
  virtual const std::vector<double> &initial_states() const = 0; ///< published initial values, in the order of `state_names`
  virtual std::size_t calcium_state() const = 0;                 ///< index of intracellular calcium (mM)

  /// One Rush-Larsen step of the cells that are asked for: `current[i]` receives the ionic current at the V and states of the beginning of
  /// the step, then gates go to their exponential solution for frozen V and concentrations take an Euler step.
  virtual void advance_packs(const double *voltage, double *states, std::size_t stride, const PackedCells &cells,
                             double *current) const = 0;
  /// The same step of `dt` ms for the first `cells` cells, a multiple of `pack`.
  void advance(const double *voltage, double *states, std::size_t stride, std::size_t cells, double dt, double *current) const;
  /// The ionic current alone, states unchanged; `cells` a multiple of `pack`.
  virtual void current(const double *voltage, const double *states, std::size_t stride, std::size_t cells, double *current) const = 0;
  /// Time derivative of V (without stimulus) and of all states of one cell, for integrators of the plain ODE system.
  virtual void rates(double voltage, const double *states, double *voltage_rate, double *state_rates) const = 0;
};

const io::Catalogue<IonicModel> &ionic_models();

/// Smallest multiple of IonicModel::pack that holds `cells`.
inline std::size_t padded(std::size_t cells) {
  return (cells + IonicModel::pack - 1) / IonicModel::pack * IonicModel::pack;
}

/// States of `cells` cells (padded), all at the published initial values: states[k * padded(cells) + i].
std::vector<double> initial_states(const IonicModel &model, std::size_t cells);

} // namespace corvivo::physics
