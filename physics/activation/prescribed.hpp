#pragma once
#include <physics/activation/active_tension.hpp>

namespace corvivo::physics {

/// Tension that runs by the clock, whatever calcium and stretch do:
///   Ta' = -|a(t)| Ta + reference_tension max(a(t), 0),   a = a_max f + a_min (1 - f),
///   f = S(t - contraction_start) S(contraction_end - t),   S(x) = (1 + tanh(x / ramp)) / 2,
/// repeated every `period`. Source: Chapelle et al., Int J Multiscale Comput Eng 10:443, 2012, with the driver and the parameters of
/// problem 1 of Arostica et al., CMAME 435:117485, 2025. State: time (starts at 0) and tension.
class PrescribedTension final : public ActiveTension {
public:
  void describe(io::Schema &schema) override;
  std::size_t state_size() const override { return 2; }
  void initialise(double *state, double calcium, double stretch = 1.0) const override;
  ActiveResponse advance(const double *old_state, double *new_state, double calcium, double old_stretch, double stretch,
                         double dt) const override;

private:
  double rate(double time) const;

  double reference_tension_ = 150.0;                                                          // kPa
  double contraction_start_ = 160.0, contraction_end_ = 484.0, ramp_ = 5.0, period_ = 1000.0; // ms
  double a_max_ = 0.005, a_min_ = -0.03;                                                      // 1/ms
};

} // namespace corvivo::physics
