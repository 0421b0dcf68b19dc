#pragma once
/// Parameters, states and kernels of ToR-ORd.
#include <physics/electrophysiology/ionic/packed_cells.hpp>

namespace corvivo::physics {

/// The endocardial cell of the 2019 paper. Conductances mS/uF, permeabilities cm/s, concentrations mM, pump rates as there; the other
/// layers are factors on these.
struct TorOrd2019Parameters {
  double g_Na = 11.7802, g_NaL = 0.0279, g_to = 0.16, P_CaL = 8.3757e-5, g_Kr = 0.0321, g_Ks = 0.0011, g_K1 = 0.6992, g_NaCa = 0.0034;
  double P_NaK = 15.4509, g_bK = 0.0189, P_bNa = 1.9239e-9, P_bCa = 5.9194e-8, g_pCa = 5e-4, g_ClCa = 0.2843, g_bCl = 1.98e-3;
  double release = 1.5378;        ///< of calcium from the junctional sarcoplasmic reticulum: factor on J_rel
  double release_steady = 1;      ///< factor on its steady value (1.7 in M cells)
  double uptake = 1;              ///< factor on uptake by the sarcoplasmic reticulum and on its leak
  double serca = 1;               ///< factor on uptake alone (1.3 in epicardial cells)
  double calmodulin = 0.05;       ///< mM
  double delta_epi = 0;           ///< 0.95 in epicardial cells, whose transient outward current recovers faster
  double CaL_in_subspace = 0.8;   ///< share of the L-type channels that faces the subspace
  double NaCa_in_subspace = 0.35; ///< share of the exchangers there
  double Na_o = 140, Ca_o = 1.8, K_o = 5, Cl_i = 24, Cl_o = 150;
};

namespace tor_ord_2019 {

/// Those of the paper but the first closed state of I_Kr, which is one minus the others (so that splitting keeps their sum).
enum State : std::size_t {
  m,
  h,
  hp,
  j,
  jp,
  mL,
  hL,
  hLp,
  a,
  iF,
  iS,
  ap,
  iFp,
  iSp,
  d,
  ff,
  fs,
  fcaf,
  fcas,
  jca,
  nca_ss,
  nca_i,
  ffp,
  fcafp,
  xs1,
  xs2, // gates
  Kr_C2,
  Kr_C1,
  Kr_O,
  Kr_I, // the paper's C1 and C2, open, inactivated
  Jrel_np,
  Jrel_p,
  CaMK_trapped, // mM/ms, mM/ms, 1
  Na_i,
  Na_ss,
  K_i,
  K_ss,
  Ca_i,
  Ca_ss,
  Ca_nsr,
  Ca_jsr, // mM
  states
};

/// Geometry, um and pL as in the paper: volumes (uL) and the area (cm^2) that carries the capacitance of 1 uF/cm^2.
constexpr double volume = 1000 * 3.14 * 0.0011 * 0.0011 * 0.01, v_myo = 0.68 * volume, v_nsr = 0.0552 * volume, v_jsr = 0.0048 * volume;
constexpr double v_ss = 0.02 * volume, area = 2 * (2 * 3.14 * 0.0011 * 0.0011 + 2 * 3.14 * 0.0011 * 0.01);
constexpr double R = 8314, T = 310, F = 96485;

CORVIVO_IONIC_KERNELS(TorOrd2019Parameters)

} // namespace tor_ord_2019
} // namespace corvivo::physics
