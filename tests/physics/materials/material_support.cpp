#include "material_support.hpp"

#include <tests/support/temporary_folder.hpp>

#include <cmath>
#include <fstream>
#include <random>
#include <sstream>

namespace corvivo::test {

namespace {
dealii::Tensor<1, 3> vector3(double x, double y, double z) {
  dealii::Tensor<1, 3> v;
  v[0] = x, v[1] = y, v[2] = z;
  return v;
}
} // namespace

physics::FibreFrame axes() {
  return {vector3(1, 0, 0), vector3(0, 1, 0), vector3(0, 0, 1)};
}

physics::FibreFrame oblique_frame() {
  physics::FibreFrame frame;
  frame.fibre = vector3(2, -1, 2) / 3.0;
  frame.sheet = vector3(2, 2, -1) / 3.0;
  frame.normal = dealii::cross_product_3d(frame.fibre, frame.sheet);
  return frame;
}

Stress right_cauchy_green(const Deformation &F) {
  return dealii::symmetrize(dealii::transpose(F) * F);
}

Deformation diagonal(double x, double y, double z) {
  Deformation F;
  F[0][0] = x, F[1][1] = y, F[2][2] = z;
  return F;
}

std::vector<Deformation> sample_deformations(int count, double size) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> entry(-size, size);
  std::vector<Deformation> all;
  while (static_cast<int>(all.size()) < count) {
    Deformation F = diagonal(1, 1, 1);
    for (unsigned i = 0; i < 3; ++i)
      for (unsigned j = 0; j < 3; ++j)
        F[i][j] += entry(random);
    if (dealii::determinant(F) > 0.2)
      all.push_back(F);
  }
  return all;
}

Stress cauchy(const physics::Material &material, const Deformation &F, const physics::FibreFrame &frame) {
  const dealii::Tensor<2, 3> S = material.respond(right_cauchy_green(F), frame).stress;
  return dealii::symmetrize(F * S * dealii::transpose(F)) / dealii::determinant(F);
}

std::unique_ptr<physics::Material> material_with(const std::string &name, const std::string &keys) {
  TemporaryFolder folder;
  std::ofstream(folder.file("material.yaml")) << "corvivo: 1\n" << keys;
  auto material = physics::materials().make(name);
  io::read_case(folder.file("material.yaml"), {}, [&](io::Schema &schema) { material->describe(schema); });
  return material;
}

std::map<std::string, std::vector<std::string>> csv_columns(const std::string &path) {
  std::ifstream file(path);
  std::vector<std::string> heading;
  std::map<std::string, std::vector<std::string>> columns;
  for (std::string line, cell; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r')
      line.pop_back();
    std::istringstream cells(line);
    const bool first = heading.empty();
    for (std::size_t i = 0; std::getline(cells, cell, ','); ++i)
      first ? heading.push_back(cell) : columns[heading.at(i)].push_back(cell);
  }
  return columns;
}

std::vector<double> numbers(const std::vector<std::string> &texts) {
  std::vector<double> values;
  for (const std::string &text : texts)
    values.push_back(std::stod(text));
  return values;
}

} // namespace corvivo::test
