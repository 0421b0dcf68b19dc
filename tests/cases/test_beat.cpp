// The 3-D heartbeat as a stage: killed in the middle of its beat and run again, on one rank and on two.
#include <tests/cases/program.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/text.hpp>

#include <gtest/gtest.h>

#include <algorithm>

using namespace corvivo::test;
namespace fs = std::filesystem;

namespace {

/// The first steps of contraction, as coarse as the wall allows, and solved so exactly that the order of the sums does not show in six
/// digits. Steps short enough that none has to be halved: whether one that is almost too long converges depends on the last digits. The
/// searches for stiffness and tension are as short as they can be: they run this same beat.
constexpr const char *beat = R"(heartbeat:
  element_size: 16 mm
  facet_distance: 1.5 mm
  duration: 90 ms
  time_step: 4 ms
  resting_time_step: 10 ms
  save_every: 20 ms
  checkpoint_steps: 3
  tension_scale: 1.35
  normal_tension_fraction: 0.4
  material: {model: guccione}
  activation: {Ca50: 0.5 uM, beta1: -0.5 uM}
  stiffness_fit: {runs: 2}
  tension_fit: {runs: 1}
  newton: {tolerance: 1e-9, distance: 1e-9 mm, linear_tolerance: 1e-6, iterations: 25}
)";

/// Names and bytes of the heartbeat's tables and fields.
std::vector<std::pair<std::string, std::string>> written(const fs::path &output) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto &entry : fs::directory_iterator(output / "stages" / "heartbeat"))
    if (entry.path().filename() != "stage.json") // holds the clock's times
      files.emplace_back(entry.path().filename().string(), corvivo::io::read_file(entry.path().string()));
  std::sort(files.begin(), files.end());
  return files;
}

} // namespace

TEST(BeatRuns, AKilledBeatGoesOnToTheSameBitsAndTwoRanksGiveTheSame) {
  const TemporaryFolder folder;
  write_case(folder.path(), std::string(coarse_sections()) + beat);
  const fs::path killed = folder.path() / "killed", part = killed / "stages" / "heartbeat.part";
  const std::vector<std::string> run = {"run", "case.yaml", "--output", "killed"};
  ASSERT_TRUE(kill_when_there(part / "checkpoint.1.0_of_1", run, folder.path())) << "the beat ended before its sixth step";
  EXPECT_FALSE(fs::exists(killed / "stages" / "heartbeat"));
  EXPECT_TRUE(fs::exists(part / "heartbeat.pvd"));
  const Outcome resumed = run_program(run, folder.path());
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(count(resumed.err, "inputs unchanged, kept"), 7u) << "all before the heartbeat: " << resumed.err;
  EXPECT_EQ(count(resumed.err, "the heartbeat goes on at"), 1u) << resumed.err;
  EXPECT_EQ(count(resumed.err, "    trial beat "), 0u) << "the searches were over: " << resumed.err;
  EXPECT_EQ(count(resumed.err, "passive stiffness"), 0u) << resumed.err;

  for (const char *name : {"whole", "two"}) { // the same stages before it
    fs::copy(killed, folder.path() / name, fs::copy_options::recursive);
    fs::remove_all(folder.path() / name / "stages" / "heartbeat");
  }
  const Outcome whole = run_program({"run", "case.yaml", "--output", "whole"}, folder.path());
  ASSERT_EQ(whole.status, 0) << whole.err;
  EXPECT_EQ(count(whole.err, "trial beat 1"), 1u) << whole.err;
  const auto results = results_of(folder.path() / "whole");
  EXPECT_GT(results.value("sim_lv_peak_pressure"), 60) << "it contracts";
  EXPECT_EQ(results.find("sim_lv_ef")->warning, "of the first 90 ms of a beat of 829 ms");
  expect_same(results, results_of(killed), 0);
  EXPECT_EQ(written(killed), written(folder.path() / "whole")) << "series and fields, to the bit, and nothing beside them";

  // Without the trial beat, whose steps may be halved: the tension is the same.
  const Outcome two =
      run_program({"run", "case.yaml", "--output", "two", "--set", "heartbeat.tension_fit.enabled=false"}, folder.path(), 2);
  ASSERT_EQ(two.status, 0) << two.err;
  const auto on_two = results_of(folder.path() / "two");
  int compared = 0;
  for (const corvivo::io::Quantity &q : on_two.all())
    if (q.name.rfind("sim_", 0) == 0) {
      ASSERT_TRUE(results.has(q.name)) << q.name;
      // The fall of pressure is a difference of almost equal pressures: its size is that of the whole range of rates.
      const double size = q.name == "sim_lv_dpdt_min" ? results.value("sim_lv_dpdt_max") - q.value : std::abs(q.value);
      EXPECT_NEAR(results.value(q.name), q.value, 1e-6 * std::max(size, 1e-3)) << q.name;
      ++compared;
    }
  EXPECT_GT(compared, 10);
}
