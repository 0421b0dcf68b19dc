#pragma once
/// QRS duration and QT interval of an electrocardiogram of one beat.
#include <io/base/time_series.hpp>

#include <optional>
#include <vector>

namespace corvivo::physics {

struct EcgIntervals {
  double qrs_onset = 0, qrs_end = 0; ///< ms
  std::optional<double> t_end;       ///< ms; none when the beat ends before the T wave does
  double sample = 0;                 ///< ms between samples
  std::size_t half_window = 1;       ///< samples on either side over which slopes were fitted: how far onset and end may be off
};

/// From the columns `time` (ms, equal steps) and one for each lead. The speed of the signal is the root mean square over leads of its time
/// derivative, from lines fitted over as few samples as keep three standard deviations of the noise (noise_of) below the level, 1 to 6 (and
/// at most 6 ms) on either side. The QRS complex begins where the speed first exceeds 5 % of its maximum (or three standard deviations of
/// what noise is left) and ends where it last does so within 200 ms after the beginning, before a fall below that level for 10 ms. The T
/// wave ends where the steepest tangent of its falling flank, on the root mean square over leads (smoothed over 25 ms where there is
/// noise), meets the baseline (Lepeschkin & Surawicz, Circulation 6:378, 1952). None when there is no signal.
std::optional<EcgIntervals> ecg_intervals(const io::TimeSeries &ecg);

/// A beat cut out of a record, its baseline taken off: a P wave may stand before it, and its noise need not be white.
struct RecordedBeat {
  double peak = 0; ///< ms, a time within the QRS complex
  /// mV a sample: deviation of lines fitted over 1, 2, ... 6 samples on either side, root mean square over leads.
  std::vector<double> slope_noise;
};

/// The same of such a beat. The complex reaches from `peak` back and forth to where the speed first stays below the level, 5 % of its
/// maximum or three of those deviations, for 12 ms. The T wave is looked at in leads smoothed over 20 ms on either side, its tangents are
/// lines fitted over 8 ms on either side, the baseline is the lowest level after it: noise, a U wave and
/// what the baseline before QRS is off by never let the root mean square come down to 0.
std::optional<EcgIntervals> ecg_intervals(const io::TimeSeries &ecg, const RecordedBeat &beat);

/// Where the quiet stretch ahead of its QRS complex begins (ms): from its onset back as long as the speed stays below the level, for 40 ms
/// at most.
double quiet_before(const io::TimeSeries &ecg, const RecordedBeat &beat);

} // namespace corvivo::physics
