#pragma once
/// Where the heart beats in a recorded electrocardiogram.
#include <io/base/time_series.hpp>

#include <vector>

namespace corvivo::physics {

/// Sample numbers of the QRS complexes, in order: of the largest energy between 8 and 20 Hz, which lies within the complex. Elgendi, PLoS
/// ONE 8:e73557, 2013: each lead x is band-passed (second-order Butterworth, here forwards and backwards so that nothing is delayed) and
/// squared; where the mean of the energy over 97 ms exceeds its mean over 611 ms by 8 % of the whole record's mean, for at least 97 ms,
/// there is a complex. For any number of leads the energies are summed, each over its own mean, so that a lead weighs by how much its
/// energy stands out; of two complexes within 200 ms (refractory) the larger counts. `ecg` has `time` (ms, equal steps) and leads without
/// NaN.
std::vector<std::size_t> detect_beats(const io::TimeSeries &ecg);

} // namespace corvivo::physics
