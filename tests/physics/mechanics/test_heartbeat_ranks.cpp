/// One beat on one rank and on all.
#include <tests/physics/mechanics/coarse_beat.hpp>

#include <io/base/parallel.hpp>
#include <physics/observables.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {
namespace {

struct Run {
  HeartbeatResult result;
  std::vector<Snapshot> fields; ///< on rank 0
};

Run run(MPI_Comm comm, const test::CoarseBeat &beat) {
  Run run;
  run.result = Simulation(comm, beat.input(), beat.options).run([&](const Snapshot &s) { run.fields.push_back(s); });
  EXPECT_FALSE(run.result.partial) << run.result.failure;
  return run;
}

/// Largest difference of two lists, by the range of the first or, where it hardly varies, a hundredth of its size.
double difference(const std::vector<double> &a, const std::vector<double> &b) {
  if (a.size() != b.size())
    return 1e300;
  const auto [low, high] = std::minmax_element(a.begin(), a.end());
  const double range = std::max({*high - *low, 0.01 * std::abs(*high), 0.01 * std::abs(*low), 1e-12});
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest / range;
}

std::vector<double> numbers(const std::vector<io::Vector3> &vectors) {
  std::vector<double> all;
  for (const io::Vector3 &v : vectors)
    all.insert(all.end(), v.begin(), v.end());
  return all;
}

void expect_same(const Run &all, const Run &one, double tolerance) {
  for (const auto &column : one.result.series.columns())
    EXPECT_LT(difference(column.values, all.result.series.column(column.name)), tolerance) << column.name;
  if (io::rank() != 0)
    return;
  ASSERT_EQ(all.fields.size(), one.fields.size());
  ASSERT_GT(one.fields.size(), 1u);
  for (std::size_t i = 0; i < one.fields.size(); ++i) {
    EXPECT_LT(difference(numbers(one.fields[i].displacement), numbers(all.fields[i].displacement)), tolerance) << one.fields[i].time;
    EXPECT_LT(difference(one.fields[i].tension, all.fields[i].tension), tolerance) << one.fields[i].time;
    EXPECT_LT(difference(one.fields[i].fibre_stretch, all.fields[i].fibre_stretch), tolerance) << one.fields[i].time;
  }
}

test::CoarseBeat early_contraction() {
  test::CoarseBeat beat;
  beat.options.duration = 60;
  beat.options.save_every = 20;
  return beat;
}

/// In fixed steps of 4 ms.
test::CoarseBeat tight_contraction() {
  test::CoarseBeat beat = early_contraction();
  beat.options.time_step = beat.options.resting_time_step = 4;
  beat.options.newton.tolerance = 1e-11;
  beat.options.newton.distance = 1e-11;
  beat.options.newton.linear_tolerance = 1e-6;
  beat.options.newton.iterations = 25;
  return beat;
}

TEST(HeartbeatRanks, FixedStepsAndATightNewtonAgreeTo1e8OfEachRange) {
  const test::CoarseBeat beat = tight_contraction();
  expect_same(run(MPI_COMM_WORLD, beat), run(MPI_COMM_SELF, beat), 1e-8);
}

/// Of its own, to be run on four ranks.
TEST(HeartbeatManyRanks, FixedStepsAndATightNewtonAgreeTo1e8OfEachRange) {
  test::CoarseBeat beat = tight_contraction();
  beat.options.duration = 16;
  beat.options.time_step = beat.options.resting_time_step = beat.options.save_every = 8;
  expect_same(run(MPI_COMM_WORLD, beat), run(MPI_COMM_SELF, beat), 1e-8);
}

TEST(HeartbeatRanks, AdaptiveStepsAgreeTo1e5OfEachRange) {
  test::CoarseBeat beat = early_contraction();
  beat.options.newton.tolerance = 1e-7;
  beat.options.newton.distance = 1e-7;
  expect_same(run(MPI_COMM_WORLD, beat), run(MPI_COMM_SELF, beat), 1e-5);
}

} // namespace
} // namespace corvivo::physics
