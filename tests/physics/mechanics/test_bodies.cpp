/// Bodies loaded by themselves: tangents, patch tests, analytic solutions and one small cell of each published problem.
#include <mesh/slab.hpp>
#include <physics/mechanics/body_motion.hpp>
#include <physics/mechanics/material.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/petsc.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

namespace corvivo::test {
namespace {

using io::Vector3;
using io::operator*;
using io::operator+;
using io::operator-;
using physics::BodyCase;
using physics::ElasticBody;

/// The section `mechanics` as a case file has it.
BodyCase body_case(const std::string &yaml) {
  TemporaryFolder folder;
  std::ofstream(folder.file("body.yaml")) << "corvivo: 1\n" << yaml;
  BodyCase options;
  io::read_case(folder.file("body.yaml"), {}, [&](io::Schema &schema) { options.describe(schema); });
  return options;
}

struct Made {
  physics::BodyMesh mesh;
  physics::BodyShape shape;
};

Made shape_of(const BodyCase &options) {
  Made made;
  made.mesh = options.geometry->make();
  made.shape = {made.mesh.curved.mesh, made.mesh.curved.places, options.fibres->field(MPI_COMM_WORLD, made.mesh)};
  return made;
}

physics::BodyResult run(BodyCase &options) {
  const Made made = shape_of(options);
  physics::BodyResult result = physics::run_body(MPI_COMM_WORLD, made.shape, options);
  result.require_complete();
  return result;
}

double last(const physics::BodyResult &result, const std::string &column) {
  return result.series.column(column).back();
}

/// Unknowns of a body at some state, and a direction that leaves alone what is no unknown (rows with a lone 1 on the diagonal).
struct State {
  explicit State(ElasticBody &body) : x(body.make_vector()), direction(body.make_vector()) {
    const auto diagonal = body.make_vector();
    physics::petsc::check(MatGetDiagonal(body.tangent(), diagonal));
    physics::petsc::LocalForm at(x), along(direction), pivots(diagonal);
    for (int i = 0; i < 4 * body.domain().owned_nodes(); ++i) {
      const double size = pivots[i] == 1.0 ? 0.0 : i % 4 == 3 ? 5.0 : 0.02; // kPa, mm
      at[i] = size * std::sin(1.7 * i);
      along[i] = size * std::cos(2.3 * i);
    }
  }
  physics::petsc::Vector x, direction;
};

class EveryBody : public testing::TestWithParam<std::string> {};

/// Everything at once: viscous, with inertia, active, under pressure and sprung.
TEST_P(EveryBody, HasTheTangentThatIsTheSlopeOfItsResidual) {
  BodyCase options =
      body_case("geometry: {model: ellipsoid, rings: 1, layers: 1}\nfibres: {model: ellipsoid}\n"
                "material: {model: holzapfel_ogden, fibre_switch: logistic}\nviscosity: 100 kPa*ms\nvolume_change: " +
                GetParam() +
                "\nstress_convention: nominal\npressure_surface: endocardium_lv\ndynamics: {density: 1 mg/mm^3}\n"
                "holds: [{surface: base, tangential_damping: 5 kPa*ms/mm}, {surface: epicardium, normal_stiffness: 100 kPa/mm, "
                "normal_damping: 5 kPa*ms/mm, tangential_stiffness: 1 kPa/mm}]\n");
  const Made made = shape_of(options);
  ElasticBody body(MPI_COMM_WORLD, made.shape, options.model());
  body.kinematics().u = 0.6;
  body.kinematics().v = 0.9;
  body.kinematics().a = 1.7;
  const ElasticBody::Loads loads{2.0, 20.0};
  const auto product = body.make_vector(), slope = body.make_vector(), shifted = body.make_vector();
  body.assemble(product, loads, true);
  const State state(body);
  ASSERT_TRUE(body.assemble(state.x, loads, true).valid);
  physics::petsc::check(MatMult(body.tangent(), state.direction, product));
  const double step = 1e-4;
  for (const double side : {1.0, -1.0}) {
    physics::petsc::copy(state.x, shifted);
    physics::petsc::add(shifted, side * step, state.direction);
    body.assemble(shifted, loads, false);
    physics::petsc::add(slope, side / (2 * step), body.residual());
  }
  const double size = physics::petsc::norm(product);
  physics::petsc::add(product, -1.0, slope);
  EXPECT_LT(physics::petsc::norm(product) / size, 1e-6) << "central differences, step 1e-4 of a state of 2 % strain";
}
INSTANTIATE_TEST_SUITE_P(VolumeChanges, EveryBody, testing::Values("mixed", "penalty", "mixed\npoint_bulk_modulus: 30 kPa"));

/// A turned body feels the turned forces: stress, contraction and follower pressure go with it.
TEST(PatchTests, ForcesTurnWithTheBody) {
  BodyCase options = body_case("geometry: {model: ellipsoid, rings: 1, layers: 1}\nfibres: {model: ellipsoid}\n"
                               "pressure_surface: endocardium_lv\ndynamics: {density: 1 mg/mm^3}\n");
  const Made made = shape_of(options);
  ElasticBody body(MPI_COMM_WORLD, made.shape, options.model());
  const ElasticBody::Loads loads{10.0, 60.0};
  const auto still = body.make_vector(), turned = body.make_vector();
  body.assemble(still, loads, false);
  const auto before = body.displacement(body.residual());
  const std::array<Vector3, 3> turn{{{0, -1, 0}, {0, 0, 1}, {-1, 0, 0}}}; // a rotation (det 1)
  const auto rotated = [&](const Vector3 &v) { return Vector3{io::dot(turn[0], v), io::dot(turn[1], v), io::dot(turn[2], v)}; };
  std::vector<Vector3> moved;
  for (const Vector3 &place : made.shape.places)
    moved.push_back(rotated(place) - place);
  const auto u = body.domain().nodal_field(moved);
  {
    physics::petsc::LocalForm x(turned);
    for (int node = 0; node < body.domain().owned_nodes(); ++node)
      std::copy_n(u[node].data(), 3, x.values() + 4 * node);
  }
  body.assemble(turned, loads, false);
  const auto after = body.displacement(body.residual());
  double largest = 0, error = 0;
  for (std::size_t n = 0; n < before.size(); ++n) {
    largest = std::max(largest, io::norm(before[n]));
    error = std::max(error, io::norm(after[n] - rotated(before[n])));
  }
  EXPECT_GT(largest, 10.0);
  EXPECT_LT(error, 1e-10 * largest);
}

const char *const box = "geometry: {model: slab, size: [1 mm, 1 mm, 1 mm], element: [0.5 mm, 0.5 mm, 0.5 mm]}\nincompressible: true\n"
                        "holds: [{surface: x0, fixed: [x]}, {surface: y0, fixed: [y]}, {surface: z0, fixed: [z]}]\n"
                        "probes: [{name: tip, position: [1 mm, 1 mm, 1 mm]}]\nnewton: {distance: 1e-9 mm}\n";

/// lambda^2 - 1/lambda = -p/mu: the pressure acts on the face as it is, not as it was.
TEST(PatchTests, FollowerPressureOnABoxGivesTheUniformState) {
  BodyCase options = body_case(std::string(box) + "material: {model: neo_hooke, mu: 4 kPa}\npressure_surface: z1\n"
                                                  "pressure: {model: ramp, peak: 3 kPa}\ntime_step: 250 ms\n");
  const double stretch = 1 + last(run(options), "tip_uz");
  EXPECT_NEAR(stretch * stretch - 1 / stretch, -3.0 / 4.0, 1e-6) << "the state is affine: only Newton's tolerance is left";
}

/// Incompressible Guccione, C 2 kPa, bf 8, bt 2, bfs 4 that contracts freely: stretch along the fibre where S_ff + Ta vanishes.
TEST(AnalyticBodies, FreeContractionHasTheStretchOfTheUniformState) {
  BodyCase options = body_case(std::string(box) + "tension: {model: ramp, peak: 5 kPa}\ntime_step: 100 ms\n");
  EXPECT_NEAR(1 + last(run(options), "tip_ux"), 0.80693056, 1e-6) << "scripted solution of the uniform state, Ta = 5 kPa";
}

/// Compressible neo-Hooke under a pressure on one face: one uniform state, whatever part of the bulk modulus acts at the points.
TEST(AnalyticBodies, AUniformStateDoesNotDependOnWhereItsBulkModulusActs) {
  const auto height = [](const std::string &part) {
    std::string body = box;
    body.replace(body.find("incompressible: true"), 20, "point_bulk_modulus: " + part);
    BodyCase options = body_case(body + "material: {model: neo_hooke, mu: 4 kPa, bulk_modulus: 50 kPa}\npressure_surface: z1\n"
                                        "pressure: {model: ramp, peak: 3 kPa}\ntime_step: 250 ms\n");
    return last(run(options), "tip_uz");
  };
  const double none = height("0 kPa");
  EXPECT_LT(none, -0.1);
  for (const char *part : {"10 kPa", "45 kPa"})
    EXPECT_NEAR(height(part), none, 1e-7) << part;
}

/// p = mu (2/l_b + 1/(2 l_b^4) - 2/l_a - 1/(2 l_a^4)), l_b^3 - 1 = (l_a^3 - 1) (A/B)^3 for an incompressible neo-Hookean sphere.
TEST(AnalyticBodies, ThickSphereSwellsAsItsFormulaSays) {
  const double inner = 1.3, outer = std::cbrt(1 + (inner * inner * inner - 1) * 0.343);
  const auto half = [](double l) { return 2 / l + 0.5 / (l * l * l * l); };
  BodyCase options = body_case("geometry: {model: sphere_octant, inner: 7 mm, outer: 10 mm, rings: 8, layers: 4}\nincompressible: true\n"
                               "material: {model: neo_hooke, mu: 1 kPa}\npressure_surface: endocardium_lv\n"
                               "holds: [{surface: x, fixed: [x]}, {surface: y, fixed: [y]}, {surface: z, fixed: [z]}]\n"
                               "pressure: {model: ramp, peak: " +
                               std::to_string(half(outer) - half(inner)) +
                               " kPa}\ntime_step: 250 ms\n"
                               "probes: [{name: inside, position: [7 mm, 0 mm, 0 mm]}, {name: outside, position: [10 mm, 0 mm, 0 mm]}]\n");
  const physics::BodyResult result = run(options);
  EXPECT_NEAR(last(result, "inside_ux") / (7 * (inner - 1)), 1, 1e-3);
  EXPECT_NEAR(last(result, "outside_ux") / (10 * (outer - 1)), 1, 1e-3);
}

/// p = mu [ln l - 1/(2 l^2)] between l_b and l_a, (l_b^2 - 1) B^2 = (l_a^2 - 1) A^2 for an incompressible neo-Hookean tube in plane strain.
TEST(AnalyticBodies, ThickCylinderSwellsAsItsFormulaSays) {
  const double inner = 1.2, outer = std::sqrt(1 + (inner * inner - 1) * 0.49);
  const auto part = [](double l) { return std::log(l) - 0.5 / (l * l); };
  EXPECT_NEAR(part(inner) - part(outer), 0.1487999565, 1e-9) << "reference/analytic/thick_wall_neohookean.csv";
  BodyCase options =
      body_case("geometry: {model: cylinder_quarter, inner: 7 mm, outer: 10 mm, height: 0.5 mm, element_size: 0.5 mm}\n"
                "incompressible: true\nmaterial: {model: neo_hooke, mu: 1 kPa}\npressure_surface: endocardium_lv\n"
                "holds: [{surface: x, fixed: [x]}, {surface: y, fixed: [y]}, {surface: z0, fixed: [z]}, {surface: z1, fixed: [z]}]\n"
                "pressure: {model: ramp, peak: " +
                std::to_string(part(inner) - part(outer)) +
                " kPa}\ntime_step: 250 ms\n"
                "probes: [{name: inside, position: [7 mm, 0 mm, 0 mm]}, {name: outside, position: [10 mm, 0 mm, 0 mm]}]\n");
  const physics::BodyResult result = run(options);
  EXPECT_NEAR(last(result, "inside_ux") / (7 * (inner - 1)), 1, 1e-3);
  EXPECT_NEAR(last(result, "outside_ux") / (10 * (outer - 1)), 1, 1e-3);
}

/// A beam of one cube across, the mesh that locks first: with displacements alone it would stiffen without bound as the bulk modulus grows.
TEST(AnalyticBodies, BendAsFarHoweverStiffTheirVolumeIs) {
  const auto height = [](const std::string &volume) {
    BodyCase options = body_case("geometry: {model: slab, size: [10 mm, 1 mm, 1 mm], element: [1 mm, 1 mm, 1 mm]}\n"
                                 "holds: [{surface: x0, fixed: [x, y, z]}]\npressure_surface: z0\n"
                                 "pressure: {model: ramp, peak: 0.004 kPa}\ntime_step: 250 ms\n"
                                 "probes: [{name: tip, position: [10 mm, 0.5 mm, 1 mm]}]\n" +
                                 volume);
    return 1 + last(run(options), "tip_uz");
  };
  const double incompressible = height("incompressible: true\n");
  double before = 1;
  for (const double modulus : {1e2, 1e3, 1e4, 1e6}) { // kPa, against 2 kPa of the material
    const double off =
        std::abs(height("material: {model: guccione, bulk_modulus: " + std::to_string(modulus) + " kPa}\n") / incompressible - 1);
    EXPECT_LT(off, before) << modulus << " kPa";
    before = off;
  }
  EXPECT_LT(before, 1e-4);
  EXPECT_NEAR(incompressible, 4.1693, 0.03 * 4.1693) << "one cube of six tetrahedra across: within 3 % of Land et al. 2015";
}

/// The published end of the beam is 4.169 mm high, its spread over codes 4.151 to 4.185 (Land et al. 2015, figure 3).
TEST(PublishedBodies, BeamOfCoarseElementsBendsAsInLand2015) {
  BodyCase options =
      body_case("geometry: {model: slab, size: [10 mm, 1 mm, 1 mm], element: [0.5 mm, 0.5 mm, 0.5 mm]}\nincompressible: true\n"
                "holds: [{surface: x0, fixed: [x, y, z]}]\npressure_surface: z0\n"
                "pressure: {model: ramp, peak: 0.004 kPa}\ntime_step: 500 ms\n"
                "probes: [{name: tip, position: [10 mm, 0.5 mm, 1 mm]}]\n");
  EXPECT_NEAR(1 + last(run(options), "tip_uz"), 4.1693, 0.01 * 4.1693) << "two cubes of six tetrahedra across: 1 %";
}

/// A ventricle that contracts and is inflated, with inertia, viscosity and springs: everything that a step can hold.
BodyCase moving_ventricle() {
  return body_case("geometry: {model: ellipsoid, rings: 2, layers: 1}\nfibres: {model: ellipsoid}\n"
                   "material: {model: holzapfel_ogden, bulk_modulus: 100 kPa}\nviscosity: 100 kPa*ms\n"
                   "pressure_surface: endocardium_lv\npressure: {model: ramp, peak: 4 kPa}\ntension: {model: ramp, peak: 20 kPa}\n"
                   "holds: [{surface: epicardium, normal_stiffness: 10 kPa/mm, normal_damping: 5 kPa*ms/mm},"
                   " {surface: base, normal_stiffness: 1 kPa/mm, tangential_stiffness: 1 kPa/mm}]\n"
                   "dynamics: {density: 1 mg/mm^3}\nend_time: 20 ms\ntime_step: 2 ms\nsave_every: 2 ms\ncheckpoint_steps: 3\n"
                   "newton: {distance: 1e-11 mm}\n");
}

TEST(BodyRanks, GiveTheSameMotionAsOneRank) {
  const auto motion = [](MPI_Comm comm) {
    BodyCase options = moving_ventricle();
    Made made;
    made.mesh = options.geometry->make();
    made.shape = {made.mesh.curved.mesh, made.mesh.curved.places, options.fibres->field(comm, made.mesh)};
    physics::BodyResult result = physics::run_body(comm, made.shape, options);
    result.require_complete();
    return result;
  };
  const physics::BodyResult all = motion(MPI_COMM_WORLD);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank != 0)
    return;
  const physics::BodyResult one = motion(MPI_COMM_SELF);
  double largest = 0, difference = 0;
  ASSERT_EQ(all.displacement.size(), one.displacement.size());
  for (std::size_t n = 0; n < one.displacement.size(); ++n) {
    largest = std::max(largest, io::norm(one.displacement[n]));
    difference = std::max(difference, io::norm(all.displacement[n] - one.displacement[n]));
  }
  EXPECT_GT(largest, 0.1) << "mm";
  EXPECT_LT(difference, 1e-8 * largest);
  EXPECT_NEAR(last(all, "volume") / last(one, "volume"), 1, 1e-8);
}

TEST(BodyRestarts, GoOnToTheSameBits) {
  struct Killed {};
  const TemporaryFolder folder;
  const auto motion = [&](const char *stem, double killed_at, std::vector<double> &times) {
    BodyCase options = moving_ventricle();
    const Made made = shape_of(options);
    const auto observer = [&](double time, const std::vector<Vector3> &) {
      if (time > killed_at)
        throw Killed();
      times.push_back(time);
    };
    physics::BodyResult result =
        physics::run_body(MPI_COMM_WORLD, made.shape, options, observer, {folder.path() / stem, [&](double time) { times = {-time}; }});
    result.require_complete();
    return result;
  };
  std::vector<double> times;
  const physics::BodyResult whole = motion("whole", 1e9, times);
  EXPECT_EQ(times.size(), 11u);
  EXPECT_THROW(motion("killed", 15, times), Killed);
  const physics::BodyResult resumed = motion("killed", 1e9, times);
  EXPECT_EQ(times, (std::vector<double>{-12, 14, 16, 18, 20})) << "from the checkpoint of the sixth step";
  for (const auto &column : whole.series.columns())
    EXPECT_EQ(resumed.series.column(column.name), column.values) << column.name;
  EXPECT_EQ(resumed.displacement, whole.displacement);
  EXPECT_EQ(resumed.steps, whole.steps);
}

TEST(LoadCurves, ArosticaDriversFollowTheirTables) {
  const auto table = shared("reference/arostica2025/drivers.csv");
  SKIP_WITHOUT(table);
  std::ifstream file(table);
  BodyCase options = body_case("pressure_surface: z0\nholds: [{surface: x0, fixed: [x]}]\npressure: {model: arostica_pressure}\n"
                               "tension: {model: arostica_tension}\n");
  options.pressure->prepare(1000);
  options.tension->prepare(1000);
  std::string line;
  std::getline(file, line);
  int rows = 0;
  while (std::getline(file, line)) {
    double t = 0, tension = 0, stiffer = 0, softer = 0, pressure = 0;
    ASSERT_EQ(std::sscanf(line.c_str(), "%lf,%lf,%lf,%lf,%lf", &t, &tension, &stiffer, &softer, &pressure), 5);
    EXPECT_NEAR(options.tension->value(1000 * t), 1e-3 * tension, 0.02) << "kPa, converged solutions tabulated each ms";
    EXPECT_NEAR(options.pressure->value(1000 * t), 1e-3 * pressure, 0.002);
    ++rows;
  }
  EXPECT_GT(rows, 900);
}

TEST(LoadCurves, TablesAreReadInTheirUnitsAndRefusedWithTheirPlace) {
  const TemporaryFolder folder;
  const auto made = [&](const std::string &table) {
    io::write_file(folder.file("load.csv"), table);
    BodyCase options = body_case("pressure_surface: z0\nholds: [{surface: x0, fixed: [x, y, z]}]\npressure: {model: table, file: " +
                                 folder.file("load.csv") + "}\n");
    options.pressure->prepare(1000);
    return std::move(options.pressure);
  };
  const auto seconds = made("time [s],pressure [mmHg]\n0,0\n1,10\n");
  EXPECT_NEAR(seconds->value(500), 5 * io::kPa_per_mmHg, 1e-12);
  EXPECT_NEAR(seconds->value(2000), 10 * io::kPa_per_mmHg, 1e-12) << "the last value stays";
  EXPECT_SAYS(complaint([&] { made("time [ms],pressure [mL]\n0,0\n1,10\n"); }),
              "load.csv: column 'pressure': unit 'mL' is not a unit like");
  EXPECT_SAYS(complaint([&] { made("time [ms],pressure [kPa]\n0,0\n1,nan\n"); }), "column 'pressure': found no number in row 2");
  EXPECT_SAYS(complaint([&] { made("time [ms],pressure [kPa]\n1,0\n0,1\n"); }), "must increase");
}

TEST(FailingBodies, SayWhatIsWrong) {
  const auto said = [](const std::string &yaml) { return complaint([&] { body_case(yaml).check(); }); };
  EXPECT_SAYS(said("holds: [{surface: x0, fixed: [x]}, {surface: y0, fixed: [y]}]\n"), "nothing holds the body along z");
  EXPECT_EQ(said("holds: [{surface: x0, fixed: [x]}, {surface: y0, fixed: [y, z]}]\n"), "");
  const std::string fixed = "holds: [{surface: x0, fixed: [x, y, z]}]\n";
  EXPECT_SAYS(said(fixed + "time_step: 1e-7 ms\n"), "expected at most ten million steps");
  EXPECT_SAYS(said(fixed + "end_time: 1e-12 ms\n"), "at least one");
  EXPECT_SAYS(said(fixed + "probes: [{name: 'a,b', position: [1 mm, 1 mm, 1 mm]}]\n"), "found the name 'a,b'");
  EXPECT_THROW(body_case("holds: [{surface: x0, fixed: [w]}]\n").check(), io::CaseError);
  EXPECT_THROW(body_case("holds: []\n").check(), io::CaseError) << "nothing holds it";
  EXPECT_THROW(body_case("holds: [{surface: x0, fixed: [x]}]\npressure: {model: ramp}\n").check(), io::CaseError) << "acts nowhere";
  const std::string held = "holds: [{surface: x0, fixed: [x]}]\npoint_bulk_modulus: 2000 kPa\n";
  EXPECT_THROW(body_case(held).check(), io::CaseError) << "more than the material's 1000 kPa";
  EXPECT_THROW(body_case(held + "volume_change: penalty\n").check(), io::CaseError) << "all of it acts at the points already";
  BodyCase options = body_case("holds: [{surface: x9, fixed: [x]}]\n");
  EXPECT_THROW(run(options), io::CaseError) << "no such surface";
  options = body_case("holds: [{surface: x0, fixed: [x]}]\nprobes: [{name: far, position: [99 mm, 0 mm, 0 mm]}]\n");
  EXPECT_THROW(run(options), io::CaseError) << "a probe outside";
}

} // namespace
} // namespace corvivo::test
