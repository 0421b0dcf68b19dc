#pragma once
/// Parameters, states and kernels of Bueno-Orovio, Cherry & Fenton 2008.
#include <physics/electrophysiology/ionic/packed_cells.hpp>

namespace corvivo::physics {

/// Names as in the paper, its epicardial cell; times in ms, the rest scaled.
struct BuenoOrovio2008Parameters {
  double u_o = 0, u_u = 1.55, theta_v = 0.3, theta_w = 0.13, theta_v_minus = 0.006, theta_o = 0.006;
  double tau_v1_minus = 60, tau_v2_minus = 1150, tau_v_plus = 1.4506, tau_w1_minus = 60, tau_w2_minus = 15, k_w_minus = 65;
  double u_w_minus = 0.03, tau_w_plus = 200, tau_fi = 0.11, tau_o1 = 400, tau_o2 = 6, tau_so1 = 30.0181, tau_so2 = 0.9957;
  double k_so = 2.0458, u_so = 0.65, tau_s1 = 2.7342, tau_s2 = 16, k_s = 2.0994, u_s = 0.9087, tau_si = 1.8875;
  double tau_w_infinity = 0.07, w_infinity = 0.94;
  double rest = -84, amplitude = 85.7; ///< mV: V = rest + amplitude u
  double J_fi = 1, J_so = 1, J_si = 1; ///< factors of the currents
};

namespace bueno_orovio_2008 {
enum State : std::size_t { v, w, s, states };
CORVIVO_IONIC_KERNELS(BuenoOrovio2008Parameters)
} // namespace bueno_orovio_2008

} // namespace corvivo::physics
