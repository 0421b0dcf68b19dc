#pragma once
/// Deformations, settings and reference tables for the tests of materials.
#include <physics/mechanics/material.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace corvivo::test {

using Deformation = dealii::Tensor<2, 3>;
using Stress = dealii::SymmetricTensor<2, 3>;

/// Fibre, sheet and normal along x, y and z.
physics::FibreFrame axes();
/// A right-handed orthonormal frame that belongs to no axis.
physics::FibreFrame oblique_frame();

Stress right_cauchy_green(const Deformation &F);
Deformation diagonal(double x, double y, double z);
/// I + random entries of at most `size`, det > 0.2; the same for the same seed.
std::vector<Deformation> sample_deformations(int count, double size);

/// Cauchy stress F S F^T / J.
Stress cauchy(const physics::Material &material, const Deformation &F, const physics::FibreFrame &frame);

/// A material of the catalogue with "key: value" lines laid over its defaults, as a case would.
std::unique_ptr<physics::Material> material_with(const std::string &name, const std::string &keys);

/// Columns of a comma-separated file as text, by heading.
std::map<std::string, std::vector<std::string>> csv_columns(const std::string &path);
std::vector<double> numbers(const std::vector<std::string> &texts);

} // namespace corvivo::test
