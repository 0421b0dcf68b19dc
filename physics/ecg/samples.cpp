#include <physics/ecg/samples.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

std::vector<std::string> leads_of(const io::TimeSeries &ecg) {
  std::vector<std::string> names;
  for (const io::TimeSeries::Column &column : ecg.columns())
    if (column.name != "time")
      names.push_back(column.name);
  return names;
}

double noise_of(const std::vector<double> &values) {
  std::vector<double> bends;
  for (std::size_t i = 2; i + 2 < values.size(); ++i)
    bends.push_back(std::abs(values[i - 2] - 4 * values[i - 1] + 6 * values[i] - 4 * values[i + 1] + values[i + 2]));
  if (bends.empty())
    return 0;
  const auto quarter = bends.begin() + static_cast<std::ptrdiff_t>(bends.size() / 4);
  std::nth_element(bends.begin(), quarter, bends.end());
  return *quarter / (0.3186 * std::sqrt(70.0));
}

std::vector<double> smoothed(const std::vector<double> &values, std::size_t half) {
  std::vector<double> smooth = values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t reach = std::min({half, i, values.size() - 1 - i});
    if (reach < 2) // a parabola through three points changes none
      continue;
    const double m = 2.0 * static_cast<double>(reach) + 1, whole = m * (m * m - 4) / 3;
    double sum = 0;
    for (std::size_t j = i - reach; j <= i + reach; ++j) {
      const double k = static_cast<double>(j) - static_cast<double>(i);
      sum += (3 * m * m - 7 - 20 * k * k) / 4 * values[j];
    }
    smooth[i] = sum / whole;
  }
  return smooth;
}

double noise_left_by_smoothing(std::size_t half) {
  const double m = 2.0 * static_cast<double>(half) + 1;
  return half < 2 ? 1 : std::sqrt(3 * (3 * m * m - 7) / (4 * m * (m * m - 4)));
}

std::vector<double> slopes(const std::vector<double> &values, std::size_t half) {
  std::vector<double> slope(values.size(), 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t first = i - std::min(half, i), last = std::min(i + half, values.size() - 1);
    const double middle = 0.5 * static_cast<double>(first + last);
    double up = 0, down = 0;
    for (std::size_t j = first; j <= last; ++j) {
      const double k = static_cast<double>(j) - middle;
      up += k * values[j];
      down += k * k;
    }
    slope[i] = down > 0 ? up / down : 0;
  }
  return slope;
}

double noise_of_slopes(std::size_t half) {
  const double h = static_cast<double>(half);
  return std::sqrt(3 / (h * (h + 1) * (2 * h + 1)));
}

} // namespace corvivo::physics
