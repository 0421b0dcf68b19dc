/// The stress-free shape: that loading it gives the image back, that its equation has the slope it claims, what stiffness does to it.
#include <tests/physics/mechanics/bodies.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/petsc.hpp>

#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <io/base/units.hpp>
#include <physics/activation/active_tension.hpp>
#include <physics/mechanics/inverse_solid.hpp>
#include <physics/mechanics/material.hpp>
#include <physics/mechanics/newton.hpp>
#include <physics/mechanics/unloading.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace corvivo::physics {
namespace {

const MPI_Comm world = MPI_COMM_WORLD;

struct Heart {
  test::Body body = test::ventricle({}, 4, 1);
  MechanicsOptions options;
  Heart() {
    options.make_models();
    options.material->multiply_stiffness(8);
    options.newton.tolerance = 1e-7;
    options.newton.distance = 1e-7;
  }
  SolidModel model() const {
    SolidModel passive = SolidModel::heart(options, 0);
    passive.activation = nullptr;
    return passive;
  }
};

TEST(Unloading, GivesTheImageBackWhenInflatedFromNothing) {
  const Heart heart;
  const Reference reference = unload(world, heart.body.mesh, heart.body.fibres, heart.options);
  EXPECT_LT(reference.residual, 1e-3) << "mm";
  Solid solid(world, heart.body.mesh, heart.body.fibres, heart.model());
  solid.set_reference(heart.body.mesh, reference.places);
  const std::vector<io::Vector3> imaged = displacement_as_imaged(reference);
  solid.set_rest(imaged);
  Newton newton(solid, heart.options.newton);
  const petsc::Vector u = solid.domain().make_vector();
  inflate(solid, newton, u, 0, heart.options.end_diastolic_pressure * io::kPa_per_mmHg, 8);
  const std::vector<io::Vector3> found = solid.domain().gather(u);
  constexpr double diameter = 2 * 37.5; // mm, of the epicardium
  for (std::size_t i = 0; i < found.size(); ++i)
    ASSERT_LT(io::norm(found[i] - imaged[i]), 1e-4 * diameter) << "node " << i;
}

TEST(Unloading, WallsBearTheBloodsPressureLessThePericardiums) {
  Heart heart;
  heart.options.end_diastolic_pressure = 5;
  const Reference bare = unload(world, heart.body.mesh, heart.body.fibres, heart.options);
  heart.options.end_diastolic_pressure = 8;
  heart.options.pericardial_pressure = 3;
  const Reference held = unload(world, heart.body.mesh, heart.body.fibres, heart.options);
  EXPECT_NEAR(held.volume[0], bare.volume[0], 1e-9 * bare.volume[0]);
  EXPECT_NEAR(klotz_unloaded_volumes(100, heart.options, 1)[0], klotz_unloaded_volume(100, 5), 1e-12)
      << "measured on hearts without their pericardium";
  heart.options.pericardial_pressure = 8;
  EXPECT_SAYS(test::complaint([&] { end_diastolic_wall_pressures(heart.options, 1); }),
              "found 8.0 mmHg, not below the end-diastolic pressure of the left ventricle, 8.0 mmHg");
  heart.options.pericardial_pressure = 4;
  EXPECT_SAYS(test::complaint([&] { end_diastolic_wall_pressures(heart.options, 2); }), "of the right ventricle, 4.0 mmHg");
}

TEST(Unloading, TangentIsTheSlopeOfTheResidualWithinItsHold) {
  const Heart heart;
  InverseSolid solid(world, heart.body.mesh, heart.body.fibres, heart.model());
  const petsc::Vector v = solid.domain().make_vector(), along = solid.domain().make_vector(), product = solid.domain().make_vector();
  std::vector<io::Vector3> shape, way;
  for (const io::Vector3 &x : mesh::refine(heart.body.mesh).nodes) {
    shape.push_back({-0.02 * x[0] + 0.001 * x[1] * x[2] / 30, -0.03 * x[1], -0.02 * x[2] + 0.01 * x[0]});
    way.push_back({std::sin(x[0] / 7), std::cos(x[2] / 9), std::sin(x[1] / 8 + x[0] / 11)});
  }
  if (io::rank() != 0)
    shape.clear(), way.clear();
  solid.domain().spread(shape, v);
  solid.domain().spread(way, along);
  const double pressure = 0.5, step = 1e-5; // kPa, mm
  solid.assemble(v, pressure, 0, 0, true);
  petsc::check(MatMult(solid.tangent(), along, product));
  const petsc::Vector slope = solid.domain().make_vector();
  petsc::add(v, step, along);
  solid.assemble(v, pressure, 0, 0, false);
  petsc::copy(solid.residual(), slope);
  petsc::add(v, -2 * step, along);
  solid.assemble(v, pressure, 0, 0, false);
  petsc::add(slope, -1, solid.residual());
  petsc::check(VecScale(slope, 0.5 / step));
  petsc::add(slope, -1, product);
  // The hold against rigid motion is 1e-4 kPa/mm times a few hundred mm^2 a node, beside stiffnesses of 1e3 kPa mm and more.
  EXPECT_LT(petsc::norm(slope), 1e-4 * petsc::norm(product));
}

TEST(Unloading, ForcesOfAnyStressFreeShapeHaveNoResultantInTheImage) {
  const Heart heart;
  InverseSolid solid(world, heart.body.mesh, heart.body.fibres, heart.model());
  const petsc::Vector v = solid.domain().make_vector();
  std::vector<io::Vector3> shape, places = mesh::refine(heart.body.mesh).nodes;
  for (const io::Vector3 &x : places)
    shape.push_back({-0.02 * x[0], -0.03 * x[1] + 0.01 * x[0], -0.02 * x[2]});
  if (io::rank() != 0)
    shape.clear();
  solid.domain().spread(shape, v);
  const Balance::State at = solid.assemble(v, 1.0, 0, 0, false);
  const std::vector<io::Vector3> forces = solid.domain().gather(solid.residual());
  io::Vector3 force{}, moment{};
  for (std::size_t i = 0; i < forces.size(); ++i) {
    force = force + forces[i];
    moment = moment + io::cross(places[i], forces[i]);
  }
  if (io::rank() == 0) {
    EXPECT_LT(io::norm(force), 1e-9 * at.force_scale);
    EXPECT_LT(io::norm(moment), 1e-9 * at.force_scale * 60) << "60 mm: the length of the ventricle";
  }
}

TEST(Unloading, StiffnessIsFittedToAnUnloadedVolume) {
  Heart heart;
  const double imaged = as_imaged(world, heart.body.mesh, heart.body.fibres).volume[0];
  const double target = klotz_unloaded_volume(imaged, heart.options.end_diastolic_pressure);
  EXPECT_NEAR(target / imaged, 0.552, 1e-12) << "0.6 - 0.006 x 8";
  const StiffnessFit fit = fit_stiffness(world, heart.body.mesh, heart.body.fibres, heart.options, target, 0.2, 8);
  EXPECT_NEAR(fit.residual[0], 0, 0.2);
  const Reference again = unload(world, heart.body.mesh, heart.body.fibres, heart.options);
  EXPECT_NEAR(again.volume[0], target, 0.3) << "the material keeps the stiffness that was found";
  heart.options.material->multiply_stiffness(1.5);
  EXPECT_GT(unload(world, heart.body.mesh, heart.body.fibres, heart.options).volume[0], again.volume[0] + 1);
}

/// A pressure that no shape can bear ends with a sentence that has `part`.
void expect_refusal(Heart heart, const std::string &part) {
  heart.options.end_diastolic_pressure = 3e7;
  try {
    unload(world, heart.body.mesh, heart.body.fibres, heart.options);
    FAIL() << "a million times the pressure of a failing heart";
  } catch (const io::SolveError &error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(Unloading, APressureThatNoShapeCanBearEndsWithASentence) {
  expect_refusal({}, "stiffer material");
}

TEST(Unloading, RepeatedLoadingFindsTheShapeOfInverseElastostatics) {
  Heart heart;
  const Reference inverse = unload(world, heart.body.mesh, heart.body.fibres, heart.options);
  heart.options.unloading.method = "fixed_point";
  heart.options.unloading.tolerance = 0.0005; // mm
  const Reference repeated = unload(world, heart.body.mesh, heart.body.fibres, heart.options);
  EXPECT_LT(repeated.residual, 0.0005);
  EXPECT_GT(as_imaged(world, heart.body.mesh, heart.body.fibres).volume[0], 1.05 * inverse.volume[0]) << "there is something to find";
  EXPECT_NEAR(repeated.volume[0], inverse.volume[0], 1e-3 * inverse.volume[0]);
  const auto length = [](const Reference &of, std::size_t i) { return io::norm(of.places[i] - of.places[of.places.size() - 1 - i]); };
  for (std::size_t i = 0; i < repeated.places.size(); ++i) // without stress a body may lie anywhere
    ASSERT_NEAR(length(repeated, i), length(inverse, i), 0.02) << "mm, node " << i;
}

TEST(Unloading, RepeatedLoadingThatComesToNoEndSaysSo) {
  Heart heart;
  heart.options.unloading.method = "fixed_point";
  expect_refusal(std::move(heart), "inverse_elastostatics");
}

TEST(Unloading, IsTheSameOnOneRankAndOnAll) {
  const Heart heart;
  const Reference all = unload(world, heart.body.mesh, heart.body.fibres, heart.options);
  const Reference alone = unload(MPI_COMM_SELF, heart.body.mesh, heart.body.fibres, heart.options);
  EXPECT_NEAR(all.volume[0], alone.volume[0], 1e-6 * alone.volume[0]);
}

} // namespace
} // namespace corvivo::physics
