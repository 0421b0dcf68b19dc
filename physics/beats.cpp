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

BeatVolumes volumes_of(const io::TimeSeries &beat) {
  const std::vector<double> &volume = beat.column("volume_lv");
  return {volume.front(), *std::min_element(volume.begin(), volume.end())};
}

bool BeatChange::at_limit_cycle() const {
  return std::abs(stroke_volume) < 1 && std::abs(end_diastolic_volume) < 1;
}

std::optional<BeatChange> last_change(const io::TimeSeries &series, const std::vector<double> &starts) {
  if (starts.size() < 2)
    return std::nullopt;
  const BeatVolumes before = volumes_of(beat_of(series, starts, starts.size() - 2));
  const BeatVolumes last = volumes_of(beat_of(series, starts, starts.size() - 1));
  return BeatChange{100 * (last.stroke() / before.stroke() - 1), 100 * (last.end_diastolic / before.end_diastolic - 1)};
}

} // namespace corvivo::physics
