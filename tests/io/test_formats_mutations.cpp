#include <tests/io/mutations.hpp>

#include <gtest/gtest.h>

using namespace corvivo;

// fuzz_readers does the same ten thousand times under sanitizers.
TEST(MutatedFiles, AreReadOrRefusedWithASentence) {
  for (const test::MutatedFormat &format : test::mutated_formats()) {
    for (const std::string &sample : format.samples)
      EXPECT_NO_THROW(format.read(sample)) << format.name << ": the file that mutations start from";
    const test::MutationCount result = test::read_mutated(format, 300, 20260101);
    EXPECT_EQ(result.failure, "");
    EXPECT_GT(result.refused, 60U) << format.name << ": mutations that change nothing would prove nothing";
    EXPECT_GT(result.read, 1U) << format.name << ": mutations that only break the first word would prove little";
  }
}
