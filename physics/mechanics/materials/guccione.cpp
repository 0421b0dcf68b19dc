#include <physics/mechanics/materials/guccione.hpp>

#include <physics/mechanics/materials/common_keys.hpp>
#include <physics/mechanics/materials/response_builder.hpp>

namespace corvivo::physics {

namespace {

/// d^2 |E f|^2 / dE^2 = f_i f_k I_jl and its symmetric partners (half the sum of four); entry (ij, kl) of the tangent times `factor`.
void add_fibre_shear(ResponseBuilder &sum, double factor, const Six &ff) {
  Six identity{1, 1, 1, 0, 0, 0}, together;
  for (unsigned i = 0; i < 6; ++i)
    together[i] = ff[i] + identity[i];
  // With P(A) the product A_ik A_jl + A_il A_jk: 2 (ff (.) I + I (.) ff) = P(ff + I) - P(ff) - P(I).
  sum.add_square_product(factor, together);
  sum.add_square_product(-factor, ff);
  sum.add_square_product(-factor, identity);
}

} // namespace

void GuccioneParameters::describe(io::Schema &schema) {
  const std::string source = "Land et al., Proc R Soc A 471:20150641, 2015";
  schema.quantity("C", C, "kPa", io::positive, "Stiffness at small strain.", source);
  schema.quantity("bf", bf, "1", io::positive, "How stiff the fibre direction is.", source);
  schema.quantity("bt", bt, "1", io::positive, "How stiff the plane across the fibre is.", source);
  schema.quantity("bfs", bfs, "1", io::positive, "How stiff shear between fibre and that plane is.", source);
  describe_scale(schema, scale);
  describe_bulk_modulus(schema, bulk_modulus);
}

// With e = E f: Efs^2 + Efn^2 = |e|^2 - Eff^2, so Q = bt E:E + 2 (bfs - bt) |e|^2 + (bf + bt - 2 bfs) Eff^2 needs the fibre only.
PassiveResponse Guccione::respond(const dealii::SymmetricTensor<2, 3> &C, const FibreFrame &frame) const {
  const Six c = six(C);
  const Isochoric k(c);
  Six E;
  for (unsigned i = 0; i < 6; ++i)
    E[i] = 0.5 * (c[i] - (i < 3 ? 1.0 : 0.0));
  const dealii::Tensor<1, 3> &f = frame.fibre;
  dealii::Tensor<1, 3> e;
  for (unsigned i = 0; i < 3; ++i)
    e[i] = E[six_of[i][0]] * f[0] + E[six_of[i][1]] * f[1] + E[six_of[i][2]] * f[2];
  const double eff = e * f, shear = 2.0 * (p_.bfs - p_.bt), along = p_.bf + p_.bt - 2.0 * p_.bfs;
  const double Q = p_.bt * contract(E, E) + shear * (e * e) + along * eff * eff;

  const Six ff = symmetric_product(f, f), fe = symmetric_product(f, e);
  Six slope; // dQ/dE
  for (unsigned i = 0; i < 6; ++i)
    slope[i] = 2.0 * (p_.bt * E[i] + shear * fe[i] + along * eff * ff[i]);

  const double grown = std::expm1(Q), half = 0.5 * p_.scale * p_.C, factor = half * (grown + 1.0);
  ResponseBuilder sum;
  sum.add_volumetric(volumetric_penalty(p_.bulk_modulus, k.J), k);
  sum.add_energy(half * grown);
  sum.add_stress(factor, slope);
  sum.add_product(factor, slope, slope);
  sum.add_product(2.0 * factor * along, ff, ff);
  sum.add_square_product(2.0 * factor * p_.bt, Six{1, 1, 1, 0, 0, 0});
  add_fibre_shear(sum, factor * shear, ff);
  return sum.response();
}

} // namespace corvivo::physics
