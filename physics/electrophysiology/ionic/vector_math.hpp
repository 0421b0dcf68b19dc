#pragma once
/// Arithmetic of ionic kernels, for loops that the compiler vectorises. Only for sources that are compiled once per instruction set: all
/// is in an unnamed namespace, so that each keeps its own.
#include <cmath>
#include <cstdint>

#define CORVIVO_INLINE static inline __attribute__((always_inline))

namespace corvivo::physics::vector_math {
namespace {

CORVIVO_INLINE double square(double x) {
  return x * x;
}

/// exp(x) for |x| < 700 to a relative 1e-14: x = n ln 2 + r, |r| <= ln 2 / 2; Taylor of degree 11 (next term 6e-15), times 2^n put into the
/// exponent's bits. Written out because a call of the vector library spills every register.
CORVIVO_INLINE double exponential(double x) {
  const double scaled = x * 1.4426950408889634;
  const std::int32_t n = static_cast<std::int32_t>(scaled + (scaled < 0.0 ? -0.5 : 0.5));
  const double whole = static_cast<double>(n), r = x - whole * 0.69314718055994531;
  double p = 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  const std::int64_t bits = (static_cast<std::int64_t>(n) + 1023) << 52;
  return p * __builtin_bit_cast(double, bits);
}

/// The same for any x <= 0: at most 1e-304 where exp(x) is less.
CORVIVO_INLINE double exponential_of_negative(double x) {
  return exponential(x < -700.0 ? -700.0 : x);
}

/// A quotient before its division.
struct Ratio {
  double over, under;
};
struct Two {
  double a, b;
};
struct Four {
  double a, b, c, d;
};

/// Quotients by one division.
CORVIVO_INLINE Two divided(const Ratio &a, const Ratio &b) {
  const double inverse = 1.0 / (a.under * b.under);
  return {a.over * b.under * inverse, b.over * a.under * inverse};
}
CORVIVO_INLINE Four divided(const Ratio &a, const Ratio &b, const Ratio &c, const Ratio &d) {
  const double ab = a.under * b.under, cd = c.under * d.under, inverse = 1.0 / (ab * cd), of_ab = inverse * cd, of_cd = inverse * ab;
  return {a.over * b.under * of_ab, b.over * a.under * of_ab, c.over * d.under * of_cd, d.over * c.under * of_cd};
}

} // namespace
} // namespace corvivo::physics::vector_math
