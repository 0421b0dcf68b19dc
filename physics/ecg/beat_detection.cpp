#include <physics/ecg/beat_detection.hpp>

#include <physics/ecg/samples.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

namespace {

constexpr double lowest = 8, highest = 20;             // Hz
constexpr double complex_width = 97, beat_width = 611; // ms, W1 and W2 of the paper
constexpr double offset = 0.08;                        // beta of the paper
constexpr double refractory = 200;                     // ms

enum class Pass { low, high };

/// y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2]
struct Section {
  double b0, b1, b2, a1, a2;
};

/// Second-order Butterworth filter by the bilinear transform, its corner kept in place; `frequency` in samples per second.
Section butterworth(Pass pass, double corner, double frequency) {
  const double k = std::tan(std::acos(-1.0) * corner / frequency), norm = 1 / (1 + std::sqrt(2.0) * k + k * k);
  const double a1 = 2 * (k * k - 1) * norm, a2 = (1 - std::sqrt(2.0) * k + k * k) * norm;
  return pass == Pass::low ? Section{k * k * norm, 2 * k * k * norm, k * k * norm, a1, a2} : Section{norm, -2 * norm, norm, a1, a2};
}

void filter(std::vector<double> &x, const Section &s) {
  double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
  for (double &value : x) {
    const double y = s.b0 * value + s.b1 * x1 + s.b2 * x2 - s.a1 * y1 - s.a2 * y2;
    x2 = x1, x1 = value;
    y2 = y1, y1 = y;
    value = y;
  }
}

/// Energy between the corners, over its mean; empty for a lead without any.
std::vector<double> energy(std::vector<double> x, double frequency) {
  const double first = x.front();
  for (double &value : x)
    value -= first; // as if it had always been there
  for (int direction = 0; direction < 2; ++direction) {
    filter(x, butterworth(Pass::high, lowest, frequency));
    filter(x, butterworth(Pass::low, highest, frequency));
    std::reverse(x.begin(), x.end());
  }
  double mean = 0;
  for (double &value : x) {
    value *= value;
    mean += value / static_cast<double>(x.size());
  }
  if (!(mean > 1e-18)) // mV^2
    return {};
  for (double &value : x)
    value /= mean;
  return x;
}

/// Mean over `half` samples on either side, of those that there are.
std::vector<double> moving_mean(const std::vector<double> &x, std::size_t half) {
  std::vector<double> sums(x.size() + 1, 0.0), mean(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    sums[i + 1] = sums[i] + x[i];
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t first = i - std::min(half, i), end = std::min(i + half + 1, x.size());
    mean[i] = (sums[end] - sums[first]) / static_cast<double>(end - first);
  }
  return mean;
}

} // namespace

std::vector<std::size_t> detect_beats(const io::TimeSeries &ecg) {
  const std::vector<double> &time = ecg.column("time");
  if (time.size() < 3)
    return {};
  const double sample = time[1] - time[0];
  std::vector<double> z(time.size(), 0.0);
  double leads = 0;
  for (const std::string &name : leads_of(ecg)) {
    const std::vector<double> one = energy(ecg.column(name), 1000 / sample);
    for (std::size_t i = 0; i < one.size(); ++i)
      z[i] += one[i];
    leads += one.empty() ? 0 : 1;
  }
  const auto half = [&](double width) { return static_cast<std::size_t>(width / sample / 2); };
  const std::vector<double> narrow = moving_mean(z, half(complex_width)), wide = moving_mean(z, half(beat_width));
  std::vector<std::size_t> beats;
  for (std::size_t i = 0; i < z.size();) {
    if (narrow[i] <= wide[i] + offset * leads) { // the mean of z is the number of leads
      ++i;
      continue;
    }
    std::size_t end = i, peak = i;
    for (; end < z.size() && narrow[end] > wide[end] + offset * leads; ++end)
      peak = z[end] > z[peak] ? end : peak;
    const bool wide_enough = static_cast<double>(end - i) * sample >= complex_width;
    i = end;
    if (!wide_enough)
      continue;
    if (beats.empty() || time[peak] - time[beats.back()] >= refractory)
      beats.push_back(peak);
    else if (z[peak] > z[beats.back()])
      beats.back() = peak;
  }
  return beats;
}

} // namespace corvivo::physics
