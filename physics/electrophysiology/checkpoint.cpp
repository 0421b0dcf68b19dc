#include <io/base/errors.hpp>
#include <physics/electrophysiology/checkpoint.hpp>
#include <physics/electrophysiology/vulnerability.hpp>

namespace corvivo::physics {

namespace {

/// The same order for writing and reading.
template <class Archive, class State> void each_vector_of_state(Archive &archive, State &state) {
  archive(state.voltage);
  archive(state.states);
  archive(state.activation);
  archive(state.repolarisation);
  archive(state.upstroke);
  archive(state.peak);
  archive(state.upstrokes);
}

/// Likewise.
template <class Archive, class Checkpoint> void each_vector(Archive &archive, Checkpoint &checkpoint) {
  auto &record = checkpoint.record;
  each_vector_of_state(archive, checkpoint.state);
  archive(record.calcium_times);
  archive(record.voltage.times);
  archive(record.voltage.values);
  archive(record.extracellular.times);
  archive(record.extracellular.values);
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

} // namespace

io::ArchiveWriter to_archive(const BeatCheckpoint &checkpoint) {
  io::ArchiveWriter writer;
  writer(std::vector<double>{static_cast<double>(checkpoint.sample), checkpoint.latest, checkpoint.state.time,
                             checkpoint.state.last_upstroke, static_cast<double>(checkpoint.record.voltage.nodes),
                             static_cast<double>(checkpoint.record.extracellular_points.rows())});
  each_vector(writer, checkpoint);
  std::vector<float> calcium;
  for (const auto &frame : checkpoint.record.calcium)
    calcium.insert(calcium.end(), frame.begin(), frame.end());
  writer(calcium);
  writer(flat(checkpoint.record.ecg));
  writer(flat(checkpoint.record.electrograms));
  writer(flat(checkpoint.record.points));
  writer(flat(checkpoint.record.extracellular_points));
  return writer;
}

BeatCheckpoint beat_checkpoint(io::ArchiveReader &reader) {
  BeatCheckpoint checkpoint;
  std::vector<double> numbers;
  reader(numbers);
  if (numbers.size() != 6)
    throw io::CaseError("a checkpoint that is not of a beat; delete the folder of checkpoints and run again");
  checkpoint.sample = static_cast<int>(numbers[0]);
  checkpoint.latest = numbers[1];
  checkpoint.state.time = numbers[2];
  checkpoint.state.last_upstroke = numbers[3];
  checkpoint.record.voltage.nodes = checkpoint.record.extracellular.nodes = static_cast<std::size_t>(numbers[4]);
  each_vector(reader, checkpoint);
  std::vector<float> calcium;
  reader(calcium);
  const std::size_t frames = checkpoint.record.calcium_times.size(), size = frames > 0 ? calcium.size() / frames : 0;
  for (std::size_t f = 0; f < frames; ++f)
    checkpoint.record.calcium.emplace_back(calcium.begin() + static_cast<std::ptrdiff_t>(f * size),
                                           calcium.begin() + static_cast<std::ptrdiff_t>((f + 1) * size));
  std::vector<double> ecg, electrograms, points, extracellular_points;
  reader(ecg);
  reader(electrograms);
  reader(points);
  reader(extracellular_points);
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
  const auto rows_of_extracellular = static_cast<std::size_t>(numbers[5]);
  fill(checkpoint.record.extracellular_points, extracellular_points,
       rows_of_extracellular > 0 ? extracellular_points.size() / rows_of_extracellular : 0);
  return checkpoint;
}

io::ArchiveWriter to_archive(const PrematureCheckpoint &checkpoint) {
  io::ArchiveWriter writer;
  writer(std::vector<double>{static_cast<double>(checkpoint.done), checkpoint.before.time, checkpoint.before.last_upstroke});
  each_vector_of_state(writer, checkpoint.before);
  writer(checkpoint.table);
  return writer;
}

PrematureCheckpoint premature_checkpoint(io::ArchiveReader &reader) {
  PrematureCheckpoint checkpoint;
  std::vector<double> numbers;
  reader(numbers);
  if (numbers.size() != 3)
    throw io::CaseError("a checkpoint that is not of premature stimuli; delete the folder of checkpoints and run again");
  checkpoint.done = static_cast<std::size_t>(numbers[0]);
  checkpoint.before.time = numbers[1];
  checkpoint.before.last_upstroke = numbers[2];
  each_vector_of_state(reader, checkpoint.before);
  checkpoint.table = premature_table();
  reader(checkpoint.table);
  return checkpoint;
}

} // namespace corvivo::physics
