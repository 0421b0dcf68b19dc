#pragma once
#include <physics/mechanics/material.hpp>

namespace corvivo::physics {

/// Of problem 3 and of the beam of problem 1 in Land et al., Proc R Soc A 471:20150641, 2015.
struct GuccioneParameters {
  double C = 2.0; ///< kPa
  double bf = 8.0, bt = 2.0, bfs = 4.0;
  double scale = 1.0, bulk_modulus = 1000.0; ///< 1, kPa
  void describe(io::Schema &schema);
};

/// Transversely isotropic exponential solid of the Green strain E in the fibre frame,
///   W = scale C/2 (exp(Q) - 1) + kappa/4 (J^2 - 1 - 2 ln J),
///   Q = bf Eff^2 + bt (Ess^2 + Enn^2 + 2 Esn^2) + 2 bfs (Efs^2 + Efn^2).
/// E is the full strain, not its isochoric part. Source: Guccione, McCulloch & Waldman, J Biomech Eng 113:42, 1991.
class Guccione final : public Material {
public:
  explicit Guccione(const GuccioneParameters &parameters = {}) : p_(parameters) {}
  void describe(io::Schema &schema) override { p_.describe(schema); }
  void multiply_stiffness(double factor) override { p_.scale *= factor; }
  double bulk_modulus() const override { return p_.bulk_modulus; }
  PassiveResponse respond(const dealii::SymmetricTensor<2, 3> &C, const FibreFrame &frame) const override;

private:
  GuccioneParameters p_;
};

} // namespace corvivo::physics
