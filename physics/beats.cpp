#include <physics/beats.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

namespace {

constexpr double rounding = 1e-6; // ms
constexpr std::array<const char *, most_cavities> volume_column{"volume_lv", "volume_rv"};

/// Rows from the first of beat `k` to the last, both included.
std::pair<std::size_t, std::size_t> rows_of(const std::vector<double> &time, const std::vector<double> &starts, std::size_t k) {
  const auto at = [&](double moment) { return std::lower_bound(time.begin(), time.end(), moment - rounding) - time.begin(); };
  const auto rows = static_cast<std::ptrdiff_t>(time.size());
  std::ptrdiff_t first = at(starts[k]), last = k + 1 < starts.size() ? at(starts[k + 1]) : rows - 1;
  while (first + 1 < rows && time[first + 1] <= starts[k] + rounding)
    ++first;
  if (k + 1 < starts.size() && (last == rows || time[last] > starts[k + 1] + rounding))
    --last;
  return {static_cast<std::size_t>(first), static_cast<std::size_t>(last)};
}

} // namespace

io::TimeSeries beat_of(const io::TimeSeries &series, const std::vector<double> &starts, std::size_t k) {
  io::TimeSeries beat;
  for (const auto &column : series.columns())
    beat.add_column(column.name, column.unit);
  const auto [first, last] = rows_of(series.column("time"), starts, k);
  for (std::size_t row = first; row <= last && row < series.rows(); ++row) {
    std::vector<double> values;
    for (const auto &column : series.columns())
      values.push_back(column.values[row]);
    beat.append_row(values);
  }
  return beat;
}

bool begins_anew(const io::TimeSeries &series, const std::vector<double> &starts, std::size_t k) {
  const std::vector<double> &time = series.column("time");
  return k > 0 && rows_of(time, starts, k).first > rows_of(time, starts, k - 1).second;
}

BeatVolumes volumes_of(const io::TimeSeries &beat, std::size_t cavities) {
  BeatVolumes volumes;
  for (std::size_t k = 0; k < cavities; ++k) {
    const std::vector<double> &volume = beat.column(volume_column[k]);
    volumes.end_diastolic[k] = volume.front();
    volumes.end_systolic[k] = *std::min_element(volume.begin(), volume.end());
  }
  return volumes;
}

double of_largest_size(const PerCavity &numbers) {
  return *std::max_element(numbers.begin(), numbers.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
}

bool BeatChange::at_limit_cycle() const {
  return std::abs(of_largest_size(stroke_volume)) < 1 && std::abs(of_largest_size(end_diastolic_volume)) < 1;
}

std::optional<BeatChange> last_change(const io::TimeSeries &series, const std::vector<double> &starts, std::size_t cavities) {
  if (starts.size() < 2)
    return std::nullopt;
  const io::TimeSeries beat = beat_of(series, starts, starts.size() - 1);
  BeatVolumes before = volumes_of(beat_of(series, starts, starts.size() - 2), cavities), last = volumes_of(beat, cavities);
  BeatChange change;
  change.within_beat = begins_anew(series, starts, starts.size() - 1);
  if (change.within_beat) {
    before = last;
    for (std::size_t k = 0; k < cavities; ++k)
      last.end_diastolic[k] = beat.column(volume_column[k]).back();
  }
  for (std::size_t k = 0; k < cavities; ++k) {
    change.stroke_volume[k] = 100 * (last.stroke()[k] / before.stroke()[k] - 1);
    change.end_diastolic_volume[k] = 100 * (last.end_diastolic[k] / before.end_diastolic[k] - 1);
  }
  return change;
}

} // namespace corvivo::physics
