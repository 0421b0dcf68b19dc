#pragma once
/// What each command does; `command_line.cpp` lists them.
#include <filesystem>
#include <string>
#include <vector>

namespace corvivo::cli {

struct Case;

/// A command line after parsing.
struct Invocation {
  std::vector<std::string> arguments; ///< after the command's name
  std::string output;                 ///< empty: results/<case_name>
  std::string key;                    ///< file with the key of patient codes
  std::vector<std::string> overrides; ///< key.path=value
  std::string template_case;          ///< cohort: case file that each patient's is made from
  std::string part;                   ///< cohort: "3/200"
  std::string time_limit, memory_limit;
  int jobs = 1;
  bool both = false, slurm = false, gather = false;
  bool force = false, markdown = false, help = false;
};

/// Runs the stages up to the first of `last` that the case names (empty: all of the case), then writes results.json, report.html,
/// case.resolved.yaml, run.json and timeseries.csv, also when a stage failed.
int run_case(const Invocation &invocation, const std::vector<std::string> &last);
int check_case(const Invocation &invocation);
int report_case(const Invocation &invocation);
int explain(const Invocation &invocation);
int list_models(const Invocation &invocation);
/// A recorded ECG measured, with the same files as a case leaves.
int show_ecg(const Invocation &invocation);
/// The table of the DICOM series below a folder; with --output and --key their pseudonymised export.
int show_dicom(const Invocation &invocation);
/// Many patients, each as `run_case` of its own process; see cohort.hpp.
int run_cohort(const Invocation &invocation);

/// Runs the stages of `options` up to the first of `last` and writes what a run leaves into `output`; `command` is what was typed.
void run_stages(Case &options, const std::filesystem::path &file, const std::filesystem::path &output, const std::string &command,
                bool force, const std::vector<std::string> &last);

/// Identifies the code: other code may make other results from the same inputs.
std::string program_hash();

/// On stdout, rank 0.
void print(const std::string &text);

} // namespace corvivo::cli
