#pragma once
/// Parameters, states and kernels of ten Tusscher & Panfilov 2006.
#include <physics/electrophysiology/ionic/packed_cells.hpp>

namespace corvivo::physics {

/// Parameters of the 2006 paper (its epicardial cell); concentrations mM, conductances nS/pF, times ms, volumes and capacitance as there.
/// The exchanger's gamma, 0.35, is built into the kernel.
struct TenTusscher2006Parameters {
  double g_Na = 14.838, g_K1 = 5.405, g_Kr = 0.153, g_Ks = 0.392, g_to = 0.294, g_CaL = 3.98e-5, g_bNa = 0.00029, g_bCa = 0.000592;
  double P_NaK = 2.724, K_mK = 1, K_mNa = 40;
  double k_NaCa = 1000, k_sat = 0.1, alpha = 2.5, Km_Ca = 1.38, Km_Nai = 87.5;
  double g_pCa = 0.1238, K_pCa = 0.0005, g_pK = 0.0146, p_KNa = 0.03;
  double k1p = 0.15, k2p = 0.045, k3 = 0.06, k4 = 0.005, EC = 1.5, max_sr = 2.5, min_sr = 1;
  double V_rel = 0.102, V_xfer = 0.0038, K_up = 0.00025, V_leak = 0.00036, Vmax_up = 0.006375;
  double Buf_c = 0.2, K_buf_c = 0.001, Buf_sr = 10, K_buf_sr = 0.3, Buf_ss = 0.4, K_buf_ss = 0.00025;
  double V_c = 0.016404, V_sr = 0.001094, V_ss = 5.468e-5, capacitance = 0.185;
  double Na_o = 140, K_o = 5.4, Ca_o = 2, R = 8314.472, T = 310, F = 96485.3415;
  bool endocardial = false; ///< the slow recovery of the transient outward current that the paper gives to endocardial cells
};

namespace ten_tusscher_2006 {
enum State : std::size_t { Xr1, Xr2, Xs, m, h, j, d, f, f2, fCass, s, r, Ca_i, R_prime, Ca_SR, Ca_ss, Na_i, K_i, states };
CORVIVO_IONIC_KERNELS(TenTusscher2006Parameters)
} // namespace ten_tusscher_2006

} // namespace corvivo::physics
