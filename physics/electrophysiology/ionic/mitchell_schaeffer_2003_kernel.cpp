/// Compiled once per instruction set (CORVIVO_VARIANT). Equations: Mitchell & Schaeffer, Bull Math Biol 65:767, 2003.
#include <physics/electrophysiology/ionic/mitchell_schaeffer_2003_kernel.hpp>
#include <physics/electrophysiology/ionic/packed_kernel.hpp>

namespace corvivo::physics::mitchell_schaeffer_2003::CORVIVO_VARIANT {
namespace {

using namespace vector_math;

/// dv/dt = h v^2 (1 - v) / tau_in - v / tau_out;  h opens below the gate's potential and closes above.
struct Model {
  using Parameters = MitchellSchaeffer2003Parameters;
  using Constants = Parameters;
  static constexpr std::size_t states = mitchell_schaeffer_2003::states;
  static constexpr int parts = 1;
  static Constants constants(const Parameters &p) { return p; }

  template <int, class States, class Out> CORVIVO_INLINE double evaluate(const Constants &p, double V, const States &y, const Out &out) {
    const double v = (V - p.rest) / p.amplitude, open = v < p.gate ? 1.0 : 0.0;
    out.gate(h, {open, 1.0, blend(open, 1.0 / p.tau_open, 1.0 / p.tau_close), 1.0});
    return p.amplitude * (p.J_out * v / p.tau_out - p.J_in * y[h] * square(v) * (1.0 - v) / p.tau_in);
  }
};

} // namespace

CORVIVO_KERNELS_OF(Model);

} // namespace corvivo::physics::mitchell_schaeffer_2003::CORVIVO_VARIANT
