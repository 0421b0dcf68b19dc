#pragma once
/// A 3-D ventricle as a pressure that depends on volume and time alone, made from its own beats: a closed loop with it comes to its limit
/// cycle in a second, and the 3-D ventricle goes on from there (Regazzoni & Quarteroni, Comput Biol Med 135:104641, 2021; curves and fit
/// are our own, for as few as one beat).   Volumes in mL, pressures in mmHg.
#include <physics/circulation/closed_loop.hpp>

#include <string>
#include <vector>

namespace corvivo::physics {

struct EmulatorOptions {
  bool enabled = true;
  int max_beats = 400; ///< of the 0-D circulation
  void describe(io::Schema &schema);
};

struct PressureVolume {
  double volume, pressure;
};

/// Of the relaxed ventricle, p = A (exp(k x) - 1), x = (V - V0) / (V1 - V0), 0 <= k <= 6, and beyond x = 2 its tangent: it rises
/// everywhere.
class PassiveCurve {
public:
  /// Zero at `unloaded_volume` V0, through the last of `rests`, balances of the relaxed ventricle, and through that of the others which is
  /// furthest from it; where all of them lie within 3 % of V1 - V0 the curve bends as the normal shape p ~ x^2.76 does where it doubles
  /// (Klotz et al., Am J Physiol Heart Circ Physiol 291:H403, 2006). Throws CaseError unless each has V > V0 and p > 0.
  PassiveCurve(double unloaded_volume, const std::vector<PressureVolume> &rests);
  double pressure(double volume) const;
  double slope(double volume) const; ///< mmHg/mL

private:
  double unloaded_, span_, bend_, scale_;
};

/// A recorded beat of one ventricle, times in ms.
struct VentricleBeat {
  std::string name; ///< "left ventricle", for messages
  std::vector<double> time, volume, pressure;
};
/// Of the left (0) or the right ventricle (1), of a series with time, volume_lv, pressure_lv, or volume_rv, pressure_rv.
VentricleBeat ventricle_beat(const io::TimeSeries &beat, std::size_t cavity);

/// Volume at which the line of end-systolic pressures p = E (V - V0) is zero, from the last of `beats` and the one of the others whose end
/// systole is furthest from it, or, where none is 2 % away in volume or the two lie on no rising line, from the last beat alone with the
/// peak that it would have had without ejection (isovolumic_peak). End systole is where p / (V - V0) is largest. Kept within 0 and 0.6 of
/// the smallest volume of all; 0.3 of it where nothing can be told. Anywhere there, the limit cycle of the default circulation seen from a
/// beat that ends 27 % too full is met to 1 % (left) and 2.5 % (right end-diastolic volume; tests/physics/circulation).
double systolic_intercept(const std::vector<VentricleBeat> &beats);

/// p(V, t) = p_passive(V) + phi(t) (E (V - V0) - p_passive(V)) with E the largest p / (V - V0) of the beat, and phi, linear between the
/// recorded times and repeated beat by beat, such that the beat is met at each of them. There phi <= 1. Where the ventricle's pressure is
/// below the passive one (recoil, dashpots), phi is negative and multiplies the gap of the two curves at end systole instead. So the
/// pressure rises with the volume at all times.
class VentricleEmulator final : public VentricleLaw {
public:
  /// The beat's first instant is time zero of the clock of `activity`. Throws CaseError for a beat of fewer than ten instants, or whose
  /// times do not rise, whose volumes do not all exceed `systolic_intercept`, or that does not contract.
  /// `outside` (mmHg) is added to its pressures, those of the beat and the curve being without.
  VentricleEmulator(const VentricleBeat &beat, const PassiveCurve &passive, double systolic_intercept, double outside = 0);
  double activity(double time) const override;
  double pressure(double activity, double volume) const override;
  double slope(double activity, double volume) const; ///< d pressure / d volume, mmHg/mL

private:
  PassiveCurve passive_;
  double intercept_, elastance_ = 0, gap_ = 0, outside_;
  std::vector<double> time_, activity_; ///< s from the beat's start; 1
};

/// Of the last of `beats`, with what is known of the relaxed ventricle: its `unloaded_volume` and `rests` (see PassiveCurve). The end of
/// the beat counts as one of these where it is more than a tenth of V1 - V0 away from them: there a relaxed ventricle's curve matters more
/// than what is left of its tension. All pressures are those that the wall bears; `outside` (mmHg) comes on top of them in what the
/// emulator gives. Throws CaseError.
VentricleEmulator make_emulator(const std::vector<VentricleBeat> &beats, double unloaded_volume, std::vector<PressureVolume> rests,
                                double outside = 0);

/// Limit cycle of a closed loop with emulators.
struct EmulatedCycle {
  CirculationState start{};        ///< at time zero
  PerCavity end_diastolic, stroke; ///< mL: volume at time zero, and that minus the smallest
  int beats = 0;                   ///< that had to be run
};
/// From a state near it, whose blood it keeps; time zero of `circulation` is that of the emulators, which take the place of the left, or of
/// the left and the right ventricle. Throws SolveError, see run_to_limit_cycle.
EmulatedCycle run_emulators(const CirculationOptions &circulation, const std::vector<VentricleEmulator> &ventricles,
                            const CirculationState &from, int max_beats);

} // namespace corvivo::physics
