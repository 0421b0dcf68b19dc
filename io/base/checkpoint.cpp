#include <io/base/checkpoint.hpp>

#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <sstream>

namespace corvivo::io {

namespace {

constexpr const char *format = "corvivo checkpoint 2", *what = "a checkpoint";

/// Sixty-four bits that change with any bit of the numbers (not against forgers).
std::string fingerprint(const std::string &numbers) {
  std::uint64_t sum = 0x9e3779b97f4a7c15u;
  for (std::size_t at = 0; at < numbers.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, numbers.data() + at, std::min(sizeof word, numbers.size() - at));
    sum = (sum ^ word) * 0xff51afd7ed558ccdu;
    sum ^= sum >> 32;
  }
  return std::to_string(sum);
}

} // namespace

void ArchiveWriter::write(const std::string &path, int mark) const {
  write_headed_file(path, format,
                    {nlohmann::json{{"mark", mark}, {"lengths", lengths_}, {"fingerprint", fingerprint(numbers_)}}.dump(), numbers_});
}

void ArchiveWriter::operator()(const TimeSeries &series) {
  for (const auto &column : series.columns())
    (*this)(column.values);
}

void ArchiveReader::operator()(TimeSeries &series) {
  TimeSeries read;
  std::vector<std::vector<double>> columns;
  for (const auto &column : series.columns()) {
    read.add_column(column.name, column.unit);
    (*this)(columns.emplace_back());
    if (columns.back().size() != columns.front().size())
      throw CaseError(path_ + ": " + what + " of another table; delete it and run again");
  }
  for (std::size_t row = 0; !columns.empty() && row < columns.front().size(); ++row) {
    std::vector<double> values;
    for (const auto &column : columns)
      values.push_back(column[row]);
    read.append_row(values);
  }
  series = std::move(read);
}

ArchiveReader::ArchiveReader(const std::string &path) : file_(read_headed_file(path, format, what)), path_(path) {
  try {
    const nlohmann::json heading = nlohmann::json::parse(file_.heading);
    heading.at("mark").get_to(mark_);
    heading.at("lengths").get_to(lengths_);
    if (heading.at("fingerprint") != fingerprint(file_.numbers))
      throw CaseError(path + ": " + what + " that is damaged; delete it and run again");
  } catch (const nlohmann::json::exception &error) {
    throw CaseError(path + ": not " + what + " (" + error.what() + "); delete it and run again");
  }
}

std::size_t ArchiveReader::next_bytes(std::size_t size) {
  if (next_ >= lengths_.size() || lengths_[next_] > (file_.numbers.size() - at_) / size)
    throw CaseError(path_ + ": " + what + " cut off; delete it and run again");
  const std::size_t bytes = lengths_[next_++] * size;
  at_ += bytes;
  return bytes;
}

std::filesystem::path Checkpoints::file(int slot) const {
  return stem_.string() + "." + std::to_string(slot) + "." + std::to_string(rank(comm_)) + "_of_" + std::to_string(ranks(comm_));
}

void Checkpoints::save(int mark, const ArchiveWriter &archive) {
  if (!*this)
    return;
  std::error_code failed;
  std::filesystem::create_directories(stem_.parent_path(), failed);
  if (failed)
    throw CaseError(stem_.parent_path().string() + ": cannot be made: " + failed.message());
  archive.write(file(next_slot_).string(), mark);
  MPI_Barrier(comm_); // nobody overwrites the older generation before all have the newer one
  next_slot_ = 1 - next_slot_;
}

std::optional<ArchiveReader> Checkpoints::load() {
  if (!*this)
    return std::nullopt;
  std::optional<ArchiveReader> found[2];
  int marks[4]; // of each slot, and minus that: the least over the ranks
  std::string problems;
  for (int slot = 0; slot < 2; ++slot) {
    try {
      if (std::filesystem::exists(file(slot)))
        found[slot].emplace(file(slot).string());
    } catch (const CaseError &damage) {
      found[slot].reset();
      problems += damage.what() + std::string("\n");
    }
    marks[slot] = found[slot] ? found[slot]->mark() : -1;
    marks[2 + slot] = -marks[slot];
  }
  tell(problems);
  MPI_Allreduce(MPI_IN_PLACE, marks, 4, MPI_INT, MPI_MIN, comm_);
  int best = -1;
  for (int slot = 0; slot < 2; ++slot)
    if (marks[slot] >= 0 && marks[slot] == -marks[2 + slot] && (best < 0 || marks[slot] > marks[best]))
      best = slot;
  if (best < 0)
    return std::nullopt;
  next_slot_ = 1 - best;
  return std::move(found[best]);
}

/// What was wrong with the files of any rank.
void Checkpoints::tell(const std::string &problems) const {
  for (const std::string &of_rank : all_gather(problems, comm_)) {
    std::istringstream lines(of_rank);
    for (std::string line; std::getline(lines, line);)
      warn(line.substr(0, line.find("; delete")) + "; it is left aside");
  }
}

void Checkpoints::clear() const {
  std::error_code ignored;
  for (int slot = 0; *this && slot < 2; ++slot)
    std::filesystem::remove(file(slot), ignored);
  if (!*this || rank(comm_) != 0)
    return;
  std::vector<std::filesystem::path> others;
  for (const auto &entry : std::filesystem::directory_iterator(stem_.parent_path(), ignored))
    for (const char *slot : {".0.", ".1."})
      if (entry.path().filename().string().rfind(stem_.filename().string() + slot, 0) == 0)
        others.push_back(entry.path());
  for (const std::filesystem::path &other : others)
    std::filesystem::remove(other, ignored);
}

} // namespace corvivo::io
