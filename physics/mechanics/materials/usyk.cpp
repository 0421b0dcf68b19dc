#include <physics/mechanics/materials/usyk.hpp>

#include <physics/mechanics/materials/common_keys.hpp>
#include <physics/mechanics/materials/response_builder.hpp>

namespace corvivo::physics {

void Usyk::describe(io::Schema &schema) {
  const std::string source = "Usyk, LeGrice & McCulloch, Comput Vis Sci 4:249, 2002";
  schema.quantity("C", C_, "kPa", io::positive, "Stiffness at small strain.", source);
  schema.quantity("bf", bf_, "1", io::positive, "Weight of the strain along the fibre.", source);
  schema.quantity("bs", bs_, "1", io::positive, "Weight of the strain along the sheet.", source);
  schema.quantity("bn", bn_, "1", io::positive, "Weight of the strain normal to the sheet.", source);
  schema.quantity("bfs", bfs_, "1", io::positive, "Weight of the shear between fibre and sheet.", source);
  schema.quantity("bfn", bfn_, "1", io::positive, "Weight of the shear between fibre and normal.", source);
  schema.quantity("bsn", bsn_, "1", io::positive, "Weight of the shear between sheet and normal.", source);
  describe_scale(schema, scale_);
  describe_bulk_modulus(schema, bulk_modulus_);
}

PassiveResponse Usyk::respond(const dealii::SymmetricTensor<2, 3> &C, const FibreFrame &frame) const {
  const Six c = six(C);
  const Isochoric k(c);
  Six E;
  for (unsigned i = 0; i < 6; ++i)
    E[i] = 0.5 * (c[i] - (i < 3 ? 1.0 : 0.0));
  const dealii::Tensor<1, 3> *axes[3] = {&frame.fibre, &frame.sheet, &frame.normal};
  const double weights[6] = {bf_, bs_, bn_, 2 * bfs_, 2 * bfn_, 2 * bsn_};
  std::array<Six, 6> directions; // d E_ij / dE
  Six slope{};                   // dQ/dE
  double Q = 0;
  for (unsigned i = 0; i < 6; ++i) {
    directions[i] = symmetric_product(*axes[six_indices[i][0]], *axes[six_indices[i][1]]);
    const double strain = contract(E, directions[i]);
    Q += weights[i] * strain * strain;
    for (unsigned j = 0; j < 6; ++j)
      slope[j] += 2.0 * weights[i] * strain * directions[i][j];
  }
  const double grown = std::expm1(Q), half = 0.5 * scale_ * C_, factor = half * (grown + 1.0);
  ResponseBuilder sum;
  sum.add_volumetric(volumetric_penalty(bulk_modulus_, k.J), k);
  sum.add_energy(half * grown);
  sum.add_stress(factor, slope);
  sum.add_product(factor, slope, slope);
  for (unsigned i = 0; i < 6; ++i)
    sum.add_product(2.0 * factor * weights[i], directions[i], directions[i]);
  return sum.response();
}

} // namespace corvivo::physics
