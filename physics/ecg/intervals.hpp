#pragma once
/// QRS duration and QT interval of an electrocardiogram of one beat.
#include <io/base/time_series.hpp>

#include <optional>

namespace corvivo::physics {

struct EcgIntervals {
  double qrs_onset = 0, qrs_end = 0; ///< ms
  std::optional<double> t_end;       ///< ms; none when the beat ends before the T wave does
  double sample = 0;                 ///< ms between samples
  std::size_t half_window = 1;       ///< samples on either side over which slopes were fitted: how far onset and end may be off
};

/// From the columns named as `lead_names` and `time` (equal steps). The speed of the signal is the root mean square over leads of its time
/// derivative, from lines fitted over as few samples as keep three standard deviations of the noise (noise_of) below the level, 1 to 6 on
/// either side. The QRS complex begins where the speed first exceeds 5 % of its maximum (or three standard deviations of what noise is
/// left) and ends where it last does so within 200 ms after the beginning, before a fall below that level for 10 ms. The T wave ends where
/// the steepest tangent of its falling flank, on the root mean square over leads (smoothed over 25 ms where there is noise), meets the
/// baseline (Lepeschkin & Surawicz, Circulation 6:378, 1952). None when there is no signal.
std::optional<EcgIntervals> ecg_intervals(const io::TimeSeries &ecg);

} // namespace corvivo::physics
