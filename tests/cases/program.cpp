#include <tests/cases/program.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/csv.hpp>
#include <io/base/text.hpp>

#include <gtest/gtest.h>

#include <chrono>
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

int wait_for(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

} // namespace

Outcome run_program(const std::vector<std::string> &arguments, const fs::path &folder, int ranks) {
  std::vector<std::string> words;
  if (ranks > 1)
    words = {"mpirun", "-n", std::to_string(ranks), "--oversubscribe", "--allow-run-as-root"};
  words.push_back(CORVIVO_PROGRAM);
  words.insert(words.end(), arguments.begin(), arguments.end());
  const TemporaryFolder messages;
  const int status = wait_for(start(words, folder, messages.path()));
  return {status, io::read_file(messages.file("out")), io::read_file(messages.file("err"))};
}

bool kill_when_there(const fs::path &path, const std::vector<std::string> &arguments, const fs::path &folder, int delay) {
  std::vector<std::string> words = {CORVIVO_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const TemporaryFolder messages;
  const pid_t child = start(words, folder, messages.path());
  int status = 0;
  while (!fs::exists(path)) {
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
