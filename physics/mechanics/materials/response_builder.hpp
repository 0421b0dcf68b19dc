#pragma once
/// Sums the terms W_i(invariant_i) of a material into energy, stress and tangent without any 81-entry product.
#include <physics/mechanics/material.hpp>

#include <array>
#include <cmath>

namespace corvivo::physics {

/// A symmetric 3x3 tensor as six numbers in the order of dealii::SymmetricTensor: 00 11 22 01 02 12.
using Six = std::array<double, 6>;
constexpr std::array<std::array<unsigned, 2>, 6> six_indices{{{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}}};
constexpr std::array<std::array<unsigned, 3>, 3> six_of{{{0, 3, 4}, {3, 1, 5}, {4, 5, 2}}};

inline Six six(const dealii::SymmetricTensor<2, 3> &C) {
  return {C[0][0], C[1][1], C[2][2], C[0][1], C[0][2], C[1][2]};
}

/// (a b^T + b a^T) / 2: the derivative of a . C b with respect to C.
inline Six symmetric_product(const dealii::Tensor<1, 3> &a, const dealii::Tensor<1, 3> &b) {
  return {a[0] * b[0],
          a[1] * b[1],
          a[2] * b[2],
          0.5 * (a[0] * b[1] + a[1] * b[0]),
          0.5 * (a[0] * b[2] + a[2] * b[0]),
          0.5 * (a[1] * b[2] + a[2] * b[1])};
}

/// A : B, off-diagonals counted twice.
inline double contract(const Six &A, const Six &B) {
  return A[0] * B[0] + A[1] * B[1] + A[2] * B[2] + 2.0 * (A[3] * B[3] + A[4] * B[4] + A[5] * B[5]);
}

/// A term of the energy and its derivatives with respect to its own invariant, kPa.
struct Term {
  double value = 0, first = 0, second = 0;
};

/// a/(2b) (exp(b x^2) - 1).
inline Term exponential_of_square(double a, double b, double x) {
  const double q = b * x * x, grown = std::expm1(q), e = grown + 1.0;
  return {0.5 * a / b * grown, a * x * e, a * e * (1.0 + 2.0 * q)};
}

/// a/(2b) (exp(b x) - 1).
inline Term exponential(double a, double b, double x) {
  const double grown = std::expm1(b * x), e = grown + 1.0;
  return {0.5 * a / b * grown, 0.5 * a * e, 0.5 * a * b * e};
}

/// a/(2b) (exp(b g(x)) - 1), g(x) = 0 for x <= 0, x^3/(3w) up to x = w, x^2 - w x + w^2/3 beyond: the square of the tensile part of x with
/// its curvature turned on linearly over `w`. Convex with a continuous second derivative; a sigmoid factor instead would make the energy
/// concave just below x = 0, where fibres that go slack would lose their stability.
inline Term exponential_of_tension(double a, double b, double w, double x) {
  if (x <= 0.0)
    return {};
  const bool rising = x < w;
  const double g = rising ? x * x * x / (3.0 * w) : x * x - w * x + w * w / 3.0;
  const double slope = rising ? x * x / w : 2.0 * x - w, curvature = rising ? 2.0 * x / w : 2.0;
  const double grown = std::expm1(b * g), e = grown + 1.0;
  return {0.5 * a / b * grown, 0.5 * a * e * slope, 0.5 * a * e * (curvature + b * slope * slope)};
}

/// H(x) a/(2b) (exp(b x^2) - 1) with H(x) = 1/(1 + exp(-k x)), H differentiated too.
inline Term exponential_with_switch(double a, double b, double k, double x) {
  const Term full = exponential_of_square(a, b, x);
  const double h = 1.0 / (1.0 + std::exp(-k * x)), h1 = k * h * (1.0 - h), h2 = k * h1 * (1.0 - 2.0 * h);
  return {h * full.value, h1 * full.value + h * full.first, h2 * full.value + 2.0 * h1 * full.first + h * full.second};
}

/// J = sqrt(det C), I1_bar = J^(-2/3) tr C, and C^-1.
struct Isochoric {
  explicit Isochoric(const Six &C);
  double J, I1_bar, shrink; ///< shrink = J^(-2/3)
  Six inverse;
};

/// kappa/4 (J^2 - 1 - 2 ln J): zero with zero slope at J = 1, curvature kappa there, infinite at J = 0.   Simo & Taylor, CMAME 85:273,
/// 1991. Derivatives with respect to J.
inline Term volumetric_penalty(double kappa, double J) {
  return {0.25 * kappa * (J * J - 1.0 - 2.0 * std::log(J)), 0.5 * kappa * (J - 1.0 / J), 0.5 * kappa * (1.0 + 1.0 / (J * J))};
}

class ResponseBuilder {
public:
  /// A term of an invariant that is linear in C with derivative `direction` = d invariant / dC.
  void add_linear(const Term &term, const Six &direction) {
    energy_ += term.value;
    for (unsigned i = 0; i < 6; ++i)
      stress_[i] += 2.0 * term.first * direction[i];
    add_product(4.0 * term.second, direction, direction);
  }
  /// A term of I1_bar and a term of J together.
  void add_isotropic(const Term &isochoric, const Term &volumetric, const Isochoric &k);
  /// Only the volumetric term.
  void add_volumetric(const Term &volumetric, const Isochoric &k) { add_isotropic({}, volumetric, k); }

  void add_energy(double value) { energy_ += value; }
  void add_stress(double factor, const Six &direction) {
    for (unsigned i = 0; i < 6; ++i)
      stress_[i] += factor * direction[i];
  }
  /// tangent += factor a (x) b; symmetric only when a and b are parallel or the other order is added too.
  void add_product(double factor, const Six &a, const Six &b) {
    for (unsigned i = 0; i < 6; ++i) {
      const double ai = factor * a[i];
      for (unsigned j = 0; j < 6; ++j)
        tangent_[6 * i + j] += ai * b[j];
    }
  }
  /// tangent_ijkl += factor/2 (A_ik A_jl + A_il A_jk); with A = C^-1 this is -factor dC^-1/dC.
  void add_square_product(double factor, const Six &A);

  PassiveResponse response() const;

private:
  double energy_ = 0;
  Six stress_{};
  std::array<double, 36> tangent_{};
};

} // namespace corvivo::physics
