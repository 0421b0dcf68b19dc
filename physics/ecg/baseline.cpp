#include <physics/ecg/baseline.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace corvivo::physics {

namespace {

/// Second derivatives at the knots of the natural cubic spline: tridiagonal equations by elimination.
std::vector<double> bends(const std::vector<double> &x, const std::vector<double> &y) {
  const std::size_t n = x.size();
  std::vector<double> bend(n, 0.0), upper(n, 0.0);
  for (std::size_t k = 1; k + 1 < n; ++k) {
    const double before = x[k] - x[k - 1], after = x[k + 1] - x[k];
    const double pivot = 2 * (before + after) - before * upper[k - 1];
    upper[k] = after / pivot;
    bend[k] = (6 * ((y[k + 1] - y[k]) / after - (y[k] - y[k - 1]) / before) - before * bend[k - 1]) / pivot;
  }
  for (std::size_t k = n - 1; k-- > 1;)
    bend[k] -= upper[k] * bend[k + 1];
  if (n > 0)
    bend[n - 1] = 0;
  return bend;
}

} // namespace

std::vector<double> without_baseline(const std::vector<double> &values, const std::vector<Silence> &silences) {
  std::vector<double> x, y;
  for (const Silence &s : silences) {
    const auto begin = values.begin();
    x.push_back(0.5 * static_cast<double>(s.from + s.end - 1));
    y.push_back(std::accumulate(begin + static_cast<std::ptrdiff_t>(s.from), begin + static_cast<std::ptrdiff_t>(s.end), 0.0) /
                static_cast<double>(s.end - s.from));
  }
  std::vector<double> flat = values;
  if (x.empty())
    return flat;
  const std::vector<double> bend = bends(x, y);
  std::size_t k = 0; // the piece between knots k and k + 1
  for (std::size_t i = 0; i < flat.size(); ++i) {
    const double at = static_cast<double>(i);
    while (k + 2 < x.size() && at > x[k + 1])
      ++k;
    if (at <= x.front() || x.size() == 1)
      flat[i] -= y.front();
    else if (at >= x.back())
      flat[i] -= y.back();
    else {
      const double h = x[k + 1] - x[k], b = (at - x[k]) / h, a = 1 - b;
      flat[i] -= a * y[k] + b * y[k + 1] + ((a * a * a - a) * bend[k] + (b * b * b - b) * bend[k + 1]) * h * h / 6;
    }
  }
  return flat;
}

} // namespace corvivo::physics
