// Case 09: a premature stimulus is blocked in the channel of a scar and comes back through it; a killed run goes on to the same bits.
#include <tests/cases/program.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/text.hpp>

#include <gtest/gtest.h>

#include <algorithm>

using namespace corvivo::test;
namespace fs = std::filesystem;

namespace {

const std::string case_file = std::string(CORVIVO_SOURCE_DIR) + "/cases/09_reentry/case.yaml";

std::vector<std::string> run_into(const std::string &output, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"run", case_file, "--output", output};
  for (const std::string &setting : more)
    arguments.insert(arguments.end(), {"--set", setting});
  return arguments;
}

} // namespace

TEST(ReentryCase, GoesOnAfterThePrematureStimulusAndNotWithoutIt) {
  const TemporaryFolder folder;
  Outcome outcome = run_program(run_into(folder.file("with"), {"electrophysiology.duration=1100 ms"}), folder.path());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto with = results_of(folder.file("with"));
  EXPECT_GT(with.value("activation_last"), 1095) << "a wave is still under way";
  EXPECT_EQ(with.value("activations_most"), 3) << "the stimuli at 0 and 330 ms, and what came back";
  EXPECT_TRUE(fs::exists(folder.path() / "with" / "stages" / "electrophysiology" / "voltage.pvd"));

  outcome = run_program(run_into(folder.file("without"), {"electrophysiology.duration=600 ms", "electrophysiology.balls[1].start=5000 ms"}),
                        folder.path());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto without = results_of(folder.file("without"));
  EXPECT_LT(without.value("activation_last"), 400) << "one wave, and rest";
  EXPECT_EQ(without.value("activations_most"), 1);
}

TEST(ReentryCase, KilledGoesOnFromItsCheckpointToTheSameBits) {
  const TemporaryFolder folder;
  const std::vector<std::string> coarse{"electrophysiology.duration=420 ms", "mesh.element_size=1.6 mm",
                                        "electrophysiology.checkpoint_every=20 ms", "electrophysiology.tune_conductivities=false",
                                        "electrophysiology.mesh_correction=false"};
  Outcome outcome = run_program(run_into(folder.file("whole"), coarse), folder.path());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(fs::is_empty(folder.path() / "whole" / "cache" / "checkpoints")) << "they are removed at the end";
  ASSERT_TRUE(
      kill_when_there(folder.path() / "killed" / "cache" / "checkpoints", run_into(folder.file("killed"), coarse), folder.path(), 300));
  ASSERT_FALSE(fs::exists(folder.path() / "killed" / "stages" / "electrophysiology")) << "the kill came too late";
  outcome = run_program(run_into(folder.file("killed"), coarse), folder.path());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("goes on at"), std::string::npos) << outcome.err;
  for (const char *name : {"activation_map.vtu", "points.csv", "calcium.bin", "voltage_0021.vtu"})
    EXPECT_EQ(corvivo::io::read_file(folder.file("whole") + "/stages/electrophysiology/" + name),
              corvivo::io::read_file(folder.file("killed") + "/stages/electrophysiology/" + name))
        << name;
}

TEST(ReentryCase, AKilledVulnerabilityScanGoesOnToTheSameBits) {
  const TemporaryFolder folder;
  const std::vector<std::string> scan{
      "electrophysiology.duration=340 ms",
      "mesh.element_size=1.6 mm",
      "electrophysiology.save_every=0 ms",
      "electrophysiology.balls[1].start=5000 ms",
      "electrophysiology.tune_conductivities=false",
      "electrophysiology.mesh_correction=false",
      "electrophysiology.vulnerability={places: [{centre: [40 mm, 0 mm, 0.8 mm], radius: 5 mm}, {centre: [8 mm, "
      "30 mm, 0.8 mm], radius: 5 mm}], from: 380 ms, to: 400 ms, every: 20 ms, follow: 600 ms, quiet: 80 ms}"};
  const Outcome whole = run_program(run_into(folder.file("whole"), scan), folder.path());
  ASSERT_EQ(whole.status, 0) << whole.err;
  EXPECT_TRUE(fs::is_empty(folder.path() / "whole" / "cache" / "checkpoints")) << "they are removed at the end";
  const auto second_is_done = [&] { // its checkpoint is the second generation
    const fs::path kept = folder.path() / "killed" / "cache" / "checkpoints";
    return fs::exists(kept) && std::any_of(fs::directory_iterator(kept), fs::directory_iterator(), [](const fs::directory_entry &entry) {
             return entry.path().filename().string().find("_premature.1.") != std::string::npos;
           });
  };
  ASSERT_TRUE(kill_when(second_is_done, run_into(folder.file("killed"), scan), folder.path()));
  ASSERT_FALSE(fs::exists(folder.path() / "killed" / "stages" / "electrophysiology")) << "the kill came too late";
  const Outcome gone_on = run_program(run_into(folder.file("killed"), scan), folder.path());
  ASSERT_EQ(gone_on.status, 0) << gone_on.err;
  EXPECT_NE(gone_on.err.find("electrophysiology: goes on at 340 ms"), std::string::npos) << gone_on.err;
  EXPECT_NE(gone_on.err.find("of 4 premature stimuli"), std::string::npos) << gone_on.err;
  EXPECT_TRUE(fs::is_empty(folder.path() / "killed" / "cache" / "checkpoints"));
  for (const char *name : {"vulnerability.csv", "activation_map.vtu", "points.csv", "calcium.bin"})
    EXPECT_EQ(corvivo::io::read_file(folder.file("whole") + "/stages/electrophysiology/" + name),
              corvivo::io::read_file(folder.file("killed") + "/stages/electrophysiology/" + name))
        << name;
}

TEST(ReentryCase, ScarOutsideTheTissueIsRefused) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run_program(run_into(folder.file("out"), {"mesh.element_size=1.6 mm", "electrophysiology.tissue[1].box.minimum=[90 mm, 0 mm, 0 mm]",
                                                "electrophysiology.tissue[1].box.maximum=[95 mm, 9 mm, 9 mm]"}),
                  folder.path());
  EXPECT_EQ(outcome.status, 1) << outcome.err;
  EXPECT_NE(outcome.err.find("part 'left half of the scar' covers no element"), std::string::npos) << outcome.err;
}
