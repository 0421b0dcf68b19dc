#include <physics/ecg/qrs_complex.hpp>
#include <physics/ecg/samples.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace corvivo::physics {

namespace {

constexpr double certain = 3; ///< deviations that make a wave

/// The samples of the complex, and how many stand before it.
struct Window {
  std::size_t onset = 0, end = 0;
  std::size_t half = 0; ///< of the smoothing
  double sample = 1;    ///< ms
};

/// One lead over its baseline.
struct Lead {
  std::vector<double> values;
  double noise = 0, base_noise = 0; ///< mV, of a sample and of the baseline
};

struct Wave {
  std::size_t at = 0;
  double size = 0, deviation = 0;
};

Lead over_baseline(const std::vector<double> &values, const Window &window) {
  Lead lead{values, noise_of(values), 0};
  const auto foot = static_cast<std::size_t>(10.0 / window.sample); // before the onset, already a little of the wave
  const std::size_t before = window.onset > foot + 1 ? window.onset - foot : 1;
  const double base =
      std::accumulate(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(before), 0.0) / static_cast<double>(before);
  for (double &value : lead.values)
    value -= base;
  lead.base_noise = lead.noise / std::sqrt(static_cast<double>(before));
  return lead;
}

/// The highest peak of sign * values from `first` to the end of the complex.
Wave highest(const std::vector<double> &values, double sign, std::size_t first, const Window &window, const Lead &lead) {
  Wave wave{first, sign * values[first], 0};
  for (std::size_t i = first; i <= window.end; ++i)
    if (sign * values[i] > wave.size)
      wave = {i, sign * values[i], 0};
  double raise = 0;
  if (wave.at > 0 && wave.at + 1 < values.size()) {
    const double before = sign * values[wave.at - 1], after = sign * values[wave.at + 1], bend = before + after - 2 * wave.size;
    if (bend < 0 && std::abs(after - before) <= -bend) // else the peak lies outside the complex
      raise = (after - before) * (after - before) / (-8 * bend);
  }
  wave.size += raise;
  wave.deviation = std::hypot(noise_left_by_smoothing(window.half) * lead.noise, std::hypot(lead.base_noise, raise));
  return wave;
}

QrsWaves waves_of(const Lead &lead, const Window &window) {
  const std::vector<double> values = window.half > 0 ? smoothed(lead.values, window.half) : lead.values;
  const auto stands_out = [](const Wave &wave) { return wave.size > 0 && wave.size >= certain * wave.deviation; };
  QrsWaves waves;
  const Wave r = highest(values, 1, window.onset, window, lead);
  const Wave s = highest(values, -1, stands_out(r) ? r.at : window.onset, window, lead);
  waves.r = stands_out(r) ? r.size : 0;
  waves.s = stands_out(s) ? s.size : 0;
  waves.r_deviation = r.deviation;
  waves.s_deviation = s.deviation;
  return waves;
}

struct Area {
  double value = 0, deviation = 0; ///< mV ms
};

/// By the trapezoidal rule. Onset and end may each be off by `off` ms.
Area net_area(const Lead &lead, const Window &window, double off) {
  Area area;
  for (std::size_t i = window.onset; i < window.end; ++i)
    area.value += 0.5 * window.sample * (lead.values[i] + lead.values[i + 1]);
  const double count = static_cast<double>(window.end - window.onset);
  const double noise = window.sample * std::hypot(std::sqrt(count) * lead.noise, count * lead.base_noise);
  area.deviation = std::hypot(noise, off * std::hypot(lead.values[window.onset], lead.values[window.end]));
  return area;
}

} // namespace

QrsComplex qrs_complex(const io::TimeSeries &ecg, const EcgIntervals &intervals) {
  const std::vector<double> &time = ecg.column("time");
  const auto index = [&](double t) {
    return static_cast<std::size_t>(std::lower_bound(time.begin(), time.end(), t - 1e-6) - time.begin());
  };
  Window window{index(intervals.qrs_onset), std::min(index(intervals.qrs_end), time.size() - 1), 0, intervals.sample};
  double largest = 0, noise = 0;
  std::vector<Lead> all;
  for (const std::string &name : leads_of(ecg)) {
    all.push_back(over_baseline(ecg.column(name), window));
    for (const double value : all.back().values)
      largest = std::max(largest, std::abs(value));
    noise = std::max(noise, all.back().noise);
  }
  if (noise > 0.002 * largest)
    window.half = static_cast<std::size_t>(std::min(3.0, std::round(3.0 / window.sample)));
  QrsComplex complex;
  for (const Lead &lead : all)
    complex.waves.push_back(waves_of(lead, window));
  if (!ecg.has("I") || !ecg.has("aVF"))
    return complex;
  const double off = intervals.sample * static_cast<double>(intervals.half_window), vertical = 2 / std::sqrt(3.0);
  Area left = net_area(over_baseline(ecg.column("I"), window), window, off),
       down = net_area(over_baseline(ecg.column("aVF"), window), window, off);
  down = {vertical * down.value, vertical * down.deviation};
  const double length = std::hypot(left.value, down.value), degree = std::acos(-1.0) / 180;
  if (length > 0 && length >= certain * std::hypot(left.deviation, down.deviation)) {
    complex.axis = std::atan2(down.value, left.value) / degree;
    complex.axis_deviation = std::hypot(left.value * down.deviation, down.value * left.deviation) / (length * length) / degree;
  }
  return complex;
}

} // namespace corvivo::physics
