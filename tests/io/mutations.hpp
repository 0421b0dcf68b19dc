#pragma once
/// Damaged copies of good files: what every reader must survive.
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace corvivo::test {

/// A format: good files of it, and its reader. `read` throws CaseError, or returns after checking what it read.
struct MutatedFormat {
  std::string name;
  std::vector<std::string> samples;
  std::function<void(const std::string &content)> read;
};
/// Every format of images and meshes that the program reads.
std::vector<MutatedFormat> mutated_formats();
MutatedFormat mutated_dicom();

/// A copy with one to six changes: bits flipped, bytes overwritten, pieces cut out, doubled or moved, numbers in text replaced by what is
/// rarely meant (-1, nan, 1e308, 4294967295 ...), the end cut off.
std::string mutated(const std::string &sample, std::mt19937_64 &random);

struct MutationCount {
  std::size_t read = 0, refused = 0;
  std::string failure; ///< what a reader threw that is no CaseError, or a CaseError that does not name the file; empty when all is well
  std::string input;   ///< the bytes that did it
};
/// Reads `count` mutated files. The same seed gives the same files on every machine.
MutationCount read_mutated(const MutatedFormat &format, std::size_t count, std::uint64_t seed);

} // namespace corvivo::test
