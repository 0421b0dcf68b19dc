#pragma once
#include <physics/mechanics/material.hpp>

namespace corvivo::physics {

/// W = scale mu/2 (I1_bar - 3) + kappa/4 (J^2 - 1 - 2 ln J).   Treloar, Trans Faraday Soc 39:241, 1943; split: Simo & Taylor 1991.
class NeoHooke final : public Material {
public:
  void describe(io::Schema &schema) override;
  void multiply_stiffness(double factor) override { scale_ *= factor; }
  double bulk_modulus() const override { return bulk_modulus_; }
  PassiveResponse respond(const dealii::SymmetricTensor<2, 3> &C, const FibreFrame &frame) const override;

private:
  double mu_ = 4.0; // kPa
  double scale_ = 1.0;
  double bulk_modulus_ = 1000.0; // kPa
};

/// W = scale a/(2b) (exp(b (I1_bar - 3)) - 1) + kappa/4 (J^2 - 1 - 2 ln J).   Demiray, J Biomech 5:309, 1972.
class Demiray final : public Material {
public:
  void describe(io::Schema &schema) override;
  void multiply_stiffness(double factor) override { scale_ *= factor; }
  double bulk_modulus() const override { return bulk_modulus_; }
  PassiveResponse respond(const dealii::SymmetricTensor<2, 3> &C, const FibreFrame &frame) const override;

private:
  double a_ = 0.33; // kPa
  double b_ = 9.242;
  double scale_ = 1.0;
  double bulk_modulus_ = 1000.0; // kPa
};

} // namespace corvivo::physics
