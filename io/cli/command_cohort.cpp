#include <io/cli/commands.hpp>

#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <io/cli/cohort.hpp>
#include <io/cli/folder_lock.hpp>

#include <map>
#include <regex>

namespace corvivo::cli {

namespace fs = std::filesystem;

namespace {

/// In `unit`; 0 for no text.
double limit_of(const std::string &option, const std::string &text, const std::string &unit) {
  if (text.empty())
    return 0;
  double value = 0;
  try {
    value = io::parse_quantity(text, unit);
  } catch (const io::CaseError &error) {
    throw io::CaseError("cohort: " + option + ": " + error.what());
  }
  if (!(value > 0))
    throw io::CaseError("cohort: " + option + ": found '" + text + "', expected more than nothing, as in " + option +
                        (unit == "s" ? " '2 h'" : " '4 GB'"));
  return value;
}

void read_part(const std::string &text, CohortOptions &options) {
  static const std::regex pattern("([0-9]{1,7})/([0-9]{1,7})");
  std::smatch match;
  if (text.empty())
    return;
  if (!std::regex_match(text, match, pattern))
    throw io::CaseError("cohort: --part: found '" + text + "', expected i/n, as in --part 3/200");
  options.part = std::stoi(match[1]);
  options.parts = std::stoi(match[2]);
  if (options.part < 1 || options.part > options.parts)
    throw io::CaseError("cohort: --part: found '" + text + "', expected i/n with i from 1 to n");
}

CohortOptions options_of(const Invocation &invocation) {
  if (invocation.arguments.size() != 1)
    throw io::CaseError("cohort: expected one table or folder, found " + std::to_string(invocation.arguments.size()) +
                        " arguments; try 'corvivo cohort LIST.csv'");
  if (invocation.jobs < 1)
    throw io::CaseError("cohort: --jobs: found " + std::to_string(invocation.jobs) + ", expected 1 or more");
  CohortOptions options;
  options.list = invocation.arguments.front();
  options.template_case = invocation.template_case;
  options.overrides = invocation.overrides;
  options.both = invocation.both;
  options.force = invocation.force;
  options.jobs = invocation.jobs;
  options.limits = {limit_of("--time-limit", invocation.time_limit, "s"), limit_of("--memory-limit", invocation.memory_limit, "GB")};
  read_part(invocation.part, options);
  const fs::path whole = fs::absolute(options.list).lexically_normal();
  const std::string name = !whole.has_filename()     ? whole.parent_path().filename().string()
                           : fs::is_directory(whole) ? whole.filename().string()
                                                     : whole.stem().string();
  options.output = invocation.output.empty() ? fs::path("results") / name : fs::path(invocation.output);
  return options;
}

/// The folders, and the built-in template where none is given. Collective.
void prepare(CohortOptions &options) {
  const bool built_in = options.template_case.empty();
  if (built_in)
    options.template_case = options.output / "template.yaml";
  io::on_rank_0(MPI_COMM_WORLD, [&] {
    std::error_code error;
    fs::create_directories(options.output / "patients", error);
    if (error)
      throw io::CaseError(options.output.string() + ": the output folder cannot be made (" + error.message() +
                          "); try another with --output DIR");
    const bool there = fs::exists(options.template_case);
    if (built_in && (!there || io::read_file(options.template_case.string()) != default_template))
      io::write_file(options.template_case.string(), default_template);
  });
}

/// What a shell would have to type to run this again from anywhere.
std::vector<std::string> command_of(const Invocation &invocation, const CohortOptions &options) {
  const auto whole = [](const fs::path &path) { return fs::absolute(path).lexically_normal().string(); };
  std::vector<std::string> words = {fs::read_symlink("/proc/self/exe").string(), "cohort", whole(options.list), "--output",
                                    whole(options.output)};
  const auto add = [&](const std::string &option, const std::string &value) {
    if (!value.empty())
      words.insert(words.end(), {option, value});
  };
  add("--case", invocation.template_case.empty() ? "" : whole(invocation.template_case));
  add("--time-limit", invocation.time_limit);
  add("--memory-limit", invocation.memory_limit);
  for (const std::string &text : options.overrides)
    add("--set", text);
  if (options.both)
    words.push_back("--both");
  return words;
}

/// Which patients are still to be run, decided on rank 0 and known on every rank.
std::vector<std::size_t> to_run(const std::vector<CohortTask> &tasks, const CohortOptions &options) {
  std::vector<double> numbers;
  io::on_rank_0(MPI_COMM_WORLD, [&] {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      if (!tasks[i].refusal.empty() || i % std::size_t(options.parts) != std::size_t(options.part - 1))
        continue;
      const auto end = options.force ? std::nullopt : read_outcome(tasks[i]);
      if (end && is_final(*end))
        ++kept;
      else
        numbers.push_back(double(i));
    }
    if (kept > 0)
      io::say("  finished and kept, inputs unchanged: " + std::to_string(kept) + " of " + std::to_string(kept + numbers.size()) +
              " patients");
  });
  std::vector<std::size_t> all;
  for (const double number : io::broadcast(numbers, MPI_COMM_WORLD))
    all.push_back(static_cast<std::size_t>(number));
  return all;
}

/// Returns the exit status: good when anyone is done.
int write(const io::Cohort &cohort, const fs::path &output) {
  io::write_file((output / "cohort.csv").string(), io::cohort_csv(cohort));
  io::write_cohort_database((output / "cohort.sqlite").string(), cohort);
  io::write_file((output / "cohort.html").string(), io::cohort_html(cohort));
  std::map<std::string, std::size_t> counts;
  for (const io::CohortPatient &patient : cohort.patients)
    ++counts[patient.status];
  std::string summary;
  for (const auto &[status, count] : counts)
    summary += (summary.empty() ? "" : ", ") + std::to_string(count) + " " + status;
  io::say(std::to_string(cohort.patients.size()) + " patients: " + summary);
  io::say("done: " + (output / "cohort.html").string());
  return counts.count("done") ? 0 : counts["refused"] == cohort.patients.size() ? 1 : 2;
}

} // namespace

int run_cohort(const Invocation &invocation) {
  CohortOptions options = options_of(invocation);
  prepare(options);
  const std::vector<CohortTask> tasks = cohort_tasks(options, program_hash());
  if (invocation.slurm) {
    print(slurm_script(options, tasks.size(), command_of(invocation, options)));
    return 0;
  }
  FolderLock lock; // parts of one cohort run beside each other
  io::on_rank_0(MPI_COMM_WORLD, [&] {
    if (invocation.part.empty())
      lock = FolderLock(options.output);
    io::say(options.list.string() + ": " + std::to_string(tasks.size()) + " patients -> " + options.output.string());
  });
  if (!invocation.gather)
    run_tasks(MPI_COMM_WORLD, tasks, to_run(tasks, options), options);
  std::vector<double> status = {0};
  if (invocation.part.empty())
    io::on_rank_0(MPI_COMM_WORLD, [&] { status = {double(write(gather(tasks, options), options.output))}; });
  return static_cast<int>(io::broadcast(status, MPI_COMM_WORLD).front());
}

} // namespace corvivo::cli
