/// The eikonal solver against analytic arrival times, and the reaction-eikonal beat against the monodomain equation.
#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <mesh/slab.hpp>
#include <physics/electrophysiology/cable.hpp>
#include <physics/electrophysiology/eikonal.hpp>
#include <physics/electrophysiology/electrophysiology.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace corvivo::physics {
namespace {

using mesh::Vector3;
using mesh::operator-;
using mesh::operator*;
using mesh::dot;
using mesh::norm;

const WaveSpeeds speeds{0.6, 0.25};
const Vector3 fibre{0.6, 0.64, 0.48}; // unit

std::vector<double> same_everywhere(const mesh::HeartMesh &mesh) {
  std::vector<double> values;
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    values.insert(values.end(), {fibre[0], fibre[1], fibre[2], 1.0});
  return values;
}

/// v . C^-1 v with C = across^2 I + (along^2 - across^2) f f.
double squared_time(const Vector3 &v) {
  const double along = dot(v, fibre) * dot(v, fibre);
  return (dot(v, v) - along) / (speeds.across * speeds.across) + along / (speeds.along * speeds.along);
}

/// T = n . x / sqrt(n . C n): the characteristics run along C n, into the box from its three lower faces.
void expect_plane_wave(const mesh::HeartMesh &box) {
  const Vector3 n{0.48, 0.6, 0.64};
  const double along = dot(n, fibre);
  const double speed =
      std::sqrt(speeds.across * speeds.across + (speeds.along * speeds.along - speeds.across * speeds.across) * along * along);
  std::vector<EikonalSeed> seeds;
  for (std::size_t i = 0; i < box.nodes.size(); ++i)
    if (box.nodes[i][0] == 0 || box.nodes[i][1] == 0 || box.nodes[i][2] == 0)
      seeds.push_back({i, dot(n, box.nodes[i]) / speed});
  const std::vector<double> time = Eikonal(box.nodes, box.tetrahedra, same_everywhere(box), speeds).arrival(seeds);
  for (std::size_t i = 0; i < box.nodes.size(); ++i)
    EXPECT_NEAR(time[i], dot(n, box.nodes[i]) / speed, 1e-4) << "linear elements hold it; edges are in single precision";
}

TEST(Eikonal, CarriesAnAnisotropicPlaneWaveExactly) {
  expect_plane_wave(mesh::make_slab({6, 5, 4}, 0.5));
}

/// There the order of arrival at the corners of a tetrahedron is not always that of the wave through it: 0.002 ms where a face is taken
/// from the last of its nodes alone.
TEST(Eikonal, CarriesAPlaneWaveThroughADistortedMesh) {
  mesh::HeartMesh box = mesh::make_slab({12, 12, 12}, 1.0);
  std::mt19937 random(1);
  std::uniform_real_distribution<double> shift(-0.15, 0.15);
  for (Vector3 &x : box.nodes)
    for (double &coordinate : x)
      if (coordinate > 0.5 && coordinate < 11.5)
        coordinate += shift(random);
  expect_plane_wave(box);
}

/// Mean and largest error of the arrival from a ball of 2 ms in the middle of a box.
std::array<double, 2> sphere_errors(double h) {
  const mesh::HeartMesh box = mesh::make_slab({8, 8, 8}, h);
  const Vector3 middle{4, 4, 4};
  std::vector<EikonalSeed> seeds;
  for (std::size_t i = 0; i < box.nodes.size(); ++i)
    if (const double t = std::sqrt(squared_time(box.nodes[i] - middle)); t <= 2.5)
      seeds.push_back({i, t});
  const std::vector<double> time = Eikonal(box.nodes, box.tetrahedra, same_everywhere(box), speeds).arrival(seeds);
  std::array<double, 2> error{0, 0};
  for (std::size_t i = 0; i < box.nodes.size(); ++i) {
    const double difference = std::abs(time[i] - std::sqrt(squared_time(box.nodes[i] - middle)));
    error[0] += difference / static_cast<double>(box.nodes.size());
    error[1] = std::max(error[1], difference);
  }
  return error;
}

TEST(Eikonal, IsOfFirstOrderOnAnAnisotropicSphere) {
  const auto coarse = sphere_errors(0.5), fine = sphere_errors(0.25), finest = sphere_errors(0.125);
  for (int kind : {0, 1}) {
    EXPECT_GT(coarse[kind] / fine[kind], 1.6) << "first order; the start from a ball of few cells still shows";
    EXPECT_GT(fine[kind] / finest[kind], 1.7);
  }
  EXPECT_LT(finest[1], 1.0) << "of arrival times up to 25 ms";
}

TEST(Eikonal, LeavesUnreachedPiecesAtInfinityAndRefusesWhatCannotBe) {
  const std::vector<Vector3> nodes{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {5, 0, 0}, {6, 0, 0}, {5, 1, 0}, {5, 0, 1}};
  const std::vector<std::array<std::size_t, 4>> cells{{0, 1, 2, 3}, {4, 5, 6, 7}};
  const std::vector<double> fibres{1, 0, 0, 1, 1, 0, 0, 1};
  const std::vector<double> time = Eikonal(nodes, cells, fibres, {0.5, 0.5}).arrival({{0, 3.0}});
  EXPECT_NEAR(time[1], 5.0, 1e-6);
  EXPECT_TRUE(std::isinf(time[4]));
  EXPECT_THROW(Eikonal(nodes, cells, fibres, {0.5, 0.5}).arrival({}), io::CaseError);
  EXPECT_THROW(Eikonal(nodes, cells, fibres, {0.5, 0.0}), io::CaseError);
}

TEST(WaveSpeed, OfTheContinuumIsThatOfFineCables) {
  const auto model = ionic_models().make("ten_tusscher_2006_epi");
  // One-dimensional cables with h 0.02 mm: 0.61 m/s at 0.0953 mm^2/ms, 0.22 at 0.0126 (cable_velocity.md, the reduced model I_Na + I_K1).
  const double speed = wave_speed_of(*model);
  EXPECT_NEAR(speed * std::sqrt(0.0953), 0.61, 0.01);
  EXPECT_NEAR(speed * std::sqrt(0.0126), 0.22, 0.005);
}

ElectrophysiologyResult beat(const std::string &method, double duration, io::Quantities &quantities) {
  const mesh::HeartMesh slab = mesh::make_slab({10, 4, 2}, 0.5);
  ElectrophysiologyOptions options;
  options.method = method;
  options.refinements = 0;
  options.duration = duration;
  options.velocity = {0.6, 0.3};
  options.surfaces.resize(1);
  options.surfaces[0].surface = "x0";
  options.points = {{"far", {10, 2, 1}}};
  options.save_every = 20;
  return run_electrophysiology(MPI_COMM_WORLD, slab, mesh::uniform_fibres(slab, {0.8, 0.6, 0}, {-0.6, 0.8, 0}), options, quantities);
}

TEST(ReactionEikonal, ArrivesWhenTheMonodomainWaveDoesAndCarriesItsCalcium) {
  io::Quantities eikonal, monodomain;
  const ElectrophysiologyResult fast = beat("reaction_eikonal", 60, eikonal), slow = beat("monodomain", 60, monodomain);
  EXPECT_FALSE(eikonal.has("conduction_velocity_error_expected")) << "its velocities do not depend on the mesh";
  EXPECT_NEAR(eikonal.value("activation_time_far"), monodomain.value("activation_time_far"), 1.5)
      << "one layer of nodes under the stimulus, which its neighbours load, fires a millisecond later than the single cell of the seeds";
  if (io::rank() != 0)
    return;
  const double count = static_cast<double>(fast.activation.size());
  double offset = 0, difference = 0;
  for (std::size_t i = 0; i < fast.activation.size(); ++i)
    offset += (fast.activation[i] - slow.activation[i]) / count;
  for (std::size_t i = 0; i < fast.activation.size(); ++i)
    difference += std::abs(fast.activation[i] - slow.activation[i] - offset) / count;
  EXPECT_LT(difference, 0.03 * monodomain.value("activation_time_total")) << "but for the start, on the mean";
  ASSERT_EQ(fast.calcium.times.size(), slow.calcium.times.size());
  const std::size_t middle = fast.calcium.nodes / 2;
  EXPECT_NEAR(fast.calcium.at(60, middle), slow.calcium.at(60, middle), 0.03 * slow.calcium.at(60, middle))
      << "the same ionic model, activated within a millisecond";
}

TEST(ReactionEikonal, WritesPotentialsAtPointsAndFieldsAsTheMonodomainDoes) {
  io::Quantities eikonal, monodomain;
  const ElectrophysiologyResult fast = beat("reaction_eikonal", 60, eikonal), slow = beat("monodomain", 60, monodomain);
  if (io::rank() != 0)
    return;
  ASSERT_EQ(fast.points.rows(), slow.points.rows());
  ASSERT_EQ(slow.voltage.times.size(), 4u);
  EXPECT_EQ(fast.voltage.times, (std::vector<double>{0, 20, 40, 60}));
  ASSERT_EQ(fast.voltage.nodes, slow.voltage.nodes);
  const std::vector<double> &time = fast.points.column("time"), &here = fast.points.column("voltage_far"),
                            &there = slow.points.column("voltage_far");
  for (std::size_t row = 0; row < time.size(); ++row)
    ASSERT_NEAR(time[row], slow.points.column("time")[row], 1e-9) << "steps of the monodomain add up with rounding";
  std::size_t up = 0; // first sample above 0 mV
  while (up + 1 < here.size() && here[up] < 0)
    ++up;
  EXPECT_EQ(time[up], std::ceil(eikonal.value("activation_time_far"))) << "the point crosses 0 mV when it is activated";
  EXPECT_NEAR(here.front(), there.front(), 0.1) << "mV, at rest";
  EXPECT_NEAR(here.back(), there.back(), 1) << "mV, on the plateau, where a millisecond changes little";
  EXPECT_NEAR(fast.voltage.at(60, fast.voltage.nodes / 2), slow.voltage.at(60, slow.voltage.nodes / 2), 1);
}

} // namespace
} // namespace corvivo::physics
