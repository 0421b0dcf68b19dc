#pragma once
/// Frank's three leads from the twelve.
#include <io/base/time_series.hpp>

namespace corvivo::physics {

/// x to the left, y to the feet, z to the back [mV], by the regression of Kors et al., Eur Heart J 11:1083, 1990 on I, II and V1 ... V6.
/// Empty without an electrocardiogram.
io::TimeSeries vectorcardiogram(const io::TimeSeries &ecg);

} // namespace corvivo::physics
