#include <calibration/methods/levenberg_marquardt.hpp>

#include <io/base/errors.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::calibration {

namespace {

double objective(const LeastSquares &problem, const Vector &x) {
  try {
    const Vector r = problem.residuals(x);
    const double value = 0.5 * dot(r, r);
    return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
  } catch (const io::SolveError &) {
    return std::numeric_limits<double>::infinity();
  }
}

/// Coordinates that may move: not at a bound that the gradient presses against.
std::vector<std::size_t> free_coordinates(const Vector &x, const Vector &gradient, const Vector &lower, const Vector &upper) {
  std::vector<std::size_t> free;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!(x[i] <= lower[i] && gradient[i] > 0) && !(x[i] >= upper[i] && gradient[i] < 0))
      free.push_back(i);
  return free;
}

Vector damped_step(const Matrix &hessian, const Vector &gradient, const std::vector<std::size_t> &free, double lambda) {
  Matrix a(free.size(), Vector(free.size()));
  Vector b(free.size());
  for (std::size_t i = 0; i < free.size(); ++i) {
    for (std::size_t j = 0; j < free.size(); ++j)
      a[i][j] = hessian[free[i]][free[j]];
    a[i][i] *= 1 + lambda;
    b[i] = -gradient[free[i]];
  }
  const Vector part = solve_spd(a, b);
  Vector step(gradient.size(), 0.0);
  for (std::size_t i = 0; i < free.size(); ++i)
    step[free[i]] = part[i];
  return step;
}

Vector clipped(Vector x, const Vector &lower, const Vector &upper) {
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = std::clamp(x[i], lower[i], upper[i]);
  return x;
}

double largest_difference(const Vector &a, const Vector &b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

} // namespace

Minimum minimise(const LeastSquares &problem, const Vector &start, const Vector &lower, const Vector &upper,
                 const LevenbergMarquardt &options) {
  Minimum best;
  best.x = clipped(start, lower, upper);
  const Vector first = problem.residuals(best.x);
  best.objective = 0.5 * dot(first, first);
  double lambda = 1e-3;
  while (best.iterations < options.max_iterations && !best.converged) {
    ++best.iterations;
    const Matrix jacobian = problem.jacobian(best.x);
    const Vector gradient = transposed_times(jacobian, problem.residuals(best.x));
    const Matrix hessian = gram(jacobian);
    const std::vector<std::size_t> free = free_coordinates(best.x, gradient, lower, upper);
    double steepest = 0;
    for (const std::size_t i : free)
      steepest = std::max(steepest, std::abs(gradient[i]));
    best.converged = steepest < options.gradient_tolerance;
    for (bool better = best.converged; !better;) {
      const Vector x = clipped(
          [&] {
            Vector moved = damped_step(hessian, gradient, free, lambda);
            for (std::size_t i = 0; i < moved.size(); ++i)
              moved[i] += best.x[i];
            return moved;
          }(),
          lower, upper);
      const double step = largest_difference(x, best.x), value = objective(problem, x);
      better = value < best.objective;
      best.converged = step < options.step_tolerance;
      if (better) {
        best.x = x;
        best.objective = value;
        lambda = std::max(lambda / 10, 1e-12);
      } else if (best.converged) {
        break; // no shorter step is worth the name
      } else {
        lambda *= 10;
      }
    }
  }
  return best;
}

} // namespace corvivo::calibration
