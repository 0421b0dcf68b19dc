#pragma once
/// Active tension along the fibre from calcium, stretch and stretch rate.
#include <io/base/catalogue.hpp>
#include <io/base/schema.hpp>

#include <vector>

namespace corvivo::physics {

/// Tension after a step and what Newton needs of it.
struct ActiveResponse {
  double tension = 0;   ///< Ta, kPa (force per reference area of the fibre's cross-section)
  double stiffness = 0; ///< d Ta / d lambda at the end of the step with the state's own change included, kPa
};

/// Every model has the key `reference_tension` (kPa): contractility, the number with which the stroke volume is fitted.
/// A contraction model: its state at one point is `state_size()` doubles that the caller keeps.
class ActiveTension {
public:
  virtual ~ActiveTension() = default;
  virtual void describe(io::Schema &schema) = 0;
  virtual std::size_t state_size() const = 0;
  /// Steady state at this calcium (uM) and fibre stretch.
  virtual void initialise(double *state, double calcium, double stretch = 1.0) const = 0;
  /// One implicit step of `dt` ms from `old_state` to `new_state`; calcium in uM at the end of the step, fibre stretch at both ends.
  /// Unconditionally stable (Land 2017's kb reaches 5e5/s). Does not change `old_state`, so Newton may ask again.
  virtual ActiveResponse advance(const double *old_state, double *new_state, double calcium, double old_stretch, double stretch,
                                 double dt) const = 0;
};

/// Every contraction model by name, with its reference; the first is the default.
const io::Catalogue<ActiveTension> &active_tensions();

} // namespace corvivo::physics
