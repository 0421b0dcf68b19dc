/// Compiled once per instruction set (CORVIVO_VARIANT). Equations: Tomek et al., Development, calibration, and validation of a novel human
/// ventricular myocyte model in health, disease, and drug block, eLife 8:e48890, 2019, and the authors' published supplement. Every gate,
/// Markov state and release flux has a rate that is linear in itself and takes an exponential step.
#include <physics/electrophysiology/ionic/packed_kernel.hpp>
#include <physics/electrophysiology/ionic/tor_ord_2019_kernel.hpp>

#include <array>

namespace corvivo::physics::tor_ord_2019::CORVIVO_VARIANT {
namespace {

using packed_kernel::Gate;
using namespace vector_math;

constexpr double thermal = R * T / F; ///< mV

/// What of the parameters takes a root or an exponential.
struct Constants : TorOrd2019Parameters {
  double ln_K_o, ln_Na_o, ln_Ks_o, root_K_o, E_Cl;
  double debye;                 ///< factor of the Davies equation
  double gamma_out, gamma4_out; ///< activity coefficients outside, of charges 1 and 2
};

constexpr double P_KNa = 0.01833;

CORVIVO_INLINE double davies(double debye, double strength) {
  const double root = std::sqrt(strength);
  return exponential(-debye * (root / (1.0 + root) - 0.3 * strength));
}

Constants constants_of(const TorOrd2019Parameters &p) {
  Constants c{p, 0, 0, 0, 0, 0, 0, 0, 0};
  c.ln_K_o = std::log(p.K_o);
  c.ln_Na_o = std::log(p.Na_o);
  c.ln_Ks_o = std::log(p.K_o + P_KNa * p.Na_o);
  c.root_K_o = std::sqrt(p.K_o / 5.0);
  c.E_Cl = thermal * std::log(p.Cl_i / p.Cl_o);
  c.debye = 1.82e6 * std::pow(74.0 * T, -1.5); // water at 37 C
  c.gamma_out = davies(c.debye, 0.5e-3 * (p.Na_o + p.K_o + p.Cl_o + 4.0 * p.Ca_o));
  c.gamma4_out = square(square(c.gamma_out));
  return c;
}

// ---- gates of V (and, of the transient outward current, of the layer)

/// 1 / (1 + exp(x)) as a quotient, with a rate as a quotient.
CORVIVO_INLINE Gate falling(double x, double rate_over, double rate_under) {
  return {1.0, 1.0 + exponential(x), rate_over, rate_under};
}

struct SodiumRates {
  double h, j; ///< 1/ms
};

/// Grandi et al. 2010, the same below and above -40 mV as in ten Tusscher 2006.
CORVIVO_INLINE SodiumRates sodium_rates(double v) {
  const double below = v < -40.0 ? 1.0 : 0.0; // a factor, not a branch: both sides are finite for any physiological v
  const double first = exponential(blend(below, (v + 80.0) * (-1.0 / 6.8), (v + 10.66) * (-1.0 / 11.1)));
  const double low_h = 0.057 * first + 2.7 * exponential(0.079 * v) + 3.1e5 * exponential(0.3485 * v);
  const double second = exponential(blend(below, 0.2444, 0.057) * v);
  const double alpha = (-2.5428e4 * second - 6.948e-6 * exponential(-0.04391 * v)) * (v + 37.78);
  const double under_alpha = 1.0 + exponential((v + 79.23) * 0.311);
  const double last = exponential(blend(below, (v + 40.14) * -0.1378, (v + 32.0) * -0.1));
  const double low_j = alpha * (1.0 + last) + 0.02424 * exponential(-0.01052 * v) * under_alpha;
  const Two q = divided({blend(below, low_h, 0.77 / 0.13), blend(below, 1.0, 1.0 + first)},
                        {blend(below, low_j, 0.6 * second), blend(below, under_alpha, 1.0) * (1.0 + last)});
  return {q.a, q.b};
}

template <class Out> CORVIVO_INLINE void sodium_gates(double v, const Out &out) {
  const SodiumRates rate = sodium_rates(v);
  const double tau_m = 0.1292 * exponential_of_negative(-square((v + 45.79) * (1.0 / 15.54))) +
                       0.06487 * exponential_of_negative(-square((v - 4.823) * (1.0 / 51.12)));
  const double e = exponential((v + 71.55) * (1.0 / 7.43)), steady_h = square(1.0 + e);
  out.gates(m, {1.0, square(1.0 + exponential((v + 56.86) * (-1.0 / 9.03))), 1.0, tau_m}, mL,
            falling((v + 42.85) * (-1.0 / 5.264), 1.0, tau_m));
  out.gates(h, {1.0, steady_h, rate.h, 1.0}, hp, {1.0, square(1.0 + e * std::exp(6.0 / 7.43)), rate.h, 1.0});
  out.gates(j, {1.0, steady_h, rate.j, 1.0}, jp, {1.0, steady_h, rate.j, 1.46});
  out.gates(hL, falling((v + 87.61) * (1.0 / 7.488), 1.0, 200.0), hLp, falling((v + 93.81) * (1.0 / 7.488), 1.0, 600.0));
}

template <class Out> CORVIVO_INLINE void transient_outward_gates(double delta_epi, double v, const Out &out) {
  // tau_a = 1.0515 / (1 / (1.2089 (1 + exp(-(v - 18.4099) / 29.3814))) + 3.5 / (1 + exp((v + 100) / 29.3814)))
  const double e = exponential(v * (1.0 / 29.3814)), up = 1.2089 * (1.0 + std::exp(18.4099 / 29.3814) / e),
               down = 1.0 + std::exp(100.0 / 29.3814) * e;
  const double rate_over = down + 3.5 * up, rate_under = 1.0515 * up * down;
  const double e_a = exponential(v * (-1.0 / 14.82));
  out.gates(a, {1.0, 1.0 + std::exp(14.34 / 14.82) * e_a, rate_over, rate_under}, ap,
            {1.0, 1.0 + std::exp(24.34 / 14.82) * e_a, rate_over, rate_under});
  const double fast = 0.3933 * exponential((v + 100.0) * -0.01) + 0.08004 * exponential((v + 50.0) * (1.0 / 16.59));
  const double slow = 0.001416 * exponential((v + 96.52) * (-1.0 / 59.05)) + 1.780e-8 * exponential((v + 114.1) * (1.0 / 8.079));
  const double epi = 1.0 - delta_epi / (1.0 + exponential((v + 70.0) * 0.2));
  const Two inverse = divided({1.0, fast}, {1.0, slow});
  const double tau_fast = (4.562 + inverse.a) * epi, tau_slow = (23.62 + inverse.b) * epi;
  const double develop = 1.354 + 1e-4 / (exponential((v - 167.4) * (1.0 / 15.89)) + bounded_exponential((v - 12.23) * (-1.0 / 0.2154)));
  const double recover = 1.0 - 0.5 / (1.0 + exponential((v + 70.0) * 0.05)), phosphorylated = develop * recover;
  const double steady = 1.0 + exponential((v + 43.94) * (1.0 / 5.711));
  out.gates(iF, {1.0, steady, 1.0, tau_fast}, iS, {1.0, steady, 1.0, tau_slow});
  out.gates(iFp, {1.0, steady, 1.0, phosphorylated * tau_fast}, iSp, {1.0, steady, 1.0, phosphorylated * tau_slow});
}

template <class Out> CORVIVO_INLINE void calcium_channel_gates(double v, const Out &out) {
  // steady d = 1.0763 exp(-1.007 exp(-0.0829 v)), at most 1 (from 31.4978 mV on; in the table from 31.5 mV)
  const double d_low = 1.0763 * exponential_of_negative(-1.007 * exponential(-0.0829 * v)), d_steady = v > 31.4978 ? 1.0 : d_low;
  const double d_sum = exponential((v + 6.0) * -0.05) + exponential((v + 14.0) * 0.09);
  const double steady = 1.0 + exponential((v + 19.58) * (1.0 / 3.696));
  const double e10 = exponential((v + 20.0) * 0.1), ff_sum = 0.0045 * (1.0 + square(e10)); // over e10
  const double ff_over = ff_sum, ff_under = 7.0 * ff_sum + e10;
  out.gates(d, {d_steady, 1.0, d_sum, 0.6 * d_sum + 1.0}, jca, falling((v + 18.08) * (1.0 / 2.7916), 1.0, 75.0));
  out.gates(ff, {1.0, steady, ff_over, ff_under}, ffp, {1.0, steady, ff_over, 2.5 * ff_under});
  const double fs_sum = 0.000035 * (exponential((v + 5.0) * -0.25) + exponential((v + 5.0) * (1.0 / 6.0)));
  const double fcas_sum = 0.00012 * (exponential(v * (-1.0 / 3.0)) + exponential(v * (1.0 / 7.0)));
  out.gates(fs, {1.0, steady, fs_sum, 1000.0 * fs_sum + 1.0}, fcas, {1.0, steady, fcas_sum, 100.0 * fcas_sum + 1.0});
  const double e7 = exponential((v - 4.0) * (1.0 / 7.0)), fcaf_sum = 0.04 * (1.0 + square(e7)), fcaf_under = 7.0 * fcaf_sum + e7;
  out.gates(fcaf, {1.0, steady, fcaf_sum, fcaf_under}, fcafp, {1.0, steady, fcaf_sum, 2.5 * fcaf_under});
}

template <class Out> CORVIVO_INLINE void slow_potassium_gates(double v, const Out &out) {
  const double steady = 1.0 + exponential((v + 11.60) * (-1.0 / 8.932));
  const double sum1 = 2.326e-4 * exponential((v + 48.28) * (1.0 / 17.80)) + 0.001292 * exponential((v + 210.0) * (-1.0 / 230.0));
  const double rate2 = 0.01 * exponential((v - 50.0) * (1.0 / 20.0)) + 0.0193 * exponential((v + 66.54) * (-1.0 / 31.0));
  out.gates(xs1, {1.0, steady, sum1, 817.3 * sum1 + 1.0}, xs2, {1.0, steady, rate2, 1.0});
}

// ---- the rapid delayed rectifier (Lu et al. 2001), C3 - C2 - C1 - O - I with C1 - I

struct RapidPotassium {
  double alpha, beta, alpha2, beta2, alpha_i, beta_i, to_I, from_I;
  static constexpr double alpha1 = 1.25 * 0.1235, beta1 = 0.1911;
};

CORVIVO_INLINE RapidPotassium rapid_potassium(double x) { // x = V F / (R T)
  RapidPotassium k;
  k.alpha = 0.1161 * exponential(0.2990 * x);
  k.beta = 0.2442 * exponential(-1.604 * x);
  k.alpha2 = 0.0578 * exponential(0.9710 * x);
  k.beta2 = 0.349e-3 * exponential(-1.062 * x);
  k.alpha_i = 0.2533 * exponential(0.5953 * x);
  k.beta_i = 1.25 * 0.0522 * exponential(-0.8209 * x);
  k.to_I = 0.52e-4 * exponential(1.525 * x);
  // microscopic reversibility of the loop
  k.from_I = (0.349e-3 * 1.25 * 0.0522 * 0.52e-4 / (0.0578 * 0.2533)) * exponential((-1.062 - 0.8209 + 1.525 - 0.9710 - 0.5953) * x);
  return k;
}

template <class States, class Out> CORVIVO_INLINE void rapid_potassium_states(double x, const States &y, const Out &out) {
  const RapidPotassium k = rapid_potassium(x);
  const double c2 = y[Kr_C2], c1 = y[Kr_C1], o = y[Kr_O], i = y[Kr_I];
  const double leave_c2 = k.alpha + k.beta + k.alpha1, leave_c1 = k.beta1 + k.alpha2 + k.to_I;
  const double leave_o = k.beta2 + k.alpha_i, leave_i = k.from_I + k.beta_i;
  out.gates(Kr_C2, {(1.0 - c1 - o - i) * k.alpha + c1 * k.beta1, leave_c2, leave_c2, 1.0}, Kr_C1,
            {c2 * k.alpha1 + o * k.beta2 + i * k.from_I, leave_c1, leave_c1, 1.0});
  out.gates(Kr_O, {c1 * k.alpha2 + i * k.beta_i, leave_o, leave_o, 1.0}, Kr_I, {c1 * k.to_I + o * k.alpha_i, leave_i, leave_i, 1.0});
}

// ---- currents

/// Sodium-calcium exchanger of one compartment: charge carried per exchanger.
struct ExchangerOfV {
  double hna, hca, h7; ///< exp(qna V F / (R T)), exp(qca V F / (R T)), 1 + Na_o / kna3 (1 + 1 / hna)
  double k3pp, k3, k8;
};
constexpr double kna1 = 15.0, kna2 = 5.0, kna3 = 88.12, wna = 6.0e4, wca = 6.0e4, wnaca = 5.0e3, kcaon = 1.5e6, kcaoff = 5.0e3;

CORVIVO_INLINE ExchangerOfV exchanger_of_v(const Constants &p, double x) {
  ExchangerOfV e;
  e.hna = exponential(0.5224 * x);
  e.hca = exponential(0.1670 * x);
  e.h7 = e.hna + p.Na_o * (1.0 / kna3) * (e.hna + 1.0); // times hna
  const double inverse = 1.0 / e.h7, h8 = p.Na_o * (1.0 / kna3) * inverse, h9 = e.hna * inverse;
  const double h10 = 12.5 + 1.0 + p.Na_o / kna1 * (1.0 + p.Na_o / kna2), h11 = square(p.Na_o) / (h10 * kna1 * kna2);
  e.k3pp = h8 * wnaca;
  e.k3 = h9 * wca + e.k3pp;
  e.k8 = h8 * h11 * wna;
  return e;
}

CORVIVO_INLINE double exchanger(const Constants &p, const ExchangerOfV &e, double na, double ca) {
  const double h1 = 1.0 + na * (1.0 / kna3) * (1.0 + e.hna), h4 = 1.0 + na * (1.0 / kna1) * (1.0 + na * (1.0 / kna2));
  const double h10 = 12.5 + 1.0 + p.Na_o / kna1 * (1.0 + p.Na_o / kna2);
  const Four q = divided({na * e.hna * (1.0 / kna3), h1}, {1.0, h1 * e.hca}, {1.0, h4}, {square(ca), square(ca) + square(150e-6)});
  const double h2 = q.a, h5 = square(na) * q.c * (1.0 / (kna1 * kna2)), k4pp = h2 * wnaca;
  const double k1 = p.Ca_o * kcaon / h10, k2 = kcaoff, k3 = e.k3, k4 = wca * q.b + k4pp, k5 = kcaoff, k6 = q.c * ca * kcaon;
  const double k7 = h5 * h2 * wna, k8 = e.k8;
  const double x1 = k2 * k4 * (k7 + k6) + k5 * k7 * (k2 + k3), x2 = k1 * k7 * (k4 + k5) + k4 * k6 * (k1 + k8);
  const double x3 = k1 * k3 * (k7 + k6) + k8 * k6 * (k2 + k3), x4 = k2 * k8 * (k4 + k5) + k3 * k5 * (k1 + k8);
  const double sodium = 3.0 * (x4 * k7 - x1 * k8) + x3 * k4pp - x2 * e.k3pp, calcium = x2 * k2 - x1 * k1;
  return q.d * (sodium + 2.0 * calcium) / (x1 + x2 + x3 + x4);
}

CORVIVO_INLINE double pump(const Constants &p, double x, double na, double k) {
  const double e = exponential((-0.1550 / 3.0) * x), e3 = exponential((1.1550 / 3.0) * x); // of the internal and external sodium affinity
  const double n_o = p.Na_o * (1.0 / 27.78), k_o = p.K_o * (1.0 / 0.3582), k_i = k * 2.0;
  const double K_out = square(1.0 + k_o) - 1.0, K_in = square(1.0 + k_i) - 1.0;
  // scaled: na / Knai = u / e and Na_o / Knao = w / e3
  const double u = na * (1.0 / 9.073), in = (e + u) * square(e + u) + K_in * e * square(e);
  const double out = (e3 + n_o) * square(e3 + n_o) + K_out * e3 * square(e3);
  const double free = 1.0 + 1e-7 / 1.698e-7 + na * (1.0 / 224.0) + k * (1.0 / 292.0); // phosphate
  const Four q = divided({1.0, in}, {1.0, out}, {4.2, free}, {1.0, 1.0});
  constexpr double ATP = 9.8 / 1.698e-7;
  const double a1 = 949.5 * u * square(u) * q.a, b1 = 182.4 * 0.05, a2 = 687.2, b2 = 39.4 * n_o * square(n_o) * q.b;
  const double a3 = 1899.0 * square(k_o) * e3 * square(e3) * q.b, b3 = 79300.0 * 1e-7 * q.c / (1.0 + ATP);
  const double a4 = 639.0 * ATP / (1.0 + ATP), b4 = 40.0 * square(k_i) * e * square(e) * q.a;
  const double x1 = a4 * a1 * a2 + b2 * b4 * b3 + a2 * b4 * b3 + b3 * a1 * a2,
               x2 = b2 * b1 * b4 + a1 * a2 * a3 + a3 * b1 * b4 + a2 * a3 * b4;
  const double x3 = a2 * a3 * a4 + b3 * b2 * b1 + b2 * b1 * a4 + a3 * a4 * b1,
               x4 = b4 * b3 * b2 + a3 * a4 * a1 + b2 * a4 * a1 + b3 * b2 * a1;
  return p.P_NaK * (3.0 * (x1 * a3 - x2 * b3) + 2.0 * (x4 * b1 - x3 * a1)) / (x1 + x2 + x3 + x4);
}

/// Driving forces (Goldman-Hodgkin-Katz with activities) of the L-type channels that face one compartment, C/mL as in the paper.
struct Driving {
  double Ca, Na, K;
  double gamma4; ///< activity coefficient of calcium
};

CORVIVO_INLINE Driving driving(const Constants &p, double g1, double g2, double e, double na, double k, double ca) {
  const double gamma = davies(p.debye, 0.5e-3 * (na + k + p.Cl_i + 4.0 * ca)), gamma4 = square(square(gamma));
  return {4.0 * F * g2 * (gamma4 * ca * square(e) - p.gamma4_out * p.Ca_o), F * g1 * (gamma * na * e - p.gamma_out * p.Na_o),
          F * g1 * (gamma * k * e - p.gamma_out * p.K_o), gamma4};
}

struct Fluxes {
  double release, uptake, to_jsr, na, k, ca; ///< mM/ms: J_rel, J_up, J_tr, and from the subspace
};

/// What each compartment loses in charge.
struct Currents {
  double Na_i, Na_ss, K_i, K_ss, Ca_i, Ca_ss, chloride;
  CORVIVO_INLINE_MEMBER double total() const { return Na_i + Na_ss + K_i + K_ss + Ca_i + Ca_ss + chloride; }
};

template <class States, class Out>
CORVIVO_INLINE void concentrations(const Constants &p, const States &y, const Currents &i, const Fluxes &J, const Out &out) {
  constexpr double per_myo = area / (F * v_myo), per_ss = area / (F * v_ss);
  out.rate(Na_i, -i.Na_i * per_myo + J.na * (v_ss / v_myo));
  out.rate(Na_ss, -i.Na_ss * per_ss - J.na);
  out.rate(K_i, -i.K_i * per_myo + J.k * (v_ss / v_myo));
  out.rate(K_ss, -i.K_ss * per_ss - J.k);
  // free calcium: 1 / (1 + sum of B K / (K + Ca)^2)
  const double calmodulin = square(0.00238 + y[Ca_i]), troponin = square(0.0005 + y[Ca_i]);
  const double low = square(0.00087 + y[Ca_ss]), high = square(0.0087 + y[Ca_ss]), store = square(0.8 + y[Ca_jsr]);
  const Four free =
      divided({calmodulin * troponin, calmodulin * troponin + p.calmodulin * 0.00238 * troponin + 0.07 * 0.0005 * calmodulin},
              {low * high, low * high + 0.047 * 0.00087 * high + 1.124 * 0.0087 * low}, {store, store + 10.0 * 0.8}, {1.0, 1.0});
  out.rate(Ca_i, free.a * (-0.5 * i.Ca_i * per_myo - J.uptake * (v_nsr / v_myo) + J.ca * (v_ss / v_myo)));
  out.rate(Ca_ss, free.b * (-0.5 * i.Ca_ss * per_ss + J.release * (v_jsr / v_ss) - J.ca));
  out.rate(Ca_nsr, J.uptake - J.to_jsr * (v_jsr / v_nsr));
  out.rate(Ca_jsr, free.c * (J.to_jsr - J.release));
}

/// Share of a current that is phosphorylated, and the change of the trapped kinase.
template <class States, class Out> CORVIVO_INLINE double phosphorylated(const States &y, const Out &out) {
  const double trapped = y[CaMK_trapped], bound = 0.05 * (1.0 - trapped) * y[Ca_ss] / (y[Ca_ss] + 0.0015), active = bound + trapped;
  out.rate(CaMK_trapped, 0.05 * bound * active - 0.00068 * trapped);
  return active / (active + 0.15);
}

/// Calcium-dependent inactivation: n -> k / (k + jca (1 + 0.002 / Ca)^4) with rate jca.
CORVIVO_INLINE Gate calcium_binding(double jca, double ca) {
  const double ca4 = square(square(ca));
  return {500.0 * ca4, 500.0 * ca4 + jca * square(square(ca + 0.002)), jca, 1.0};
}

// ---- the model

struct Model {
  using Parameters = TorOrd2019Parameters;
  using Constants = CORVIVO_VARIANT::Constants;
  static constexpr std::size_t states = tor_ord_2019::states;
  static constexpr int parts = 2;
  static constexpr std::array<std::size_t, 18> tabled = {m, mL, h, hp, j, jp, hL, hLp, d, jca, ff, ffp, fs, fcas, fcaf, fcafp, xs1, xs2};
  static constexpr std::array<std::size_t, 8> fast_states = {m, h, hp, j, jp, CaMK_trapped, Ca_ss, Na_i};
  static Constants constants(const Parameters &p) { return constants_of(p); }

  template <class States> CORVIVO_INLINE double fast_current(const Constants &p, double v, const States &y) {
    const double ph = phosphorylated(y, packed_kernel::Nothing{});
    return p.g_Na * open_sodium(y, ph) * (v - thermal * (p.ln_Na_o - logarithm(y[Na_i])));
  }

  template <int part, class States, class Out>
  CORVIVO_INLINE double evaluate(const Constants &p, double v, const States &y, const Out &out) {
    if constexpr (part == 0)
      return currents_and_concentrations(p, v, y, out);
    if constexpr (part == 1) {
      transient_outward_gates(p.delta_epi, v, out);
      rapid_potassium_states(v * (1.0 / thermal), y, out);
    }
    return 0;
  }

  template <class Out> CORVIVO_INLINE void tabled_gates(double v, const Out &out) {
    sodium_gates(v, out);
    calcium_channel_gates(v, out);
    slow_potassium_gates(v, out);
  }

private:
  /// Of the channels that are open, all compartments alike: two kinds of inactivation weighed by n, phosphorylated or not.
  template <class States> CORVIVO_INLINE double open_share(double phosphorylated, double fast, const States &y, double n) {
    const double f = 0.6 * y[ff] + 0.4 * y[fs], fp = 0.6 * y[ffp] + 0.4 * y[fs];
    const double fca = fast * y[fcaf] + (1.0 - fast) * y[fcas], fcap = fast * y[fcafp] + (1.0 - fast) * y[fcas];
    const double plain = f * (1.0 - n) + y[jca] * fca * n, other = fp * (1.0 - n) + y[jca] * fcap * n;
    return y[d] * ((1.0 - phosphorylated) * plain + 1.1 * phosphorylated * other);
  }

  template <class States> CORVIVO_INLINE double open_sodium(const States &y, double ph) {
    return y[m] * square(y[m]) * ((1.0 - ph) * y[h] * y[j] + ph * y[hp] * y[jp]);
  }
  template <class States> CORVIVO_INLINE double sodium(const Constants &p, const States &y, double ph, double from_Na) {
    return from_Na * (p.g_Na * open_sodium(y, ph) + p.g_NaL * y[mL] * ((1.0 - ph) * y[hL] + ph * y[hLp]));
  }

  /// Without the pump and the L-type channels.
  template <class States> CORVIVO_INLINE double potassium(const Constants &p, double v, const States &y, double ph) {
    const double from_K = v - thermal * (p.ln_K_o - logarithm(y[K_i]));
    const double from_Ks = v - thermal * (p.ln_Ks_o - logarithm(y[K_i] + P_KNa * y[Na_i]));
    // i_K1: alpha = 4.094 / (1 + exp(0.1217 (x - 49.934))), x = V - E_K,
    // beta = (15.72 exp(0.0674 (x - 3.257)) + exp(0.0618 (x - 594.31))) / (1 + exp(-0.1629 (x + 14.207)))
    const double alpha_under = 1.0 + exponential(0.1217 * (from_K - 49.934)), beta_under = 1.0 + exponential(-0.1629 * (from_K + 14.207));
    const double alpha = 4.094 * beta_under;
    const double beta = (15.72 * exponential(0.0674 * (from_K - 3.257)) + exponential(0.0618 * (from_K - 594.31))) * alpha_under;
    // i_Ks: 1 + 0.6 / (1 + (3.8e-5 / Ca)^1.4)
    const double power = exponential(1.4 * (std::log(3.8e-5) - logarithm(y[Ca_i])));
    const Four q = divided({alpha, alpha + beta}, {1.0, 1.0 + exponential((v - 213.6) * (1.0 / 151.2))}, {0.6, 1.0 + power},
                           {1.0, 1.0 + exponential((v - 10.8968) * (-1.0 / 23.9871))});
    const double plain = y[a] * (q.b * y[iF] + (1.0 - q.b) * y[iS]), other = y[ap] * (q.b * y[iFp] + (1.0 - q.b) * y[iSp]);
    return from_K * (p.g_to * ((1.0 - ph) * plain + ph * other) + p.root_K_o * (p.g_Kr * y[Kr_O] + p.g_K1 * q.a) + p.g_bK * q.d) +
           p.g_Ks * (1.0 + q.c) * y[xs1] * y[xs2] * from_Ks;
  }

  /// `Ca_L` is the L-type calcium current into the subspace.
  template <class States, class Out>
  CORVIVO_INLINE Fluxes fluxes(const Constants &p, const States &y, double ph, double Ca_L, const Out &out) {
    const double x8 = square(square(square(y[Ca_jsr]))), mid8 = 1.7 * 1.7 * 1.7 * 1.7 * 1.7 * 1.7 * 1.7 * 1.7;
    // tau = 4.75 / (1 + 0.0123 / Ca_jsr), at least 1 us: reached when the store is empty, which ends the release
    const double ca = y[Ca_jsr] < 2.591e-6 ? 2.591e-6 : y[Ca_jsr], ca_p = y[Ca_jsr] < 2.0722e-6 ? 2.0722e-6 : y[Ca_jsr];
    const double over = -0.5 * 4.75 * p.release_steady * Ca_L * x8, under = x8 + mid8;
    out.gates(Jrel_np, {over, under, ca + 0.0123, 4.75 * ca}, Jrel_p, {1.25 * over, under, ca_p + 0.0123, 1.25 * 4.75 * ca_p});
    const Two serca = divided({y[Ca_i], y[Ca_i] + 0.00092}, {2.75 * y[Ca_i], y[Ca_i] + 0.00075});
    Fluxes J;
    J.release = p.release * ((1.0 - ph) * y[Jrel_np] + ph * y[Jrel_p]);
    J.uptake = p.uptake * (0.005425 * p.serca * ((1.0 - ph) * serca.a + ph * serca.b) - 0.0048825 / 15.0 * y[Ca_nsr]);
    J.to_jsr = (y[Ca_nsr] - y[Ca_jsr]) * (1.0 / 60.0);
    J.na = (y[Na_ss] - y[Na_i]) * 0.5;
    J.k = (y[K_ss] - y[K_i]) * 0.5;
    J.ca = (y[Ca_ss] - y[Ca_i]) * 5.0;
    return J;
  }

  template <class States, class Out>
  CORVIVO_INLINE double currents_and_concentrations(const Constants &p, double v, const States &y, const Out &out) {
    const double x = off_zero(v * (1.0 / thermal)), e = exponential(x), ph = phosphorylated(y, out);
    out.gates(nca_ss, calcium_binding(y[jca], y[Ca_ss]), nca_i, calcium_binding(y[jca], y[Ca_i]));
    const Two goldman = divided({x, e - 1.0}, {1.0, e + 1.0}); // x / (exp(x) - 1), 1 / (exp(x) + 1)
    const double g1 = goldman.a, g2 = goldman.a * goldman.b, fast = 0.3 + 0.6 / (1.0 + exponential((v - 10.0) * 0.1));
    const Driving in_i = driving(p, g1, g2, e, y[Na_i], y[K_i], y[Ca_i]), in_ss = driving(p, g1, g2, e, y[Na_ss], y[K_ss], y[Ca_ss]);
    const double L_ss = p.CaL_in_subspace * p.P_CaL * open_share(ph, fast, y, y[nca_ss]);
    const double L_i = (1.0 - p.CaL_in_subspace) * p.P_CaL * open_share(ph, fast, y, y[nca_i]);

    const ExchangerOfV of_v = exchanger_of_v(p, x);
    const double NaCa_i = (1.0 - p.NaCa_in_subspace) * p.g_NaCa * exchanger(p, of_v, y[Na_i], y[Ca_i]);
    const double NaCa_ss = p.NaCa_in_subspace * p.g_NaCa * exchanger(p, of_v, y[Na_ss], y[Ca_ss]);
    const double NaK = pump(p, x, y[Na_i], y[K_i]);
    const double bNa = p.P_bNa * F * g1 * (y[Na_i] * e - p.Na_o);
    const double bCa = p.P_bCa * 4.0 * F * g2 * (in_i.gamma4 * y[Ca_i] * square(e) - p.gamma4_out * p.Ca_o);
    const Two of_ca = divided({y[Ca_i], 0.0005 + y[Ca_i]}, {y[Ca_ss], y[Ca_ss] + 0.1}); // of i_pCa and i_ClCa

    Currents i;
    i.Na_i = 0.00125 * L_i * in_i.Na + sodium(p, y, ph, v - thermal * (p.ln_Na_o - logarithm(y[Na_i]))) + 3.0 * (NaCa_i + NaK) + bNa;
    i.Na_ss = 0.00125 * L_ss * in_ss.Na + 3.0 * NaCa_ss;
    i.K_i = 3.574e-4 * L_i * in_i.K + potassium(p, v, y, ph) - 2.0 * NaK;
    i.K_ss = 3.574e-4 * L_ss * in_ss.K;
    i.Ca_i = L_i * in_i.Ca + p.g_pCa * of_ca.a + bCa - 2.0 * NaCa_i;
    i.Ca_ss = L_ss * in_ss.Ca - 2.0 * NaCa_ss;
    i.chloride = (p.g_ClCa * of_ca.b + p.g_bCl) * (v - p.E_Cl);
    concentrations(p, y, i, fluxes(p, y, ph, L_ss * in_ss.Ca, out), out);
    return i.total();
  }
};

} // namespace

CORVIVO_KERNELS_OF(Model);

} // namespace corvivo::physics::tor_ord_2019::CORVIVO_VARIANT
