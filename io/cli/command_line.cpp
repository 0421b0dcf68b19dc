#include <io/cli/command_line.hpp>

#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/base/version.hpp>
#include <io/cli/commands.hpp>

#include <boost/program_options.hpp>

#include <algorithm>
#include <iostream>

namespace corvivo::cli {

namespace po = boost::program_options;

namespace {

struct Command {
  std::string name, arguments, meaning;
  int (*run)(const Invocation &);
};

const std::vector<Command> &commands() {
  static const std::vector<Command> all = {
      {"run", "CASE.yaml", "every stage that the case names", [](const Invocation &i) { return run_case(i, {}); }},
      {"check", "CASE.yaml", "validate only", check_case},
      {"mesh", "CASE.yaml", "segmentation, mesh and fibres",
       [](const Invocation &i) {
         return run_case(i, {"fibres", "mesh"});
       }},
      {"simulate", "CASE.yaml", "up to the 3-D heartbeat",
       [](const Invocation &i) {
         return run_case(i, {"heartbeat", "electrophysiology"});
       }},
      {"train", "CASE.yaml", "the surrogate, and what it needs", [](const Invocation &i) { return run_case(i, {"surrogate"}); }},
      {"calibrate", "CASE.yaml", "the fit, and what it needs", [](const Invocation &i) { return run_case(i, {"calibration"}); }},
      {"whatif", "CASE.yaml", "changes of the fitted circulation, and what they need",
       [](const Invocation &i) { return run_case(i, {"whatif"}); }},
      {"prognose", "CASE.yaml", "the scores, and what they need", [](const Invocation &i) { return run_case(i, {"prognosis"}); }},
      {"shapes", "CASE.yaml", "the shape model of a cohort, and new hearts drawn from it",
       [](const Invocation &i) { return run_case(i, {"shapes"}); }},
      {"report", "CASE.yaml", "the report again, from finished stages", report_case},
      {"cohort", "LIST.csv|FOLDER", "many patients: one table, one page", run_cohort},
      {"ecg", "RECORD.hea", "beats, intervals, axis and waves of a recorded ECG (WFDB)", show_ecg},
      {"dicom", "FOLDER [--output DIR --key FILE]", "the series of an exam; their pseudonymised export", show_dicom},
      {"explain", "[key.path | quantity | --markdown]", "what a key or a result means", explain},
      {"list", "[kind]", "models of a kind", list_models},
  };
  return all;
}

po::options_description options() {
  po::options_description description;
  auto add = description.add_options();
  add("arguments", po::value<std::vector<std::string>>()->default_value({}, ""), "");
  add("output,o", po::value<std::string>()->default_value(""),
      "folder of the results (default results/<folder of the case>, for a file that is not case.yaml results/<folder>_<file>)");
  add("set,s", po::value<std::vector<std::string>>()->composing()->default_value({}, ""), "key.path=value, wins over the case file");
  add("key", po::value<std::string>()->default_value(""), "dicom: file with the secret key (16 bytes or more) of patient codes");
  add("case", po::value<std::string>()->default_value(""), "cohort: case file that each patient's is made from");
  add("jobs,j", po::value<int>()->default_value(1), "cohort: patients at a time, of each rank");
  add("both", po::bool_switch(), "cohort: both ventricles");
  add("time-limit", po::value<std::string>()->default_value("2 h"), "cohort: a patient that takes longer is stopped");
  add("memory-limit", po::value<std::string>()->default_value(""), "cohort: a patient that holds more is stopped");
  add("slurm", po::bool_switch(), "cohort: print a script for a Slurm array instead of running");
  add("part", po::value<std::string>()->default_value(""), "cohort: i/n runs every n-th patient from the i-th on and gathers nothing");
  add("gather", po::bool_switch(), "cohort: run nothing, write table and page of what is there");
  add("force,f", po::bool_switch(), "run every stage again");
  add("markdown", po::bool_switch(), "explain: the whole reference page");
  add("help,h", po::bool_switch(), "");
  return description;
}

Invocation parse(const std::vector<std::string> &arguments) {
  po::positional_options_description positional;
  positional.add("arguments", -1);
  po::variables_map values;
  try {
    po::store(po::command_line_parser(arguments).options(options()).positional(positional).run(), values);
    po::notify(values);
  } catch (const po::error &error) {
    throw io::CaseError(std::string(error.what()) + "; try 'corvivo help'");
  }
  Invocation invocation;
  invocation.arguments = values["arguments"].as<std::vector<std::string>>();
  invocation.output = values["output"].as<std::string>();
  invocation.key = values["key"].as<std::string>();
  invocation.template_case = values["case"].as<std::string>();
  invocation.jobs = values["jobs"].as<int>();
  invocation.both = values["both"].as<bool>();
  invocation.time_limit = values["time-limit"].as<std::string>();
  invocation.memory_limit = values["memory-limit"].as<std::string>();
  invocation.slurm = values["slurm"].as<bool>();
  invocation.part = values["part"].as<std::string>();
  invocation.gather = values["gather"].as<bool>();
  invocation.overrides = values["set"].as<std::vector<std::string>>();
  invocation.force = values["force"].as<bool>();
  invocation.markdown = values["markdown"].as<bool>();
  invocation.help = values["help"].as<bool>();
  return invocation;
}

} // namespace

std::string usage() {
  std::string text = "corvivo: a patient's heart from MRI segmentation to prognosis\n\n";
  for (const Command &command : commands()) {
    std::string line = "  corvivo " + command.name + " " + command.arguments;
    line.resize(std::max<std::size_t>(line.size() + 1, 32), ' ');
    text += line + command.meaning + "\n";
  }
  return text + "\n  --output DIR (else results/FOLDER for FOLDER/case.yaml, results/FOLDER_NAME for FOLDER/NAME.yaml)\n"
                "  --set key.path=value, --force, --version;  mpirun -n N corvivo run CASE.yaml: the same answer, faster\n"
                "  cohort: --case TEMPLATE.yaml --both --jobs N --time-limit '2 h' --memory-limit '4 GB' --part i/n --gather; --slurm "
                "prints a\n    script for a cluster; mpirun -n N spreads patients over ranks\n"
                "  exit status: 0 done, 1 the input is wrong, 2 the numerics failed (partial results kept), 3 a bug\n";
}

int run_command(const std::vector<std::string> &arguments) {
  if (arguments.empty() || arguments.front() == "help") {
    print(usage());
    return arguments.empty() ? 1 : 0;
  }
  if (arguments.front() == "--version") {
    print("corvivo " + io::version() + "\n");
    return 0;
  }
  std::vector<std::string> names;
  for (const Command &command : commands())
    names.push_back(command.name);
  const auto known = std::find(names.begin(), names.end(), arguments.front());
  const Invocation invocation = parse({arguments.begin() + (known == names.end() ? 0 : 1), arguments.end()});
  if (invocation.help) {
    print(usage());
    return 0;
  }
  if (known == names.end())
    throw io::CaseError("no command named '" + arguments.front() + "'" + io::did_you_mean(arguments.front(), names) +
                        "; try 'corvivo help'");
  return commands()[static_cast<std::size_t>(known - names.begin())].run(invocation);
}

void print(const std::string &text) {
  if (io::rank() == 0)
    std::cout << text << std::flush;
}

} // namespace corvivo::cli
