#pragma once
/// Least squares inside a box by Levenberg and Marquardt: min |r(x)|^2 / 2, lower <= x <= upper. Steps solve
/// (J^T J + lambda diag(J^T J)) d = -J^T r over the coordinates that are not held at a bound by the gradient, and are clipped to the box.
/// Marquardt, J SIAM 11:431 (1963); active set as in Bertsekas, SIAM J Control Optim 20:221 (1982).
#include <calibration/dense.hpp>

namespace corvivo::calibration {

class LeastSquares {
public:
  virtual ~LeastSquares() = default;
  /// May throw SolveError: that point then counts as infinitely bad (not at the start).
  virtual Vector residuals(const Vector &x) const = 0;
  /// Row by residual.
  virtual Matrix jacobian(const Vector &x) const = 0;
};

struct LevenbergMarquardt {
  int max_iterations = 100;
  double step_tolerance = 1e-8;     ///< largest coordinate of the last step
  double gradient_tolerance = 1e-9; ///< largest coordinate of the gradient that points into the box
};

struct Minimum {
  Vector x;
  double objective = 0; ///< |r|^2 / 2
  int iterations = 0;
  bool converged = false;
};

/// From `start`, clipped to the box. Throws what `problem` throws at the start.
Minimum minimise(const LeastSquares &problem, const Vector &start, const Vector &lower, const Vector &upper,
                 const LevenbergMarquardt &options = {});

} // namespace corvivo::calibration
