#pragma once
/// Many patients, each with a case of its own made from one template: what `corvivo cohort` runs and gathers.
///
///     DIR/patients/ID/      one patient: case.yaml, log.txt, outcome.json, and what `corvivo run` leaves
///     DIR/cohort.csv, cohort.sqlite, cohort.html
#include <io/cli/cohort_list.hpp>
#include <io/cli/patient_process.hpp>
#include <io/report/cohort.hpp>

#include <filesystem>
#include <mpi.h>
#include <optional>
#include <string>
#include <vector>

namespace corvivo::cli {

struct CohortOptions {
  std::filesystem::path list;          ///< table or folder
  std::filesystem::path template_case; ///< empty: `default_template`
  std::filesystem::path output;
  std::vector<std::string> overrides; ///< of the command line: win over template and list
  bool both = false;                  ///< ventricles, unless a patient's case says otherwise
  bool force = false;                 ///< also patients that are finished
  int jobs = 1;                       ///< processes at a time, of each rank
  int part = 1, parts = 1;            ///< every parts-th patient, from the part-th on
  ProcessLimits limits;
};

/// Anatomy at 3 mm: segmentation, mesh, fibres, coordinates, measures.
extern const char *const default_template;

/// One patient, ready to be run.
struct CohortTask {
  std::string id, group;
  std::filesystem::path folder;
  std::string case_text; ///< a whole case file; empty when `refusal` is not
  std::string hash;      ///< of program, case and the contents of its files: an outcome with the same hash is kept
  std::string refusal;   ///< why this patient cannot be run at all
};

/// Reads list and template. Throws CaseError when they cannot be understood, or when no patient's case can.
std::vector<CohortTask> cohort_tasks(const CohortOptions &options, const std::string &program);

/// How a patient's last run ended, if it was one with this task's inputs.
std::optional<ProcessEnd> read_outcome(const CohortTask &task);
void write_outcome(const CohortTask &task, const ProcessEnd &end);
/// Whether a run with this outcome would end the same way again: done, refused, failed. A crash, a time-out or lack of memory is tried
/// again.
bool is_final(const ProcessEnd &end);

/// Runs those of `tasks` that `todo` numbers (the same on every rank), each as a process of its own, and writes each outcome. Collective.
void run_tasks(MPI_Comm comm, const std::vector<CohortTask> &tasks, const std::vector<std::size_t> &todo, const CohortOptions &options);

/// Everything that the patients' folders hold now.
io::Cohort gather(const std::vector<CohortTask> &tasks, const CohortOptions &options);

/// A Slurm script that runs every patient as a task of an array, then gathers.
std::string slurm_script(const CohortOptions &options, std::size_t patients, const std::vector<std::string> &command);

} // namespace corvivo::cli
