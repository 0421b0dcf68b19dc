/// The whole stage on a small slab: refinement, spreading, one short beat, what it reports, files.
#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <mesh/slab.hpp>
#include <physics/electrophysiology/electrophysiology.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace corvivo::physics {
namespace {

using namespace io;
using mesh::Vector3;

ElectrophysiologyOptions short_beat() {
  ElectrophysiologyOptions options;
  options.refinements = 1;
  options.duration = 60;
  options.tune_conductivities = options.mesh_correction = false;
  options.boxes.resize(1);
  options.points = {{"p1", {0, 0, 0}}, {"p2", {6, 3, 2}}};
  return options;
}

ElectrophysiologyResult run(const mesh::HeartMesh &slab, const ElectrophysiologyOptions &options, Quantities &quantities) {
  return run_electrophysiology(MPI_COMM_WORLD, slab, mesh::uniform_fibres(slab, {1, 0, 0}, {0, 1, 0}), options, quantities);
}

TEST(ElectrophysiologyStage, GivesActivationAndCalciumAtTheNodesOfQuadraticElements) {
  const mesh::HeartMesh slab = mesh::make_slab({6, 3, 2}, 1.0);
  Quantities quantities;
  const ElectrophysiologyResult result = run(slab, short_beat(), quantities);
  EXPECT_TRUE(quantities.has("conduction_velocity_error_expected"));
  EXPECT_FALSE(quantities.has("qrs_duration")) << "a slab has no axes to place electrodes by";
  EXPECT_LT(quantities.value("activation_time_p1"), 2.0);
  EXPECT_GT(quantities.value("activation_time_p2"), quantities.value("activation_time_p1"));
  EXPECT_GE(quantities.value("activation_time_total"), quantities.value("activation_time_p2"));
  EXPECT_LT(quantities.value("activation_time_total"), 20.0) << "7 mm, mostly across the fibres at 0.3 m/s and more";
  if (rank() != 0)
    return;
  const mesh::HeartMesh once = mesh::refine(slab);
  ASSERT_EQ(result.activation.size(), once.nodes.size());
  ASSERT_EQ(result.calcium.nodes, once.nodes.size());
  EXPECT_EQ(result.calcium.times.size(), 31u) << "every 2 ms, both ends";
  EXPECT_NEAR(result.calcium.at(0.0, 0), 0.126, 1e-6) << "published rest value, uM";
  EXPECT_GT(result.calcium.at(60.0, 0), 0.5) << "systolic calcium of this cell is about 1 uM";
  EXPECT_EQ(result.activation_map.points.size(), once.nodes.size());

  const test::TemporaryFolder folder;
  save(result, folder.file("electrophysiology"));
  const ElectrophysiologyResult back = load_electrophysiology(folder.file("electrophysiology"));
  EXPECT_EQ(back.activation, result.activation);
  EXPECT_EQ(back.calcium.values, result.calcium.values);
  EXPECT_EQ(back.diffusivity.front_point, result.diffusivity.front_point);
  write_file(folder.file("electrophysiology") + "/activation.csv", "something,else\n1,2\n");
  EXPECT_THROW(load_electrophysiology(folder.file("electrophysiology")), CaseError);
}

TEST(ElectrophysiologyStage, RefinesUntilTheMeanEdgeIsAtMostTheElementSize) {
  const mesh::HeartMesh slab = mesh::make_slab({6, 3, 2}, 1.0);
  double edge = 0;
  const auto edges = mesh::edges(slab);
  for (const auto &[a, b] : edges)
    edge += norm(slab.nodes[a] - slab.nodes[b]) / static_cast<double>(edges.size());
  ElectrophysiologyOptions options;
  for (const auto &[share, times] : {std::pair{1.1, 1}, {0.51, 1}, {0.49, 2}, {0.251, 2}, {0.249, 3}}) {
    options.element_size = share * edge;
    EXPECT_EQ(refinements_for(slab, options), times) << "each refinement halves the edges; at least one";
  }
}

TEST(ElectrophysiologyStage, SaysWhenTheStimulusDoesNotCapture) {
  const mesh::HeartMesh slab = mesh::make_slab({6, 3, 2}, 1.0);
  ElectrophysiologyOptions weak = short_beat();
  weak.duration = 15;
  weak.stimulus_amplitude = 1.0;
  Quantities quantities;
  try {
    run(slab, weak, quantities);
    FAIL();
  } catch (const SolveError &error) {
    EXPECT_NE(std::string(error.what()).find("did not capture"), std::string::npos) << error.what();
  }
}

TEST(ElectrophysiologyStage, RefusesSitesOnABodyWithoutAxes) {
  const mesh::HeartMesh slab = mesh::make_slab({6, 3, 2}, 1.0);
  ElectrophysiologyOptions options = short_beat();
  options.boxes.clear();
  Quantities quantities;
  EXPECT_THROW(run(slab, options, quantities), CaseError);
}

} // namespace
} // namespace corvivo::physics
