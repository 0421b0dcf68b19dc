/// Beats of the bidomain and the pseudo-bidomain: against the monodomain, through a checkpoint, as a stage, and what is refused.
#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <mesh/slab.hpp>
#include <physics/electrophysiology/bidomain.hpp>
#include <physics/electrophysiology/checkpoint.hpp>
#include <physics/electrophysiology/electrophysiology.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {
namespace {

using namespace io;
using mesh::Vector3;

constexpr double membrane = 1.4; // uF/mm^3
const Diffusivity niederer_diffusivity{0.0952983725135624, 0.012575841147269718};

Tissue along_x(const mesh::HeartMesh &slab) {
  return serial_tissue(slab, std::vector<Vector3>(slab.tetrahedra.size(), Vector3{1, 0, 0}),
                       std::vector<double>(slab.tetrahedra.size(), 1.0));
}

Stimulus at_x0() {
  Stimulus stimulus;
  stimulus.name = "x = 0";
  stimulus.shape = Stimulus::Shape::box;
  stimulus.maximum = {0.6, 100, 100};
  stimulus.amplitude = 35.7;
  return stimulus;
}

struct BidomainRun {
  BidomainRun(const Tissue &tissue, const IonicModel &model, const BidomainOptions &options)
      : potential(tissue, bidomain_diffusivity(options, niederer_diffusivity), options, membrane),
        monodomain(tissue, {&model}, niederer_diffusivity, {at_x0()}, crank_nicolson(),
                   std::make_unique<Bidomain>(tissue, potential, crank_nicolson(), options.tolerance)) {}
  static Discretisation crank_nicolson() {
    Discretisation d;
    d.implicitness = 0.5;
    return d;
  }
  void run(int steps) {
    for (int step = 0; step < steps; ++step)
      monodomain.step(0.05);
  }
  ExtracellularPotential potential;
  Monodomain monodomain;
};

/// ms from x = 3 to x = 11 mm.
double crossing_time(const Tissue &tissue, const Monodomain &monodomain) {
  double begin = 0, end = 0, nodes = 0;
  for (std::size_t i = 0; i < tissue.nodes.size(); ++i) {
    nodes += std::abs(tissue.nodes[i][0] - 3) < 1e-6 ? 1 : 0;
    begin += std::abs(tissue.nodes[i][0] - 3) < 1e-6 ? monodomain.activation()[i] : 0;
    end += std::abs(tissue.nodes[i][0] - 11) < 1e-6 ? monodomain.activation()[i] : 0;
  }
  return (end - begin) / nodes;
}

TEST(BidomainBeat, CarriesAPlaneWaveAlongTheFibresAsTheMonodomainOfTheHarmonicMean) {
  const Tissue tissue = along_x(mesh::make_slab({12, 0.5, 0.5}, 0.25));
  const auto model = ionic_models().make("ten_tusscher_2006_epi");
  const BidomainOptions options; // Niederer's pairs: ratios of 9 inside and 2.6 outside
  const BidomainDiffusivity spaces = bidomain_diffusivity(options, niederer_diffusivity);
  EXPECT_NEAR(spaces.intracellular.along * membrane, 0.17, 1e-9) << "the monodomain's default is the harmonic mean of these";
  EXPECT_NEAR(spaces.extracellular.across * membrane, 0.24, 1e-9);
  EXPECT_NEAR(spaces.monodomain().along, niederer_diffusivity.along, 1e-15);
  BidomainRun both(tissue, *model, options);
  Monodomain one(tissue, *model, niederer_diffusivity, {at_x0()}, BidomainRun::crank_nicolson());
  both.run(500);
  for (int step = 0; step < 500; ++step)
    one.step(0.05);
  const double slow = crossing_time(tissue, one), fast = crossing_time(tissue, both.monodomain);
  EXPECT_NEAR(slow, 8 / 0.53, 1) << "ms";
  EXPECT_NEAR(fast, slow, 3e-3 * slow) << "the boxes' diagonals bend the wave by 0.03 ms; sigma_i alone would be 13 % faster";
}

TEST(BidomainBeat, GoesOnFromACheckpointToTheSameBits) {
  const Tissue tissue = along_x(mesh::make_slab({6, 3, 1}, 0.5));
  const auto model = ionic_models().make("ten_tusscher_2006_epi");
  BidomainRun whole(tissue, *model, {});
  whole.run(67);
  const test::TemporaryFolder folder;
  BeatCheckpoint saved{2, INFINITY, whole.monodomain.state(), {}};
  saved.record.extracellular_points.add_column("time", "ms");
  saved.record.extracellular_points.append_row({0});
  saved.record.extracellular = {{0, 1}, 2, {1, 2, 3, 4}};
  saved.record.voltage = saved.record.extracellular;
  whole.potential.forget();
  to_archive(saved).write(folder.file("beat"), 2);
  whole.run(67);
  const std::vector<double> phi = whole.potential.solve(whole.monodomain.voltage(), whole.monodomain.time());

  io::ArchiveReader archive(folder.file("beat"));
  BeatCheckpoint found = beat_checkpoint(archive);
  EXPECT_EQ(found.record.extracellular.values, saved.record.extracellular.values);
  EXPECT_EQ(found.record.extracellular.nodes, 2u);
  EXPECT_EQ(found.record.extracellular_points.rows(), 1u) << "fewer than samples: their interval is longer";
  BidomainRun resumed(tissue, *model, {});
  resumed.monodomain.set_state(std::move(found.state));
  resumed.run(67);
  EXPECT_EQ(resumed.monodomain.voltage(), whole.monodomain.voltage());
  EXPECT_EQ(resumed.monodomain.activation(), whole.monodomain.activation());
  EXPECT_EQ(resumed.potential.solve(resumed.monodomain.voltage(), resumed.monodomain.time()), phi);
}

ElectrophysiologyOptions short_beat(const std::string &method) {
  ElectrophysiologyOptions options;
  options.method = method;
  options.refinements = 1;
  options.duration = 30;
  options.tune_conductivities = options.mesh_correction = false;
  options.boxes.resize(1);
  options.points = {{"p1", {0, 0, 0}}, {"p2", {6, 3, 2}}};
  return options;
}

ElectrophysiologyResult run(const ElectrophysiologyOptions &options, Quantities &quantities) {
  const mesh::HeartMesh slab = mesh::make_slab({6, 3, 2}, 1.0);
  return run_electrophysiology(MPI_COMM_WORLD, slab, mesh::uniform_fibres(slab, {1, 0, 0}, {0, 1, 0}), options, quantities);
}

TEST(BidomainStage, PseudoBidomainAddsTheExtracellularPotentialToTheMonodomainsBits) {
  ElectrophysiologyOptions pseudo = short_beat("pseudo_bidomain");
  pseudo.save_every = 10;
  pseudo.bidomain.emplace();
  pseudo.bidomain->interval = 2;
  Quantities of_pseudo, of_monodomain, of_bidomain;
  const ElectrophysiologyResult with = run(pseudo, of_pseudo), without = run(short_beat("monodomain"), of_monodomain);
  const ElectrophysiologyResult full = run(short_beat("bidomain"), of_bidomain);
  EXPECT_GT(of_pseudo.value("bidomain_iterations"), 1);
  EXPECT_LT(of_bidomain.value("bidomain_iterations"), 40);
  EXPECT_FALSE(of_monodomain.has("bidomain_iterations"));
  EXPECT_NEAR(of_bidomain.value("activation_time_p2"), of_monodomain.value("activation_time_p2"), 2)
      << "ms; the front is curved and the anisotropy ratios unequal";
  if (rank() != 0)
    return;
  EXPECT_EQ(with.activation, without.activation);
  EXPECT_EQ(with.extracellular_points.rows(), 16u) << "every 2 ms";
  EXPECT_EQ(full.extracellular_points.rows(), 31u);
  ASSERT_EQ(with.extracellular.times, with.voltage.times);
  ASSERT_EQ(with.extracellular.values.size(), with.voltage.values.size());
  const std::vector<double> far = full.extracellular_points.column("extracellular_potential_p2");
  EXPECT_GT(*std::max_element(far.begin(), far.end()), 1) << "mV: the front comes, the far corner is positive";
  const std::vector<double> rough = with.extracellular_points.column("extracellular_potential_p2");
  for (std::size_t row = 0; row < rough.size(); ++row)
    EXPECT_NEAR(rough[row], far[2 * row], 6) << "mV, at " << 2 * row << " ms";
  const test::TemporaryFolder folder;
  save(with, folder.file("electrophysiology"));
  EXPECT_SAYS(read_file(folder.file("electrophysiology/extracellular.csv")), "extracellular_potential_p1 [mV]");
  EXPECT_SAYS(read_file(folder.file("electrophysiology/voltage_0001.vtu")), "extracellular_potential [mV]");
}

TEST(BidomainStage, ElectrodesAloneStartABeat) {
  ElectrophysiologyOptions options = short_beat("bidomain");
  options.boxes.clear();
  options.bidomain.emplace();
  options.bidomain->electrodes = {{"cathode", {0, 0, 0}, 1, -300, 1, 3}};
  options.bidomain->ground = PartBall{{6, 3, 2}, 1};
  Quantities quantities;
  run(options, quantities);
  EXPECT_GT(quantities.value("activation_time_p1"), 1) << "not before the current flows";
  EXPECT_LT(quantities.value("activation_time_p1"), 5);
  EXPECT_GT(quantities.value("activation_time_p2"), quantities.value("activation_time_p1"));
}

TEST(BidomainChecks, TellWhatDoesNotGoTogether) {
  const auto sentence = [](const auto &change) {
    ElectrophysiologyOptions options;
    options.method = "bidomain";
    options.bidomain.emplace();
    change(options);
    return test::complaint([&] { options.check(); });
  };
  EXPECT_EQ(sentence([](auto &) {}), "");
  EXPECT_SAYS(sentence([](auto &o) { o.method = "reaction_eikonal"; }), "reaction_eikonal, which has no extracellular space");
  EXPECT_SAYS(sentence([](auto &o) { o.bidomain->intracellular.along = -0.1; }), "expected both positive");
  EXPECT_SAYS(sentence([](auto &o) { o.bidomain->interval = 1.5; }), "bidomain.interval: found 1.5 ms");
  EXPECT_SAYS(sentence([](auto &o) { o.bidomain->electrodes = {{"a", {}, 1, 5, 0, 2}}; }), "sum to 5 uA at 0 ms");
  EXPECT_EQ(sentence([](auto &o) { o.bidomain->electrodes = {{"a", {}, 1, 5, 0, 2}, {"b", {}, 1, -5, 0, 2}}; }), "");
  EXPECT_SAYS(sentence([](auto &o) {
                o.method = "pseudo_bidomain";
                o.bidomain->electrodes = {{"a", {}, 1, 5, 0, 2}, {"b", {}, 1, -5, 0, 2}};
              }),
              "without effect");
  EXPECT_SAYS(sentence([](auto &o) { o.conductivity.along = 0.2; }), "has harmonic means of");
  EXPECT_EQ(sentence([](auto &o) {
              o.bidomain->intracellular.along = o.bidomain->extracellular.along = 0.4;
              o.conductivity.along = 0.2;
            }),
            "");
  EXPECT_SAYS(sentence([](auto &o) {
                o.vulnerability.emplace();
                o.vulnerability->places.resize(1);
              }),
              "use method: monodomain or pseudo_bidomain");
}

TEST(BidomainChecks, RefusePlacesThatConductNothing) {
  const auto sentence = [](const auto &change) {
    ElectrophysiologyOptions options = short_beat("bidomain");
    options.bidomain.emplace();
    change(options);
    Quantities quantities;
    return test::complaint([&] { run(options, quantities); });
  };
  EXPECT_SAYS(sentence([](auto &o) { o.bidomain->ground = PartBall{{50, 0, 0}, 1}; }), "the ground covers no node");
  EXPECT_SAYS(sentence([](auto &o) {
                o.tissue.resize(1);
                o.tissue[0].conduction = 0;
                o.tissue[0].box = PartBox{{2, -1, -1}, {4, 9, 9}};
              }),
              "falls into 2 parts");
}

} // namespace
} // namespace corvivo::physics
