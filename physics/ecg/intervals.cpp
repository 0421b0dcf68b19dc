#include <physics/ecg/intervals.hpp>
#include <physics/ecg/torso.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

namespace {

/// Root mean square over leads of the signal (order 0) or of its central difference (order 1).
std::vector<double> magnitude(const io::TimeSeries &ecg, const std::vector<double> &time, bool derivative) {
  std::vector<double> squares(time.size(), 0.0);
  for (const char *name : lead_names) {
    const std::vector<double> &v = ecg.column(name);
    for (std::size_t i = 0; i < time.size(); ++i) {
      const std::size_t before = i == 0 ? 0 : i - 1, after = std::min(i + 1, time.size() - 1);
      const double value = derivative ? (v[after] - v[before]) / (time[after] - time[before]) : v[i] - v[0];
      squares[i] += value * value / lead_names.size();
    }
  }
  for (double &value : squares)
    value = std::sqrt(value);
  return squares;
}

/// Where the tangent at the steepest fall after the peak of the T wave meets zero.
std::optional<double> end_of_t(const std::vector<double> &time, const std::vector<double> &signal, std::size_t from) {
  const auto peak = std::max_element(signal.begin() + static_cast<std::ptrdiff_t>(from), signal.end());
  const std::size_t top = static_cast<std::size_t>(peak - signal.begin());
  std::size_t steepest = top;
  double slope = 0;
  for (std::size_t i = top; i + 1 < signal.size(); ++i) {
    const double here = (signal[i + 1] - signal[i]) / (time[i + 1] - time[i]);
    if (here < slope) {
      slope = here;
      steepest = i;
    }
  }
  if (slope == 0 || signal.back() > 0.3 * *peak) // still in the T wave
    return std::nullopt;
  return time[steepest] - signal[steepest] / slope;
}

} // namespace

std::optional<EcgIntervals> ecg_intervals(const io::TimeSeries &ecg) {
  const std::vector<double> &time = ecg.column("time");
  if (time.size() < 3)
    return std::nullopt;
  const std::vector<double> speed = magnitude(ecg, time, true), signal = magnitude(ecg, time, false);
  const double level = 0.05 * *std::max_element(speed.begin(), speed.end());
  if (!(level > 0))
    return std::nullopt;
  std::size_t onset = 0;
  while (speed[onset] <= level)
    ++onset;
  std::size_t end = onset;
  for (std::size_t i = onset; i < time.size() && time[i] < time[onset] + 200.0; ++i) {
    if (speed[i] > level)
      end = i;
    if (time[i] > time[end] + 10.0)
      break;
  }
  EcgIntervals intervals{time[onset], time[end], std::nullopt};
  std::size_t after = end;
  while (after + 1 < time.size() && time[after] < time[end] + 60.0)
    ++after;
  if (after + 2 < time.size())
    intervals.t_end = end_of_t(time, signal, after);
  return intervals;
}

} // namespace corvivo::physics
