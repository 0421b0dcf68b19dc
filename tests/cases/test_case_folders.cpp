// The folders of cases/: every one can be run, and those that are quick give the published numbers.
#include <tests/cases/program.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

using namespace corvivo::test;
namespace fs = std::filesystem;

namespace {

const fs::path cases = fs::path(CORVIVO_SOURCE_DIR) / "cases";

corvivo::io::Quantities run_case(const std::string &name, const std::vector<std::string> &settings) {
  const TemporaryFolder folder;
  std::vector<std::string> words = {"run", (cases / name / "case.yaml").string(), "--output", folder.file("out")};
  for (const std::string &setting : settings)
    words.insert(words.end(), {"--set", setting});
  const Outcome outcome = run_program(words, folder.path());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return outcome.status == 0 ? results_of(folder.file("out")) : corvivo::io::Quantities{};
}

} // namespace

TEST(CaseFolders, HoldAGoodCaseAndSayWhatItShows) {
  int found = 0;
  for (const auto &entry : fs::directory_iterator(cases)) {
    if (!entry.is_directory())
      continue;
    ++found;
    const Outcome outcome = run_program({"check", (entry.path() / "case.yaml").string()});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_TRUE(fs::exists(entry.path() / "README.md")) << entry.path();
  }
  EXPECT_GE(found, 6);
}

TEST(CaseFolders, BeamBendsAsPublished) {
  const auto results = run_case("03_land_beam", {"mechanics.geometry.element=[0.5 mm, 0.5 mm, 0.5 mm]"});
  ASSERT_TRUE(results.has("deformed_tip_z"));
  EXPECT_NEAR(results.value("deformed_tip_z"), 4.1693, 0.01 * 4.1693) << "two boxes across, half of the case's: 1 % instead of its 0.5 %";
}

TEST(CaseFolders, VentricleInflatesAsPublished) {
  const auto results = run_case("04_land_ventricle_passive", {});
  EXPECT_EQ(expect_values_of(cases / "04_land_ventricle_passive" / "expected.csv", results), 2);
}

TEST(CaseFolders, VentricleContractsAsPublished) {
  const auto results = run_case("05_land_ventricle_active", {});
  EXPECT_EQ(expect_values_of(cases / "05_land_ventricle_active" / "expected.csv", results), 2);
}

/// The beat takes minutes: tests/benchmarks.
TEST(CaseFolders, BiventricleHasTheVolumesOfThePatient) {
  const TemporaryFolder folder;
  const Outcome outcome = run_program({"mesh", (cases / "10_patient_biventricle" / "case.yaml").string(), "--output", folder.file("out")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(expect_values_of(cases / "10_patient_biventricle" / "expected.csv", results_of(folder.file("out"))), 6);
}
