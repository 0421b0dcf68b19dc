#pragma once
/// The program as its users meet it: command line in, exit status, messages and files out.
#include <io/base/quantity.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace corvivo::test {

struct Outcome {
  int status = -1;      ///< exit status; minus the signal that ended it
  std::string out, err; ///< what it printed on stdout and stderr
};

/// Runs `corvivo ARGUMENTS` (on `ranks` processes where that is more than one) in `folder` and waits.
Outcome run_program(const std::vector<std::string> &arguments, const std::filesystem::path &folder = std::filesystem::current_path(),
                    int ranks = 1);

/// Starts `corvivo ARGUMENTS` in `folder`, waits until `path` exists and `delay` ms more, and kills it without warning.
/// Returns false when the program ended before that.
bool kill_when_there(const std::filesystem::path &path, const std::vector<std::string> &arguments, const std::filesystem::path &folder,
                     int delay = 0);
/// The same as soon as `ready` says so.
bool kill_when(const std::function<bool()> &ready, const std::vector<std::string> &arguments, const std::filesystem::path &folder,
               int delay = 0);

std::size_t count(const std::string &text, const std::string &part);
io::Quantities results_of(const std::filesystem::path &output);

/// Holds results against a case's expected.csv (name, value, unit, tolerance, source); returns the number of its lines.
int expect_values_of(const std::filesystem::path &table, const io::Quantities &results);

/// Every quantity of `a` is in `b`, within `tolerance` of its value (residuals and drifts: in their unit); times, memory and speed-ups
/// aside, which differ from run to run.
void expect_same(const io::Quantities &a, const io::Quantities &b, double tolerance);

/// A case of patient1's two label maps and nothing else, with these lines after it; returns the file.
std::filesystem::path write_case(const std::filesystem::path &folder, const std::string &more_sections = "");
/// Sections for every stage but the heartbeat, each as cheap as it can be. Conductivities are given, not tuned: on elements this coarse
/// none gives 0.3 m/s across the fibres.
const char *coarse_sections();
/// The patient's label maps.
std::filesystem::path patient_data();

} // namespace corvivo::test
