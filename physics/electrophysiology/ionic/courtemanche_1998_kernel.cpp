/// Compiled once per instruction set (CORVIVO_VARIANT). Equations: Courtemanche, Ramirez & Nattel, Ionic mechanisms underlying human atrial
/// action potential properties, Am J Physiol 275:H301, 1998 (with the sign of the ultrarapid current's inactivation as in its figure).
#include <physics/electrophysiology/ionic/courtemanche_1998_kernel.hpp>
#include <physics/electrophysiology/ionic/packed_kernel.hpp>

#include <array>

namespace corvivo::physics::courtemanche_1998::CORVIVO_VARIANT {
namespace {

using packed_kernel::Gate;
using namespace vector_math;

constexpr double thermal = R * T / F; ///< mV

/// From opening and closing rates, each a quotient: steady = a / (a + b), rate = a + b.
CORVIVO_INLINE Gate alpha_beta(Ratio a, Ratio b) {
  const double over = a.over * b.under + b.over * a.under;
  return {a.over * b.under, over, over, a.under * b.under};
}

template <class Out> CORVIVO_INLINE void sodium_gates(double V, const Out &out) {
  const double x = off_zero(0.1 * (V + 47.13)); // 0.32 (V + 47.13) / (1 - exp(-0.1 (V + 47.13)))
  const Gate gate_m = alpha_beta({3.2 * x, 1.0 - exponential(-x)}, {0.08 * exponential(V * (-1.0 / 11.0)), 1.0});
  const double below = V < -40.0 ? 1.0 : 0.0; // a factor, not a branch: both sides are finite for any physiological V
  const double first = exponential(blend(below, (V + 80.0) * (-1.0 / 6.8), (V + 10.66) * (-1.0 / 11.1)));
  const Gate gate_h =
      alpha_beta({below * 0.135 * first, 1.0}, {blend(below, 3.56 * exponential(0.079 * V) + 3.1e5 * exponential(0.35 * V), 1.0),
                                                blend(below, 1.0, 0.13 * (1.0 + first))});
  const double second = (-127140.0 * exponential(0.2444 * V) - 3.474e-5 * exponential(-0.04391 * V)) * (V + 37.78);
  const double close = exponential(blend(below, -0.01052, -2.535e-7) * V),
               last = exponential(blend(below, (V + 40.14) * -0.1378, (V + 32.0) * -0.1));
  const Gate gate_j = alpha_beta({below * second, 1.0 + exponential((V + 79.23) * 0.311)}, {blend(below, 0.1212, 0.3) * close, 1.0 + last});
  out.gates(m, gate_m, h, gate_h);
  out.gate(j, gate_j);
}

template <class Out> CORVIVO_INLINE void outward_gates(double V, const Out &out) {
  constexpr double q10 = 3.0;
  // alpha_oa = alpha_ua = 0.65 / (exp(-(V + 10) / 8.5) + exp(-(V - 30) / 59)), beta = 0.65 / (2.5 + exp((V + 82) / 17))
  const double a = exponential((V + 10.0) * (-1.0 / 8.5)) + exponential((V - 30.0) * (-1.0 / 59.0)),
               b = 2.5 + exponential((V + 82.0) * (1.0 / 17.0));
  out.gates(oa, {1.0, 1.0 + exponential((V + 20.47) * (-1.0 / 17.54)), q10 * 0.65 * (a + b), a * b}, ua,
            {1.0, 1.0 + exponential((V + 30.3) * (-1.0 / 9.6)), q10 * 0.65 * (a + b), a * b});
  const double c = 18.53 + exponential((V + 113.7) * (1.0 / 10.95)), e = 35.56 + exponential((V + 1.26) * (-1.0 / 7.44));
  const double g = 21.0 + exponential((V - 185.0) * (-1.0 / 28.0)), k = exponential((V - 158.0) * (1.0 / 16.0));
  out.gates(oi, {1.0, 1.0 + exponential((V + 43.1) * (1.0 / 5.3)), q10 * (c + e), c * e}, ui,
            {1.0, 1.0 + exponential((V - 99.45) * (1.0 / 27.48)), q10 * (1.0 + k * g), g});
  const double x = off_zero((V + 14.1) * 0.2), y = off_zero((V - 3.3328) * (1.0 / 5.1237));
  const double x_under = 1.0 - exponential(-x), y_under = exponential(y) - 1.0;
  const double p = off_zero((V - 19.9) * (1.0 / 17.0)), r = off_zero((V - 19.9) * (1.0 / 9.0));
  const double p_under = 1.0 - exponential(-p), r_under = exponential(r) - 1.0;
  out.gates(
      xr,
      {1.0, 1.0 + exponential((V + 14.1) * (-1.0 / 6.5)), 0.0003 * 5.0 * x * y_under + 7.3898e-5 * 5.1237 * y * x_under, x_under * y_under},
      xs,
      {1.0, std::sqrt(1.0 + exponential((V - 19.9) * (-1.0 / 12.7))), 4e-5 * 17.0 * p * r_under + 3.5e-5 * 9.0 * r * p_under,
       0.5 * p_under * r_under});
}

template <class Out> CORVIVO_INLINE void calcium_gates(double V, const Out &out) {
  const double x = off_zero((V + 10.0) * (1.0 / 6.24)), e = exponential(-x);
  out.gates(d, {1.0, 1.0 + exponential((V + 10.0) * -0.125), 0.035 * 6.24 * x * (1.0 + e), 1.0 - e}, f,
            {1.0, 1.0 + exponential((V + 28.0) * (1.0 / 6.9)), 0.0197 * exponential_of_negative(-square(0.0337 * (V + 10.0))) + 0.02, 9.0});
}

/// Gates of the release channel; `signal` is the calcium flux F_n.
template <class Out> CORVIVO_INLINE void release_gates(double V, double signal, const Out &out) {
  const auto exponential_of_signal = [](double x) { return exponential(x < -150.0 ? -150.0 : x > 150.0 ? 150.0 : x); };
  constexpr double c1 = 3.4175e-13, c2 = 13.67e-16;
  const double open = 1.0 + exponential_of_signal((c1 - signal) * (1.0 / c2)),
               shut = exponential_of_signal((0.2 * c1 - signal) * (1.0 / c2));
  const double x = off_zero((V - 7.9) * 0.2), e = exponential(-x), rise = exponential((V - 40.0) * (-1.0 / 17.0));
  out.gates(u, {1.0, open, 0.125, 1.0}, v, {shut, 1.0 + shut, open, 1.91 * open + 2.09});
  out.gate(w, {rise, 1.0 + rise, (1.0 + 0.3 * e) * 5.0 * x, 6.0 * (1.0 - e)});
}

struct Currents {
  double sodium, potassium, calcium; ///< charge carried by each ion
  double L_type, exchanger;
};

template <class States> CORVIVO_INLINE Currents currents(const Courtemanche1998Parameters &p, double V, const States &y) {
  const double from_Na = V - thermal * (std::log(p.Na_o) - logarithm(y[Na_i])),
               from_K = V - thermal * (std::log(p.K_o) - logarithm(y[K_i]));
  const double from_Ca = V - 0.5 * thermal * (std::log(p.Ca_o) - logarithm(y[Ca_i]));
  const double x = V * (1.0 / thermal), e01 = exponential(-0.1 * x), e = exponential(-x), e035 = exponential(0.35 * x), back = e035 * e;
  const double sigma = (std::exp(p.Na_o / 67.3) - 1.0) / 7.0, Na_o3 = p.Na_o * p.Na_o * p.Na_o;
  const double of_sodium = std::sqrt(y[Na_i]) * y[Na_i], affinity = std::sqrt(10.0) * 10.0; // (K / Na)^1.5
  const Four q = divided({1.0, 1.0 + exponential(0.07 * (V + 80.0))}, {1.0, 1.0 + exponential((V + 15.0) * (1.0 / 22.4))},
                         {0.05, 1.0 + exponential((V - 15.0) * (-1.0 / 13.0))}, {y[Ca_i], 0.0005 + y[Ca_i]});
  const Two exchange = divided({e035 * y[Na_i] * square(y[Na_i]) * p.Ca_o - back * Na_o3 * y[Ca_i], 1.0 + 0.1 * back},
                               {of_sodium, (of_sodium + affinity) * (1.0 + 0.1245 * e01 + 0.0365 * sigma * e)});
  const double NaCa = p.i_NaCa / ((87.5 * 87.5 * 87.5 + Na_o3) * (1.38 + p.Ca_o)) * exchange.a;
  const double NaK = p.i_NaK * p.K_o / (p.K_o + 1.5) * exchange.b;
  const double Na = (p.g_Na * y[m] * square(y[m]) * y[h] * y[j] + p.g_bNa) * from_Na;
  const double K = (p.g_K1 * q.a + p.g_to * y[oa] * square(y[oa]) * y[oi] + p.kur * (0.005 + q.c) * y[ua] * square(y[ua]) * y[ui] +
                    p.g_Kr * y[xr] * q.b + p.g_Ks * square(y[xs])) *
                   from_K;
  const double CaL = p.g_CaL * y[d] * y[f] * y[f_Ca] * (V - 65.0);
  return {Na + 3.0 * (NaK + NaCa), K - 2.0 * NaK, CaL + p.i_pCa * q.d + p.g_bCa * from_Ca - 2.0 * NaCa, CaL, NaCa};
}

struct Model {
  using Parameters = Courtemanche1998Parameters;
  using Constants = Parameters;
  static constexpr std::size_t states = courtemanche_1998::states;
  static constexpr int parts = 1;
  static constexpr std::array<std::size_t, 11> tabled = {m, h, j, oa, ua, oi, ui, xr, xs, d, f};
  static constexpr std::array<std::size_t, 7> fast_states = {m, h, j, Na_i, d, f, f_Ca};
  static Constants constants(const Parameters &p) { return p; }

  template <class States> CORVIVO_INLINE double fast_current(const Constants &p, double V, const States &y) {
    const double i_Na = p.g_Na * y[m] * square(y[m]) * y[h] * y[j] * (V - thermal * (std::log(p.Na_o) - logarithm(y[Na_i])));
    return i_Na + p.g_CaL * y[d] * y[f] * y[f_Ca] * (V - 65.0);
  }

  template <int part, class States, class Out>
  CORVIVO_INLINE double evaluate(const Constants &p, double V, const States &y, const Out &out) {
    const Currents i = currents(p, V, y);
    concentrations(p, V, y, i, out);
    out.gate(f_Ca, {0.00035, 0.00035 + y[Ca_i], 0.5, 1.0});
    return i.sodium + i.potassium + i.calcium;
  }

  template <class Out> CORVIVO_INLINE void tabled_gates(double V, const Out &out) {
    sodium_gates(V, out);
    outward_gates(V, out);
    calcium_gates(V, out);
  }

private:
  template <class States, class Out>
  CORVIVO_INLINE void concentrations(const Constants &p, double V, const States &y, const Currents &i, const Out &out) {
    constexpr double per_charge = capacitance / (v_i * F);
    const double release = p.k_rel * square(y[u]) * y[v] * y[w] * (y[Ca_rel] - y[Ca_i]), transfer = (y[Ca_up] - y[Ca_rel]) * (1.0 / 180.0);
    release_gates(V, 1e-12 * v_rel * release - 5e-13 / F * capacitance * (0.5 * i.L_type - 0.2 * i.exchanger), out);
    const double troponin = square(y[Ca_i] + 0.0005), calmodulin = square(y[Ca_i] + 0.00238), store = square(y[Ca_rel] + 0.8);
    const Four free = divided({troponin * calmodulin, troponin * calmodulin + 0.07 * 0.0005 * calmodulin + 0.05 * 0.00238 * troponin},
                              {store, store + 10.0 * 0.8}, {y[Ca_i], y[Ca_i] + 0.00092}, {1.0, 1.0});
    const double uptake = p.i_up * free.c, leak = p.i_up * (1.0 / 15.0) * y[Ca_up];
    out.rate(Na_i, -per_charge * i.sodium);
    out.rate(K_i, -per_charge * i.potassium);
    out.rate(Ca_i, free.a * (-0.5 * per_charge * i.calcium + ((leak - uptake) * v_up + release * v_rel) * (1.0 / v_i)));
    out.rate(Ca_rel, free.b * (transfer - release));
    out.rate(Ca_up, uptake - leak - transfer * (v_rel / v_up));
  }
};

} // namespace

CORVIVO_KERNELS_OF(Model);

} // namespace corvivo::physics::courtemanche_1998::CORVIVO_VARIANT
