#pragma once
/// Arithmetic of ionic kernels, for loops that the compiler vectorises. Only for sources that are compiled once per instruction set: all
/// is in an unnamed namespace, so that each keeps its own.
#include <cmath>
#include <cstdint>

#define CORVIVO_INLINE static inline __attribute__((always_inline))
#define CORVIVO_INLINE_MEMBER inline __attribute__((always_inline))

namespace corvivo::physics::vector_math {
namespace {

CORVIVO_INLINE double square(double x) {
  return x * x;
}

/// exp(x) for |x| < 700 to a relative 2e-15: x = n ln 2 + r, |r| <= ln 2 / 2; 1 + r + r^2 q(r) with q of degree 8 through the Chebyshev
/// points (error 1.2e-15), times 2^n put into the exponent's bits. Written out because a call of the vector library spills every register.
CORVIVO_INLINE double exponential(double x) {
  // 1.5 2^52: its sum with a number leaves the nearest integer in the lowest bits, which saves a portable build all conversions. The sign
  // is turned as a bit, for -ffast-math would cancel (x + big) - big.
  constexpr double big = 6755399441055744.0;
  const std::int64_t shifted = __builtin_bit_cast(std::int64_t, x * 1.4426950408889634 + big), sign = INT64_MIN;
  const double minus_n = __builtin_bit_cast(double, shifted ^ sign) + big, r = x + minus_n * 0.69314718055994531;
#if defined(__FMA__) // Horner's rule where a product costs nothing; else pairs, which wait less for each other (15 % of a portable step)
  double q = 2.761379555451986e-07;
  q = q * r + 2.7625102005388108e-06;
  q = q * r + 2.4801536409064087e-05;
  q = q * r + 0.0001984120875699232;
  q = q * r + 0.0013888888905871347;
  q = q * r + 0.008333333353717156;
  q = q * r + 0.041666666666651364;
  q = q * r + 0.16666666666648303;
  q = q * r + 0.5;
  const double p = (q * r + 1.0) * r + 1.0;
#else
  const double r2 = r * r, r4 = r2 * r2;
  const double q01 = 0.16666666666648303 * r + 0.5, q23 = 0.008333333353717156 * r + 0.041666666666651364;
  const double q45 = 0.0001984120875699232 * r + 0.0013888888905871347, q67 = 2.7625102005388108e-06 * r + 2.4801536409064087e-05;
  const double q = (2.761379555451986e-07 * r4 + (q67 * r2 + q45)) * r4 + (q23 * r2 + q01), p = q * r2 + (r + 1.0);
#endif
  return __builtin_bit_cast(double, __builtin_bit_cast(std::int64_t, p) + (shifted << 52));
}

/// The same for any x <= 0: at most 1e-304 where exp(x) is less.
CORVIVO_INLINE double exponential_of_negative(double x) {
  return exponential(x < -700.0 ? -700.0 : x);
}

/// The same for any x: between 1e-304 and 1e304.
CORVIVO_INLINE double bounded_exponential(double x) {
  return exponential_of_negative(x > 700.0 ? 700.0 : x);
}

/// exp(x) for x <= 0 at half the price where an absolute error of 1.4e-8 does: the sixteenth power of Taylor's polynomial of degree 6 at
/// x / 16, exact to rounding for -0.1 < x; never negative nor more than 1.
CORVIVO_INLINE double decay(double x) {
  const double y = x < -32.0 ? -2.0 : x * (1.0 / 16.0);
#if defined(__FMA__)
  double p = y * (1.0 / 720.0) + 1.0 / 120.0;
  p = p * y + 1.0 / 24.0;
  p = p * y + 1.0 / 6.0;
  p = p * y + 0.5;
  p = p * y + 1.0;
  p = p * y + 1.0;
#else
  const double y2 = y * y;
  double p = ((1.0 / 720.0) * y2 + (y * (1.0 / 120.0) + 1.0 / 24.0)) * (y2 * y2) + ((y * (1.0 / 6.0) + 0.5) * y2 + (y + 1.0));
#endif
  p *= p;
  p *= p;
  p *= p;
  return p * p;
}

/// ln(x) of a positive normal number to 1e-15 of max(1, |ln x|): x = 2^n m, m in [1/sqrt 2, sqrt 2), ln m = 2 artanh s, s = (m - 1) / (m +
/// 1), as s times the polynomial of s^2 through Chebyshev's points (error 8e-17).
CORVIVO_INLINE double logarithm(double x) {
  constexpr std::int64_t root_half = 0x3fe6a09e667f3bcd, one = 0x3ff0000000000000, fraction = 0x000fffffffffffff;
  constexpr std::int64_t exponent_of_2_52 = 0x4330000000000000;
  const std::int64_t shifted = __builtin_bit_cast(std::int64_t, x) + (one - root_half);
  const double m = __builtin_bit_cast(double, (shifted & fraction) + root_half);
  const std::int64_t biased = static_cast<std::int64_t>(static_cast<std::uint64_t>(shifted) >> 52);
  const double n = __builtin_bit_cast(double, biased | exponent_of_2_52) - (4503599627370496.0 + 1023.0);
  const double s = (m - 1.0) / (m + 1.0), s2 = s * s;
  double q = 0.16837659970680488;
  q = q * s2 + 0.18121934431215214;
  q = q * s2 + 0.22223434547517906;
  q = q * s2 + 0.2857141602110767;
  q = q * s2 + 0.40000000061741614;
  q = q * s2 + 0.6666666666655292;
  q = q * s2 + 2.0000000000000004;
  return n * 0.69314718055994531 + s * q;
}

/// The first where `share` is 1, the second where it is 0.
CORVIVO_INLINE double blend(double share, double first, double second) {
  return share * first + (1.0 - share) * second;
}

/// x kept off zero, so that x / (exp(x) - 1) is no 0/0, by a step that changes that by 5e-7.
CORVIVO_INLINE double off_zero(double x) {
  return x < 1e-6 && x > -1e-6 ? 1e-6 : x;
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
