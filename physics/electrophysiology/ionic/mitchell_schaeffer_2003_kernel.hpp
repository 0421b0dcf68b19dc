#pragma once
/// Parameters, states and kernels of Mitchell & Schaeffer 2003.
#include <physics/electrophysiology/ionic/packed_cells.hpp>

namespace corvivo::physics {

struct MitchellSchaeffer2003Parameters {
  double tau_in = 0.3, tau_out = 6, tau_open = 120, tau_close = 150; ///< ms
  double gate = 0.13;                                                ///< scaled potential at which the gate turns
  double rest = -80, amplitude = 100;                                ///< mV: V = rest + amplitude v
  double J_in = 1, J_out = 1;                                        ///< factors of the currents
};

namespace mitchell_schaeffer_2003 {
enum State : std::size_t { h, states };
CORVIVO_IONIC_KERNELS(MitchellSchaeffer2003Parameters)
} // namespace mitchell_schaeffer_2003

} // namespace corvivo::physics
