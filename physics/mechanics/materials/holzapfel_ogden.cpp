#include <physics/mechanics/materials/holzapfel_ogden.hpp>

#include <physics/mechanics/materials/common_keys.hpp>
#include <physics/mechanics/materials/response_builder.hpp>

namespace corvivo::physics {

void HolzapfelOgdenParameters::describe(io::Schema &schema) {
  const std::string source = "Holzapfel & Ogden, Phil Trans R Soc A 367:3445, 2009";
  schema.quantity("a", a, "kPa", io::not_negative, "Stiffness of the matrix at small strain.", source);
  schema.quantity("b", b, "1", io::positive, "How fast the matrix stiffens.", source);
  schema.quantity("a_f", a_f, "kPa", io::not_negative, "Stiffness along the fibre at small strain.", source);
  schema.quantity("b_f", b_f, "1", io::positive, "How fast the fibre stiffens.", source);
  schema.quantity("a_s", a_s, "kPa", io::not_negative, "Stiffness along the sheet at small strain.", source);
  schema.quantity("b_s", b_s, "1", io::positive, "How fast the sheet stiffens.", source);
  schema.quantity("a_fs", a_fs, "kPa", io::not_negative, "Stiffness against shear between fibre and sheet at small strain.", source);
  schema.quantity("b_fs", b_fs, "1", io::positive, "How fast the fibre-sheet shear stiffens.", source);
  schema.quantity(
      "transition", transition, "1", io::positive,
      "Excess of I4 = 1 over which fibres and sheets take up load; towards 0 the published law, which has a jump in stiffness.");
  schema.choice("fibre_switch", fibre_switch, {"gradual", "logistic"},
                "How fibres and sheets stop carrying load in compression: over `transition`, or by a logistic factor of the energy.");
  schema.quantity("sharpness", sharpness, "1", io::positive, "Of the logistic factor, per unit of I4.",
                  "Arostica et al., Comput Methods Appl Mech Eng 435:117485, 2025");
  describe_scale(schema, scale);
  describe_bulk_modulus(schema, bulk_modulus);
}

PassiveResponse HolzapfelOgden::respond(const dealii::SymmetricTensor<2, 3> &C, const FibreFrame &frame) const {
  const Six c = six(C);
  const Isochoric k(c);
  ResponseBuilder sum;
  sum.add_isotropic(exponential(p_.scale * p_.a, p_.b, k.I1_bar - 3.0), volumetric_penalty(p_.bulk_modulus, k.J), k);

  const Six ff = symmetric_product(frame.fibre, frame.fibre), ss = symmetric_product(frame.sheet, frame.sheet);
  const double fibre = contract(c, ff) - 1.0, sheet = contract(c, ss) - 1.0;
  const auto family = [this](double a, double b, double x) {
    return p_.fibre_switch[0] == 'l' ? exponential_with_switch(p_.scale * a, b, p_.sharpness, x)
                                     : exponential_of_tension(p_.scale * a, b, p_.transition, x);
  };
  sum.add_linear(family(p_.a_f, p_.b_f, fibre), ff);
  sum.add_linear(family(p_.a_s, p_.b_s, sheet), ss);

  const Six fs = symmetric_product(frame.fibre, frame.sheet);
  sum.add_linear(exponential_of_square(p_.scale * p_.a_fs, p_.b_fs, contract(c, fs)), fs);
  return sum.response();
}

} // namespace corvivo::physics
