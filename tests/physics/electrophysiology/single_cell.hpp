#pragma once
/// One myocyte alone: paced, measured, and solved by CVODE.
#include "plain_cells.hpp"

#include <physics/electrophysiology/ionic/ionic_model.hpp>

#include <vector>

namespace corvivo::physics {

/// One pack of equal cells under a stimulus current.
class SingleCell {
public:
  explicit SingleCell(const IonicModel &model);
  /// `stimulus` in uA/uF, inward negative.
  void step(double dt, double stimulus, bool second_order = false);
  /// The stimulus as a current of potassium ions, as single-cell protocols have it: it changes their concentration too.
  void carry_by_potassium(double dt, double stimulus);
  double voltage() const { return voltage_[0]; }
  double state(std::size_t k) const { return states_[k * IonicModel::pack]; }
  double calcium() const { return state(model_.calcium_state()); }
  const IonicModel &model() const { return model_; }

private:
  const IonicModel &model_;
  std::vector<double> voltage_, states_, current_;
};

/// What one beat looks like.
struct Beat {
  double rest = 0, peak = 0, steepest = 0; ///< mV, mV, mV/ms
  double apd90 = 0, apd50 = 0;             ///< ms from the steepest rise to 90 and 50 % repolarisation; 0 when it never comes
  double calcium_rest = 0, calcium_peak = 0;
};

/// The last of `beats` at this cycle length (ms), stimulus carried by potassium: `strength` for 1 ms. Steps of 0.01 ms for 30 ms, then
/// `late`.
Beat paced(SingleCell &cell, double cycle, int beats, double strength = -52.0, double late = 0.05);
Beat paced(const IonicModel &model, double cycle, int beats);

/// V and the states at each of `times`; the stimulus lasts from 10 to 11 ms. CVODE (BDF, dense Newton), relative tolerance 1e-10, on the
/// plain equations, or where there are none on the model's rates.
std::vector<std::vector<double>> cvode_solution(const IonicModel &model, const PlainRates &plain, const std::vector<double> &times,
                                                double stimulus = -52.0);

} // namespace corvivo::physics
