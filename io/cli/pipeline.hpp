#pragma once
/// Runs the stages of a case one after the other; a stage whose inputs did not change is not run again.
#include <io/base/quantity.hpp>
#include <io/cli/folder_lock.hpp>

#include <filesystem>
#include <functional>
#include <mpi.h>
#include <string>
#include <vector>

namespace corvivo::cli {

/// One step of a case. Its inputs are described by text: the resolved options that concern it, hashes of the files it reads, and the names
/// of the stages whose results it uses.
struct Stage {
  std::string name;
  std::vector<std::string> needs; ///< earlier stages
  std::string inputs;             ///< options and file hashes
  /// Collective. Writes its results into the folder (which exists and is empty) and reports its quantities.
  std::function<void(const std::filesystem::path &folder, io::Quantities &quantities)> work;
  bool goes_on = false; ///< its folder is not emptied when it holds what a killed run of the same inputs left there
};

/// How a stage went, for the report and run.json.
struct StageRecord {
  std::string name, hash;
  double seconds = 0;     ///< of the run that made the result, also when it was kept from an earlier one
  double memory_peak = 0; ///< GB, all ranks together
  bool kept = false;      ///< taken from an earlier run
};

/// Layout: OUTPUT/stages/NAME holds a finished stage, NAME.part one that runs (a killed run leaves it; it is made anew, or gone on with),
/// NAME.failed the partial result of one whose numerics failed. All functions are collective.
class Pipeline {
public:
  /// Throws CaseError when the folder cannot be written, or another run holds it. `program` identifies the executable: other code makes
  /// other results.
  Pipeline(MPI_Comm comm, std::filesystem::path output, std::string program, bool force);

  void run(const Stage &stage);
  /// Takes every finished stage as it stands, whatever its inputs were (for a report on them), oldest first.
  void adopt_finished();
  std::filesystem::path folder(const std::string &stage) const { return output_ / "stages" / stage; }
  const std::filesystem::path &output() const { return output_; }
  /// For things that survive a killed stage (finished ensemble members).
  std::filesystem::path cache() const { return output_ / "cache"; }
  /// Of the inputs of the stage that runs: names what of it survives a kill.
  const std::string &running_hash() const { return running_hash_; }
  const io::Quantities &quantities() const { return quantities_; }
  const std::vector<StageRecord> &records() const { return records_; }
  MPI_Comm communicator() const { return comm_; }

private:
  bool keep(const Stage &stage, const std::string &hash);
  void make(const Stage &stage, const std::string &hash);
  std::string hash_of(const Stage &stage) const;
  void adopt(const std::string &stage, const std::string &record_text, bool kept);

  MPI_Comm comm_;
  std::filesystem::path output_;
  std::string program_;
  bool force_;
  std::string running_hash_;
  FolderLock lock_; ///< on rank 0
  io::Quantities quantities_;
  std::vector<StageRecord> records_;
};

} // namespace corvivo::cli
