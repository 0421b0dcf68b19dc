#pragma once
/// The loop over the rows of the diffusion matrix.
#include <cstddef>
#include <cstdint>

namespace corvivo::physics {

/// Rows in slices of eight; entry k of the eight rows of a slice stands at 8 (start[slice] + k) and after. Short rows are filled up with
/// couplings of zero. A row holds its off-diagonal couplings K_ij only: sum_j K_ij (v_j - v_i) is zero for constant v whatever the
/// rounding, so that single precision (relative error 6e-8 of a conductivity) keeps it.
struct SlicedRows {
  const std::size_t *start;
  const std::int32_t *column;
  const float *coupling;
  std::size_t slices;
};

/// out_i <- mu v_i + nu out_i + scale_i dt sum_j K_ij (v_j - v_i) for the eight rows of every slice.
struct DiffusionKernels {
  void (*stage)(const SlicedRows &rows, const double *scale, double mu, double nu, double dt, const double *v, double *out);
};

namespace portable {
extern const DiffusionKernels diffusion_kernels;
}
namespace avx2 {
extern const DiffusionKernels diffusion_kernels;
}
namespace avx512 {
extern const DiffusionKernels diffusion_kernels;
}

} // namespace corvivo::physics
