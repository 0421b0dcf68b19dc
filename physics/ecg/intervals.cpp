#include <physics/ecg/intervals.hpp>
#include <physics/ecg/samples.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace corvivo::physics {

namespace {

/// How many samples make `time` ms, from 1 to `most`.
std::size_t samples_within(double time, const io::TimeSeries &ecg, std::size_t most) {
  const std::vector<double> &t = ecg.column("time");
  return static_cast<std::size_t>(std::min(static_cast<double>(most), std::max(1.0, std::round(time / (t[1] - t[0])))));
}

/// Root mean square over leads of what `of` makes of each.
template <class Of> std::vector<double> magnitude(const io::TimeSeries &ecg, const Of &of) {
  const std::vector<std::string> names = leads_of(ecg);
  std::vector<double> squares(ecg.rows(), 0.0);
  for (const std::string &name : names) {
    const std::vector<double> values = of(ecg.column(name));
    for (std::size_t i = 0; i < squares.size(); ++i)
      squares[i] += values[i] * values[i] / static_cast<double>(names.size());
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

/// `noise_of_half(h)`: deviation of the speed when slopes are fitted over h samples on either side.
template <class Noise> Speed speed_of(const io::TimeSeries &ecg, const Noise &noise_of_half) {
  const std::size_t widest = samples_within(6.0, ecg, 6);
  Speed speed;
  for (speed.half = 1;; ++speed.half) {
    speed.values = magnitude(ecg, [&](const std::vector<double> &v) { return slopes(v, speed.half); });
    const double signal = 0.05 * *std::max_element(speed.values.begin(), speed.values.end()), noisy = 3 * noise_of_half(speed.half);
    speed.level = std::max(signal, noisy);
    if (noisy <= signal || speed.half >= widest)
      return speed;
  }
}

Speed speed_of(const io::TimeSeries &ecg) {
  const std::vector<std::string> names = leads_of(ecg);
  double noise = 0;
  for (const std::string &name : names)
    noise += std::pow(noise_of(ecg.column(name)), 2) / static_cast<double>(names.size());
  noise = std::sqrt(noise);
  return speed_of(ecg, [&](std::size_t half) { return noise * noise_of_slopes(half); });
}

Speed speed_of(const io::TimeSeries &ecg, const RecordedBeat &beat) {
  return speed_of(ecg, [&](std::size_t half) { return beat.slope_noise.at(half - 1); });
}

/// Over the value before the QRS complex; where there is noise smoothed, and without the last samples, which cannot be.
std::vector<double> signal_of(const io::TimeSeries &ecg, bool noisy, std::size_t onset) {
  const std::size_t half = noisy ? samples_within(12.0, ecg, 12) : 0, before = noisy ? std::max<std::size_t>(1, onset) : 1;
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

namespace {

/// The last sample from `at` on, in steps of 1 or -1, after which the speed stays below its level for 12 ms; the end of the samples
/// without.
std::size_t edge_of(const Speed &speed, std::size_t at, int step, double sample) {
  const auto quiet = static_cast<std::size_t>(std::ceil(12.0 / sample));
  std::size_t edge = at, i = at;
  for (std::size_t below = 0; below < quiet;) {
    if ((step < 0 && i == 0) || (step > 0 && i + 1 == speed.values.size()))
      break;
    i = step < 0 ? i - 1 : i + 1;
    below = speed.values[i] > speed.level ? 0 : below + 1;
    if (below == 0)
      edge = i;
  }
  return edge;
}

std::size_t index_of(const std::vector<double> &time, double t) {
  const auto at = static_cast<std::size_t>(std::lower_bound(time.begin(), time.end(), t - 1e-6) - time.begin());
  return std::min(at, time.size() - 1);
}

/// The steepest line over `half` samples on either side that falls after the peak of the T wave, and where it meets the lowest level after
/// it.
std::optional<double> end_of_recorded_t(const std::vector<double> &time, const std::vector<double> &signal, std::size_t from,
                                        std::size_t half) {
  const auto peak = std::max_element(signal.begin() + static_cast<std::ptrdiff_t>(from), signal.end());
  const std::vector<double> slope = slopes(signal, half);
  const auto steepest = std::min_element(slope.begin() + (peak - signal.begin()), slope.end());
  const double base = *std::min_element(peak, signal.end()); // a P wave may follow
  if (!(*steepest < 0) || base > 0.3 * *peak)                // still in the T wave
    return std::nullopt;
  const auto at = static_cast<std::size_t>(steepest - slope.begin());
  return time[at] - (signal[at] - base) / (*steepest / (time[1] - time[0]));
}

} // namespace

std::optional<EcgIntervals> ecg_intervals(const io::TimeSeries &ecg, const RecordedBeat &beat) {
  const std::vector<double> &time = ecg.column("time");
  const Speed speed = speed_of(ecg, beat);
  const double sample = time[1] - time[0];
  std::size_t fastest = index_of(time, beat.peak); // R itself is a moment of rest
  const std::size_t last = std::min(time.size() - 1, fastest + samples_within(60, ecg, time.size()));
  for (std::size_t i = fastest - std::min(fastest, samples_within(60, ecg, time.size())); i <= last; ++i)
    fastest = speed.values[i] > speed.values[fastest] ? i : fastest;
  if (!(speed.values[fastest] > speed.level))
    return std::nullopt;
  const std::size_t onset = edge_of(speed, fastest, -1, sample), end = edge_of(speed, fastest, 1, sample);
  EcgIntervals intervals{time[onset], time[end], std::nullopt, sample, speed.half};
  const std::size_t half = samples_within(20, ecg, 1000), after = end + samples_within(60, ecg, 1000);
  std::vector<double> signal = magnitude(ecg, [&](const std::vector<double> &v) { return smoothed(v, half); });
  signal.resize(signal.size() - std::min(half, signal.size()));
  if (after + 2 < signal.size())
    intervals.t_end = end_of_recorded_t(time, signal, after, samples_within(8, ecg, 1000));
  return intervals;
}

double quiet_before(const io::TimeSeries &ecg, const RecordedBeat &beat) {
  const std::vector<double> &time = ecg.column("time");
  const std::optional<EcgIntervals> intervals = ecg_intervals(ecg, beat);
  const Speed speed = speed_of(ecg, beat);
  const std::size_t onset = index_of(time, intervals ? intervals->qrs_onset : beat.peak);
  std::size_t start = onset;
  while (start > 0 && time[onset] - time[start] < 40 && speed.values[start - 1] <= speed.level)
    --start;
  return time[start];
}

} // namespace corvivo::physics
