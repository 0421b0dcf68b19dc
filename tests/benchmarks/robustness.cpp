/// Does a heartbeat of the patient come to its end whatever the parameters? Random physiological sets (ranges below) through the program,
/// as a user would run it, on coarse elements and with nothing tuned by hand. Appends rows to a table as they come.
///   bench_robustness CORVIVO CASE.yaml FOLDER TABLE.csv [SAMPLES] [FIRST]
/// Failures count when they end with status 2, a reason and a kept partial result; the table tells.
#include <io/base/quantity.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <sys/wait.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

using namespace corvivo;
namespace fs = std::filesystem;

namespace {

struct Range {
  const char *key, *unit;
  double low, high;
};

/// Wall: half to three times the published stiffness. Contraction: tension 0.8 to 2.4 times Land's, sensitivity to calcium and rate of
/// unblocking around the case's. Angles: the spread over healthy hearts and rules (Streeter 1969; Lombaert 2012). Rest of the patient:
/// blood pressures and rates of an outpatient clinic.
constexpr std::array<Range, 13> ranges{{{"heartbeat.material.scale", "", 0.5, 3},
                                        {"heartbeat.tension_scale", "", 0.8, 2.4},
                                        {"heartbeat.activation.Ca50", " uM", 0.5, 0.75},
                                        {"heartbeat.activation.ku", " 1/ms", 0.015, 0.1},
                                        {"heartbeat.normal_tension_fraction", "", 0, 0.5},
                                        {"heartbeat.pericardium.normal_stiffness", " kPa/mm", 0.05, 0.5},
                                        {"heartbeat.annulus.stiffness", "", 3, 20},
                                        {"fibres.endocardium_angle", " deg", 45, 75},
                                        {"fibres.epicardium_angle", " deg", -75, -45},
                                        {"calibration.measurements.systolic_pressure.value", " mmHg", 95, 165},
                                        {"calibration.measurements.diastolic_pressure.value", " mmHg", 55, 90},
                                        {"calibration.measurements.lv_edp.value", " mmHg", 4, 16},
                                        {"calibration.measurements.heart_rate.value", " 1/min", 55, 105}}};

constexpr const char *settings = " --set electrophysiology.method=reaction_eikonal --set electrophysiology.refinements=1"
                                 " --set heartbeat.element_size='16 mm' --set heartbeat.facet_distance='1.5 mm'"
                                 " --set heartbeat.time_step='4 ms' --set heartbeat.resting_time_step='10 ms'"
                                 " --set heartbeat.stiffness_fit.enabled=false --set heartbeat.tension_fit.enabled=false";

std::vector<double> sample(int number) {
  std::mt19937_64 random(20261129u + static_cast<unsigned>(number));
  std::vector<double> values;
  for (const Range &r : ranges)
    values.push_back(r.low + (r.high - r.low) * static_cast<double>(random() >> 11) * 0x1p-53);
  return values;
}

std::string quoted(const std::string &text) {
  std::string out = "\"";
  for (const char c : text)
    out += c == '"' ? '\'' : c == '\n' ? ' ' : c;
  return out + "\"";
}

/// The last line of the messages that says why a run ended.
std::string last_line(const fs::path &log) {
  std::ifstream file(log);
  std::string line, kept;
  while (std::getline(file, line))
    if (line.find("numerics failed") != std::string::npos || line.find("error") != std::string::npos)
      kept = line;
  return kept;
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 5) {
    std::fprintf(stderr, "bench_robustness CORVIVO CASE.yaml FOLDER TABLE.csv [SAMPLES] [FIRST]\n");
    return 1;
  }
  const fs::path folder = argv[3];
  fs::create_directories(folder);
  const int samples = argc > 5 ? std::atoi(argv[5]) : 60, first = argc > 6 ? std::atoi(argv[6]) : 1;
  std::ofstream table(argv[4], std::ios::app);
  if (table.tellp() == 0) {
    table << "sample";
    for (const Range &r : ranges)
      table << ',' << r.key << (*r.unit ? " [" + std::string(r.unit + 1) + "]" : "");
    table << ",status,partial_kept,seconds,ef [%],peak_pressure [mmHg],min_det_f,reason\n";
  }
  for (int s = first; s < first + samples; ++s) {
    const std::vector<double> values = sample(s);
    std::string command = std::string(argv[1]) + " run " + argv[2] + " --output " + (folder / "run").string() + settings;
    table << s;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      command += std::string(" --set ") + ranges[i].key + "='" + io::print_number(values[i]) + ranges[i].unit + "'";
      table << ',' << io::fixed(values[i], 4);
    }
    const auto start = std::chrono::steady_clock::now();
    const int ended = std::system((command + " 2> " + (folder / "log.txt").string()).c_str());
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const int status = WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
    table << ',' << status << ',' << fs::exists(folder / "run" / "stages" / "heartbeat.failed") << ',' << io::fixed(seconds, 1);
    const io::Quantities results = io::quantities_from_json(io::read_file((folder / "run" / "results.json").string()));
    for (const char *name : {"sim_lv_ef", "sim_lv_peak_pressure", "sim_min_det_f"}) {
      const io::Quantity *found = results.find(name);
      table << ',' << (found ? io::fixed(found->value, 3) : "");
    }
    table << ',' << quoted(status == 0 ? "" : last_line(folder / "log.txt")) << std::endl;
  }
}
