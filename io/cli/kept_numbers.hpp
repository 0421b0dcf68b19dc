#pragma once
/// Numbers that take long to find, in a stage's folder: a killed run does not look for them again.
#include <filesystem>
#include <functional>
#include <mpi.h>
#include <string>
#include <vector>

namespace corvivo::cli {

class KeptNumbers {
public:
  /// The folder must be of one case: that of a stage with `goes_on`.
  KeptNumbers(MPI_Comm comm, std::filesystem::path folder) : comm_(comm), folder_(std::move(folder)) {}
  /// What `find` gives on rank 0, or gave the run that was killed (then `go_on` is called with it); on every rank, to the same bits. A file
  /// that is damaged is told and its numbers are found anew. Collective.
  std::vector<double> get(const std::string &name, const std::function<std::vector<double>()> &find,
                          const std::function<void(const std::vector<double> &)> &go_on = {});
  /// Removes the files. Collective.
  void clear() const;

private:
  std::filesystem::path file(const std::string &name) const { return folder_ / (name + ".found"); }

  MPI_Comm comm_;
  std::filesystem::path folder_;
  std::vector<std::string> names_;
};

} // namespace corvivo::cli
