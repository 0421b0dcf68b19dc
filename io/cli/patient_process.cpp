#include <io/cli/patient_process.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace corvivo::cli {

namespace {

/// What mpirun and process managers tell their own processes must not reach a process that starts MPI alone; settings of the user's stay.
bool is_inherited(const std::string &variable) {
  for (const char *kept : {"OMPI_ALLOW_RUN_AS_ROOT", "OMPI_MCA_btl", "OMPI_MCA_pml", "OMPI_MCA_mpi_", "OMPI_MCA_rmaps_base_oversubscribe"})
    if (variable.rfind(kept, 0) == 0)
      return true;
  for (const char *dropped : {"OMPI_", "PMIX_", "PMI_", "PRTE_", "ORTE_", "MPI_LOCAL", "HYD"})
    if (variable.rfind(dropped, 0) == 0)
      return false;
  return true;
}

std::vector<char *> pointers(std::vector<std::string> &texts) {
  std::vector<char *> out;
  for (std::string &text : texts)
    out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> environment() {
  std::vector<std::string> out;
  for (char **variable = environ; *variable; ++variable)
    if (is_inherited(*variable))
      out.push_back(*variable);
  return out;
}

/// GB resident now; 0 where the system does not say.
double resident_memory(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/statm");
  double whole = 0, resident = 0;
  file >> whole >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e9;
}

} // namespace

PatientProcess::PatientProcess(const std::vector<std::string> &words, std::filesystem::path log, const ProcessLimits &limits)
    : log_(std::move(log)), limits_(limits), start_(std::chrono::steady_clock::now()) {
  std::vector<std::string> command = words, variables = environment();
  const std::vector<char *> arguments = pointers(command), settings = pointers(variables);
  const int output = open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (output < 0)
    throw io::CaseError(log_.string() + ": cannot be written (" + std::strerror(errno) + ")");
  const pid_t parent = getpid();
  process_ = fork();
  if (process_ == 0) { // only calls that are safe after fork
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nothing = open("/dev/null", O_RDONLY);
    if (getppid() != parent || nothing < 0 || dup2(nothing, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0)
      _exit(126);
    execve(arguments.front(), arguments.data(), settings.data());
    _exit(127);
  }
  const int error = errno;
  close(output);
  if (process_ < 0)
    throw io::CaseError(log_.string() + ": no process can be started for this patient (" + std::strerror(error) + "); try fewer --jobs");
}

PatientProcess::~PatientProcess() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
}

double PatientProcess::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

std::optional<ProcessEnd> PatientProcess::poll() {
  if (killed_because_.empty()) {
    if (limits_.seconds > 0 && seconds() > limits_.seconds)
      killed_because_ = "timed out";
    else if (limits_.memory > 0 && resident_memory(process_) > limits_.memory)
      killed_because_ = "out of memory";
    if (!killed_because_.empty())
      kill(process_, SIGKILL);
  }
  int status = 0;
  rusage usage{};
  if (wait4(process_, &status, WNOHANG, &usage) != process_)
    return std::nullopt;
  process_ = -1;
  ProcessEnd end = end_of(status);
  end.seconds = seconds();
  end.cpu_seconds = double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + 1e-6 * double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  end.memory = double(usage.ru_maxrss) * 1024 / 1e9;
  return end;
}

ProcessEnd PatientProcess::end_of(int status) const {
  ProcessEnd end;
  const std::string complaint = complaint_in(io::read_file(log_.string()));
  const std::string messages = "; its messages are in " + log_.string();
  if (killed_because_ == "timed out")
    return {killed_because_,
            "was not done after " + io::fixed(limits_.seconds, 0) + " s and was stopped; try a longer --time-limit" + messages};
  if (killed_because_ == "out of memory")
    return {killed_because_, "held more than " + io::fixed(limits_.memory, 1) +
                                 " GB and was stopped; try a larger --memory-limit or larger elements" + messages};
  if (WIFSIGNALED(status))
    return {"crashed", "was ended by signal " + std::to_string(WTERMSIG(status)) + " (" + strsignal(WTERMSIG(status)) + ")" +
                           (WTERMSIG(status) == SIGKILL ? ": somebody stopped it, or the machine ran out of memory" : "") + messages};
  const int code = WEXITSTATUS(status);
  if (code == 0)
    return {"done", ""};
  if ((code == 1 || code == 2) && !complaint.empty())
    return {code == 1 ? "refused" : "failed", complaint};
  if (complaint.find("bad_alloc") != std::string::npos)
    return {"out of memory", "asked for more memory than there is; try larger elements or fewer --jobs" + messages};
  return {"crashed", (complaint.empty() ? "ended with exit status " + std::to_string(code) : complaint) + messages};
}

std::string complaint_in(const std::string &log) {
  const std::string mark = "corvivo: ";
  std::vector<std::string> found;
  bool inside = false;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(mark, 0) == 0) {
      found = {line.substr(mark.size())};
      inside = true;
    } else if (line.rfind("---", 0) == 0 || line.empty()) { // MPI's own frame
      inside = false;
    } else if (inside)
      found.push_back(line);
  }
  return io::join(found, "\n");
}

} // namespace corvivo::cli
