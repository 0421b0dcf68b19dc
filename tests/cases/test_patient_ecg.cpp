// Case 08: the ECG of a patient's left ventricle has the form that textbooks give, where that does not need the rest of the body.
#include <tests/cases/program.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/time_series.hpp>

#include <gtest/gtest.h>

#include <algorithm>

using namespace corvivo::test;
namespace io = corvivo::io;

TEST(EcgCase, HasTheAxisAndTheTWavesOfHealthyAdults) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run_program({"run", std::string(CORVIVO_SOURCE_DIR) + "/cases/08_patient_ecg/case.yaml", "--output", folder.file("ecg"), "--set",
                   "mesh.element_size=6 mm", "--set", "electrophysiology.element_size=1.6 mm"},
                  folder.path());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto results = results_of(folder.path() / "ecg");
  // Surawicz et al. (AHA/ACCF/HRS recommendations, part III), J Am Coll Cardiol 53:976, 2009; Rautaharju et al. (part IV), 53:982, 2009.
  EXPECT_GT(results.value("qrs_axis"), -30);
  EXPECT_LT(results.value("qrs_axis"), 90);
  EXPECT_LT(results.value("qrs_duration"), 112);
  EXPECT_GT(results.value("purkinje_junctions"), 100);
  EXPECT_EQ(results.find("qrs_axis")->warning.find("early sites"), std::string::npos) << "of a tree";
  const io::TimeSeries ecg = io::time_series_from_csv(folder.file("ecg") + "/stages/electrophysiology/ecg.csv");
  const auto t_wave = [&](const char *lead) {
    const std::vector<double> &time = ecg.column("time"), &v = ecg.column(lead);
    double largest = 0;
    for (std::size_t i = 0; i < v.size(); ++i)
      if (time[i] > 200 && std::abs(v[i]) > std::abs(largest))
        largest = v[i];
    return largest;
  };
  for (const char *lead : {"I", "II", "V3", "V4", "V5", "V6"})
    EXPECT_GT(t_wave(lead), 0) << lead;
  EXPECT_LT(t_wave("aVR"), 0);
}
