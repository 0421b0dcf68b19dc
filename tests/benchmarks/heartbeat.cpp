/// How long a patient's heartbeat takes and where its time goes: cases as a user would run them, one after another on one machine.
///   bench_heartbeat CORVIVO SOURCE_FOLDER FOLDER TABLE.csv left|both [RANKS] [RUNS]
/// left: case 01, reaction-eikonal, elements of 5.2 mm, everything found by the program; both: one beat of case 10, elements of 5.3 mm.
/// Appends a row for each run, with the medians after them on the standard output.
#include <io/base/quantity.hpp>
#include <io/base/text.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

using namespace corvivo;
namespace fs = std::filesystem;

namespace {

const std::map<std::string, std::string> commands = {
    {"left", "cases/01_patient_heartbeat/case.yaml --set electrophysiology.method=reaction_eikonal"
             " --set electrophysiology.element_size='1.5 mm' --set heartbeat.element_size='5.2 mm'"},
    {"both", "cases/10_patient_biventricle/case.yaml --set heartbeat.beats=1 --set heartbeat.element_size='5.3 mm'"
             " --set heartbeat.facet_distance='0.5 mm'"}};

/// What the program's messages say of a beat: the last such line is that of the patient's mesh.
std::string work_of_beat(const std::string &messages) {
  static const std::regex line(R"((\d+) steps, (\d+) Newton iterations, (\d+) factorisations, (\d+) Krylov iterations; of ([0-9.]+) s )"
                               R"(assembly took ([0-9.]+), factorisations ([0-9.]+), solves ([0-9.]+), strains and output ([0-9.]+))");
  std::string found = ",,,,,,,,";
  for (std::sregex_iterator at(messages.begin(), messages.end(), line), end; at != end; ++at) {
    found.clear();
    for (std::size_t k = 1; k < at->size(); ++k)
      found += (k > 1 ? "," : "") + (*at)[k].str();
  }
  return found;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return 0.5 * (values[(n - 1) / 2] + values[n / 2]);
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 6 || commands.count(argv[5]) == 0) {
    std::fprintf(stderr, "bench_heartbeat CORVIVO SOURCE_FOLDER FOLDER TABLE.csv left|both [RANKS] [RUNS]\n");
    return 1;
  }
  const std::string which = argv[5];
  const fs::path folder = argv[3];
  fs::create_directories(folder);
  const int ranks = argc > 6 ? std::atoi(argv[6]) : 2, runs = argc > 7 ? std::atoi(argv[7]) : 3;
  std::ofstream table(argv[4], std::ios::app);
  if (table.tellp() == 0)
    table << "ventricles,ranks,cells,unknowns,steps,newton_iterations,factorisations,krylov_iterations,beat [s],assembly [s],"
             "factorisation [s],solves [s],strains_and_output [s],heartbeat_with_searches_and_unloading [s],electrophysiology [s],"
             "whole_program [s],ef [%],peak_pressure [mmHg]\n";
  std::vector<double> of_heartbeat;
  for (int run = 0; run < runs; ++run) {
    const fs::path output = folder / which, log = folder / "log.txt";
    const std::string command = "mpirun --bind-to none -n " + std::to_string(ranks) + " " + argv[1] + " simulate " +
                                (fs::path(argv[2]) / "").string() + commands.at(which) + " --force --output " + output.string() + " 2> " +
                                log.string();
    const auto start = std::chrono::steady_clock::now();
    if (std::system(command.c_str()) != 0) {
      std::fprintf(stderr, "failed; its messages are in %s\n", log.c_str());
      return 2;
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const io::Quantities results = io::quantities_from_json(io::read_file((output / "results.json").string()));
    const auto value = [&](const char *name, int digits) {
      const io::Quantity *found = results.find(name);
      return found ? io::fixed(found->value, digits) : std::string();
    };
    const double both = results.value("time_heartbeat") + results.value("time_electrophysiology");
    of_heartbeat.push_back(both);
    table << which << ',' << ranks << ',' << value("heartbeat_mesh_cells", 0) << ',' << value("heartbeat_unknowns", 0) << ','
          << work_of_beat(io::read_file(log.string())) << ',' << value("time_heartbeat", 1) << ',' << value("time_electrophysiology", 1)
          << ',' << io::fixed(seconds, 1) << ',' << value("sim_lv_ef", 3) << ',' << value("sim_lv_peak_pressure", 3) << std::endl;
  }
  std::printf("%s, %d ranks, median of %d: electrophysiology and heartbeat %.1f s\n", which.c_str(), ranks, runs, median(of_heartbeat));
}
