#include <physics/beats.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::physics {

io::TimeSeries beat_of(const io::TimeSeries &series, const std::vector<double> &starts, std::size_t k) {
  constexpr double rounding = 1e-6; // ms
  const double from = starts[k] - rounding;
  const double to = k + 1 < starts.size() ? starts[k + 1] + rounding : std::numeric_limits<double>::infinity();
  io::TimeSeries beat;
  for (const auto &column : series.columns())
    beat.add_column(column.name, column.unit);
  const std::vector<double> &time = series.column("time");
  for (std::size_t row = 0; row < time.size(); ++row) {
    if (time[row] < from || time[row] > to)
      continue;
    std::vector<double> values;
    for (const auto &column : series.columns())
      values.push_back(column.values[row]);
    beat.append_row(values);
  }
  return beat;
}

BeatVolumes volumes_of(const io::TimeSeries &beat, std::size_t cavities) {
  BeatVolumes volumes;
  for (std::size_t k = 0; k < cavities; ++k) {
    const std::vector<double> &volume = beat.column(k == 0 ? "volume_lv" : "volume_rv");
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
  const BeatVolumes before = volumes_of(beat_of(series, starts, starts.size() - 2), cavities);
  const BeatVolumes last = volumes_of(beat_of(series, starts, starts.size() - 1), cavities);
  BeatChange change;
  for (std::size_t k = 0; k < cavities; ++k) {
    change.stroke_volume[k] = 100 * (last.stroke()[k] / before.stroke()[k] - 1);
    change.end_diastolic_volume[k] = 100 * (last.end_diastolic[k] / before.end_diastolic[k] - 1);
  }
  return change;
}

} // namespace corvivo::physics
