#include <physics/mechanics/materials/isotropic.hpp>

#include <physics/mechanics/materials/common_keys.hpp>
#include <physics/mechanics/materials/response_builder.hpp>

namespace corvivo::physics {

void NeoHooke::describe(io::Schema &schema) {
  schema.quantity("mu", mu_, "kPa", io::positive, "Shear modulus.");
  describe_scale(schema, scale_);
  describe_bulk_modulus(schema, bulk_modulus_);
}

PassiveResponse NeoHooke::respond(const dealii::SymmetricTensor<2, 3> &C, const FibreFrame &) const {
  const Isochoric k(six(C));
  const double half = 0.5 * scale_ * mu_;
  ResponseBuilder sum;
  sum.add_isotropic({half * (k.I1_bar - 3.0), half, 0.0}, volumetric_penalty(bulk_modulus_, k.J), k);
  return sum.response();
}

void Demiray::describe(io::Schema &schema) {
  const std::string source = "form: Demiray, J Biomech 5:309, 1972; value: of the order used for ventricles, to be fitted";
  schema.quantity("a", a_, "kPa", io::positive, "Stiffness at small strain.", source);
  schema.quantity("b", b_, "1", io::positive, "How fast it stiffens.", source);
  describe_scale(schema, scale_);
  describe_bulk_modulus(schema, bulk_modulus_);
}

PassiveResponse Demiray::respond(const dealii::SymmetricTensor<2, 3> &C, const FibreFrame &) const {
  const Isochoric k(six(C));
  ResponseBuilder sum;
  sum.add_isotropic(exponential(scale_ * a_, b_, k.I1_bar - 3.0), volumetric_penalty(bulk_modulus_, k.J), k);
  return sum.response();
}

} // namespace corvivo::physics
