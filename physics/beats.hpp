#pragma once
/// The beats of a run of several.
#include <physics/per_cavity.hpp>

#include <io/base/time_series.hpp>

#include <optional>
#include <vector>

namespace corvivo::physics {

/// Rows of beat `k` (from 0) of those that begin at `starts` (ms); the row at which one ends and the next begins is in both. Where a beat
/// was given another state to begin with, there are two rows at that time, and each beat has its own.
io::TimeSeries beat_of(const io::TimeSeries &series, const std::vector<double> &starts, std::size_t k);

/// Volumes of the 3-D ventricles in one beat, mL. End diastole is the beat's first activation, at which it begins.
struct BeatVolumes {
  PerCavity end_diastolic, end_systolic;
  PerCavity stroke() const { return end_diastolic - end_systolic; }
};
BeatVolumes volumes_of(const io::TimeSeries &beat, std::size_t cavities);

/// Whether beat `k` was given another state to begin with than the one before ended in.
bool begins_anew(const io::TimeSeries &series, const std::vector<double> &starts, std::size_t k);

/// How the last beat differs from the one before, % of that; of one that was given its state, how its end differs from its beginning: the
/// volume, and the blood that came in after the smallest volume from the blood that went out before.
struct BeatChange {
  PerCavity stroke_volume, end_diastolic_volume;
  bool within_beat = false; ///< the latter
  /// Less than 1 % in both, of every ventricle.
  bool at_limit_cycle() const;
};
std::optional<BeatChange> last_change(const io::TimeSeries &series, const std::vector<double> &starts, std::size_t cavities);

/// The one of the ventricles' numbers that is furthest from zero.
double of_largest_size(const PerCavity &numbers);

} // namespace corvivo::physics
