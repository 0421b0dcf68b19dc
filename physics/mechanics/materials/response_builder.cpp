#include <physics/mechanics/materials/response_builder.hpp>

namespace corvivo::physics {

Isochoric::Isochoric(const Six &C) {
  const auto &[xx, yy, zz, xy, xz, yz] = C;
  inverse = {yy * zz - yz * yz, xx * zz - xz * xz, xx * yy - xy * xy, xz * yz - xy * zz, xy * yz - xz * yy, xy * xz - xx * yz};
  const double det = xx * inverse[0] + xy * inverse[3] + xz * inverse[4];
  for (double &entry : inverse)
    entry /= det;
  J = std::sqrt(det);
  shrink = 1.0 / std::cbrt(det);
  I1_bar = shrink * (xx + yy + zz);
}

// With g = J^(-2/3): dI1_bar/dC = g I - I1_bar/3 C^-1 and
// d2I1_bar/dC2 = -g/3 (I (x) C^-1 + C^-1 (x) I) + I1_bar/9 C^-1 (x) C^-1 + I1_bar/3 C^-1 (.) C^-1; dJ/dC = J/2 C^-1.
void ResponseBuilder::add_isotropic(const Term &isochoric, const Term &volumetric, const Isochoric &k) {
  energy_ += isochoric.value + volumetric.value;
  const double third = k.I1_bar / 3.0, pressure = k.J * volumetric.first;
  Six slope, mixed;
  for (unsigned i = 0; i < 6; ++i) {
    const double identity = i < 3 ? k.shrink : 0.0;
    slope[i] = identity - third * k.inverse[i];
    mixed[i] = (third / 3.0 * k.inverse[i] - (i < 3 ? k.shrink * (2.0 / 3.0) : 0.0));
    stress_[i] += 2.0 * isochoric.first * slope[i] + pressure * k.inverse[i];
  }
  add_product(4.0 * isochoric.second, slope, slope);
  // I (x) C^-1 + C^-1 (x) I written as the symmetric part of one product, so that rounding keeps the tangent symmetric.
  const double outer = pressure + k.J * k.J * volumetric.second;
  for (unsigned i = 0; i < 6; ++i)
    for (unsigned j = 0; j < 6; ++j)
      tangent_[6 * i + j] +=
          2.0 * isochoric.first * (mixed[i] * k.inverse[j] + k.inverse[i] * mixed[j]) + outer * k.inverse[i] * k.inverse[j];
  add_square_product(4.0 * isochoric.first * third - 2.0 * pressure, k.inverse);
}

void ResponseBuilder::add_square_product(double factor, const Six &A) {
  for (unsigned row = 0; row < 6; ++row) {
    const auto [i, j] = six_indices[row];
    for (unsigned column = 0; column < 6; ++column) {
      const auto [k, l] = six_indices[column];
      tangent_[6 * row + column] += 0.5 * factor * (A[six_of[i][k]] * A[six_of[j][l]] + A[six_of[i][l]] * A[six_of[j][k]]);
    }
  }
}

PassiveResponse ResponseBuilder::response() const {
  PassiveResponse out;
  out.energy = energy_;
  for (unsigned i = 0; i < 6; ++i)
    out.stress.access_raw_entry(i) = stress_[i];
  double *const tangent = &out.tangent.access_raw_entry(0); // six rows of six, contiguous
  for (unsigned i = 0; i < 36; ++i)
    tangent[i] = tangent_[i];
  return out;
}

} // namespace corvivo::physics
