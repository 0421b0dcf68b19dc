#pragma once
/// The loops of ten Tusscher 2006 that the compiler vectorises; their source is compiled once per instruction set with its own flags (no
/// NaN survives them: check for NaN elsewhere).
#include <physics/electrophysiology/ionic/packed_cells.hpp>

namespace corvivo::physics {

struct TenTusscher2006Parameters;

namespace ten_tusscher_2006 {

enum State : std::size_t { Xr1, Xr2, Xs, m, h, j, d, f, f2, fCass, s, r, Ca_i, R_prime, Ca_SR, Ca_ss, Na_i, K_i, states };

/// As in IonicModel.
struct Kernels {
  void (*advance)(const TenTusscher2006Parameters &parameters, const double *voltage, double *states, std::size_t stride,
                  const PackedCells &cells, double *current);
  void (*current)(const TenTusscher2006Parameters &parameters, const double *voltage, const double *states, std::size_t stride,
                  std::size_t cells, double *current);
  void (*rates)(const TenTusscher2006Parameters &parameters, double voltage, const double *states, double *voltage_rate,
                double *state_rates);
};

namespace portable {
extern const Kernels kernels;
}
namespace avx2 {
extern const Kernels kernels;
}
namespace avx512 {
extern const Kernels kernels;
}

} // namespace ten_tusscher_2006
} // namespace corvivo::physics
