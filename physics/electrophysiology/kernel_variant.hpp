#pragma once
/// Which of the compiled variants of the innermost loops this processor runs. Their sources are compiled once per instruction set (CMake
/// function corvivo_kernels), so that one build is fast everywhere; they include no header whose inline functions others use.
namespace corvivo::physics {

enum class KernelVariant { portable, avx2, avx512 };

/// The best variant that processor and build have; the environment variable CORVIVO_KERNELS (portable, avx2, avx512) may ask for less.
KernelVariant kernel_variant();
const char *name_of(KernelVariant variant);

/// Picks one of the three: `choose(portable::kernels, avx2::kernels, avx512::kernels)`.
template <class T> const T &choose(const T &portable, const T &avx2, const T &avx512) {
  const KernelVariant best = kernel_variant();
  return best == KernelVariant::avx512 ? avx512 : best == KernelVariant::avx2 ? avx2 : portable;
}

} // namespace corvivo::physics
