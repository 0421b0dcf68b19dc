#pragma once
/// QRS duration and QT interval of a noise-free electrocardiogram of one beat.
#include <io/base/time_series.hpp>

#include <optional>

namespace corvivo::physics {

struct EcgIntervals {
  double qrs_onset = 0, qrs_end = 0; ///< ms
  std::optional<double> t_end;       ///< ms; none when the beat ends before the T wave does
};

/// From the columns named as `lead_names` and `time`. The speed of the signal is the root mean square over leads of its time derivative.
/// The QRS complex begins where the speed first exceeds 5 % of its maximum and ends where it last does so within 200 ms after the
/// beginning, before a fall below that level for 10 ms. The T wave ends where the steepest tangent of its falling flank, on the root mean
/// square over leads, meets the baseline (Lepeschkin & Surawicz, Circulation 6:378, 1952). None when there is no signal.
std::optional<EcgIntervals> ecg_intervals(const io::TimeSeries &ecg);

} // namespace corvivo::physics
