#pragma once
/// Provenance of a run (run.json) and the research database that runs are appended to (results.sqlite).
#include <io/base/quantity.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace corvivo::io {

struct StageRecord {
  std::string stage;
  double seconds = 0;  ///< wall time
  bool reused = false; ///< inputs had not changed: an earlier result was taken
};

/// What one needs to know to make the same numbers again.
struct RunRecord {
  std::string case_name, resolved_case, case_hash; ///< the YAML with every default written out, and its hash
  std::string command;
  std::string version, git_hash, started; ///< of the program; ISO 8601, UTC
  std::string machine, processor, system; ///< host name, CPU, operating system
  std::map<std::string, std::string> libraries;
  std::int64_t seed = 0;
  int ranks = 1;
  std::vector<StageRecord> stages;
  std::string failure; ///< sentence; empty when everything went well
};

/// A record of this program on this machine, now; the case, seed and ranks are the caller's.
RunRecord start_record();
double wall_time(const RunRecord &record); ///< s, all stages

std::string to_json(const RunRecord &record);
/// Throws CaseError when `text` is not what `to_json` writes.
RunRecord run_record_from_json(const std::string &text);

/// Appends to the SQLite file `path`, made when it is not there, in one transaction; several runs may append at a time.
/// Tables: runs(id, started, case_name, ...), stages(run_id, stage, seconds, reused), quantities(run_id, name, value, unit, ...);
/// view newest_quantities: those of each case's newest run. Returns the run's id. Throws CaseError when the file is not a database of ours
/// or cannot be written.
std::int64_t append_to_database(const std::string &path, const RunRecord &record, const Quantities &quantities);

struct StoredRun {
  std::int64_t id = 0;
  RunRecord record; ///< whole, from the stored run.json
  Quantities quantities;
};
/// Throws CaseError when there is no such run.
StoredRun read_from_database(const std::string &path, std::int64_t id);

} // namespace corvivo::io
