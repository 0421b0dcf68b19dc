#pragma once
#include <physics/mechanics/material.hpp>

namespace corvivo::physics {

/// Transversely isotropic exponential solid of the Green strain E in the fibre frame,
///   W = scale C/2 (exp(Q) - 1) + kappa/4 (J^2 - 1 - 2 ln J),
///   Q = bf Eff^2 + bt (Ess^2 + Enn^2 + 2 Esn^2) + 2 bfs (Efs^2 + Efn^2).
/// E is the full strain, not its isochoric part. Source: Guccione, McCulloch & Waldman, J Biomech Eng 113:42, 1991; defaults: problem 3
/// (and the beam of problem 1) of Land et al., Proc R Soc A 471:20150641, 2015.
class Guccione final : public Material {
public:
  void describe(io::Schema &schema) override;
  PassiveResponse respond(const dealii::SymmetricTensor<2, 3> &C, const FibreFrame &frame) const override;

private:
  double C_ = 2.0; // kPa
  double bf_ = 8.0, bt_ = 2.0, bfs_ = 4.0;
  double scale_ = 1.0;
  double bulk_modulus_ = 1000.0; // kPa
};

} // namespace corvivo::physics
