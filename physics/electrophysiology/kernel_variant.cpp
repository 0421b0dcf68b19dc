#include <io/base/errors.hpp>
#include <physics/electrophysiology/kernel_variant.hpp>

#include <cstdlib>
#include <string>

namespace corvivo::physics {

namespace {

KernelVariant of_processor() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("fma"))
    return KernelVariant::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
    return KernelVariant::avx2;
#endif
  return KernelVariant::portable;
}

KernelVariant wanted() {
  const KernelVariant best = of_processor();
  const char *asked = std::getenv("CORVIVO_KERNELS");
  if (!asked || !*asked)
    return best;
  for (const KernelVariant variant : {KernelVariant::portable, KernelVariant::avx2, KernelVariant::avx512})
    if (std::string(asked) == name_of(variant)) {
      if (variant > best)
        throw io::CaseError("CORVIVO_KERNELS asks for " + std::string(asked) + ", but this processor has " + name_of(best) + " at most");
      return variant;
    }
  throw io::CaseError("CORVIVO_KERNELS is '" + std::string(asked) + "'; it may be portable, avx2 or avx512");
}

} // namespace

KernelVariant kernel_variant() {
  static const KernelVariant chosen = wanted();
  return chosen;
}

const char *name_of(KernelVariant variant) {
  return variant == KernelVariant::avx512 ? "avx512" : variant == KernelVariant::avx2 ? "avx2" : "portable";
}

} // namespace corvivo::physics
