#include <surrogate/ensemble_checkpoint.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <surrogate/dataset.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <sstream>

namespace corvivo::surrogate {

namespace {

namespace fs = std::filesystem;

fs::path gathered(const fs::path &folder) {
  return folder / "ensemble.done";
}
fs::path rank_file(const fs::path &folder, int rank) {
  return folder / ("ensemble.rank" + std::to_string(rank));
}

std::vector<fs::path> rank_files(const fs::path &folder) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const auto &entry : fs::directory_iterator(folder, ignored))
    if (entry.path().filename().string().rfind("ensemble.rank", 0) == 0)
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

bool read_number(const std::string &word, double &value) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc() && end == word.data() + word.size();
}

bool parse(const std::string &line, std::size_t outputs, MemberRun &run) {
  std::istringstream words(line);
  std::string member, seconds, state, word;
  if (!std::getline(words, member, ',') || !std::getline(words, seconds, ',') || !std::getline(words, state, ','))
    return false;
  double number = 0;
  if (!read_number(member, number) || !read_number(seconds, run.seconds))
    return false;
  run.member = static_cast<int>(number);
  if (state == "failed") {
    std::getline(words, run.failure, '\0');
    return !run.failure.empty();
  }
  while (std::getline(words, word, ',')) {
    if (!read_number(word, number))
      return false;
    run.results.push_back(number);
  }
  return state == "done" && run.results.size() == outputs;
}

} // namespace

std::string to_line(const MemberRun &run) {
  std::string line = std::to_string(run.member) + "," + io::print_number(run.seconds) + (run.failure.empty() ? ",done" : ",failed,");
  for (const char c : run.failure)
    line += c == '\n' || c == '\r' ? ' ' : c;
  for (const double result : run.results)
    line += "," + io::print_number(result);
  return line + "\n";
}

void read_lines(const std::string &lines, std::size_t outputs, int members, EnsembleRuns &runs) {
  std::size_t start = 0;
  for (std::size_t end; (end = lines.find('\n', start)) != std::string::npos; start = end + 1) {
    MemberRun run;
    if (parse(lines.substr(start, end - start), outputs, run) && run.member >= 0 && run.member < members)
      runs.emplace(run.member, run);
  }
}

std::string open_checkpoint(const fs::path &folder, const std::string &key, std::size_t outputs) {
  if (folder.empty())
    return {};
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw io::CaseError(folder.string() + ": cannot be made (" + error.message() + ")");
  const std::string heading = key + "\n";
  std::string before;
  if (fs::exists(gathered(folder)))
    before = io::read_file(gathered(folder).string());
  EnsembleRuns runs;
  if (before.rfind(heading, 0) == 0) { // the ranks' files belong to the key of the gathered one: it is always written first
    read_lines(before.substr(heading.size()), outputs, std::numeric_limits<int>::max(), runs);
    for (const fs::path &file : rank_files(folder))
      read_lines(io::read_file(file.string()), outputs, std::numeric_limits<int>::max(), runs);
  } else
    for (const fs::path &file : rank_files(folder))
      fs::remove(file);
  std::string lines;
  for (const auto &[member, run] : runs)
    lines += to_line(run);
  io::write_file(gathered(folder).string(), heading + lines);
  for (const fs::path &file : rank_files(folder))
    fs::remove(file);
  return lines;
}

CheckpointWriter::CheckpointWriter(const fs::path &folder, int rank) {
  if (folder.empty())
    return;
  path_ = rank_file(folder, rank);
  file_.open(path_, std::ios::binary | std::ios::trunc);
}

void CheckpointWriter::append(const std::string &line) {
  if (path_.empty())
    return;
  file_ << line << std::flush;
  if (!file_)
    throw io::CaseError(path_.string() + ": cannot be written; is the folder writable and the disk not full?");
}

void remove_checkpoint(const fs::path &folder) {
  std::error_code ignored;
  fs::remove(gathered(folder), ignored);
  for (const fs::path &file : rank_files(folder))
    fs::remove(file, ignored);
}

} // namespace corvivo::surrogate
