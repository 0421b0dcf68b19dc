#include <tests/cases/program.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/csv.hpp>
#include <io/base/text.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

/// The children start MPI, so this process must not have: what MPI leaves in the environment would reach them.
int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

namespace corvivo::test {

namespace fs = std::filesystem;

namespace {

/// Its process id. stdout and stderr go to the files `out` and `err` of `messages`.
pid_t start(const std::vector<std::string> &words, const fs::path &folder, const fs::path &messages) {
  std::vector<char *> arguments;
  for (const std::string &word : words)
    arguments.push_back(const_cast<char *>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child != 0)
    return child;
  const int out = open((messages / "out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int err = open((messages / "err").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (out < 0 || err < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0 || chdir(folder.c_str()) != 0)
    _exit(126);
  execvp(arguments.front(), arguments.data());
  _exit(127);
}

/// Times, memory and speed-ups differ from run to run.
bool depends_on_the_clock(const std::string &name) {
  return name.rfind("time_", 0) == 0 || name == "memory_peak" || name == "surrogate_speedup" || name == "surrogate_training_time";
}

/// What is left of large numbers: compared as such, in its own unit.
bool is_remainder(const std::string &name) {
  return name.find("_residual") != std::string::npos || name.find("_drift") != std::string::npos;
}

int wait_for(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

} // namespace

Outcome run_program(const std::vector<std::string> &arguments, const fs::path &folder, int ranks) {
  std::vector<std::string> words;
  if (ranks > 1)
    words = {"mpirun", "-n", std::to_string(ranks), "--oversubscribe", "--bind-to", "none", "--allow-run-as-root"};
  words.push_back(CORVIVO_PROGRAM);
  words.insert(words.end(), arguments.begin(), arguments.end());
  const TemporaryFolder messages;
  const int status = wait_for(start(words, folder, messages.path()));
  return {status, io::read_file(messages.file("out")), io::read_file(messages.file("err"))};
}

bool kill_when_there(const fs::path &path, const std::vector<std::string> &arguments, const fs::path &folder, int delay) {
  return kill_when([&] { return fs::exists(path); }, arguments, folder, delay);
}

bool kill_when(const std::function<bool()> &ready, const std::vector<std::string> &arguments, const fs::path &folder, int delay) {
  std::vector<std::string> words = {CORVIVO_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const TemporaryFolder messages;
  const pid_t child = start(words, folder, messages.path());
  int status = 0;
  while (!ready()) {
    if (waitpid(child, &status, WNOHANG) == child)
      return false;
    std::this_thread::sleep_for(std::chrono::microseconds(100)); // the shortest stage lasts some milliseconds
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(delay));
  kill(child, SIGKILL);
  return wait_for(child) == -SIGKILL;
}

std::size_t count(const std::string &text, const std::string &part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
    ++found;
  return found;
}

io::Quantities results_of(const fs::path &output) {
  return io::quantities_from_json(io::read_file((output / "results.json").string()));
}

fs::path patient_data() {
  return fs::path(CORVIVO_SOURCE_DIR) / "cases" / "01_patient_heartbeat" / "data";
}

fs::path write_case(const fs::path &folder, const std::string &more_sections) {
  const fs::path file = folder / "case.yaml";
  io::write_file(file.string(),
                 "corvivo: 1\ntitle: Label maps\nsegmentation:\n  ed: " + (patient_data() / "patient1_sax_ed.nii.gz").string() +
                     "\n  es: " + (patient_data() / "patient1_sax_es.nii.gz").string() +
                     "\n  labels: {lv_cavity: 3, lv_wall: 2, rv_cavity: 1}\n" + more_sections);
  return file;
}

const char *coarse_sections() {
  return R"(mesh: {element_size: 8 mm, facet_distance: 0.5 mm}
fibres: {}
surrogate: {seed: 1, training_runs: 60, layers: 1, width: 8, epochs: 50, lbfgs_iterations: 200}
calibration:
  seed: 1
  starts: 2
  measurements:
    heart_rate: {value: 72.4 1/min, sd: 3 1/min}
    systolic_pressure: {value: 120 mmHg, sd: 5 mmHg, assumed: true}
    diastolic_pressure: {value: 75 mmHg, sd: 5 mmHg, assumed: true}
    lv_edp: {value: 8 mmHg, sd: 3 mmHg, assumed: true}
whatif:
  seed: 1
  scenarios:
    - {name: vasodilation, meaning: a fifth less resistance, changes: [{parameter: systemic_resistance, change: -20 %}]}
    - {name: pacing, heart_rate_change: 20 %}
electrophysiology:
  refinements: 1
  tune_conductivities: false
  mesh_correction: false
  conductivity: {along: 0.5 S/m, across: 0.3 S/m}
  duration: 450 ms
  fast_endocardium: {}
  points: [{name: p1, position: [0 mm, 0 mm, 0 mm]}]
clinical:
  age: 55 year
  sex: male
  heart_failure: true
  atrial_coupling:
    la_volume: {value: 41.2 mL, sd: 10.3 mL}
    lv_volume: {value: 174.49 mL, sd: 5 mL}
)";
}

void expect_same(const io::Quantities &a, const io::Quantities &b, double tolerance) {
  ASSERT_EQ(a.all().size(), b.all().size());
  for (const io::Quantity &q : a.all()) {
    ASSERT_TRUE(b.has(q.name)) << q.name;
    if (depends_on_the_clock(q.name))
      continue;
    const double other = b.value(q.name);
    const bool same =
        std::isnan(q.value) ? std::isnan(other) : std::abs(q.value - other) <= tolerance * (is_remainder(q.name) ? 1.0 : std::abs(q.value));
    EXPECT_TRUE(same) << q.name << ": " << q.value << " and " << other;
  }
}

int expect_values_of(const fs::path &table, const io::Quantities &results) {
  const std::vector<io::CsvRow> rows = io::read_csv(io::read_file(table.string()), table.string());
  for (std::size_t r = 1; r < rows.size(); ++r) {
    const std::vector<std::string> &cells = rows[r].fields; // name, value, unit, tolerance, source
    const std::string place = table.string() + ":" + std::to_string(rows[r].line);
    const io::Quantity *found = cells.size() == 5 ? results.find(cells[0]) : nullptr;
    EXPECT_TRUE(found) << place << ": five cells that begin with the name of a result";
    if (!found)
      continue;
    EXPECT_EQ(found->unit, cells[2]) << place;
    EXPECT_NEAR(found->value, std::stod(cells[1]), std::stod(cells[3])) << place << ": " << cells[0] << ", " << cells[4];
  }
  return static_cast<int>(rows.size()) - 1;
}

} // namespace corvivo::test
