#pragma once
#include <physics/activation/active_tension.hpp>

#include <array>

namespace corvivo::physics {

/// Parameters in ms, uM, um and kPa: the set of human cells at body temperature.
/// Source: Regazzoni, Dede' and Quarteroni, PLoS Comput Biol 16:e1008294, 2020.
struct Rdq20Parameters {
  double reference_tension = 22894.0 * 0.778 / 134.31; // kPa: a_XB mu1_fP / r0
  /// Middle of the 1.78 to 1.91 um across the unloaded wall, Guccione et al., J Biomech Eng 115:82, 1993; SL0 would have a filled
  /// ventricle contract in diastole.
  double sarcomere_length = 1.85;
  double SL0 = 2.2, LA = 1.25, LM = 1.65, LB = 0.18;
  double Kd0 = 0.381, alphaKd = -0.571, koff = 0.1, kbasic = 0.013, Q = 2.0, mu = 10.0, gamma = 12.0;
  double r0 = 0.13431, alpha = 25.184, mu0_fP = 0.032653, mu1_fP = 0.000778;
  void describe(io::Schema &schema);
};

/// Tropomyosin units in a row, each non-permissive (N) or permissive (P), with troponin free or bound; a unit turns over at rates that its
/// two neighbours set, n of them permissive:
///   N -> P: Q kbasic gamma^n, with free troponin 1/mu of it;   P -> N: kbasic gamma^(2 - n)
///   troponin binds: koff Ca / Kd(SL);   unbinds: koff, in P koff/mu;   Kd(SL) = Kd0 - alphaKd (2.15 - SL)
/// The mean-field model follows the probabilities of triplets, whose outer units turn over at the mean rate of a centre in the same state
/// with the same neighbour. Crossbridges attach where the centre is permissive, p = P(centre = P); mu0 of them are attached with total
/// distortion mu1, and while the fibre shortens at v = -SL'/SL0
///   mu0' = mu0_fP p - r mu0,   mu1' = mu1_fP p - v mu0 - r mu1,   r = r0 + alpha |v|,   Ta = a_XB chi(SL) mu1
/// with the share chi of filaments in single overlap, a_XB = reference_tension r0/mu1_fP and SL = stretch sarcomere_length.
/// Regazzoni, Dede' and Quarteroni, PLoS Comput Biol 16:e1008294, 2020, model RDQ20-MF.
///
/// Two of its symmetries are used: a triplet and its mirror image are equally likely, so 12 of the 16 probabilities are left, of
/// (n, centre, troponin); and bridges detach alike from permissive and non-permissive sites, so the sums of the moments suffice.
///
/// State: the 12 probabilities, mu0, mu1, and the calcium of the last step, so that calcium runs linearly through a step as stretch does.
/// Steps are taken in parts of at most 2 ms, of second order where they resolve the fastest turn-over (4/ms), and keep probabilities within
/// [0, 1] at any length, see `regulate`; the moments follow exactly from a p that runs linearly. Errors and cost:
/// tests/benchmarks/tables/active_tension_step.csv.
class Rdq20MeanField final : public ActiveTension {
public:
  explicit Rdq20MeanField(const Rdq20Parameters &parameters = {});
  void describe(io::Schema &schema) override;
  std::size_t state_size() const override { return triplets + 3; }
  void initialise(double *state, double calcium, double stretch = 1.0) const override;
  ActiveResponse advance(const double *old_state, double *new_state, double calcium, double old_stretch, double stretch,
                         double dt) const override;

private:
  static constexpr unsigned triplets = 12, padded = 16;
  /// A value and its derivative with respect to the stretch at the end of the step.
  struct Along {
    double value = 0, slope = 0;
  };
  struct Probabilities {
    std::array<double, padded> value{}, slope{};
  };
  /// Rates that the parameters alone set: of the centre by n (and troponin), of unbinding by the centre.
  struct FixedRates {
    double up[3][2], down[3], unbind[2];
  };
  /// Rates that move: binding, and turn-over of an outer unit by its own state and the centre's.
  struct MovingRates {
    double bind = 0, outer[2][2] = {};
  };
  struct RatesAlong {
    MovingRates value, slope;
  };
  class Generator;

  static FixedRates derive(const Rdq20Parameters &p);
  Along affinity(double stretch) const;
  Along overlap(double stretch) const;
  RatesAlong rates(const Probabilities &x, const Along &bind) const;
  void regulate(Probabilities &x, const Along &bind, double dt) const;
  static Along permissive(const Probabilities &x);

  Rdq20Parameters p_;
  FixedRates fixed_;
};

} // namespace corvivo::physics
