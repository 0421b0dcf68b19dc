#include <io/cli/commands.hpp>

#include <io/base/case_files.hpp>
#include <io/base/hash.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/cli/case.hpp>
#include <io/cli/outputs.hpp>
#include <io/cli/result_names.hpp>
#include <io/cli/stages.hpp>
#include <mesh/fibres.hpp>
#include <physics/activation/active_tension.hpp>
#include <physics/electrophysiology/ionic/ionic_model.hpp>
#include <physics/mechanics/material.hpp>

#include <calibration/prognosis/score.hpp>

#include <algorithm>

namespace corvivo::cli {

namespace fs = std::filesystem;

namespace {

fs::path case_file(const Invocation &invocation) {
  if (invocation.arguments.size() != 1)
    throw io::CaseError("expected one case file, found " + std::to_string(invocation.arguments.size()) + " arguments; try 'corvivo help'");
  fs::path file = invocation.arguments.front();
  if (fs::is_directory(file))
    file /= "case.yaml";
  return file;
}

fs::path output_folder(const Invocation &invocation, const fs::path &file) {
  if (!invocation.output.empty())
    return invocation.output;
  return fs::path("results") / case_name(file);
}

void describe_case(io::Schema &schema) {
  Case defaults;
  defaults.describe(schema);
}

} // namespace

std::string program_hash() {
  return io::file_hash("/proc/self/exe");
}

void run_stages(Case &options, const fs::path &file, const fs::path &output, const std::string &command, bool force,
                const std::vector<std::string> &last) {
  Pipeline pipeline(MPI_COMM_WORLD, output, program_hash(), force);
  Outputs outputs(options, pipeline, file);
  outputs.set_command(command);
  io::say(options.title + " -> " + output.string());
  const std::vector<Stage> stages = stages_of({options, pipeline}, last);
  for (const Stage &stage : stages) {
    try {
      pipeline.run(stage);
    } catch (const io::CaseError &error) {
      outputs.write(stage.name, error.what());
      throw;
    } catch (const io::SolveError &error) {
      outputs.write(stage.name, error.what());
      throw io::SolveError("stage " + stage.name + ": " + error.what() + "\n  what was computed is kept in " + output.string() +
                           " (results.json, report.html, stages/" + stage.name + ".failed)");
    }
  }
  outputs.write("", "");
  io::say("done: " + (output / "report.html").string());
}

int run_case(const Invocation &invocation, const std::vector<std::string> &last) {
  const fs::path file = case_file(invocation);
  Case options = read_case(file, invocation.overrides);
  run_stages(options, file, output_folder(invocation, file), "corvivo run " + file.string(), invocation.force, last);
  return 0;
}

int check_case(const Invocation &invocation) {
  const fs::path file = case_file(invocation);
  Case options = read_case(file, invocation.overrides);
  std::vector<std::string> complaints;
  for (const fs::path &named : io::files_of_case([&](io::Schema &schema) { options.describe(schema); }))
    if (!fs::exists(named))
      complaints.push_back(file.string() + ": names " + named.string() + ", found nothing there");
  if (!complaints.empty())
    throw io::CaseError(io::join(complaints, "\n"));
  print(file.string() + ": a good case\n");
  return 0;
}

int report_case(const Invocation &invocation) {
  const fs::path file = case_file(invocation);
  Case options = read_case(file, invocation.overrides);
  const fs::path output = output_folder(invocation, file);
  if (!fs::exists(output / "stages"))
    throw io::CaseError(output.string() + ": no finished stages to report on; try 'corvivo run " + file.string() + "' first");
  const fs::path resolved = output / "case.resolved.yaml";
  if (fs::exists(resolved) && io::read_file(resolved.string()) != io::resolved_case([&](io::Schema &schema) { options.describe(schema); }))
    throw io::CaseError(resolved.string() + ": these results were made with other options than those of " + file.string() +
                        "; try 'corvivo run', which keeps what still holds, or the options of that run");
  Pipeline pipeline(MPI_COMM_WORLD, output, program_hash(), false);
  pipeline.adopt_finished();
  Outputs(options, pipeline, file).write("", "");
  io::say("done: " + (output / "report.html").string());
  return 0;
}

namespace {
std::string reference_page() {
  std::string text =
      "# Every key of a case file\n\nWritten by `corvivo explain --markdown` (`./run docs`); a test compares it byte for byte. A "
      "number carries its unit (`0.17 S/m`); paths are relative to the case's folder; the first line of a case is `corvivo: " +
      std::to_string(io::case_format) + "`.\n";
  text += io::reference_markdown(describe_case);
  text += "\n# Every name in results.json\n\n| name | unit | meaning |\n|---|---|---|\n";
  for (const ResultName &name : result_names())
    text += "| `" + name.name + "` | " + name.unit + " | " + name.meaning + " |\n";
  return text;
}
} // namespace

namespace {
/// A key of the case file; a misspelt name of a result gets the hint that belongs to it.
std::string explain_case_key(const std::string &key) {
  try {
    return io::explain_key(describe_case, key);
  } catch (const io::CaseError &error) {
    std::vector<std::string> names;
    for (const ResultName &name : result_names())
      names.push_back(name.name);
    const std::string hint = io::did_you_mean(key, names), no_key = error.what();
    if (no_key.find("did you mean") == std::string::npos && hint.find("did you mean") != std::string::npos)
      throw io::CaseError("no key and no result named '" + key + "'" + hint);
    throw;
  }
}
} // namespace

int explain(const Invocation &invocation) {
  if (invocation.markdown) {
    print(reference_page());
    return 0;
  }
  if (invocation.arguments.size() > 1)
    throw io::CaseError("explain: expected one key path or result name; try 'corvivo explain'");
  const std::string key = invocation.arguments.empty() ? "" : invocation.arguments.front();
  if (const ResultName *name = key.empty() ? nullptr : find_result_name(key)) {
    print(name->name + " [" + name->unit + "] in results.json\n    " + name->meaning + "\n");
    return 0;
  }
  std::string text = explain_case_key(key);
  if (key.empty())
    for (const ResultName &name : result_names())
      text += name.name + " [" + name.unit + "] in results.json\n    " + name.meaning + "\n";
  print(text);
  return 0;
}

namespace {
template <class T> std::string listed(const std::string &kind, const io::Catalogue<T> &catalogue) {
  std::string text = kind + "\n";
  for (const auto &entry : catalogue.entries())
    text +=
        "  " + entry.name + std::string(std::max<std::size_t>(28, entry.name.size() + 2) - entry.name.size(), ' ') + entry.reference + "\n";
  return text;
}
} // namespace

int list_models(const Invocation &invocation) {
  const std::vector<std::pair<std::string, std::string>> kinds = {
      {"ionic_models", listed("ionic_models", physics::ionic_models())},
      {"materials", listed("materials", physics::materials())},
      {"active_tensions", listed("active_tensions", physics::active_tensions())},
      {"scores", listed("scores", calibration::scores())},
  };
  std::string text;
  std::vector<std::string> names;
  for (const auto &[kind, list] : kinds) {
    names.push_back(kind);
    if (invocation.arguments.empty() || invocation.arguments.front() == kind)
      text += list;
  }
  if (text.empty())
    throw io::CaseError("list: no kind '" + invocation.arguments.front() + "'" + io::did_you_mean(invocation.arguments.front(), names));
  print(text);
  return 0;
}

} // namespace corvivo::cli
