#pragma once
/// Frontal axis of the QRS complex and its waves in each lead.
#include <physics/ecg/intervals.hpp>

#include <vector>

namespace corvivo::physics {

/// Standard deviations are of noise (noise_of, what smoothing leaves of it, and of the baseline) and of the sampling.
struct QrsWaves {
  double r = 0, r_deviation = 0; ///< mV: highest peak over the baseline; 0 without one of at least three deviations
  double s = 0, s_deviation = 0; ///< mV, a depth: the deepest trough after R, or of a complex without R (QS); 0 without one, likewise
};

struct QrsComplex {
  std::optional<double> axis;  ///< deg, 0 towards the left arm, 90 to the feet; none without I and aVF, or areas below three deviations
  double axis_deviation = 0;   ///< deg
  std::vector<QrsWaves> waves; ///< of each lead (leads_of), in the order of the columns
};

/// The baseline is the mean until 10 ms before the QRS complex (else the first sample). Peaks are those of parabolas through three samples,
/// of leads smoothed over seven samples (at most 3 ms on either side) where noise is more than 0.2 % of the largest deflection. The axis is
/// that of the net areas A of leads I and aVF,
///   atan2(2/sqrt(3) A_aVF, A_I):  Goldberger's lead is sqrt(3)/2 of the vertical component in Einthoven's triangle.
QrsComplex qrs_complex(const io::TimeSeries &ecg, const EcgIntervals &intervals);

} // namespace corvivo::physics
