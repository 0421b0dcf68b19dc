#pragma once
#include <physics/activation/active_tension.hpp>

namespace corvivo::physics {

/// Parameters in ms, uM and kPa; the defaults are the whole-organ set, which was fitted at body temperature to an organ's beat.
/// Source: Land et al., J Mol Cell Cardiol 106:68, 2017, tables of the skinned-cell fit and of the whole-organ fit.
struct Land2017Parameters {
  double Ca50 = 0.805, nTm = 5.0, kuw = 0.182, kws = 0.012, reference_tension = 120.0; // differ between the two sets
  double k_trpn = 0.1, n_trpn = 2.0, ku = 1.0, trpn50 = 0.35;
  double rw = 0.5, rs = 0.25, gs = 0.0085, gw = 0.615, phi = 2.23, Aeff = 25.0, beta0 = 2.3, beta1 = -2.4;
  static Land2017Parameters skinned();
  void describe(io::Schema &schema);
};

/// Troponin binds calcium and unblocks tropomyosin; cross-bridges attach weakly (W) and strongly (S) and are distorted (zw, zs) by
/// stretch l and its rate:
///   T' = k_trpn ((Ca/Ca50(l))^n (1 - T) - T),   Ca50(l) = Ca50 + beta1 (min(l, 1.2) - 1)
///   B' = kb T^(-nTm/2) U - ku T^(nTm/2) B,      U = 1 - B - W - S
///   W' = kuw U - (kwu + kws + gw |zw|) W
///   S' = kws W - (ksu + gs |zs outside [-1, 0]|) S
///   zs' = A l' - cs zs,  zw' = A l' - cw zw
///   Ta = h(l) Tref/rs (S (1 + zs) + W zw),      h(l) = max(0, 1 + beta0 (m + min(m, 0.87) - 1.87)), m = min(l, 1.2)
/// with kb = ku trpn50^nTm / (1 - rs - (1 - rs) rw) (the paper prints T in place of trpn50).   Land et al., J Mol Cell Cardiol 106:68,
/// 2017.
///
/// State: T, B, W, S, zs, zw, and the calcium of the last step, so that calcium runs linearly through a step as stretch does.
/// A step is second order and stable at any dt: T and the distortions by their exponentials; then B, W, S, linear once those are known at
/// the middle of the step, by the (0, 2) Pade approximant x1 = (I - Z + Z^2/2)^(-1) (...), Z = dt M, which damps the stiff B fully.
class Land2017 final : public ActiveTension {
public:
  explicit Land2017(const Land2017Parameters &parameters = {});
  void describe(io::Schema &schema) override;
  std::size_t state_size() const override { return 7; }
  void initialise(double *state, double calcium, double stretch = 1.0) const override;
  ActiveResponse advance(const double *old_state, double *new_state, double calcium, double old_stretch, double stretch,
                         double dt) const override;

private:
  /// A value and its derivative with respect to the stretch at the end of the step.
  struct Along {
    double value = 0, slope = 0;
  };
  struct Derived {
    double kb, kwu, ksu, distortion, cs, cw;
  };
  static Derived derive(const Land2017Parameters &p);
  /// (Ca/Ca50(l))^n and its slope with stretch.
  Along binding(double calcium, double stretch) const;
  Along troponin(double old_troponin, double calcium, double stretch, double dt) const;
  Along length_factor(double stretch) const;

  Land2017Parameters p_;
  Derived d_;
};

} // namespace corvivo::physics
