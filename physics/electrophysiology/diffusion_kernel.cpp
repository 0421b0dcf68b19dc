/// Compiled once per instruction set: CORVIVO_VARIANT is the name of the variant.
#include <physics/electrophysiology/diffusion_kernel.hpp>

namespace corvivo::physics::CORVIVO_VARIANT {

namespace {

constexpr std::size_t lanes = 8;

void stage(const SlicedRows &rows, const double *scale, double mu, double nu, double dt, const double *__restrict v,
           double *__restrict out) {
  for (std::size_t s = 0; s < rows.slices; ++s) {
    double sum[lanes] = {}, own[lanes];
    for (std::size_t l = 0; l < lanes; ++l)
      own[l] = v[lanes * s + l];
    for (std::size_t k = rows.start[s]; k < rows.start[s + 1]; ++k) {
      const std::int32_t *column = rows.column + lanes * k;
      const float *coupling = rows.coupling + lanes * k;
#pragma omp simd
      for (std::size_t l = 0; l < lanes; ++l)
        sum[l] += static_cast<double>(coupling[l]) * (v[column[l]] - own[l]);
    }
    double *to = out + lanes * s;
    const double *factor = scale + lanes * s;
#pragma omp simd
    for (std::size_t l = 0; l < lanes; ++l)
      to[l] = mu * own[l] + nu * to[l] + dt * factor[l] * sum[l];
  }
}

} // namespace

const DiffusionKernels diffusion_kernels = {stage};

} // namespace corvivo::physics::CORVIVO_VARIANT
