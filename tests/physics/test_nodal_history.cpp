#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <physics/nodal_history.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

namespace corvivo::physics {
namespace {

NodalHistory sample() {
  return {{0.0, 2.0, 6.0}, 2, {1.0F, 10.0F, 3.0F, 20.0F, 7.0F, 40.0F}};
}

TEST(NodalHistories, AreLinearInTimeWithTheEndValuesOutside) {
  const NodalHistory history = sample();
  EXPECT_EQ(history.at(-1.0, 0), 1.0);
  EXPECT_EQ(history.at(1.0, 0), 2.0);
  EXPECT_EQ(history.at(2.0, 1), 20.0);
  EXPECT_EQ(history.at(3.0, 1), 25.0);
  EXPECT_EQ(history.at(9.0, 1), 40.0);
  EXPECT_THROW(history.at(1.0, 2), io::Bug);
}

TEST(NodalHistories, ComeBackFromAFileBitByBit) {
  const test::TemporaryFolder folder;
  save(sample(), folder.file("calcium.bin"));
  const NodalHistory back = load_nodal_history(folder.file("calcium.bin"));
  EXPECT_EQ(back.times, sample().times);
  EXPECT_EQ(back.nodes, sample().nodes);
  EXPECT_EQ(back.values, sample().values);
}

TEST(NodalHistories, OfDamagedFilesAreRefused) {
  const test::TemporaryFolder folder;
  save(sample(), folder.file("good"));
  const std::string bytes = io::read_file(folder.file("good"));
  io::write_file(folder.file("cut"), bytes.substr(0, bytes.size() - 3));
  io::write_file(folder.file("other"), "time,calcium\n0,1\n");
  std::string huge = bytes;
  huge[24] = huge[30] = '\x7f';
  io::write_file(folder.file("huge"), huge);
  for (const char *name : {"cut", "other", "huge", "missing"})
    EXPECT_THROW(load_nodal_history(folder.file(name)), io::CaseError) << name;
}

} // namespace
} // namespace corvivo::physics
