#pragma once
/// The beats of a run of several.
#include <io/base/time_series.hpp>

#include <optional>
#include <vector>

namespace corvivo::physics {

/// Rows of beat `k` (from 0) of those that begin at `starts` (ms); the row at which one ends and the next begins is in both.
io::TimeSeries beat_of(const io::TimeSeries &series, const std::vector<double> &starts, std::size_t k);

/// LV volumes of one beat, mL. End diastole is the beat's first activation, at which it begins.
struct BeatVolumes {
  double end_diastolic = 0, end_systolic = 0;
  double stroke() const { return end_diastolic - end_systolic; }
};
BeatVolumes volumes_of(const io::TimeSeries &beat);

/// How the last beat differs from the one before, % of that.
struct BeatChange {
  double stroke_volume = 0, end_diastolic_volume = 0;
  /// Less than 1 % in both.
  bool at_limit_cycle() const;
};
std::optional<BeatChange> last_change(const io::TimeSeries &series, const std::vector<double> &starts);

} // namespace corvivo::physics
