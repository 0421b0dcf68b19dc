#pragma once
/// Parameters, states and kernels of Courtemanche, Ramirez & Nattel 1998.
#include <physics/electrophysiology/ionic/packed_cells.hpp>

namespace corvivo::physics {

/// Conductances nS/pF, currents pA/pF, concentrations mM. Where the paper prints fewer digits than the model's CellML file, the file's.
struct Courtemanche1998Parameters {
  double g_Na = 7.8, g_K1 = 0.09, g_to = 0.1652, g_Kr = 0.029411765, g_Ks = 0.12941176, g_CaL = 0.12375, g_bCa = 0.001131;
  double g_bNa = 0.0006744375, i_NaK = 0.59933874, i_NaCa = 1600, i_pCa = 0.275;
  double kur = 1;                  ///< factor of the ultrarapid current, whose conductance depends on V
  double k_rel = 30, i_up = 0.005; ///< 1/ms, mM/ms
  double Na_o = 140, K_o = 5.4, Ca_o = 1.8;
};

namespace courtemanche_1998 {

enum State : std::size_t { m, h, j, oa, oi, ua, ui, xr, xs, d, f, f_Ca, u, v, w, Na_i, K_i, Ca_i, Ca_up, Ca_rel, states };

constexpr double R = 8.3143, T = 310, F = 96.4867, capacitance = 100;                                  ///< J/(mol K), K, C/mmol, pF
constexpr double v_cell = 20100, v_i = 0.68 * v_cell, v_up = 0.0552 * v_cell, v_rel = 0.0048 * v_cell; ///< um^3

CORVIVO_IONIC_KERNELS(Courtemanche1998Parameters)

} // namespace courtemanche_1998
} // namespace corvivo::physics
