// What the patients' folders hold, as one table, and the script for clusters.
#include <io/cli/cohort.hpp>

#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/text.hpp>
#include <io/report/record.hpp>

#include <cmath>

namespace corvivo::cli {

namespace fs = std::filesystem;

namespace {

io::CohortPatient patient_of(const CohortTask &task) {
  io::CohortPatient patient{task.id, task.group, "refused", task.refusal};
  if (!task.refusal.empty())
    return patient;
  const auto end = read_outcome(task);
  if (!end) {
    patient.status = "not run";
    patient.sentence = "has not been run with these options yet";
    return patient;
  }
  patient.status = end->status;
  patient.sentence = end->sentence;
  patient.seconds = end->seconds;
  patient.cpu_seconds = end->cpu_seconds;
  patient.memory = end->memory;
  if (const fs::path results = task.folder / "results.json"; fs::exists(results))
    try {
      patient.quantities = io::quantities_from_json(io::read_file(results.string()));
    } catch (const io::CaseError &error) {
      io::warn(error.what());
    }
  if (const fs::path picture = task.folder / "thumbnail.png"; fs::exists(picture))
    patient.picture = io::read_file(picture.string());
  if (fs::exists(task.folder / "report.html"))
    patient.report = "patients/" + task.id + "/report.html";
  return patient;
}

/// As one word of a shell.
std::string shell_word(const std::string &text) {
  if (!text.empty() &&
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./=:,%") == std::string::npos)
    return text;
  std::string out = "'";
  for (const char c : text)
    out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

/// "01:30:00", rounded up to minutes.
std::string slurm_time(double seconds) {
  const long minutes = std::max(1L, std::lround(std::ceil(seconds / 60 - 1e-6))); // 1.1 x 90 min is 99 min, not a rounding error more
  const std::string hours = std::to_string(minutes / 60), rest = std::to_string(minutes % 60);
  return (hours.size() < 2 ? "0" : "") + hours + ":" + (rest.size() < 2 ? "0" : "") + rest + ":00";
}

} // namespace

io::Cohort gather(const std::vector<CohortTask> &tasks, const CohortOptions &options) {
  const io::RunRecord record = io::start_record();
  io::Cohort cohort;
  cohort.title = "Cohort " + fs::absolute(options.output).lexically_normal().filename().string();
  cohort.source = std::to_string(tasks.size()) + " patients of " + options.list.string();
  cohort.started = record.started;
  cohort.version = record.version;
  cohort.git_hash = record.git_hash;
  cohort.machine = record.machine;
  for (const CohortTask &task : tasks)
    cohort.patients.push_back(patient_of(task));
  return cohort;
}

std::string slurm_script(const CohortOptions &options, std::size_t patients, const std::vector<std::string> &command) {
  const double seconds = options.limits.seconds > 0 ? options.limits.seconds : 7200,
               memory = options.limits.memory > 0 ? options.limits.memory : 4;
  std::string words;
  for (const std::string &word : command)
    words += (words.empty() ? "" : " ") + shell_word(word);
  const std::string folder = fs::absolute(options.output).lexically_normal().string(),
                    megabytes = std::to_string(std::lround(1000 * (memory + 0.5)));
  return "#!/bin/bash\n"
         "# Every patient as a task of a Slurm array, then the tables. Submit both with: bash THIS_FILE\n"
         "#SBATCH --job-name=corvivo-cohort\n"
         "#SBATCH --array=1-" +
         std::to_string(patients) +
         "\n"
         "#SBATCH --ntasks=1\n"
         "#SBATCH --cpus-per-task=1\n"
         "#SBATCH --mem=" +
         megabytes +
         "M\n"
         "#SBATCH --time=" +
         slurm_time(1.1 * seconds + 60) +
         "\n"
         "#SBATCH --output=/dev/null\n"
         "set -eu\n"
         "export OMP_NUM_THREADS=1\n"
         "if [ \"${1:-}\" = gather ]; then\n"
         "  exec " +
         words +
         " --gather\n"
         "elif [ -n \"${SLURM_ARRAY_TASK_ID:-}\" ]; then\n"
         "  exec " +
         words + " --part \"$SLURM_ARRAY_TASK_ID/" + std::to_string(patients) +
         "\"\n"
         "fi\n"
         "mkdir -p " +
         shell_word(folder) +
         "\n"
         "job=$(sbatch --parsable \"$0\")\n"
         "sbatch --dependency=afterany:\"${job%%;*}\" --array=1 --job-name=corvivo-cohort-gather --output=" +
         shell_word(folder + "/gather.log") + " \"$0\" gather\n";
}

} // namespace corvivo::cli
