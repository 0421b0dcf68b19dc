/// Compiled once per instruction set (CORVIVO_VARIANT). Equations: Bueno-Orovio, Cherry & Fenton, J Theor Biol 253:544, 2008.
#include <physics/electrophysiology/ionic/bueno_orovio_2008_kernel.hpp>
#include <physics/electrophysiology/ionic/packed_kernel.hpp>

namespace corvivo::physics::bueno_orovio_2008::CORVIVO_VARIANT {
namespace {

using namespace vector_math;

/// 1 above the threshold, 0 below.
CORVIVO_INLINE double above(double u, double threshold) {
  return u < threshold ? 0.0 : 1.0;
}

struct Model {
  using Parameters = BuenoOrovio2008Parameters;
  using Constants = Parameters;
  static constexpr std::size_t states = bueno_orovio_2008::states;
  static constexpr int parts = 1;
  static Constants constants(const Parameters &p) { return p; }

  template <int, class States, class Out> CORVIVO_INLINE double evaluate(const Constants &p, double V, const States &y, const Out &out) {
    const double u = (V - p.rest) / p.amplitude;
    const double on_v = above(u, p.theta_v), on_w = above(u, p.theta_w), on_v_minus = above(u, p.theta_v_minus), on_o = above(u, p.theta_o);
    // (1 + tanh x) / 2 = 1 / (1 + exp(-2 x))
    const Four sigmoid =
        divided({1.0, 1.0 + bounded(-2.0 * p.k_w_minus * (u - p.u_w_minus))}, {1.0, 1.0 + bounded(-2.0 * p.k_so * (u - p.u_so))},
                {1.0, 1.0 + bounded(-2.0 * p.k_s * (u - p.u_s))}, {1.0, 1.0});
    const double tau_w_minus = p.tau_w1_minus + (p.tau_w2_minus - p.tau_w1_minus) * sigmoid.a;
    const double tau_so = p.tau_so1 + (p.tau_so2 - p.tau_so1) * sigmoid.b;
    const double w_steady = blend(on_o, p.w_infinity, 1.0 - u / p.tau_w_infinity);
    out.gates(v,
              {(1.0 - on_v) * (1.0 - on_v_minus), 1.0, 1.0, blend(on_v, p.tau_v_plus, blend(on_v_minus, p.tau_v2_minus, p.tau_v1_minus))},
              w, {(1.0 - on_w) * w_steady, 1.0, 1.0, blend(on_w, p.tau_w_plus, tau_w_minus)});
    out.gate(s, {sigmoid.c, 1.0, 1.0, blend(on_w, p.tau_s2, p.tau_s1)});
    const double fast_in = -on_v * y[v] * (u - p.theta_v) * (p.u_u - u) / p.tau_fi;
    const double slow_out = blend(on_w, 1.0 / tau_so, (u - p.u_o) * blend(on_o, 1.0 / p.tau_o2, 1.0 / p.tau_o1));
    const double slow_in = -on_w * y[w] * y[s] / p.tau_si;
    return p.amplitude * (p.J_fi * fast_in + p.J_so * slow_out + p.J_si * slow_in);
  }

private:
  /// Where products of four stay finite.
  CORVIVO_INLINE double bounded(double x) { return exponential(x < -150.0 ? -150.0 : x > 150.0 ? 150.0 : x); }
};

} // namespace

CORVIVO_KERNELS_OF(Model);

} // namespace corvivo::physics::bueno_orovio_2008::CORVIVO_VARIANT
