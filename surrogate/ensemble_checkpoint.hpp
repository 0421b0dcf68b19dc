#pragma once
/// What an ensemble has done so far, on disk: each rank appends one line a member to a file of its own, so that no rank waits for another
/// and a killed ensemble loses at most the member that each rank was running.
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace corvivo::surrogate {

struct MemberRun {
  int member = 0;
  double seconds = 0;
  std::vector<double> results; ///< empty when the run failed
  std::string failure;         ///< why; empty when it did not
};
using EnsembleRuns = std::map<int, MemberRun>;

/// `member,seconds,done,result…` or `member,seconds,failed,message`, with the line's end; numbers read back to the same double.
std::string to_line(const MemberRun &run);
/// Adds the complete lines of members below `members` with `outputs` results to `runs`; a last line that was cut off is skipped.
void read_lines(const std::string &lines, std::size_t outputs, int members, EnsembleRuns &runs);

/// Gathers what the ranks of an earlier try left in `folder` under the same `key` into one file, and returns its lines; files of another
/// key are dropped. Creates the folder. An empty `folder` keeps nothing. Rank 0 only.
std::string open_checkpoint(const std::filesystem::path &folder, const std::string &key, std::size_t outputs);

/// The file of one rank.
class CheckpointWriter {
public:
  CheckpointWriter(const std::filesystem::path &folder, int rank);
  /// On disk when it returns; throws CaseError when it cannot be written.
  void append(const std::string &line);

private:
  std::filesystem::path path_;
  std::ofstream file_;
};

} // namespace corvivo::surrogate
