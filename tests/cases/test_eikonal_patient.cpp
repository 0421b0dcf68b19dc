// The eikonal solution on a patient's mesh against the monodomain equation with the same conduction velocities.
#include <tests/cases/program.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/time_series.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace corvivo::test;
namespace io = corvivo::io;

namespace {

std::vector<double> activation_by(const std::string &method, const std::filesystem::path &folder) {
  const Outcome outcome = run_program({"run", "case.yaml", "--output", method, "--set", "electrophysiology.method=" + method}, folder, 2);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return io::time_series_from_csv((folder / method / "stages/electrophysiology/activation.csv").string()).column("activation_time");
}

} // namespace

TEST(EikonalOnAPatient, IsWithinThreePercentOfTheMonodomainActivation) {
  const TemporaryFolder folder;
  write_case(folder.path(), R"(mesh: {element_size: 5 mm}
fibres: {}
electrophysiology:
  element_size: 1.3 mm
  duration: 140 ms
  stop_when_activated: true
  velocity: {along: 0.6 m/s, across: 0.3 m/s}
)");
  const std::vector<double> eikonal = activation_by("reaction_eikonal", folder.path()),
                            monodomain = activation_by("monodomain", folder.path());
  ASSERT_EQ(eikonal.size(), monodomain.size());
  ASSERT_GT(eikonal.size(), 2000u);
  const double total = *std::max_element(monodomain.begin(), monodomain.end());
  double squares = 0;
  for (std::size_t i = 0; i < eikonal.size(); ++i)
    squares += (eikonal[i] - monodomain[i]) * (eikonal[i] - monodomain[i]) / static_cast<double>(eikonal.size());
  RecordProperty("percent", std::to_string(100 * std::sqrt(squares) / total));
  EXPECT_LT(std::sqrt(squares), 0.03 * total) << "ms, root mean square";
  EXPECT_NEAR(*std::max_element(eikonal.begin(), eikonal.end()), total, 0.03 * total) << "ms, the last node";
}
