#include <physics/circulation/ventricle_emulator.hpp>

#include <physics/circulation/limit_cycle.hpp>
#include <physics/elastances.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {
namespace {

constexpr double most_bend = 6, longest_curve = 2; ///< of PassiveCurve

/// (exp(k x) - 1) / (exp(k) - 1)
double growth(double k, double x) {
  return k < 1e-9 ? x : std::expm1(k * x) / std::expm1(k);
}

/// The k in [0, most_bend] whose growth to `x` is nearest to `ratio`.
double bend_through(double x, double ratio) {
  const double sign = x > 1 ? 1 : -1; // growth rises with k beyond 1
  double low = 0, high = most_bend;
  for (int n = 0; n < 60; ++n) {
    const double middle = 0.5 * (low + high);
    (sign * (growth(middle, x) - ratio) < 0 ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

std::size_t end_systole(const VentricleBeat &beat, double intercept) {
  std::size_t at = 0;
  for (std::size_t i = 1; i < beat.time.size(); ++i)
    if (beat.pressure[i] * (beat.volume[at] - intercept) > beat.pressure[at] * (beat.volume[i] - intercept))
      at = i;
  return at;
}

double smallest_volume(const VentricleBeat &beat) {
  return *std::min_element(beat.volume.begin(), beat.volume.end());
}

void check(const VentricleBeat &beat, double intercept) {
  const auto refuse = [&](const std::string &found, const std::string &expected) {
    throw io::CaseError("emulator of the " + beat.name + ": found " + found + ", expected " + expected);
  };
  if (beat.time.size() < 10 || beat.volume.size() != beat.time.size() || beat.pressure.size() != beat.time.size())
    refuse("a beat of " + std::to_string(std::min({beat.time.size(), beat.volume.size(), beat.pressure.size()})) + " instants",
           "ten at least; try a shorter heartbeat.resting_time_step");
  for (std::size_t i = 0; i < beat.time.size(); ++i) {
    if (i > 0 && !(beat.time[i] > beat.time[i - 1]))
      refuse("time " + io::fixed(beat.time[i], 3) + " ms after " + io::fixed(beat.time[i - 1], 3) + " ms", "times that rise");
    if (!std::isfinite(beat.pressure[i]) || !(beat.volume[i] > intercept))
      refuse("a volume of " + io::fixed(beat.volume[i], 2) + " mL at " + io::fixed(beat.pressure[i], 2) + " mmHg",
             "finite pressures and volumes above the " + io::fixed(intercept, 2) + " mL at which its end-systolic pressure is zero");
  }
}

/// Of the line through two end systoles; NaN where it does not rise.
double intercept_of(const PressureVolume &a, const PressureVolume &b) {
  const double elastance = (a.pressure - b.pressure) / (a.volume - b.volume);
  return elastance > 0 ? a.volume - a.pressure / elastance : std::nan("");
}

} // namespace

void EmulatorOptions::describe(io::Schema &schema) {
  schema.flag(
      "enabled", enabled,
      "Where more than one beat is asked: after the first beat, and after later ones that still change, the circulation with an "
      "emulator of each 3-D ventricle, made from its last beat, is run to its limit cycle, and the next beat starts there (Regazzoni & "
      "Quarteroni, Comput Biol Med 135:104641, 2021).");
  schema.integer(
      "max_beats", max_beats, 10, 100000,
      "Beats of the circulation with emulators after which the search for its limit cycle is given up and the 3-D ventricles go on "
      "from where they are.");
}

PassiveCurve::PassiveCurve(double unloaded_volume, const std::vector<PressureVolume> &rests) : unloaded_(unloaded_volume) {
  CORVIVO_ASSERT(!rests.empty(), "a passive curve needs a point");
  for (const PressureVolume &rest : rests)
    if (!(rest.volume > unloaded_volume && rest.pressure > 0))
      throw io::CaseError("emulator: found a relaxed ventricle of " + io::fixed(rest.volume, 2) + " mL at " + io::fixed(rest.pressure, 2) +
                          " mmHg, expected more than its unloaded " + io::fixed(unloaded_volume, 2) + " mL at a pressure above zero");
  const PressureVolume &last = rests.back();
  const PressureVolume &other = *std::max_element(rests.begin(), rests.end(), [&](const PressureVolume &a, const PressureVolume &b) {
    return std::abs(a.volume - last.volume) < std::abs(b.volume - last.volume);
  });
  span_ = last.volume - unloaded_;
  const double x = (other.volume - unloaded_) / span_;
  bend_ = std::abs(x - 1) > 0.03 ? bend_through(x, other.pressure / last.pressure) : bend_through(std::pow(2, 1 / 2.76), 2);
  scale_ = last.pressure;
}

double PassiveCurve::pressure(double volume) const {
  const double x = (volume - unloaded_) / span_;
  if (x <= longest_curve)
    return scale_ * growth(bend_, x);
  return scale_ * growth(bend_, longest_curve) + slope(volume) * span_ * (x - longest_curve);
}

double PassiveCurve::slope(double volume) const {
  const double x = std::min((volume - unloaded_) / span_, longest_curve);
  return scale_ / span_ * (bend_ < 1e-9 ? 1 : bend_ * std::exp(bend_ * x) / std::expm1(bend_));
}

VentricleBeat ventricle_beat(const io::TimeSeries &beat, std::size_t cavity) {
  const std::string tail = cavity == 0 ? "lv" : "rv";
  return {cavity == 0 ? "left ventricle" : "right ventricle", beat.column("time"), beat.column("volume_" + tail),
          beat.column("pressure_" + tail)};
}

double systolic_intercept(const std::vector<VentricleBeat> &beats) {
  const VentricleBeat &last = beats.back();
  const double smallest = smallest_volume(last);
  double highest = 0.6 * smallest;
  const auto at = [](const VentricleBeat &beat, double intercept) {
    const std::size_t i = end_systole(beat, intercept);
    return PressureVolume{beat.volume[i], beat.pressure[i]};
  };
  const VentricleBeat *other = &last;
  for (const VentricleBeat &beat : beats) {
    highest = std::min(highest, 0.6 * smallest_volume(beat));
    if (std::abs(smallest_volume(beat) - smallest) > std::abs(smallest_volume(*other) - smallest))
      other = &beat;
  }
  const double peak = isovolumic_peak(last.time, last.pressure, last.pressure.front());
  for (const bool alone : {false, true}) {
    if (!alone && !(std::abs(smallest_volume(*other) - smallest) > 0.02 * smallest))
      continue;
    double intercept = 0.3 * smallest;
    for (int n = 0; n < 20 && std::isfinite(intercept); ++n) { // end systole moves little with it
      const PressureVolume here = at(last, intercept);
      const double next = intercept_of(here, alone ? PressureVolume{last.volume.front(), peak} : at(*other, intercept));
      intercept = std::isfinite(next) ? std::clamp(next, 0.0, highest) : next;
    }
    if (std::isfinite(intercept))
      return intercept;
  }
  return 0.3 * smallest;
}

VentricleEmulator::VentricleEmulator(const VentricleBeat &beat, const PassiveCurve &passive, double systolic_intercept, double outside)
    : passive_(passive), intercept_(systolic_intercept), outside_(outside) {
  constexpr double s_per_ms = 1e-3;
  check(beat, intercept_);
  const std::size_t es = end_systole(beat, intercept_);
  elastance_ = beat.pressure[es] / (beat.volume[es] - intercept_);
  gap_ = beat.pressure[es] - passive_.pressure(beat.volume[es]);
  if (!(gap_ > 0))
    throw io::CaseError("emulator of the " + beat.name + ": found " + io::fixed(beat.pressure[es], 2) + " mmHg at end systole of " +
                        io::fixed(beat.volume[es], 2) + " mL, expected more than the passive " +
                        io::fixed(passive_.pressure(beat.volume[es]), 2) + " mmHg: it does not contract");
  for (std::size_t i = 0; i < beat.time.size(); ++i) {
    const double relaxed = passive_.pressure(beat.volume[i]), active = beat.pressure[i] - relaxed;
    time_.push_back(s_per_ms * (beat.time[i] - beat.time.front()));
    activity_.push_back(active / (active > 0 ? elastance_ * (beat.volume[i] - intercept_) - relaxed : gap_));
  }
}

double VentricleEmulator::activity(double time) const {
  const double period = time_.back();
  double t = std::fmod(time, period);
  if (t < 0)
    t += period;
  const auto after = std::upper_bound(time_.begin() + 1, time_.end() - 1, t);
  const std::size_t right = static_cast<std::size_t>(after - time_.begin()), left = right - 1;
  const double share = (t - time_[left]) / (time_[right] - time_[left]);
  return (1 - share) * activity_[left] + share * activity_[right];
}

double VentricleEmulator::pressure(double activity, double volume) const {
  const double relaxed = passive_.pressure(volume);
  return outside_ + relaxed + activity * (activity > 0 ? elastance_ * (volume - intercept_) - relaxed : gap_);
}

double VentricleEmulator::slope(double activity, double volume) const {
  const double active = std::max(activity, 0.0);
  return (1 - active) * passive_.slope(volume) + active * elastance_;
}

VentricleEmulator make_emulator(const std::vector<VentricleBeat> &beats, double unloaded_volume, std::vector<PressureVolume> rests,
                                double outside) {
  CORVIVO_ASSERT(!beats.empty() && !rests.empty(), "an emulator needs a beat and a relaxed ventricle");
  const VentricleBeat &last = beats.back();
  const PressureVolume end{last.volume.back(), last.pressure.back()};
  const double far = 0.1 * (rests.back().volume - unloaded_volume);
  const bool alone =
      std::all_of(rests.begin(), rests.end(), [&](const PressureVolume &rest) { return std::abs(rest.volume - end.volume) > far; });
  if (alone && end.volume > unloaded_volume && end.pressure > 0)
    rests.insert(rests.begin(), end);
  return {last, PassiveCurve(unloaded_volume, rests), systolic_intercept(beats), outside};
}

EmulatedCycle run_emulators(const CirculationOptions &circulation, const std::vector<VentricleEmulator> &ventricles,
                            const CirculationState &from, int max_beats) {
  std::array<const VentricleLaw *, most_cavities> laws{};
  for (std::size_t k = 0; k < ventricles.size(); ++k)
    laws[k] = &ventricles[k];
  LimitCycleOptions options;
  options.max_beats = max_beats;
  const LimitCycle found = run_to_limit_cycle(ClosedLoop(circulation, laws), options, from);
  EmulatedCycle cycle;
  cycle.start = found.start_state;
  cycle.beats = found.beats;
  for (std::size_t k = 0; k < ventricles.size(); ++k) {
    const std::vector<double> &volume = found.beat.column(k == 0 ? "volume_lv" : "volume_rv");
    cycle.end_diastolic[k] = volume.front();
    cycle.stroke[k] = volume.front() - *std::min_element(volume.begin(), volume.end());
  }
  return cycle;
}

} // namespace corvivo::physics
