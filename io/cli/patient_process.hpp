#pragma once
/// One patient's run as a process of its own: whatever happens to it, the cohort goes on.
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace corvivo::cli {

/// What a process may use; 0: no limit.
struct ProcessLimits {
  double seconds = 0; ///< wall time
  double memory = 0;  ///< GB resident
};

/// How it ended.
struct ProcessEnd {
  std::string status;   ///< done, refused (exit status 1), failed (2), crashed, timed out, out of memory
  std::string sentence; ///< why, unless done
  double seconds = 0, cpu_seconds = 0;
  double memory = 0; ///< GB, peak
};

/// `words` is the command line, what it prints goes into `log`. It starts MPI on its own, also when this process is one of several ranks,
/// and dies when this process does.
class PatientProcess {
public:
  /// Throws CaseError when it cannot be started.
  PatientProcess(const std::vector<std::string> &words, std::filesystem::path log, const ProcessLimits &limits);
  ~PatientProcess(); ///< kills it when it still runs
  PatientProcess(const PatientProcess &) = delete;
  PatientProcess &operator=(const PatientProcess &) = delete;

  /// Nothing while it runs. Kills it when it is over a limit.
  std::optional<ProcessEnd> poll();

private:
  double seconds() const;
  ProcessEnd end_of(int status) const;

  pid_t process_ = -1;
  std::filesystem::path log_;
  ProcessLimits limits_;
  std::chrono::steady_clock::time_point start_;
  std::string killed_because_; ///< status, when it was over a limit
};

/// The last complaint in what a run printed ("corvivo: ..." and the lines that belong to it); empty when there is none.
std::string complaint_in(const std::string &log);

} // namespace corvivo::cli
