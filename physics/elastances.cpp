#include <physics/elastances.hpp>

#include <io/base/vector3.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace corvivo::physics {
namespace {

using io::Vector3;

/// Step that ends the largest slope times `sign`.
std::size_t steepest(const std::vector<double> &time, const std::vector<double> &pressure, double sign) {
  std::size_t at = 0;
  double slope = 0;
  for (std::size_t i = 1; i < time.size(); ++i)
    if (const double here = sign * (pressure[i] - pressure[i - 1]) / (time[i] - time[i - 1]); here > slope) {
      slope = here;
      at = i;
    }
  return at;
}

/// p = a - b cos(w (t - t0)) of one period, fitted in the least squares to points.
struct Cosine {
  double misfit = std::numeric_limits<double>::infinity(), peak = std::nan(""); ///< mmHg^2; a + b

  Cosine(const std::vector<std::array<double, 2>> &points, double period) {
    std::array<Vector3, 3> normal{};
    Vector3 right{};
    const auto basis = [&](double t) {
      const double angle = 2 * M_PI * (t - points.front()[0]) / period;
      return Vector3{1, std::cos(angle), std::sin(angle)};
    };
    for (const auto &[t, p] : points) {
      const Vector3 f = basis(t);
      for (int i = 0; i < 3; ++i) {
        right[i] += f[i] * p;
        for (int j = 0; j < 3; ++j)
          normal[i][j] += f[i] * f[j];
      }
    }
    const double determinant = io::dot(normal[0], io::cross(normal[1], normal[2]));
    if (!(std::abs(determinant) > 1e-12 * std::pow(double(points.size()), 3)))
      return;
    Vector3 found{}; // Cramer's rule; the matrix is symmetric
    for (int i = 0; i < 3; ++i)
      found[i] = io::dot(right, io::cross(normal[(i + 1) % 3], normal[(i + 2) % 3])) / determinant;
    misfit = 0;
    for (const auto &[t, p] : points)
      misfit += std::pow(io::dot(found, basis(t)) - p, 2);
    peak = found[0] + std::hypot(found[1], found[2]);
  }
};

/// (time, pressure) of both isovolumic phases; nothing where one of them has fewer than three.
std::vector<std::array<double, 2>> isovolumic_points(const std::vector<double> &time, const std::vector<double> &pressure,
                                                     double end_diastolic_pressure) {
  const std::size_t rise = steepest_rise_at(time, pressure), fall = steepest_fall_at(time, pressure);
  if (rise == 0 || fall <= rise)
    return {};
  std::size_t first = rise, last = fall;
  while (first > 0 && pressure[first - 1] >= end_diastolic_pressure && pressure[first - 1] < pressure[first])
    --first;
  while (last + 1 < time.size() && pressure[last + 1] >= end_diastolic_pressure && pressure[last + 1] < pressure[last])
    ++last;
  if (rise - first < 2 || last - fall < 2)
    return {};
  std::vector<std::array<double, 2>> points;
  for (std::size_t i = first; i <= last; ++i)
    if (i <= rise || i >= fall)
      points.push_back({time[i], pressure[i]});
  return points;
}

} // namespace

std::size_t steepest_rise_at(const std::vector<double> &time, const std::vector<double> &pressure) {
  return steepest(time, pressure, 1);
}

std::size_t steepest_fall_at(const std::vector<double> &time, const std::vector<double> &pressure) {
  return steepest(time, pressure, -1);
}

double EndDiastolicCurve::pressure(double volume) const {
  return alpha * std::pow(volume, beta);
}

EndDiastolicCurve end_diastolic_curve(double volume, double pressure, double unloaded_volume) {
  constexpr double A = 27.78, B = 2.76; // mmHg, 1
  EndDiastolicCurve curve{std::nan(""), std::nan(""), std::nan("")};
  if (!(unloaded_volume > 0 && volume > unloaded_volume && pressure > 0))
    return curve;
  const double normal_v30 = unloaded_volume + (volume - unloaded_volume) / std::pow(pressure / A, 1 / B);
  if (pressure <= 22) {
    curve.beta = std::log(pressure / 30) / std::log(volume / normal_v30);
    curve.alpha = 30 / std::pow(normal_v30, curve.beta);
  } else { // too near to 30 mmHg for a slope between the two
    const double v15 = unloaded_volume + 0.8 * (normal_v30 - unloaded_volume);
    curve.beta = std::log(pressure / 15) / std::log(volume / v15);
    curve.alpha = pressure / std::pow(volume, curve.beta);
  }
  curve.v30 = std::pow(30 / curve.alpha, 1 / curve.beta);
  return curve;
}

double isovolumic_peak(const std::vector<double> &time, const std::vector<double> &pressure, double end_diastolic_pressure) {
  const auto points = isovolumic_points(time, pressure, end_diastolic_pressure);
  if (points.empty())
    return std::nan("");
  // The period lies about the time from foot to foot; a scan brackets the least misfit, the golden section finds it.
  const double span = points.back()[0] - points.front()[0];
  constexpr int trials = 60;
  const auto period = [&](double trial) { return span * (0.7 + 1.8 * trial / trials); };
  int best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (int trial = 0; trial <= trials; ++trial)
    if (const double misfit = Cosine(points, period(trial)).misfit; misfit < least) {
      least = misfit;
      best = trial;
    }
  if (best == 0 || best == trials)
    return std::nan("");
  const double ratio = 0.5 * (std::sqrt(5.0) - 1);
  double low = best - 1, high = best + 1;
  while (high - low > 1e-6) {
    const double a = high - ratio * (high - low), b = low + ratio * (high - low);
    if (Cosine(points, period(a)).misfit < Cosine(points, period(b)).misfit)
      high = b;
    else
      low = a;
  }
  return Cosine(points, period(0.5 * (low + high))).peak;
}

std::size_t end_of_ejection(const std::vector<double> &pressure, const std::vector<double> &artery) {
  for (std::size_t i = pressure.size(); i > 0; --i)
    if (pressure[i - 1] > artery[i - 1])
      return i - 1;
  return pressure.size();
}

} // namespace corvivo::physics
