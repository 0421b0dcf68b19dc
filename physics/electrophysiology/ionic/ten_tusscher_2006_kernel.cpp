/// Compiled once per instruction set (CORVIVO_VARIANT) with -O3 -ffast-math -fopenmp-simd. Equations: ten Tusscher & Panfilov 2006, with
/// the free-calcium buffers written as factors of the rates (as in the CellML form of the model). Gates of the potential come from
/// a table of their formulas; exponentials are powers of one where they can be, and quotients are kept as numerator and denominator until
/// four of them take one division.
#include <physics/electrophysiology/ionic/packed_kernel.hpp>
#include <physics/electrophysiology/ionic/ten_tusscher_2006_kernel.hpp>

#include <array>

namespace corvivo::physics::ten_tusscher_2006::CORVIVO_VARIANT {
namespace {

using Parameters = TenTusscher2006Parameters;
using packed_kernel::Gate;
using namespace vector_math;

/// Exponentials of the potential that several gates share.
struct Powers {
  double e5, e6, e7_5, e10, e12, e15, e20, e24, e200; ///< exp(v / 5), ...
  double e7, e14;
  double a7_43; ///< exp((v + 71.55) / 7.43)
};

CORVIVO_INLINE Powers powers(double v) {
  Powers e;
  const double e600 = exponential(v * (1.0 / 600.0));
  e.e200 = e600 * e600 * e600;
  const double e120 = e.e200 * e600 * e600, e60 = e120 * e120, e30 = e60 * e60;
  e.e20 = e60 * e30;
  e.e15 = e30 * e30;
  e.e24 = e30 * e120;
  e.e12 = e.e24 * e.e24;
  e.e10 = e.e20 * e.e20;
  e.e7_5 = e.e15 * e.e15;
  e.e6 = e.e10 * e.e15;
  e.e5 = e.e10 * e.e10;
  e.e14 = exponential(v * (1.0 / 14.0));
  e.e7 = e.e14 * e.e14;
  e.a7_43 = exponential((v + 71.55) * (1.0 / 7.43));
  return e;
}

CORVIVO_INLINE Gate gate_m(double v, const Powers &e) {
  // alpha = 1 / (1 + exp(-(v + 60) / 5)), beta = 0.1 / (1 + exp((v + 35) / 5)) + 0.1 / (1 + exp((v - 50) / 200)), rate 1 / (alpha beta)
  const double b = 1.0 + std::exp(7.0) * e.e5, c = 1.0 + std::exp(-0.25) * e.e200;
  return {1.0, square(1.0 + exponential((v + 56.86) * (-1.0 / 9.03))), (e.e5 + std::exp(-12.0)) * b * c, 0.1 * e.e5 * (b + c)};
}
CORVIVO_INLINE Gate gate_h(double v, const Powers &e) {
  const double below = v < -40.0 ? 1.0 : 0.0; // a factor, not a branch: both sides are finite for any physiological v
  const double first = exponential(blend(below, (v + 80.0) * (-1.0 / 6.8), (v + 10.66) * (-1.0 / 11.1)));
  const double low = 0.057 * first + 2.7 * exponential(0.079 * v) + 3.1e5 * exponential(0.3485 * v);
  return {1.0, square(1.0 + e.a7_43), blend(below, low, 0.77 / 0.13), blend(below, 1.0, 1.0 + first)};
}
CORVIVO_INLINE Gate gate_j(double v, const Powers &e) {
  const double below = v < -40.0 ? 1.0 : 0.0;
  const double first = exponential(blend(below, 0.2444, 0.057) * v);
  const double alpha = (-2.5428e4 * first - 6.948e-6 * exponential(-0.04391 * v)) * (v + 37.78);
  const double under_alpha = 1.0 + exponential((v + 79.23) * 0.311), under_beta = 1.0 + exponential((v + 40.14) * -0.1378);
  const double low = alpha * under_beta + 0.02424 * exponential(-0.01052 * v) * under_alpha;
  return {1.0, square(1.0 + e.a7_43), blend(below, low, 0.6 * first * e.e10),
          blend(below, under_alpha * under_beta, e.e10 + std::exp(-3.2))};
}
CORVIVO_INLINE Gate gate_Xr1(double v, const Powers &e) {
  // tau = 2700 / (1 + exp(-(v + 45) / 10)) / (1 + exp((v + 30) / 11.5))
  return {e.e7, e.e7 + std::exp(-26.0 / 7.0), (e.e10 + std::exp(-4.5)) * (1.0 + exponential((v + 30.0) * (1.0 / 11.5))), 2700.0 * e.e10};
}
CORVIVO_INLINE Gate gate_Xr2(const Powers &e) {
  // tau = 3.36 / (1 + exp(-(v + 60) / 20)) / (1 + exp((v - 60) / 20))
  return {std::exp(-88.0 / 24.0), e.e24 + std::exp(-88.0 / 24.0), (e.e20 + std::exp(-3.0)) * (1.0 + std::exp(-3.0) * e.e20), 3.36 * e.e20};
}
CORVIVO_INLINE Gate gate_Xs(const Powers &e) {
  // tau = 1400 / sqrt(1 + exp(-(v - 5) / 6)) / (1 + exp((v - 35) / 15)) + 80
  const double root = std::sqrt(e.e6 + std::exp(5.0 / 6.0)), c = std::exp(35.0 / 15.0), sum = (c + e.e15) * root;
  return {e.e14, e.e14 + std::exp(-5.0 / 14.0), sum, 1400.0 * c * e.e12 + 80.0 * sum};
}
CORVIVO_INLINE Gate gate_r(double v, const Powers &e) {
  return {e.e6, e.e6 + std::exp(20.0 / 6.0), 1.0, 9.5 * exponential_of_negative(-square(v + 40.0) * (1.0 / 1800.0)) + 0.8};
}
template <bool endocardial> CORVIVO_INLINE Gate gate_s(double v, const Powers &e) {
  if constexpr (endocardial)
    return {std::exp(-5.6), e.e5 + std::exp(-5.6), 1.0, 1000.0 * exponential_of_negative(-square(v + 67.0) * (1.0 / 1000.0)) + 8.0};
  // tau = 85 exp(-(v + 45)^2 / 320) + 5 / (1 + exp((v - 20) / 5)) + 3
  const double sum = e.e5 + std::exp(4.0);
  return {std::exp(-4.0), e.e5 + std::exp(-4.0), sum,
          (85.0 * exponential_of_negative(-square(v + 45.0) * (1.0 / 320.0)) + 3.0) * sum + 5.0 * std::exp(4.0)};
}
CORVIVO_INLINE Gate gate_d(double v, const Powers &e) {
  // alpha = 1.4 / (1 + exp(-(v + 35) / 13)) + 0.25, beta = 1.4 / (1 + exp((v + 5) / 5)), gamma = 1 / (1 + exp(-(v - 50) / 20)),
  // tau = alpha beta + gamma
  const double a = 1.0 + exponential((v + 35.0) * (-1.0 / 13.0)), b = e.e5 + std::exp(-1.0), g = e.e20 + std::exp(2.5);
  return {e.e7_5, e.e7_5 + std::exp(-8.0 / 7.5), a * b * g, (1.4 + 0.25 * a) * (1.4 * std::exp(-1.0)) * g + e.e20 * a * b};
}
CORVIVO_INLINE Gate gate_f(double v, const Powers &e) {
  // tau = 1102.5 exp(-(v + 27)^2 / 225) + 200 / (1 + exp((13 - v) / 10)) + 180 / (1 + exp((v + 30) / 10)) + 20
  const double a = e.e10 + std::exp(1.3), b = e.e10 + std::exp(-3.0);
  const double tau =
      (1102.5 * exponential_of_negative(-square(v + 27.0) * (1.0 / 225.0)) + 20.0) * a * b + 200.0 * e.e10 * b + 180.0 * std::exp(-3.0) * a;
  return {std::exp(-20.0 / 7.0), e.e7 + std::exp(-20.0 / 7.0), a * b, tau};
}
CORVIVO_INLINE Gate gate_f2(double v, const Powers &e) {
  // tau = 562 exp(-(v + 27)^2 / 240) + 31 / (1 + exp((25 - v) / 10)) + 80 / (1 + exp((v + 30) / 10))
  const double a = e.e10 + std::exp(2.5), b = e.e10 + std::exp(-3.0);
  const double tau =
      562.0 * exponential_of_negative(-square(v + 27.0) * (1.0 / 240.0)) * a * b + 31.0 * e.e10 * b + 80.0 * std::exp(-3.0) * a;
  return {0.33 * e.e7 + std::exp(-5.0), e.e7 + std::exp(-5.0), a * b, tau};
}
CORVIVO_INLINE Gate gate_fCass(double Ca_ss) {
  const double x = 1.0 + square(Ca_ss * 20.0);
  return {0.6 + 0.4 * x, x, x, 80.0 + 2.0 * x};
}

/// The states that the currents need, of one cell.
struct Cell {
  double v, xr1, xr2, xs, m, h, j, d, f, f2, fcass, s, r, ca, ca_ss, na, k;
};
struct Currents {
  double sodium, potassium, calcium, subspace_calcium; ///< charge carried by each ion: what changes its concentration
  double total;
};

CORVIVO_INLINE Currents currents(const Parameters &p, const Cell &c) {
  const double thermal = p.R * p.T / p.F; // RT/F, mV
  const double from_K = c.v - thermal * (std::log(p.K_o) - logarithm(c.k)), from_Na = c.v - thermal * (std::log(p.Na_o) - logarithm(c.na));
  const double from_Ca = c.v - 0.5 * thermal * (std::log(p.Ca_o) - logarithm(c.ca));
  const double from_Ks = c.v - thermal * (std::log(p.K_o + p.p_KNa * p.Na_o) - logarithm(c.k + p.p_KNa * c.na));
  const double root = std::sqrt(p.K_o / 5.4);

  // i_K1 = g sqrt(K_o / 5.4) alpha / (alpha + beta) (V - E_K), x = V - E_K: alpha = 0.1 / (1 + exp(0.06 (x - 200))),
  // beta = (3 exp(0.0002 (x + 100)) + exp(0.1 (x - 10))) / (1 + exp(-0.5 x)); all but one are powers of exp(0.02 x)
  const double t = exponential(0.02 * from_K), t2 = t * t, t4 = t2 * t2, t5 = t4 * t, t25 = t5 * t4 * t4 * t4 * t4 * t4;
  const double alpha_K1 = 0.1 * (1.0 + t25);
  const double beta_K1 = (3.0 * exponential(0.0002 * (from_K + 100.0)) + std::exp(-1.0) * t5) * t25 * (1.0 + std::exp(-12.0) * t2 * t);
  // powers of w = exp(-V F / (20 R T)); z = exp(-x) of i_CaL, which holds x / (exp(x) - 1), whose value at x = 0 is 1: kept off 0/0 by a
  // step that changes it by 5e-7
  const double w = exponential(c.v * (-0.05 / thermal)), w2 = w * w, w4 = w2 * w2, w7 = w4 * w2 * w, w13 = w7 * w4 * w2, w20 = w13 * w7;
  const double offset = 2.0 * (c.v - 15.0) / thermal, close = std::fabs(offset) < 1e-6 ? 1.0 : 0.0;
  const double x = close * 1e-6 + (1.0 - close) * offset, z = close * (1.0 - 1e-6) + (1.0 - close) * (w20 * w20 * std::exp(30.0 / thermal));
  const double e_pK = exponential((c.v - 25.0) * (-1.0 / 5.98)), cube = p.Na_o * p.Na_o * p.Na_o;

  const Ratio K1{alpha_K1, alpha_K1 + beta_K1}, pK{1.0, 1.0 + e_pK};
  const Ratio CaL{x * (0.25 * c.ca_ss - p.Ca_o * z), 1.0 - z}, pCa{c.ca, c.ca + p.K_pCa};
  const Ratio NaK{c.na, (c.na + p.K_mNa) * (1.0 + 0.1245 * w2 + 0.0353 * w20)};
  const Ratio NaCa{c.na * c.na * c.na * p.Ca_o - w20 * (cube * p.alpha) * c.ca, w7 + p.k_sat * w20};
  const Four first = divided(K1, pK, CaL, pCa);
  const Two second = divided(NaK, NaCa);

  const double i_Na = p.g_Na * c.m * c.m * c.m * c.h * c.j * from_Na, i_bNa = p.g_bNa * from_Na;
  const double i_K1 = p.g_K1 * root * first.a * from_K, i_pK = p.g_pK * from_K * first.b;
  const double i_to = p.g_to * c.r * c.s * from_K, i_Kr = p.g_Kr * root * c.xr1 * c.xr2 * from_K;
  const double i_Ks = p.g_Ks * c.xs * c.xs * from_Ks;
  const double i_CaL = p.g_CaL * c.d * c.f * c.f2 * c.fcass * 2.0 * p.F * first.c;
  const double i_bCa = p.g_bCa * from_Ca, i_pCa = p.g_pCa * first.d;
  const double i_NaK = (p.P_NaK * p.K_o / (p.K_o + p.K_mK)) * second.a;
  const double i_NaCa = (p.k_NaCa / ((p.Km_Nai * p.Km_Nai * p.Km_Nai + cube) * (p.Km_Ca + p.Ca_o))) * second.b;

  Currents i;
  i.sodium = i_Na + i_bNa + 3.0 * i_NaK + 3.0 * i_NaCa;
  i.potassium = i_K1 + i_to + i_Kr + i_Ks + i_pK - 2.0 * i_NaK;
  i.calcium = i_bCa + i_pCa - 2.0 * i_NaCa;
  i.subspace_calcium = i_CaL;
  i.total = i.sodium + i.potassium + i.calcium + i.subspace_calcium;
  return i;
}

struct ConcentrationRates {
  double ca, r_prime, ca_sr, ca_ss, na, k;
};

CORVIVO_INLINE ConcentrationRates concentration_rates(const Parameters &p, const Cell &c, double r_prime, double ca_sr, const Currents &i) {
  // kcasr = max - (max - min) / (1 + (EC / Ca_SR)^2), k1 = k1' / kcasr, open = k1 Ca_ss^2 R' / (k3 + k1 Ca_ss^2)
  const double sr2 = square(ca_sr), over = p.max_sr * square(p.EC) + p.min_sr * sr2, under = sr2 + square(p.EC);
  const double k1 = p.k1p * under * square(c.ca_ss);
  const Four of_release =
      divided({over, under}, {k1 * r_prime, p.k3 * over + k1}, {square(c.ca), square(c.ca) + square(p.K_up)}, {1.0, 1.0});
  // free calcium: 1 / (1 + Buf K / (Ca + K)^2)
  const double c2 = square(c.ca + p.K_buf_c), s2 = square(ca_sr + p.K_buf_sr), ss2 = square(c.ca_ss + p.K_buf_ss);
  const Four free =
      divided({c2, c2 + p.Buf_c * p.K_buf_c}, {s2, s2 + p.Buf_sr * p.K_buf_sr}, {ss2, ss2 + p.Buf_ss * p.K_buf_ss}, {1.0, 1.0});
  const double release = p.V_rel * of_release.b * (ca_sr - c.ca_ss), leak = p.V_leak * (ca_sr - c.ca);
  const double uptake = p.Vmax_up * of_release.c, transfer = p.V_xfer * (c.ca_ss - c.ca);
  const double per_charge = p.capacitance / (p.V_c * p.F);

  ConcentrationRates rate;
  rate.ca = free.a * (-0.5 * per_charge * i.calcium + (leak - uptake) * (p.V_sr / p.V_c) + transfer);
  rate.r_prime = -p.k2p * of_release.a * c.ca_ss * r_prime + p.k4 * (1.0 - r_prime);
  rate.ca_sr = free.b * (uptake - release - leak);
  rate.ca_ss =
      free.c * ((-0.5 * per_charge * p.V_c / p.V_ss) * i.subspace_calcium + release * (p.V_sr / p.V_ss) - transfer * (p.V_c / p.V_ss));
  rate.na = -per_charge * i.sodium;
  rate.k = -per_charge * i.potassium;
  return rate;
}

/// The model as packed_kernel takes it.
template <bool endocardial> struct Model {
  using Parameters = TenTusscher2006Parameters;
  using Constants = Parameters;
  static constexpr std::size_t states = ten_tusscher_2006::states;
  static constexpr int parts = 1;
  static constexpr std::array<std::size_t, 11> tabled = {Xr1, Xr2, Xs, m, h, j, d, f, f2, s, r};
  static constexpr std::array<std::size_t, 9> fast_states = {m, h, j, Na_i, d, f, f2, fCass, Ca_ss};
  static Constants constants(const Parameters &p) { return p; }

  /// Sodium and L-type calcium: without the second a wave is 1.5 % slower at 0.2 mm; the others change it by less than 0.1 %.
  template <class States> CORVIVO_INLINE double fast_current(const Constants &p, double v, const States &y) {
    const double thermal = p.R * p.T / p.F, x = off_zero(2.0 * (v - 15.0) / thermal), z = exponential(-x);
    const double i_Na = p.g_Na * y[m] * y[m] * y[m] * y[h] * y[j] * (v - thermal * (std::log(p.Na_o) - logarithm(y[Na_i])));
    return i_Na + p.g_CaL * y[d] * y[f] * y[f2] * y[fCass] * 2.0 * p.F * x * (0.25 * y[Ca_ss] - p.Ca_o * z) / (1.0 - z);
  }

  template <int part, class States, class Out>
  CORVIVO_INLINE double evaluate(const Constants &p, double v, const States &y, const Out &out) {
    const Cell c{v, y[Xr1], y[Xr2], y[Xs], y[m], y[h], y[j], y[d], y[f], y[f2], y[fCass], y[s], y[r], y[Ca_i], y[Ca_ss], y[Na_i], y[K_i]};
    const Currents now = currents(p, c);
    const ConcentrationRates rate = concentration_rates(p, c, y[R_prime], y[Ca_SR], now);
    out.rate(Ca_i, rate.ca);
    out.rate(R_prime, rate.r_prime);
    out.rate(Ca_SR, rate.ca_sr);
    out.rate(Ca_ss, rate.ca_ss);
    out.rate(Na_i, rate.na);
    out.rate(K_i, rate.k);
    out.gate(fCass, gate_fCass(c.ca_ss));
    return now.total;
  }

  template <class Out> CORVIVO_INLINE void tabled_gates(double v, const Out &out) {
    const Powers e = powers(v);
    out.gates(Xr1, gate_Xr1(v, e), Xr2, gate_Xr2(e));
    out.gates(Xs, gate_Xs(e), m, gate_m(v, e));
    out.gates(h, gate_h(v, e), j, gate_j(v, e));
    out.gates(d, gate_d(v, e), f, gate_f(v, e));
    out.gates(f2, gate_f2(v, e), s, gate_s<endocardial>(v, e));
    out.gate(r, gate_r(v, e));
  }
};

/// Which of the two the parameters ask for.
void advance(const Parameters &p, const double *voltage, double *values, std::size_t stride, const PackedCells &cells, double *total) {
  (p.endocardial ? packed_kernel::advance<Model<true>> : packed_kernel::advance<Model<false>>)(p, voltage, values, stride, cells, total);
}
void rates(const Parameters &p, double voltage, const double *values, double *voltage_rate, double *state_rates) {
  (p.endocardial ? packed_kernel::rates<Model<true>> : packed_kernel::rates<Model<false>>)(p, voltage, values, voltage_rate, state_rates);
}

} // namespace

const IonicKernels<Parameters> kernels = packed_kernel::kernels_of<Model<false>>(
    IonicKernels<Parameters>{advance, packed_kernel::current<Model<false>>, rates, nullptr, nullptr, 0});

} // namespace corvivo::physics::ten_tusscher_2006::CORVIVO_VARIANT
