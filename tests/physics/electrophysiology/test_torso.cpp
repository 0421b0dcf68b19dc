/// Bounded torso: against the dipole in an insulated sphere, reciprocity, readers' refusals, and the whole stage.
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/formats/surfaces.hpp>
#include <mesh/slab.hpp>
#include <physics/ecg/bounded_conductor.hpp>
#include <physics/ecg/lead_field.hpp>
#include <physics/ecg/solid_angle.hpp>
#include <physics/electrophysiology/electrophysiology.hpp>
#include <tests/physics/electrophysiology/sphere.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace corvivo::physics {
namespace {

using namespace io;
using mesh::Vector3;
using test::complaint;
using test::icosphere;

const double pi = std::acos(-1.0);

TEST(SolidAngles, OfClosedSurfacesAreFullInsideAndNoneOutside) {
  const TorsoSurface ball = icosphere(2, 10);
  for (const auto &[place, whole] : {std::pair{Vector3{1, -2, 9}, 4 * pi}, {Vector3{1, -2, 12}, 0.0}}) {
    double sum = 0;
    for (const auto &t : ball.triangles) {
      const LinearSolidAngles element(ball.points[t[0]], ball.points[t[1]], ball.points[t[2]]);
      const auto weighted = element.from(place);
      const double angle = solid_angle(place, ball.points[t[0]], ball.points[t[1]], ball.points[t[2]]);
      EXPECT_NEAR(weighted[0] + weighted[1] + weighted[2], angle, 1e-12) << "the shape functions add up to one";
      sum += angle;
    }
    EXPECT_NEAR(sum, whole, 1e-11) << "rounding of 320 triangles";
  }
}

TEST(SolidAngles, AreWeightedAsByQuadrature) {
  const Vector3 a{0, 0, 0}, b{4, 0, 1}, c{1, 3, -1}, place{1, 1, 2};
  const auto weighted = LinearSolidAngles(a, b, c).from(place);
  const int n = 400;
  const Vector3 twice = cross(b - a, c - a);
  std::array<double, 3> sum{};
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < 2 * (n - i) - 1; ++j) { // centres of n^2 equal triangles
      const double u = (i + (j % 2 ? 2.0 : 1.0) / 3) / n, v = (j / 2 + (j % 2 ? 2.0 : 1.0) / 3) / n;
      const Vector3 y = a + u * (b - a) + v * (c - a) - place;
      const double angle = dot(twice, y) / std::pow(norm(y), 3) / (2.0 * n * n);
      sum[0] += (1 - u - v) * angle;
      sum[1] += u * angle;
      sum[2] += v * angle;
    }
  for (std::size_t k = 0; k < 3; ++k)
    EXPECT_NEAR(weighted[k], sum[k], 1e-5) << "one point each of 160 000 triangles";
}

TEST(DipoleInASphere, IsThreeTimesTheUnboundedOneAtTheMiddleAndHasItsSeries) {
  const Vector3 x = 10.0 * normalized(Vector3{1, 2, -2}), moment{0.3, -1, 0.5};
  EXPECT_NEAR(test::sphere_dipole(x, moment, {0, 0, 0}), 3 * test::unbounded_dipole(x, moment, {0, 0, 0}), 1e-15);
  for (const Vector3 &place : {Vector3{2, 1, -1}, Vector3{0, 0, 7}, Vector3{-4, 3, 1}})
    EXPECT_NEAR(test::sphere_dipole(x, moment, place), test::sphere_dipole_by_series(x, moment, place, 200), 1e-13)
        << "0.7^200 is below rounding";
}

double sphere_error(const BoundedConductor &sphere, double eccentricity, bool radial) {
  const Vector3 outward = normalized({0.36, 0.48, 0.8}), place = (eccentricity * norm(sphere.surface().points[0])) * outward;
  const Vector3 moment = radial ? outward : normalized(cross(outward, {1, 0, 0}));
  std::vector<double> source, exact;
  for (const Vector3 &x : sphere.surface().points) {
    source.push_back(test::unbounded_dipole(x, moment, place));
    exact.push_back(test::sphere_dipole(x, moment, place));
  }
  return test::relative_error(sphere.potential(source), exact);
}

TEST(BoundedTorso, HasTheSurfacePotentialOfADipoleInASphere) {
  const BoundedConductor coarse(icosphere(2, 100)), middle(icosphere(3, 100)), fine(icosphere(4, 100));
  for (const double eccentricity : {0.0, 0.4, 0.7})
    for (const bool radial : {true, false}) {
      const double errors[] = {sphere_error(coarse, eccentricity, radial), sphere_error(middle, eccentricity, radial),
                               sphere_error(fine, eccentricity, radial)};
      SCOPED_TRACE("eccentricity " + fixed(eccentricity, 1) + (radial ? " radial: " : " tangential: ") + fixed(100 * errors[0], 3) + " " +
                   fixed(100 * errors[1], 3) + " " + fixed(100 * errors[2], 3) + " %");
      EXPECT_LT(errors[2], 0.01) << "2562 points";
      EXPECT_GT(std::log2(errors[0] / errors[1]), 1.7) << "second order: measured 2.0 to 2.2";
      EXPECT_GT(std::log2(errors[1] / errors[2]), 1.7);
    }
}

TEST(BoundedTorso, TriplesTheUnboundedPotentialOfADipoleInTheMiddle) {
  const BoundedConductor sphere(icosphere(3, 100));
  const Vector3 moment{1, 2, -3};
  std::vector<double> source;
  for (const Vector3 &x : sphere.surface().points)
    source.push_back(test::unbounded_dipole(x, moment, {0, 0, 0}));
  const std::vector<double> phi = sphere.potential(source);
  double product = 0, square = 0;
  for (std::size_t i = 0; i < phi.size(); ++i) {
    product += phi[i] * source[i];
    square += source[i] * source[i];
  }
  EXPECT_NEAR(product / square, 3.0, 0.02) << "least-squares factor; the error of 642 points is 0.5 %";
}

TEST(BoundedTorso, IsReciprocal) {
  const BoundedConductor torso(icosphere(2, 100));
  const TorsoSurface &surface = torso.surface();
  std::vector<double> source;
  for (const Vector3 &x : surface.points)
    source.push_back(test::unbounded_dipole(x, {1, -2, 3}, {30, 10, -20}));
  const std::vector<double> phi = torso.potential(source);
  const SurfacePoint place = surface.nearest({40, 90, 70});
  const std::vector<double> charges = torso.charges(place);
  double by_charges = 0, sum = 0, by_potential = 0, largest = 0;
  for (std::size_t i = 0; i < charges.size(); ++i) {
    by_charges += charges[i] * source[i];
    sum += charges[i];
    largest = std::max(largest, std::abs(phi[i]));
  }
  for (std::size_t a = 0; a < 3; ++a)
    by_potential += place.share[a] * phi[surface.triangles[place.triangle][a]];
  EXPECT_NEAR(by_charges, by_potential, 1e-8 * largest) << "GMRES stops at 1e-11";
  EXPECT_NEAR(sum, 0.0, 1e-9) << "a constant source potential is no source";
  EXPECT_NEAR(place.share[0] + place.share[1] + place.share[2], 1.0, 1e-12);
}

Electrodes nine_on(const BoundedConductor &torso) {
  Electrodes all;
  all.surface = torso.surface().points;
  for (std::size_t e = 0; e < electrodes; ++e) {
    const double turn = 0.7 * static_cast<double>(e);
    const SurfacePoint place = torso.surface().nearest(200.0 * Vector3{std::cos(turn), std::sin(turn), 0.3 * turn - 1});
    all.positions.push_back(place.position);
    all.charges.push_back(torso.charges(place));
  }
  return all;
}

TEST(BoundedTorso, SeesAPolarisedCubeAsADipole) {
  const BoundedConductor torso(icosphere(3, 100));
  const Electrodes electrodes = nine_on(torso);
  mesh::HeartMesh cube = mesh::make_slab({10, 10, 10}, 1.0);
  const Vector3 shift{25, -20, 15};
  for (Vector3 &node : cube.nodes)
    node = node + shift;
  const std::size_t cells = cube.tetrahedra.size();
  const Tissue tissue = serial_tissue(cube, std::vector<Vector3>(cells, Vector3{0, 0, 1}), std::vector<double>(cells, 1.0));
  const double conductance = 7;
  const Vector3 slope{2, -1, 4};
  std::vector<double> voltage;
  for (const Vector3 &x : tissue.nodes)
    voltage.push_back(dot(slope, x));
  const std::vector<double> phi = LeadField(tissue, {0.1, 0.02}, electrodes, conductance).potentials(voltage);
  const Vector3 moment = -conductance * 1000 * Vector3{0.02 * slope[0], 0.02 * slope[1], 0.1 * slope[2]}, centre = Vector3{5, 5, 5} + shift;
  double largest = 0;
  std::vector<double> exact;
  for (const Vector3 &place : electrodes.positions)
    exact.push_back(test::sphere_dipole((100 / norm(place)) * place, moment, centre) / (4 * pi));
  for (const double value : exact)
    largest = std::max(largest, std::abs(value));
  for (std::size_t e = 0; e < electrodes.positions.size(); ++e)
    EXPECT_NEAR(phi[e], exact[e], 0.03 * largest) << "642 points are 1.2 % off; electrodes lie on their flat triangles";
}

mesh::HeartMesh small_heart() {
  return mesh::make_slab({8, 4, 2}, 2.0);
}

std::string write_surface(const TorsoSurface &torso, const std::string &path) {
  write_vtp({torso.points, torso.triangles, std::vector<int>(torso.triangles.size(), 1), {{1, "torso"}}}, path);
  return path;
}

ElectrodePositions round_about() {
  ElectrodePositions given;
  for (std::size_t e = 0; e < electrodes; ++e) {
    const double turn = 0.7 * static_cast<double>(e);
    given.position[e] = 60.0 * Vector3{std::cos(turn), std::sin(turn), 0.2 * turn - 0.6};
  }
  return given;
}

TEST(TorsoFiles, AreTurnedWhereTheyAreInsideOut) {
  const test::TemporaryFolder folder;
  TorsoSurface torso = icosphere(2, 50);
  for (auto &triangle : torso.triangles)
    std::swap(triangle[1], triangle[2]);
  const TorsoSurface read = read_torso(write_surface(torso, folder.file("torso.vtp")));
  EXPECT_EQ(read.points.size(), 162u);
  EXPECT_TRUE(read.contains({10, 20, 30}));
  EXPECT_FALSE(read.contains({10, 20, 60}));
  EXPECT_NEAR(read.nearest({0, 0, 80}).distance, 30.0, 0.5) << "a facet's middle is within 0.5 mm of the sphere";
}

TEST(TorsoFiles, AreRefusedWithASentence) {
  const test::TemporaryFolder folder;
  EXPECT_SAYS(complaint([&] { read_torso(folder.file("none.stl")); }), "electrophysiology.torso.surface: ");
  TorsoSurface open = icosphere(2, 50);
  open.triangles.resize(open.triangles.size() - 4);
  EXPECT_SAYS(complaint([&] { read_torso(write_surface(open, folder.file("open.vtp"))); }), "the surface is open: it has ");
  TorsoSurface two = icosphere(1, 50);
  const TorsoSurface other = icosphere(1, 20);
  for (const auto &t : other.triangles)
    two.triangles.push_back({t[0] + two.points.size(), t[1] + two.points.size(), t[2] + two.points.size()});
  two.points.insert(two.points.end(), other.points.begin(), other.points.end());
  EXPECT_SAYS(complaint([&] { read_torso(write_surface(two, folder.file("two.vtp"))); }), "2 pieces; expected one");
}

TEST(TorsoFiles, MustHoldTheHeartAndHaveElectrodes) {
  const test::TemporaryFolder folder;
  TorsoSurface torso = icosphere(3, 50);
  const TorsoOptions at_middle{write_surface(torso, folder.file("torso.vtp"))};
  for (Vector3 &point : torso.points)
    point = point + Vector3{51, 0, 0};
  const TorsoOptions aside{write_surface(torso, folder.file("aside.vtp"))};
  const mesh::HeartMesh heart = small_heart();
  EXPECT_SAYS(complaint([&] { place_electrodes(heart, heart, aside, round_about(), {}); }),
              "the heart is not inside the torso: node 0 at (0.0, 0.0, 0.0) mm lies ");
  EXPECT_SAYS(complaint([&] { place_electrodes(heart, heart, at_middle, std::nullopt, {}); }), "has no long axis to place electrodes by");
  ElectrodePositions some = round_about();
  some.position[V3][0] = std::nan("");
  EXPECT_SAYS(complaint([&] { place_electrodes(heart, heart, std::nullopt, some, {}); }), "found no place of V3; expected all nine");
  const Electrodes placed = place_electrodes(heart, heart, at_middle, round_about(), {});
  for (const Vector3 &place : placed.positions)
    EXPECT_NEAR(norm(place), 50.0, 0.3) << "moved onto the surface";
}

TEST(Electrograms, AreFiniteInTheTissueAndRightBesideIt) {
  // A uniformly polarised box: -c/(4 pi) (D grad V) . int grad 1/r = the same over its faces of normal / r, by quadrature.
  const double h = 0.5;
  const mesh::HeartMesh box = mesh::make_slab({10, 10, 4}, h);
  const std::size_t cells = box.tetrahedra.size();
  const Tissue tissue = serial_tissue(box, std::vector<Vector3>(cells, Vector3{0, 0, 1}), std::vector<double>(cells, 1.0));
  std::vector<double> voltage;
  for (const Vector3 &x : tissue.nodes)
    voltage.push_back(10 * x[2]);
  const std::vector<Electrogram> points = {{"near", {5, 5, 5}}, {"inside", {5.1, 5.2, 3.3}}, {"node", box.nodes[box.nodes.size() / 2]}};
  const Electrodes places = place_electrodes(box, box, std::nullopt, std::nullopt, points);
  ASSERT_EQ(places.softening.size(), points.size());
  EXPECT_NEAR(places.softening[0], h, 0.3 * h) << "a cell of the slab is a sixth or less of a cube of this edge";
  const std::vector<double> phi = LeadField(tissue, {0.1, 0.02}, places, 7.0).potentials(voltage);
  for (std::size_t p = 0; p < points.size(); ++p) {
    const int n = 500;
    double faces = 0;
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j)
        for (const double z : {0.0, 4.0}) {
          const Vector3 y{10 * (i + 0.5) / n, 10 * (j + 0.5) / n, z};
          faces += (z > 0 ? 1 : -1) * 100.0 / (n * n) / norm(points[p].position - y);
        }
    const double exact = -7.0 / (4 * pi) * 0.1 * 10 * faces;
    EXPECT_TRUE(std::isfinite(phi[p]));
    EXPECT_NEAR(phi[p], exact, (p == 0 ? 0.03 : 0.08) * 7.0 / (4 * pi) * 0.1 * 10 * 2 * pi * 4)
        << points[p].name
        << ": of the largest potential of a double layer 4 mm thick; two elements away the softening by one still takes 2.7 %";
  }
}

TEST(TorsoStage, WritesLeadsVectorAndElectrogramsAndSaysTheSameOnAnyRanks) {
  const test::TemporaryFolder folder;
  ElectrophysiologyOptions options;
  options.refinements = 1;
  options.duration = 60;
  options.tune_conductivities = options.mesh_correction = false;
  options.boxes.resize(1);
  options.torso = TorsoOptions{write_surface(icosphere(2, 50), folder.file("torso.vtp"))};
  options.electrodes = round_about();
  options.electrograms = {{"tip", {4, 2, 1}}};
  const mesh::HeartMesh slab = small_heart();
  const mesh::Fibres fibres = mesh::uniform_fibres(slab, {1, 0, 0}, {0, 1, 0});
  for (const char *method : {"monodomain", "reaction_eikonal"}) {
    options.method = method;
    Quantities together, alone;
    const ElectrophysiologyResult result = run_electrophysiology(MPI_COMM_WORLD, slab, fibres, options, together);
    const ElectrophysiologyResult serial = run_electrophysiology(MPI_COMM_SELF, slab, fibres, options, alone);
    for (const char *name : {"qrs_axis", "r_amplitude_I", "s_amplitude_V6"})
      if (alone.has(name)) {
        EXPECT_NEAR(together.value(name), alone.value(name), 1e-6 * std::abs(alone.value(name))) << name << ": order of the last sum alone";
      }
    EXPECT_TRUE(alone.has("r_amplitude_V1")) << method;
    if (rank() != 0)
      continue;
    ASSERT_EQ(result.ecg.rows(), 61u);
    ASSERT_EQ(result.electrograms.rows(), 61u);
    for (const auto &column : result.ecg.columns())
      for (std::size_t i = 0; i < 61; ++i)
        EXPECT_NEAR(column.values[i], serial.ecg.column(column.name)[i], 1e-9);
    save(result, folder.file(method));
    EXPECT_EQ(time_series_from_csv(folder.file(method) + "/vcg.csv").rows(), 61u);
    EXPECT_EQ(time_series_from_csv(folder.file(method) + "/electrograms.csv").column("tip"), result.electrograms.column("tip"));
  }
}

} // namespace
} // namespace corvivo::physics
