/// Compiled once per instruction set: CORVIVO_VARIANT is the name of the variant.
#include <physics/ecg/surface_kernel.hpp>

namespace corvivo::physics::CORVIVO_VARIANT {

namespace {

constexpr std::size_t lanes = SurfaceKernels::lanes, together = SurfaceCharges::together;

void potential(const SurfaceCharges &charges, const double *__restrict place, std::size_t nodes, double *__restrict sum) {
  for (std::size_t block = 0; block < nodes; block += lanes) {
    double x[lanes], y[lanes], z[lanes], total[together][lanes] = {};
    for (std::size_t l = 0; l < lanes; ++l) {
      x[l] = place[block + l];
      y[l] = place[nodes + block + l];
      z[l] = place[2 * nodes + block + l];
    }
    for (std::size_t s = 0; s < charges.points; ++s) {
      const double *point = charges.point + 3 * s, *charge = charges.charge + together * s;
      double inverse[lanes];
#pragma omp simd
      for (std::size_t l = 0; l < lanes; ++l) {
        const double dx = point[0] - x[l], dy = point[1] - y[l], dz = point[2] - z[l];
        inverse[l] = 1 / __builtin_sqrt(dx * dx + dy * dy + dz * dz);
      }
      for (std::size_t e = 0; e < together; ++e)
#pragma omp simd
        for (std::size_t l = 0; l < lanes; ++l)
          total[e][l] += charge[e] * inverse[l];
    }
    for (std::size_t e = 0; e < together; ++e)
      for (std::size_t l = 0; l < lanes; ++l)
        sum[e * nodes + block + l] = total[e][l];
  }
}

} // namespace

const SurfaceKernels surface_kernels = {potential};

} // namespace corvivo::physics::CORVIVO_VARIANT
