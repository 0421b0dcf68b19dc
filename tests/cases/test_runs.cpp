// A coarse run of every stage but the 3-D heartbeat: names, report, second run, kill and resume, two ranks.
#include <tests/cases/program.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/text.hpp>
#include <io/cli/result_names.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <regex>

using namespace corvivo::test;
using corvivo::io::Quantities;
using corvivo::io::Quantity;
using corvivo::io::read_file;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t stages = 8;

class CoarseRuns : public testing::Test {
protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    write_case(folder_->path(), coarse_sections());
    first_ = run_program({"run", "case.yaml", "--output", "first"}, folder_->path());
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override { ASSERT_EQ(first_.status, 0) << first_.err; }
  static const fs::path &folder() { return folder_->path(); }
  static Quantities first() { return results_of(folder() / "first"); }

  static inline std::unique_ptr<TemporaryFolder> folder_;
  static inline Outcome first_;
};

} // namespace

TEST_F(CoarseRuns, EveryResultIsExplainedWithItsUnit) {
  const Quantities results = first();
  for (const Quantity &q : results.all()) {
    const auto *name = corvivo::cli::find_result_name(q.name);
    ASSERT_TRUE(name) << q.name << " is not in io/cli/result_names.cpp";
    EXPECT_TRUE(name->unit == "*" || name->unit == q.unit) << q.name << " in " << q.unit << ", explained in " << name->unit;
  }
}

TEST_F(CoarseRuns, EveryStageReportsWhatItIsFor) {
  const Quantities results = first();
  for (const char *name : {"lv_ef", "mesh_volume_error", "fibre_angle_endocardium", "activation_time_total", "activation_time_p1",
                           "qrs_duration", "surrogate_error", "fit_lv_edv", "measured_lv_edv", "param_systemic_resistance",
                           "whatif_change_vasodilation_lv_ef", "laci", "lvef_class", "maggic", "time_electrophysiology", "memory_peak"})
    EXPECT_TRUE(results.has(name)) << name;
  EXPECT_NE(results.find("qrs_duration")->warning.find("left ventricle alone"), std::string::npos);
  EXPECT_NE(results.find("qrs_duration")->warning.find("default early sites"), std::string::npos) << "the case names no stimulus";
}

/// The table's numbers are those of the exam's fitted surfaces, not ours; each line gives the reason of its tolerance.
TEST_F(CoarseRuns, GiveTheNumbersThatTheCaseExpects) {
  EXPECT_EQ(expect_values_of(std::string(CORVIVO_SOURCE_DIR) + "/cases/01_patient_heartbeat/expected.csv", first()), 8);
}

TEST_F(CoarseRuns, LeaveWhatTheContractNames) {
  for (const char *name : {"results.json", "report.html", "case.resolved.yaml", "run.json", "stages/mesh/mesh.vtu",
                           "stages/fibres/fibres.vtu", "stages/electrophysiology/activation_map.vtu"})
    EXPECT_TRUE(fs::exists(folder() / "first" / name)) << name;
}

TEST_F(CoarseRuns, TheReportShowsTheNumbersOfTheResults) {
  const Quantities results = first();
  const std::string page = read_file((folder() / "first" / "report.html").string());
  const std::regex number("<data data-name=\"([^\"]+)\" value=\"([^\"]+)\">");
  std::size_t shown = 0;
  for (auto found = std::sregex_iterator(page.begin(), page.end(), number); found != std::sregex_iterator(); ++found, ++shown) {
    ASSERT_TRUE(results.has((*found)[1])) << (*found)[1];
    EXPECT_EQ(std::stod((*found)[2]), results.value((*found)[1])) << (*found)[1] << ": printed with every digit, so equal";
  }
  EXPECT_GE(shown, results.all().size() / 2);
}

TEST_F(CoarseRuns, TheReportShowsBaselineAndBoundsOfTheFittedParameters) {
  const std::string page = read_file((folder() / "first" / "report.html").string());
  EXPECT_EQ(count(page, "class=\"bounds\""), 5u) << "a bar for each parameter of the circulation";
  EXPECT_NE(page.find("Resistance of the systemic circuit"), std::string::npos);
}

TEST_F(CoarseRuns, WhatIfSaysWhichModelAnsweredAndOnWhatItRests) {
  const Quantities results = first();
  EXPECT_LT(results.value("whatif_change_vasodilation_aortic_diastolic"), 0);
  const Quantity &fast = *results.find("whatif_after_vasodilation_lv_ef"), &full = *results.find("whatif_after_pacing_lv_ef");
  EXPECT_EQ(fast.warning.find("full model"), std::string::npos) << fast.warning;
  EXPECT_NE(fast.warning.find("rests on assumed systolic_pressure"), std::string::npos) << fast.warning;
  EXPECT_NE(full.warning.find("by the full model: the surrogate knows one heart rate only"), std::string::npos) << full.warning;
  EXPECT_GT(*fast.uncertainty, 0);
  const std::string page = read_file((folder() / "first" / "report.html").string());
  EXPECT_NE(page.find("a fifth less resistance"), std::string::npos);
}

TEST_F(CoarseRuns, TheResolvedCaseIsAGoodCaseWithTheSameValues) {
  const fs::path resolved = folder() / "first" / "case.resolved.yaml";
  const Outcome outcome = run_program({"check", resolved.string()}, folder());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
}

TEST_F(CoarseRuns, ASecondRunKeepsEveryStage) {
  const Quantities before = first();
  const Outcome again = run_program({"run", "case.yaml", "--output", "first"}, folder());
  EXPECT_EQ(again.status, 0);
  EXPECT_EQ(count(again.err, "inputs unchanged, kept"), stages) << again.err;
  expect_same(before, first(), 0);
}

/// One run after the other into the same folder, each killed in the next stage.
TEST_F(CoarseRuns, KilledInAnyStageGoOnWhereTheyWereAndGiveTheSame) {
  const std::vector<std::string> run = {"run", "case.yaml", "--output", "killed"};
  const fs::path made = folder() / "killed" / "stages";
  const std::vector<std::pair<std::string, int>> all = {{"segmentation", 0},         {"mesh", 100},      {"fibres", 0},
                                                        {"surrogate", 1000},         {"calibration", 0}, {"whatif", 0},
                                                        {"electrophysiology", 2000}, {"prognosis", 0}};
  ASSERT_EQ(all.size(), stages);
  std::vector<std::string> before;
  for (const auto &[stage, delay] : all) {
    bool killed = false;
    for (int trial = 0; trial < 5 && !killed; ++trial) { // a kill may come too late for a stage of milliseconds
      fs::remove_all(made / stage);
      killed = kill_when_there(made / (stage + ".part"), run, folder(), delay) && !fs::exists(made / stage);
    }
    ASSERT_TRUE(killed) << stage;
    for (const std::string &earlier : before)
      EXPECT_TRUE(fs::exists(made / earlier / "stage.json")) << earlier << " was lost with " << stage;
    before.push_back(stage);
  }
  const Outcome resumed = run_program(run, folder());
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(count(resumed.err, "inputs unchanged, kept"), stages - 1) << "all but the last: " << resumed.err;
  expect_same(first(), results_of(folder() / "killed"), 0); // the same program on the same inputs: the same bits
}

TEST_F(CoarseRuns, NumericsThatFailEndWithStatusTwoAndKeepWhatThereIs) {
  const Outcome outcome = run_program({"simulate", "case.yaml", "--output", "failed", "--set", "electrophysiology.tune_conductivities=true",
                                       "--set", "electrophysiology.refinements=0", "--set", "electrophysiology.velocity.across=0.1 m/s"},
                                      folder());
  EXPECT_EQ(outcome.status, 2) << outcome.err;
  for (const char *part : {"the numerics failed: stage electrophysiology", "use a finer mesh", "stages/electrophysiology.failed"})
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
  EXPECT_TRUE(results_of(folder() / "failed").has("mesh_cells"));
  EXPECT_TRUE(fs::exists(folder() / "failed" / "stages" / "electrophysiology.failed" / "results.json"));
  const std::string page = read_file((folder() / "failed" / "report.html").string());
  EXPECT_NE(page.find("no conductivity gives"), std::string::npos) << "the report says that it is of a failed run, and why";
}

TEST_F(CoarseRuns, TwoRanksGiveTheSame) {
  const Outcome outcome = run_program({"run", "case.yaml", "--output", "two"}, folder(), 2);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  expect_same(first(), results_of(folder() / "two"), 1e-6); // sums are taken in another order
}
