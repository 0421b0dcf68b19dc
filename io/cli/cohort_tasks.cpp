// From list and template to one case for each patient.
#include <io/cli/cohort.hpp>

#include <io/base/case_files.hpp>
#include <io/base/errors.hpp>
#include <io/base/hash.hpp>
#include <io/base/text.hpp>
#include <io/cli/case.hpp>

#include <nlohmann/json.hpp>

namespace corvivo::cli {

namespace fs = std::filesystem;

const char *const default_template = R"(corvivo: 1
title: Anatomy
mesh: {element_size: 3 mm}
fibres: {}
)";

namespace {

void describe_case(io::Schema &schema) {
  Case defaults;
  defaults.describe(schema);
}

bool is_file(const std::string &column) {
  io::explain_key(describe_case, column); // complains of one that is no key
  return io::is_file_key(describe_case, column);
}

/// An openCARP mesh is three files, of which the case names one.
void add_siblings(std::vector<fs::path> &files) {
  for (std::size_t f = 0, count = files.size(); f < count; ++f)
    for (const char *ending : {".elem", ".lon"})
      if (fs::path beside = files[f]; beside.extension() == ".pts" && fs::exists(beside.replace_extension(ending)))
        files.push_back(beside);
}

CohortTask task_of(const CohortEntry &entry, const CohortOptions &options, const std::string &program) {
  CohortTask task{entry.id, entry.group, options.output / "patients" / entry.id, "", "", entry.refusal};
  if (!task.refusal.empty())
    return task;
  std::vector<std::string> overrides = {"title=\"" + entry.id + "\"", "patient=\"" + entry.id + "\""};
  if (options.both)
    overrides.push_back("mesh.ventricles=both");
  overrides.insert(overrides.end(), entry.overrides.begin(), entry.overrides.end());
  overrides.insert(overrides.end(), options.overrides.begin(), options.overrides.end());
  try {
    Case patient = read_case(options.template_case, overrides);
    const auto describe = [&](io::Schema &schema) { patient.describe(schema); };
    task.case_text = io::resolved_case(describe);
    std::vector<fs::path> files = io::files_of_case(describe);
    add_siblings(files);
    std::string inputs = program + "\n" + task.case_text;
    for (const fs::path &file : files)
      inputs += io::file_hash(file.string()) + "\n";
    task.hash = io::content_hash(inputs);
  } catch (const io::CaseError &error) {
    task.case_text.clear();
    task.refusal = entry.place + ": " + error.what();
    if (task.refusal.find("segmentation.labels.lv_cavity: missing") != std::string::npos)
      task.refusal +=
          "\n  try a column 'labels' with the convention of the maps (acdc, emidec, mnms, ukbb), or --set segmentation.labels=acdc for all";
  }
  return task;
}

} // namespace

std::vector<CohortTask> cohort_tasks(const CohortOptions &options, const std::string &program) {
  std::vector<CohortTask> tasks;
  std::size_t good = 0;
  for (const CohortEntry &entry : read_cohort(options.list, is_file)) {
    tasks.push_back(task_of(entry, options, program));
    good += tasks.back().refusal.empty();
  }
  if (good == 0)
    throw io::CaseError("none of the " + std::to_string(tasks.size()) + " patients can be run; the first because of\n  " +
                        tasks.front().refusal);
  return tasks;
}

std::optional<ProcessEnd> read_outcome(const CohortTask &task) {
  const fs::path file = task.folder / "outcome.json";
  if (!fs::exists(file))
    return std::nullopt;
  try {
    const auto json = nlohmann::json::parse(io::read_file(file.string()));
    const ProcessEnd end{json.at("status"), json.at("sentence"), json.at("seconds"), json.at("cpu_seconds"), json.at("memory")};
    const bool whole = end.status != "done" || fs::exists(task.folder / "results.json");
    return json.at("hash") == task.hash && whole ? std::optional<ProcessEnd>(end) : std::nullopt;
  } catch (const nlohmann::json::exception &) {
    return std::nullopt; // a damaged record is none
  }
}

void write_outcome(const CohortTask &task, const ProcessEnd &end) {
  const nlohmann::json json = {{"hash", task.hash},      {"status", end.status},           {"sentence", end.sentence},
                               {"seconds", end.seconds}, {"cpu_seconds", end.cpu_seconds}, {"memory", end.memory}};
  io::write_file((task.folder / "outcome.json").string(), json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

bool is_final(const ProcessEnd &end) {
  return end.status == "done" || end.status == "refused" || end.status == "failed";
}

} // namespace corvivo::cli
