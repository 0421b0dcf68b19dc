/// Equilibrium against analytic inflation, a published benchmark and its own derivatives.
#include <tests/physics/mechanics/bodies.hpp>
#include <tests/support/petsc.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/parallel.hpp>
#include <io/base/time_series.hpp>
#include <mesh/slab.hpp>
#include <physics/activation/active_tension.hpp>
#include <physics/activation/land_2017.hpp>
#include <physics/mechanics/material.hpp>
#include <physics/mechanics/materials/guccione.hpp>
#include <physics/mechanics/newton.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace corvivo::physics {
namespace {

const MPI_Comm world = MPI_COMM_WORLD;

/// A strong contraction, so that its part of the tangent counts.
SolidModel heart_model(const MechanicsOptions &options) {
  return SolidModel::heart(options, 100.0);
}

/// A displacement of random Fourier-like smoothness: u = sum of linear and quadratic terms of the place, of size `amount` mm.
void shake(const Solid &solid, const mesh::HeartMesh &mesh, double amount, Vec u) {
  std::vector<io::Vector3> field;
  for (const io::Vector3 &x : mesh.nodes) {
    const io::Vector3 s{x[0] / 30, x[1] / 30, x[2] / 60};
    field.push_back({amount * (0.5 * s[0] + s[1] * s[2] + 0.3), amount * (s[2] * s[2] - s[0]), amount * (s[0] * s[1] - 0.7 * s[2])});
  }
  const auto local = solid.domain().vertex_field(field);
  {
    petsc::LocalForm values(u);
    for (int n = 0; n < solid.domain().owned_nodes(); ++n)
      for (int d = 0; d < 3; ++d)
        values[3 * n + d] = local[n][d];
  }
  petsc::update_ghosts(u);
}

class SolidDerivatives : public testing::Test {
protected:
  SolidDerivatives() : body_(test::ventricle({}, 4, 1)) {
    options_.make_models();
    options_.sheet_tension_fraction = 0.2;
    options_.normal_tension_fraction = 0.3;
    solid_ = std::make_unique<Solid>(world, body_.mesh, body_.fibres, heart_model(options_));
    solid_->set_calcium(body_.mesh, test::calcium_wave(body_.mesh, 5, 100));
    u_ = solid_->domain().make_vector();
    along_ = solid_->domain().make_vector();
    shake(*solid_, body_.mesh, 0.3, u_);
    solid_->rest_activation(u_, 0);
    shake(*solid_, body_.mesh, 1.0, u_);
    shake(*solid_, body_.mesh, -0.7, along_);
    // Not only smooth directions: every node on its own.
    petsc::LocalForm values(along_);
    for (int i = 0; i < 3 * solid_->domain().owned_nodes(); ++i)
      values[i] += 0.1 * std::sin(12.9898 * (i + 1));
  }
  test::Body body_;
  MechanicsOptions options_;
  std::unique_ptr<Solid> solid_;
  petsc::Vector u_, along_;
};

/// What dispersed fibres bear is what they are shortened by.
TEST_F(SolidDerivatives, TangentOfAContractingWallIsSymmetric) {
  const petsc::Vector other = petsc::like(along_), of_other = petsc::like(along_), of_along = petsc::like(along_);
  {
    petsc::LocalForm values(other);
    for (int i = 0; i < 3 * solid_->domain().owned_nodes(); ++i)
      values[i] = std::cos(78.233 * (i + 1));
  }
  petsc::update_ghosts(other);
  ASSERT_TRUE(solid_->assemble(u_, 0, 45, 20, true).valid);
  EXPECT_GT(solid_->mean_tension(), 10) << "kPa";
  petsc::check(MatMult(solid_->tangent(), other, of_other));
  petsc::check(MatMult(solid_->tangent(), along_, of_along));
  EXPECT_NEAR(petsc::dot(along_, of_other), petsc::dot(other, of_along), 1e-10 * petsc::norm(along_) * petsc::norm(of_other));
}

TEST_F(SolidDerivatives, ATensionThatEndsAtTheBaseLeavesTheApexAlone) {
  const auto tensions = [&](double at_base) {
    options_.annulus.tension = at_base;
    options_.annulus.width = 30;
    Solid solid(world, body_.mesh, body_.fibres, heart_model(options_));
    solid.set_calcium(body_.mesh, test::calcium_wave(body_.mesh, 5, 100));
    const petsc::Vector zero = petsc::like(u_);
    solid.rest_activation(zero, 0);
    solid.assemble(zero, 0, 45, 20, false);
    return solid.domain().gather_cells(solid.cell_activity(), 2);
  };
  const std::vector<double> whole = tensions(1), ended = tensions(0);
  int beyond = 0, at_base = 0;
  for (std::size_t c = 0; c < whole.size() / 2; ++c) {
    double nearest = 1e300; // to the base plane, mm
    for (const std::size_t node : body_.mesh.tetrahedra[c])
      nearest = std::min(nearest, io::dot(body_.mesh.base_centre - body_.mesh.nodes[node], body_.mesh.long_axis));
    if (nearest > 30) {
      ++beyond;
      EXPECT_DOUBLE_EQ(ended[2 * c], whole[2 * c]) << "cell " << c;
    } else if (nearest < 1) {
      ++at_base;
      EXPECT_LT(ended[2 * c], 0.97 * whole[2 * c]) << "cell " << c;
    }
  }
  EXPECT_GT(beyond, 0);
  EXPECT_GT(at_base, 0);
}

TEST_F(SolidDerivatives, TangentIsTheSlopeOfTheResidualWithPressureContractionAndDashpots) {
  const double p = 6, time = 45, dt = 20, h = 1e-5;
  const auto residual_at = [&](double step) {
    const petsc::Vector moved = petsc::like(u_);
    petsc::copy(u_, moved);
    petsc::add(moved, step, along_);
    EXPECT_TRUE(solid_->assemble(moved, p, time, dt, step == 0).valid);
    petsc::Vector residual = petsc::like(u_);
    petsc::copy(solid_->residual(), residual);
    return residual;
  };
  const petsc::Vector plus = residual_at(h), minus = residual_at(-h);
  residual_at(0);
  EXPECT_GT(solid_->mean_tension(), 1.0) << "the contraction must take part";
  const petsc::Vector exact = petsc::like(u_);
  petsc::check(MatMult(solid_->tangent(), along_, exact));
  petsc::add(plus, -1, minus);
  petsc::check(VecScale(plus, 1 / (2 * h)));
  petsc::add(plus, -1, exact);
  // Central differences of step 1e-5 of a smooth function: error ~ 1e-10 of curvature plus rounding 1e-16/1e-5.
  EXPECT_LT(petsc::norm(plus) / petsc::norm(exact), 1e-6);
}

TEST_F(SolidDerivatives, VolumeSlopeIsTheSlopeOfTheVolumeWithItsLid) {
  const double h = 1e-4;
  const petsc::Vector moved = petsc::like(u_);
  double volumes[2];
  for (const int side : {0, 1}) {
    petsc::copy(u_, moved);
    petsc::add(moved, side ? h : -h, along_);
    volumes[side] = solid_->assemble(moved, 0, 0, 0, false).volume[0];
  }
  solid_->assemble(u_, 0, 0, 0, false);
  const double exact = petsc::dot(solid_->volume_slope(), along_);
  EXPECT_NEAR((volumes[1] - volumes[0]) / (2 * h), exact, 1e-6 * std::abs(exact));
}

TEST_F(SolidDerivatives, UndeformedVolumeIsThatOfTheMesh) {
  const petsc::Vector zero = petsc::like(u_);
  EXPECT_NEAR(solid_->assemble(zero, 0, 0, 0, false).volume[0], mesh::cavity_volume(body_.mesh, "endocardium_lv"), 1e-6);
}

TEST_F(SolidDerivatives, PressureOnCavityAndValvePlanePushesTheHeartNowhere) {
  solid_->accept(u_, 0);
  solid_->assemble(u_, 1, 0, 0, false);
  const petsc::Vector load = petsc::like(u_), shift = petsc::like(u_);
  petsc::copy(solid_->pressure_load(), load);
  const double size = petsc::norm(load, NORM_1);
  for (int d = 0; d < 3; ++d) {
    {
      petsc::LocalForm values(shift);
      for (int i = 0; i < 3 * solid_->domain().owned_nodes(); ++i)
        values[i] = i % 3 == d;
    }
    EXPECT_NEAR(petsc::dot(load, shift) / size, 0, 1e-12);
  }
}

/// Tip of Land's beam, problem 1: probe (10, 0.5, 1).
double beam_tip(const mesh::HeartMesh &mesh, const std::vector<io::Vector3> &displacement) {
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n)
    if (io::norm(mesh.nodes[n] - io::Vector3{10, 0.5, 1}) < 1e-9)
      return mesh.nodes[n][2] + displacement[n][2];
  return std::nan("");
}

TEST(PublishedSolids, BeamOfLandBendsAsFarAsTheBenchmarkSays) {
  const mesh::HeartMesh mesh = mesh::make_slab({10, 1, 1}, {0.5, 0.5, 0.5});
  const mesh::Fibres fibres = mesh::uniform_fibres(mesh, {1, 0, 0}, {0, 1, 0});
  const auto material = materials().make("guccione");
  SolidModel model;
  model.material = material.get();
  model.clamped = {"x0"};
  model.cavities = {"z0"};
  model.point_bulk_modulus = 100; // kPa: fifty times this soft material's own stiffness
  Solid solid(world, mesh, fibres, model);
  Newton newton(solid, {});
  const petsc::Vector u = solid.domain().make_vector();
  inflate(solid, newton, u, 0, 0.004, 4);
  const auto displacement = solid.domain().gather(u);
  if (io::rank() == 0) {
    // Codes agree on 4.17 (4.151-4.185). Two boxes through the thickness are 1.7 % too stiff (6 % with one box): tests/benchmarks has the
    // finer meshes.
    EXPECT_NEAR(beam_tip(mesh, displacement), 4.17, 0.02 * 4.17);
  }
}

TEST(PublishedSolids, ThickNeoHookeanSphereInflatesAsTheFormulaSays) {
  const std::string path = test::shared("reference/analytic/thick_wall_neohookean.csv");
  SKIP_WITHOUT(path);
  // Line "sphere,7,10,1,1.1,...,0.2031": pressure in units of mu at an inner stretch of 1.1; mu is 4 kPa by default.
  const test::Body body = test::sphere_octant(7, 10, 8, 4);
  const auto material = materials().make("neo_hooke");
  SolidModel model;
  model.material = material.get();
  for (const char *cut : {"x", "y", "z"})
    model.springs.push_back({cut, {1e5, 0, 0, 0}}); // kPa/mm: the planes of symmetry
  Solid solid(world, body.mesh, body.fibres, model);
  Newton newton(solid, {});
  const petsc::Vector u = solid.domain().make_vector();
  inflate(solid, newton, u, 0, 0.2031000138 * 4.0, 2);
  const auto displacement = solid.domain().gather(u);
  constexpr std::size_t inner_nodes = 45; // 9 rows of 1 to 9
  for (std::size_t n = 0; n < inner_nodes && io::rank() == 0; ++n)
    // Flat facets make the wall thicker than the sphere's: 0.0025 with 8 rows, four times that with 4.
    EXPECT_NEAR(io::norm(body.mesh.nodes[n] + displacement[n]) / 7, 1.1, 0.004);
}

TEST(FailingSolids, InflationThatCannotBeDoneEndsWithItsResiduals) {
  const test::Body body = test::ventricle({}, 3, 1);
  MechanicsOptions options;
  options.make_models();
  Solid solid(world, body.mesh, body.fibres, heart_model(options));
  Newton newton(solid, options.newton);
  const petsc::Vector u = solid.domain().make_vector();
  try {
    inflate(solid, newton, u, 0, 1e6, 1); // kPa
    FAIL() << "a megapascal times a thousand must not be possible";
  } catch (const io::SolveError &error) {
    EXPECT_FALSE(error.residuals().empty());
  }
}

} // namespace
} // namespace corvivo::physics
