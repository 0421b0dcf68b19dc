#include <physics/ecg/intervals.hpp>
#include <physics/ecg/samples.hpp>
#include <physics/ecg/torso.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace corvivo::physics {

namespace {

/// Root mean square over leads of what `of` makes of each.
template <class Of> std::vector<double> magnitude(const io::TimeSeries &ecg, const Of &of) {
  std::vector<double> squares(ecg.rows(), 0.0);
  for (const char *name : lead_names) {
    const std::vector<double> values = of(ecg.column(name));
    for (std::size_t i = 0; i < squares.size(); ++i)
      squares[i] += values[i] * values[i] / lead_names.size();
  }
  for (double &value : squares)
    value = std::sqrt(value);
  return squares;
}

struct Speed {
  std::vector<double> values; ///< per sample
  double level;               ///< above it is QRS
  std::size_t half;
};

Speed speed_of(const io::TimeSeries &ecg) {
  double noise = 0;
  for (const char *name : lead_names)
    noise += std::pow(noise_of(ecg.column(name)), 2) / lead_names.size();
  noise = std::sqrt(noise);
  Speed speed;
  for (speed.half = 1;; ++speed.half) {
    speed.values = magnitude(ecg, [&](const std::vector<double> &v) { return slopes(v, speed.half); });
    const double signal = 0.05 * *std::max_element(speed.values.begin(), speed.values.end()),
                 noisy = 3 * noise * noise_of_slopes(speed.half);
    speed.level = std::max(signal, noisy);
    if (noisy <= signal || speed.half == 6)
      return speed;
  }
}

/// Over the value before the QRS complex; where there is noise smoothed, and without the last samples, which cannot be.
std::vector<double> signal_of(const io::TimeSeries &ecg, bool noisy, std::size_t onset) {
  const std::size_t half = noisy ? 12 : 0, before = noisy ? std::max<std::size_t>(1, onset) : 1;
  std::vector<double> signal = magnitude(ecg, [&](const std::vector<double> &v) {
    std::vector<double> over = smoothed(v, half);
    const double base = std::accumulate(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(before), 0.0) / static_cast<double>(before);
    for (double &value : over)
      value -= base;
    return over;
  });
  signal.resize(signal.size() - std::min(half, signal.size()));
  return signal;
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
  constexpr double rounding = 1e-6; // mV: what is left of leads that cancel
  double height = 0;
  for (const auto &lead : ecg.columns())
    if (lead.name != "time") {
      const auto [low, high] = std::minmax_element(lead.values.begin(), lead.values.end());
      height = std::max(height, *high - *low);
    }
  if (height < rounding)
    return std::nullopt;
  Speed speed = speed_of(ecg);
  for (std::size_t i = 0; speed.half > 1 && i < std::min(speed.half, time.size()); ++i) // fewer samples, so more noise than `level` is for
    speed.values[i] = speed.values[time.size() - 1 - i] = 0;
  const double largest = *std::max_element(speed.values.begin(), speed.values.end());
  if (!(largest > speed.level))
    return std::nullopt;
  std::size_t onset = 0;
  while (speed.values[onset] <= speed.level)
    ++onset;
  std::size_t end = onset;
  for (std::size_t i = onset; i < time.size() && time[i] < time[onset] + 200.0; ++i) {
    if (speed.values[i] > speed.level)
      end = i;
    if (time[i] > time[end] + 10.0)
      break;
  }
  EcgIntervals intervals{time[onset], time[end], std::nullopt, time[1] - time[0], speed.half};
  std::size_t after = end;
  while (after + 1 < time.size() && time[after] < time[end] + 60.0)
    ++after;
  const std::vector<double> signal = signal_of(ecg, speed.half > 1, onset);
  if (after + 2 < signal.size())
    intervals.t_end = end_of_t(time, signal, after);
  return intervals;
}

} // namespace corvivo::physics
