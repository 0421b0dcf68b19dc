// A recorded ECG from its files to the report, by the command and as a section of a case.
#include <tests/cases/program.hpp>
#include <tests/io/html_checker.hpp>
#include <tests/io/wfdb_sample.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/text.hpp>

#include <gtest/gtest.h>

#include <cmath>

using namespace corvivo::test;
using corvivo::io::read_file;
using corvivo::io::write_file;
namespace fs = std::filesystem;

namespace {

double bump(double t, double centre, double width) {
  return std::exp(-0.5 * std::pow((t - centre) / width, 2));
}

/// Ten beats, one every 0.8 s, of two leads at 500 samples a second; R of 1 and 0.5 mV, T ends 330 ms after R.
std::string write_record(const fs::path &folder) {
  std::vector<std::vector<double>> signals(2);
  for (std::size_t i = 0; i < 4000; ++i) {
    const double t = std::fmod(2.0 * static_cast<double>(i), 800.0);
    const double wave = bump(t, 300, 9) + 0.25 * bump(t, 560, 35) + 0.1 * bump(t, 150, 18),
                 wander = 0.1 * std::sin(0.001 * static_cast<double>(i));
    signals[0].push_back(wave + wander);
    signals[1].push_back(0.5 * wave - wander);
  }
  return write_wfdb_sample(folder.string(), 500, {"ii", "V5"}, signals);
}

} // namespace

TEST(EcgRecordRuns, TheCommandLeavesWhatACaseLeaves) {
  const TemporaryFolder folder;
  const Outcome outcome = run_program({"ecg", write_record(folder.path()), "--output", "out"}, folder.path());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const fs::path out = folder.path() / "out";
  const auto results = results_of(out);
  EXPECT_EQ(results.value("ecg_beats"), 10);
  EXPECT_NEAR(results.value("ecg_heart_rate"), 75, 0.1);
  EXPECT_NEAR(results.value("ecg_r_amplitude_II"), 1, 0.02) << "standard leads have their standard names";
  EXPECT_NEAR(results.value("ecg_s_amplitude_V5"), 0, 1e-9);
  EXPECT_NEAR(results.value("ecg_qt_interval") - 0.5 * results.value("ecg_qrs_duration"), 330, 8);
  EXPECT_NEAR(results.value("ecg_qtc_fridericia"), results.value("ecg_qt_interval") / std::cbrt(0.8), 1e-3);
  for (const char *file : {"run.json", "case.resolved.yaml", "results.sqlite", "stages/ecg/beat.csv", "stages/ecg/beats.csv"})
    EXPECT_TRUE(fs::exists(out / file)) << file;
  const std::string page = read_file((out / "report.html").string());
  const CheckedPage checked = check_html(page);
  EXPECT_TRUE(checked.errors.empty()) << checked.errors.front();
  for (const char *part : {"id=\"ecg-measured\"", "ECG lead II", "QTc, Bazett", "8 of 10 beats"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
  EXPECT_SAYS(run_program({"ecg", "sample.hea", "--output", "out"}, folder.path()).err, "ecg: inputs unchanged, kept");
  EXPECT_EQ(run_program({"run", "out/case.resolved.yaml", "--output", "again"}, folder.path()).status, 0) << "the case that it stands for";
  expect_same(results, results_of(folder.path() / "again"), 1e-12);
}

TEST(EcgRecordRuns, BadOnesAreRefusedWithASentence) {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::vector<std::string> &words) {
    const Outcome outcome = run_program(words, folder.path());
    EXPECT_EQ(outcome.status, 1) << outcome.err;
    return outcome.err;
  };
  EXPECT_SAYS(refusal({"ecg"}), "ecg: expected one header of a record, found 0 arguments");
  EXPECT_SAYS(refusal({"ecg", "none.hea", "--output", "out"}), "none.hea: cannot be read");
  EXPECT_SAYS(refusal({"ecg", "none.hea", "--set", "ecg.leads=[II]"}), "ecg: takes no --set");
  write_record(folder.path());
  write_file(folder.file("case.yaml"), "corvivo: 1\ntitle: a record\necg: {record: sample.hea, leads: [V4]}\n");
  EXPECT_SAYS(refusal({"run", "case.yaml", "--output", "out"}), "sample.hea: has no lead 'V4'; did you mean 'V5'?");
  fs::remove(folder.path() / "sample.dat");
  EXPECT_SAYS(refusal({"run", "case.yaml", "--output", "out"}), "should be in 'sample.dat' beside it");
}
