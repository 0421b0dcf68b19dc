#include <io/base/errors.hpp>
#include <io/base/headed_file.hpp>
#include <io/base/parallel.hpp>
#include <physics/electrophysiology/checkpoint.hpp>

#include <nlohmann/json.hpp>

namespace corvivo::physics {

namespace {

constexpr const char *format = "corvivo electrophysiology checkpoint 2", *what = "a checkpoint of an electrophysiology run";

/// Vectors one after the other; their lengths are the heading.
class Writer {
public:
  template <class Number> void operator()(const std::vector<Number> &values) {
    lengths_.push_back(values.size());
    bytes_ += io::to_bytes(values);
  }
  void write(const std::string &path) const { io::write_headed_file(path, format, {nlohmann::json(lengths_).dump(), bytes_}); }

private:
  std::vector<std::size_t> lengths_;
  std::string bytes_;
};

class Reader {
public:
  explicit Reader(const std::string &path) : file_(io::read_headed_file(path, format, what)), path_(path) {
    try {
      nlohmann::json::parse(file_.heading).get_to(lengths_);
    } catch (const nlohmann::json::exception &error) {
      throw io::CaseError(path + ": not " + what + " (" + error.what() + "); delete it and run again");
    }
  }
  template <class Number> void operator()(std::vector<Number> &values) {
    if (next_ >= lengths_.size())
      throw io::CaseError(path_ + ": " + what + " cut off; delete it and run again");
    const std::size_t bytes = lengths_[next_++] * sizeof(Number);
    if (bytes > file_.numbers.size() - at_)
      throw io::CaseError(path_ + ": " + what + " cut off; delete it and run again");
    values.resize(bytes / sizeof(Number));
    if (bytes > 0)
      std::memcpy(values.data(), file_.numbers.data() + at_, bytes);
    at_ += bytes;
  }

private:
  io::HeadedFile file_;
  std::string path_;
  std::vector<std::size_t> lengths_;
  std::size_t next_ = 0, at_ = 0;
};

/// The same order for writing and reading.
template <class Archive, class Checkpoint> void each_vector(Archive &archive, Checkpoint &checkpoint) {
  auto &state = checkpoint.state;
  auto &record = checkpoint.record;
  archive(state.voltage);
  archive(state.states);
  archive(state.activation);
  archive(state.repolarisation);
  archive(state.upstroke);
  archive(state.peak);
  archive(state.upstrokes);
  archive(record.calcium_times);
  archive(record.voltage.times);
  archive(record.voltage.values);
}

std::vector<double> flat(const io::TimeSeries &series) {
  std::vector<double> values;
  for (const auto &column : series.columns())
    values.insert(values.end(), column.values.begin(), column.values.end());
  return values;
}

/// Rows of `flat` for a series that has `columns` columns.
std::vector<std::vector<double>> rows(const std::vector<double> &values, std::size_t columns) {
  const std::size_t count = columns == 0 ? 0 : values.size() / columns;
  std::vector<std::vector<double>> all(count, std::vector<double>(columns));
  for (std::size_t c = 0; c < columns; ++c)
    for (std::size_t r = 0; r < count; ++r)
      all[r][c] = values[c * count + r];
  return all;
}

void write(const BeatCheckpoint &checkpoint, const std::string &path) {
  Writer writer;
  writer(std::vector<double>{static_cast<double>(checkpoint.sample), checkpoint.latest, checkpoint.state.time, checkpoint.state.last_upstroke,
                             static_cast<double>(checkpoint.record.voltage.nodes)});
  each_vector(writer, checkpoint);
  std::vector<float> calcium;
  for (const auto &frame : checkpoint.record.calcium)
    calcium.insert(calcium.end(), frame.begin(), frame.end());
  writer(calcium);
  writer(flat(checkpoint.record.ecg));
  writer(flat(checkpoint.record.electrograms));
  writer(flat(checkpoint.record.points));
  writer.write(path);
}

/// `ecg_rows` and `point_rows` are put into the recorder's own tables.
BeatCheckpoint read(const std::string &path) {
  Reader reader(path);
  BeatCheckpoint checkpoint;
  std::vector<double> numbers;
  reader(numbers);
  if (numbers.size() != 5)
    throw io::CaseError(path + ": not " + what + "; delete it and run again");
  checkpoint.sample = static_cast<int>(numbers[0]);
  checkpoint.latest = numbers[1];
  checkpoint.state.time = numbers[2];
  checkpoint.state.last_upstroke = numbers[3];
  checkpoint.record.voltage.nodes = static_cast<std::size_t>(numbers[4]);
  each_vector(reader, checkpoint);
  std::vector<float> calcium;
  reader(calcium);
  const std::size_t frames = checkpoint.record.calcium_times.size(), size = frames > 0 ? calcium.size() / frames : 0;
  for (std::size_t f = 0; f < frames; ++f)
    checkpoint.record.calcium.emplace_back(calcium.begin() + static_cast<std::ptrdiff_t>(f * size),
                                           calcium.begin() + static_cast<std::ptrdiff_t>((f + 1) * size));
  std::vector<double> ecg, electrograms, points;
  reader(ecg);
  reader(electrograms);
  reader(points);
  const auto fill = [&](io::TimeSeries &series, const std::vector<double> &values, std::size_t columns) {
    for (std::size_t c = 0; c < columns; ++c)
      series.add_column(std::to_string(c), "");
    for (const auto &row : rows(values, columns))
      series.append_row(row);
  };
  const std::size_t samples = static_cast<std::size_t>(checkpoint.sample) + 1;
  fill(checkpoint.record.ecg, ecg, ecg.size() / samples);
  fill(checkpoint.record.electrograms, electrograms, electrograms.size() / samples);
  fill(checkpoint.record.points, points, points.size() / samples);
  return checkpoint;
}

} // namespace

std::filesystem::path Checkpoints::file(int slot) const {
  return stem_.string() + "." + std::to_string(slot) + "." + std::to_string(io::rank(comm_)) + "_of_" + std::to_string(io::ranks(comm_));
}

void Checkpoints::save(const BeatCheckpoint &checkpoint) {
  if (!*this)
    return;
  write(checkpoint, file(next_slot_).string());
  MPI_Barrier(comm_); // nobody overwrites the older generation before all have the newer one
  next_slot_ = 1 - next_slot_;
}

std::optional<BeatCheckpoint> Checkpoints::load() {
  if (!*this)
    return std::nullopt;
  std::optional<BeatCheckpoint> found[2];
  int samples[4]; // of each slot, and minus that: the least over the ranks
  for (int slot = 0; slot < 2; ++slot) {
    try {
      if (std::filesystem::exists(file(slot)))
        found[slot] = read(file(slot).string());
    } catch (const io::CaseError &) {
      found[slot].reset();
    }
    samples[slot] = found[slot] ? found[slot]->sample : -1;
    samples[2 + slot] = -samples[slot];
  }
  MPI_Allreduce(MPI_IN_PLACE, samples, 4, MPI_INT, MPI_MIN, comm_);
  int best = -1;
  for (int slot = 0; slot < 2; ++slot)
    if (samples[slot] >= 0 && samples[slot] == -samples[2 + slot] && (best < 0 || samples[slot] > samples[best]))
      best = slot;
  if (best < 0)
    return std::nullopt;
  next_slot_ = 1 - best;
  return std::move(found[best]);
}

void Checkpoints::clear() const {
  std::error_code ignored;
  for (int slot = 0; *this && slot < 2; ++slot)
    std::filesystem::remove(file(slot), ignored);
}

} // namespace corvivo::physics
