/// A beat that is interrupted and goes on from its checkpoint.
#include <tests/physics/mechanics/coarse_beat.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/headed_file.hpp>
#include <io/base/log.hpp>
#include <io/base/text.hpp>

#include <gtest/gtest.h>

namespace corvivo::physics {
namespace {

struct Killed {};

/// The first nine steps of contraction with a checkpoint each third.
struct InterruptedBeat {
  test::CoarseBeat beat;
  test::TemporaryFolder folder;
  std::vector<Snapshot> saved; ///< as a file writer would have them
  double went_on_at = -1;      ///< ms

  InterruptedBeat() {
    beat.options.time_step = beat.options.resting_time_step = 8;
    beat.options.duration = 72;
    beat.options.save_every = 10;
    beat.options.checkpoint_steps = 3;
  }
  std::filesystem::path stem() const { return folder.path() / "checkpoint"; }
  HeartbeatResult run(double killed_at = 1e9) {
    went_on_at = -1;
    const auto observer = [&](const Snapshot &snapshot) {
      if (snapshot.time > killed_at)
        throw Killed();
      saved.push_back(snapshot);
    };
    const auto go_on = [&](double time) {
      went_on_at = time;
      while (!saved.empty() && saved.back().time > time)
        saved.pop_back();
    };
    return Simulation(MPI_COMM_SELF, beat.input(), beat.options, {stem(), go_on}).run(observer);
  }
  /// A run and what it said.
  std::string words_of_run(HeartbeatResult &result) {
    testing::internal::CaptureStderr();
    io::set_quiet(false);
    result = run();
    io::set_quiet(true);
    return testing::internal::GetCapturedStderr();
  }
  std::size_t files() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto &entry : std::filesystem::directory_iterator(folder.path()))
      ++count;
    return count;
  }
};

void expect_same_bits(const HeartbeatResult &a, const HeartbeatResult &b) {
  for (const auto table : {&HeartbeatResult::series, &HeartbeatResult::segment_strains}) {
    ASSERT_EQ((b.*table).rows(), (a.*table).rows());
    for (const auto &column : (a.*table).columns())
      EXPECT_EQ(io::to_bytes((b.*table).column(column.name)), io::to_bytes(column.values)) << column.name;
  }
  EXPECT_EQ(b.min_det_f, a.min_det_f);
  EXPECT_EQ(b.steps, a.steps);
  EXPECT_EQ(b.newton_iterations, a.newton_iterations);
  EXPECT_EQ(b.factorisations, a.factorisations);
  EXPECT_EQ(b.linear_iterations, a.linear_iterations);
}

TEST(HeartbeatRestarts, GoOnToTheSameBits) {
  InterruptedBeat whole, killed;
  const HeartbeatResult expected = whole.run();
  ASSERT_FALSE(expected.partial) << expected.failure;
  EXPECT_EQ(expected.steps, 9);
  EXPECT_EQ(expected.segment_strains.rows(), expected.series.rows());
  EXPECT_THROW(killed.run(50), Killed);
  EXPECT_EQ(killed.files(), 2u) << "two generations";
  const HeartbeatResult resumed = killed.run();
  EXPECT_EQ(killed.went_on_at, 48) << "ms: the sixth step";
  EXPECT_EQ(killed.files(), 0u) << "nothing is left of the checkpoints of a beat that ended";
  expect_same_bits(expected, resumed);
  ASSERT_EQ(killed.saved.size(), whole.saved.size());
  for (std::size_t i = 0; i < whole.saved.size(); ++i) {
    EXPECT_EQ(killed.saved[i].time, whole.saved[i].time);
    EXPECT_TRUE(killed.saved[i].displacement == whole.saved[i].displacement);
    EXPECT_TRUE(killed.saved[i].tension == whole.saved[i].tension);
    EXPECT_TRUE(killed.saved[i].fibre_stretch == whole.saved[i].fibre_stretch);
  }
}

TEST(HeartbeatRestarts, ARunWithoutCheckpointsDropsItsFactorisationsToo) {
  InterruptedBeat kept, bare;
  kept.beat.options.duration = bare.beat.options.duration = 40;
  expect_same_bits(kept.run(), Simulation(MPI_COMM_SELF, bare.beat.input(), bare.beat.options).run());
}

TEST(HeartbeatRestarts, AnotherCasesCheckpointIsLeftAside) {
  InterruptedBeat beat, fresh;
  for (InterruptedBeat *run : {&beat, &fresh})
    run->beat.options.duration = 40;
  EXPECT_THROW(beat.run(30), Killed);
  beat.beat.options.newton.tolerance = fresh.beat.options.newton.tolerance = 2e-4;
  HeartbeatResult result;
  const std::string words = beat.words_of_run(result);
  EXPECT_NE(words.find("a checkpoint of another heartbeat; it is left aside"), std::string::npos) << words;
  EXPECT_EQ(beat.went_on_at, -1);
  expect_same_bits(fresh.run(), result);
}

TEST(HeartbeatRestarts, ADamagedCheckpointIsToldAndTheOlderOneTaken) {
  InterruptedBeat beat;
  EXPECT_THROW(beat.run(50), Killed);
  const std::string newest = (beat.folder.path() / "checkpoint.1.0_of_1").string();
  std::string bytes = io::read_file(newest);
  bytes[bytes.size() - 9] ^= 1;
  io::write_file(newest, bytes);
  HeartbeatResult result;
  const std::string words = beat.words_of_run(result);
  EXPECT_NE(words.find(newest + ": a checkpoint that is damaged; it is left aside"), std::string::npos) << words;
  EXPECT_EQ(beat.went_on_at, 24);
}

} // namespace
} // namespace corvivo::physics
