// The 3-D heartbeat as a stage: killed in the middle of its beat and run again, on one rank and on two.
#include <tests/cases/program.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

using namespace corvivo::test;
namespace fs = std::filesystem;

namespace {

/// The first steps of contraction, as coarse as the wall allows, and solved so exactly that the order of the sums does not show in six
/// digits. Steps short enough that none has to be halved: whether one that is almost too long converges depends on the last digits. The
/// searches for stiffness and tension are left out: they run this same beat several times.
constexpr const char *beat = R"(heartbeat:
  element_size: 16 mm
  facet_distance: 1.5 mm
  duration: 90 ms
  time_step: 4 ms
  resting_time_step: 10 ms
  save_every: 20 ms
  tension_scale: 1.35
  normal_tension_fraction: 0.4
  material: {model: guccione}
  activation: {Ca50: 0.5 uM, beta1: -0.5 uM}
  stiffness_fit: {enabled: false}
  tension_fit: {enabled: false}
  newton: {tolerance: 1e-9, distance: 1e-8 mm, iterations: 25}
)";

} // namespace

TEST(BeatRuns, AKilledBeatOnOneRankAndAWholeOneOnTwoGiveTheSame) {
  const TemporaryFolder folder;
  write_case(folder.path(), std::string(coarse_sections()) + beat);
  const Outcome whole = run_program({"run", "case.yaml", "--output", "whole"}, folder.path(), 2);
  ASSERT_EQ(whole.status, 0) << whole.err;
  const fs::path stages = folder.path() / "killed" / "stages";
  const std::vector<std::string> run = {"run", "case.yaml", "--output", "killed"};
  ASSERT_TRUE(kill_when_there(stages / "heartbeat.part" / "heartbeat_2.vtu", run, folder.path())) << "the beat ended before 40 ms";
  EXPECT_FALSE(fs::exists(stages / "heartbeat"));
  const Outcome resumed = run_program(run, folder.path());
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(count(resumed.err, "inputs unchanged, kept"), 7u) << "all before the heartbeat: " << resumed.err;
  const auto results = results_of(folder.path() / "whole");
  EXPECT_GT(results.value("sim_lv_peak_pressure"), 60) << "it contracts";
  EXPECT_EQ(results.find("sim_lv_ef")->warning, "of the first 90 ms of a beat of 829 ms");
  expect_same(results, results_of(folder.path() / "killed"), 1e-6);
}
