#include "material_support.hpp"

#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <fstream>

namespace corvivo::test {
namespace {

using physics::materials;

/// Symmetric direction number 0 to 5: a unit diagonal entry or a pair of unit off-diagonal ones.
Stress direction(unsigned index) {
  Stress D;
  D.access_raw_entry(index) = 1.0;
  return D;
}

class EveryMaterial : public testing::TestWithParam<std::string> {
protected:
  std::unique_ptr<physics::Material> material_ = materials().make(GetParam());
  physics::FibreFrame frame_ = oblique_frame();
};

TEST_P(EveryMaterial, IsFreeOfEnergyAndStressWhenUndeformed) {
  const auto response = material_->respond(right_cauchy_green(diagonal(1, 1, 1)), frame_);
  EXPECT_NEAR(response.energy, 0.0, 1e-12) << "rounding of kappa (1000 kPa) times 1e-16";
  EXPECT_NEAR(response.stress.norm(), 0.0, 1e-12);
}

TEST_P(EveryMaterial, StoresNoNegativeEnergy) {
  for (const Deformation &F : sample_deformations(200, 0.3))
    EXPECT_GE(material_->respond(right_cauchy_green(F), frame_).energy, 0.0);
}

TEST_P(EveryMaterial, StressIsTheSlopeOfItsEnergy) {
  const double step = 1e-6;
  for (const Deformation &F : sample_deformations(50, 0.15)) {
    const Stress C = right_cauchy_green(F);
    const auto response = material_->respond(C, frame_);
    for (unsigned i = 0; i < 6; ++i) {
      const Stress D = direction(i);
      const double slope =
          (material_->respond(C + step * D, frame_).energy - material_->respond(C - step * D, frame_).energy) / (2.0 * step);
      EXPECT_NEAR(0.5 * (response.stress * D), slope, 1e-6 * (1.0 + response.stress.norm()))
          << "central differences, step 1e-6: truncation and rounding are both below 1e-7 of the stress";
    }
  }
}

TEST_P(EveryMaterial, TangentIsTheSlopeOfItsStress) {
  const double step = 1e-6;
  for (const Deformation &F : sample_deformations(50, 0.15)) {
    const Stress C = right_cauchy_green(F);
    const auto response = material_->respond(C, frame_);
    for (unsigned i = 0; i < 6; ++i) {
      const Stress D = direction(i);
      const Stress slope =
          (material_->respond(C + step * D, frame_).stress - material_->respond(C - step * D, frame_).stress) / (2.0 * step);
      const Stress exact = 0.5 * (response.tangent * D);
      EXPECT_LT((exact - slope).norm(), 1e-6 * response.tangent.norm()) << "central differences of the stress, step 1e-6";
    }
  }
}

TEST_P(EveryMaterial, TangentIsSymmetric) {
  for (const Deformation &F : sample_deformations(50, 0.3)) {
    const auto tangent = material_->respond(right_cauchy_green(F), frame_).tangent;
    for (unsigned i = 0; i < 6; ++i)
      for (unsigned j = 0; j < i; ++j)
        EXPECT_NEAR(direction(i) * (tangent * direction(j)), direction(j) * (tangent * direction(i)), 1e-13 * tangent.norm());
  }
}

/// W depends on the deformation and the frame only together: turning the body in its reference state turns stress with it. Turning it in
/// space does not change C, so the stress that a rotated observer sees is compared through the Cauchy stress.
TEST_P(EveryMaterial, DoesNotDependOnTheObserver) {
  const Deformation Q = dealii::Tensor<2, 3>({{2. / 3, 2. / 3, 1. / 3}, {-1. / 3, 2. / 3, -2. / 3}, {-2. / 3, 1. / 3, 2. / 3}});
  const physics::FibreFrame turned{Q * frame_.fibre, Q * frame_.sheet, Q * frame_.normal};
  for (const Deformation &F : sample_deformations(50, 0.2)) {
    const Stress sigma = cauchy(*material_, F, frame_);
    const Stress seen = cauchy(*material_, Q * F, frame_);
    const Stress expected = dealii::symmetrize(Q * sigma * dealii::transpose(Q));
    EXPECT_LT((seen - expected).norm(), 1e-10 * (1.0 + sigma.norm())) << "rounding times the stiffness";
    const Stress carried = cauchy(*material_, F * dealii::transpose(Q), turned);
    EXPECT_LT((carried - sigma).norm(), 1e-10 * (1.0 + sigma.norm())) << "rounding times the stiffness";
  }
}

TEST_P(EveryMaterial, IsStifferByItsScaleAtTheSameVolume) {
  const auto stiffer = material_with(GetParam(), "scale: 3\n");
  const Deformation F = diagonal(1.1, 1.0, 1.0 / 1.1);
  EXPECT_NEAR(stiffer->respond(right_cauchy_green(F), frame_).energy, 3.0 * material_->respond(right_cauchy_green(F), frame_).energy,
              1e-10);
}

TEST_P(EveryMaterial, ReadsBackTheParametersThatItWrites) {
  auto first = material_with(GetParam(), "scale: 1.7\nbulk_modulus: 432.1 kPa\n");
  const auto describe = [](physics::Material &material) { return [&](io::Schema &schema) { material.describe(schema); }; };
  const std::string written = io::resolved_case(describe(*first));
  TemporaryFolder folder;
  std::ofstream(folder.file("resolved.yaml")) << written;
  auto second = materials().make(GetParam());
  io::read_case(folder.file("resolved.yaml"), {}, describe(*second));
  EXPECT_EQ(io::resolved_case(describe(*second)), written);
  const Stress C = right_cauchy_green(diagonal(1.2, 0.9, 0.95));
  EXPECT_EQ(first->respond(C, frame_).energy, second->respond(C, frame_).energy);
}

TEST_P(EveryMaterial, RefusesStiffnessesThatCannotBe) {
  EXPECT_THROW(material_with(GetParam(), "bulk_modulus: 0 kPa\n"), io::CaseError);
  EXPECT_THROW(material_with(GetParam(), "scale: -1\n"), io::CaseError);
  EXPECT_THROW(material_with(GetParam(), "bulk_modulus: 1000\n"), io::CaseError) << "a number without its unit";
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryMaterial, testing::ValuesIn(materials().names()), [](const auto &chosen) { return chosen.param; });

} // namespace
} // namespace corvivo::test
