#pragma once
#include <physics/mechanics/material.hpp>

#include <string>

namespace corvivo::physics {

/// Stiffnesses in kPa, exponents without unit. The defaults fit the shear tests of pig myocardium (Dokos 2002).
/// Source: Holzapfel & Ogden, Phil Trans R Soc A 367:3445, 2009, table 1 (all eight of the general fit).
struct HolzapfelOgdenParameters {
  double a = 0.059, b = 8.023;
  double a_f = 18.472, b_f = 16.026;
  double a_s = 2.481, b_s = 11.120;
  double a_fs = 0.216, b_fs = 11.436;
  std::string fibre_switch = "gradual";
  double transition = 0.0015, sharpness = 100, scale = 1.0, bulk_modulus = 1000.0;
  /// Left ventricles of healthy volunteers in diastole: much softer than excised pig tissue. Gao et al., J R Soc Interface 14:20170203,
  /// 2017, as the authors give it in github.com/HaoGao/GlasgowHeart.
  static HolzapfelOgdenParameters healthy_human() { return {0.18, 2.6, 3.34, 2.73, 0.69, 1.11, 0.31, 2.58}; }
  /// Biaxial tests of canine myocardium (Yin et al., J Biomech 20:577, 1987), transversely isotropic. Holzapfel & Ogden 2009, table 1.
  static HolzapfelOgdenParameters biaxial() { return {2.280, 9.726, 1.685, 15.779, 0, 1, 0, 1}; }
  void describe(io::Schema &schema);
};

/// Orthotropic exponential solid,
///   W = scale [ a/(2b) (exp(b (I1_bar - 3)) - 1) + sum_{i=f,s} a_i/(2 b_i) (exp(b_i g(I4i - 1)) - 1)
///             + a_fs/(2 b_fs) (exp(b_fs I8fs^2) - 1) ] + kappa/4 (J^2 - 1 - 2 ln J).
/// Only I1_bar = J^(-2/3) tr C is isochoric; I4f = f.C f, I4s = s.C s and I8fs = f.C s are full invariants, so that fibres also resist a
/// change of volume. g(x) is zero in compression and x^2 in tension, convex and twice differentiable with a transition of given width (see
/// exponential_of_tension); the published law has width zero. With the logistic switch a fibre's energy is that at any stretch times
/// 1/(1 + exp(-sharpness (I4 - 1))), as in the benchmark of Arostica et al., CMAME 435:117485, 2025.
class HolzapfelOgden final : public Material {
public:
  explicit HolzapfelOgden(const HolzapfelOgdenParameters &parameters = {}) : p_(parameters) {}
  void describe(io::Schema &schema) override { p_.describe(schema); }
  void multiply_stiffness(double factor) override { p_.scale *= factor; }
  double bulk_modulus() const override { return p_.bulk_modulus; }
  PassiveResponse respond(const dealii::SymmetricTensor<2, 3> &C, const FibreFrame &frame) const override;

private:
  HolzapfelOgdenParameters p_;
};

} // namespace corvivo::physics
