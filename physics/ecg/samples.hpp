#pragma once
/// Noise, smoothing and slopes of one lead's samples, equally far apart.
#include <io/base/time_series.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace corvivo::physics {

/// The columns of an electrocardiogram but its time.
std::vector<std::string> leads_of(const io::TimeSeries &ecg);

/// Standard deviation of white noise on a smooth signal: the size of the fourth difference that a quarter of them stay below, over 0.3186
/// sqrt(70). A wave 8 ms wide makes 1e-4 of its height of it, and three quarters of the samples may be waves.
double noise_of(const std::vector<double> &values);

/// The values of parabolas fitted over `half` samples on either side (fewer at the ends); Savitzky & Golay, Anal Chem 36:1627, 1964.
std::vector<double> smoothed(const std::vector<double> &values, std::size_t half);
/// What that leaves of the noise's standard deviation.
double noise_left_by_smoothing(std::size_t half);

/// Slopes per sample of lines fitted over `half` samples on either side (at the ends over those that there are).
std::vector<double> slopes(const std::vector<double> &values, std::size_t half);
/// Their standard deviation over that of the values.
double noise_of_slopes(std::size_t half);

} // namespace corvivo::physics
