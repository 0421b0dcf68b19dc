#pragma once
#include <physics/mechanics/material.hpp>

namespace corvivo::physics {

/// Orthotropic exponential solid of the Green strain E in the frame of fibre, sheet and normal,
///   W = scale C/2 (exp(Q) - 1) + kappa/4 (J^2 - 1 - 2 ln J),
///   Q = bf Eff^2 + bs Ess^2 + bn Enn^2 + 2 (bfs Efs^2 + bfn Efn^2 + bsn Esn^2).
/// Usyk, LeGrice & McCulloch, Comput Vis Sci 4:249, 2002.
class Usyk final : public Material {
public:
  void describe(io::Schema &schema) override;
  void multiply_stiffness(double factor) override { scale_ *= factor; }
  double bulk_modulus() const override { return bulk_modulus_; }
  PassiveResponse respond(const dealii::SymmetricTensor<2, 3> &C, const FibreFrame &frame) const override;

private:
  double C_ = 0.88; // kPa
  double bf_ = 8, bs_ = 6, bn_ = 3, bfs_ = 12, bfn_ = 3, bsn_ = 3;
  double scale_ = 1.0, bulk_modulus_ = 1000.0; // 1, kPa
};

} // namespace corvivo::physics
