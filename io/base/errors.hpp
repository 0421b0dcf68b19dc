#pragma once
/// The three ways a run can end badly, each with its exit status. Only `main` catches them.
#include <stdexcept>
#include <string>
#include <vector>

namespace corvivo::io {

/// The user's input is wrong (exit status 1). The message says where, what was found, what was expected and what to try.
class CaseError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// The numerics failed (exit status 2). Carries the residuals of the failed solve, oldest first.
class SolveError : public std::runtime_error {
public:
  explicit SolveError(const std::string &message, std::vector<double> residuals = {});
  const std::vector<double> &residuals() const { return residuals_; }

private:
  std::vector<double> residuals_;
};

/// A promise inside the program was broken (exit status 3): a bug of ours.
class Bug : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

/// Throws Bug with file and line when `condition` does not hold. Stays on in release builds.
#define CORVIVO_ASSERT(condition, message)                                                                                                 \
  do {                                                                                                                                     \
    if (!(condition))                                                                                                                      \
      throw ::corvivo::io::Bug(std::string(__FILE__) + ":" + std::to_string(__LINE__) + ": " + (message));                                 \
  } while (false)

} // namespace corvivo::io
