#include <calibration/dense.hpp>

#include <io/base/errors.hpp>

#include <cmath>

namespace corvivo::calibration {

Matrix cholesky(const Matrix &a) {
  const std::size_t n = a.size();
  Matrix l(n, Vector(n, 0.0));
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t i = j; i < n; ++i) {
      double sum = a[i][j];
      for (std::size_t k = 0; k < j; ++k)
        sum -= l[i][k] * l[j][k];
      if (i == j && !(sum > 0))
        throw io::SolveError("calibration: a matrix that must be positive definite is not (a model output is not finite or constant)");
      l[i][j] = i == j ? std::sqrt(sum) : sum / l[j][j];
    }
  return l;
}

Vector solve_spd(const Matrix &a, const Vector &b) {
  const Matrix l = cholesky(a);
  const std::size_t n = b.size();
  Vector x = b;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k)
      x[i] -= l[i][k] * x[k];
    x[i] /= l[i][i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k)
      x[i] -= l[k][i] * x[k];
    x[i] /= l[i][i];
  }
  return x;
}

Matrix inverse_spd(const Matrix &a) {
  const std::size_t n = a.size();
  Matrix inverse(n, Vector(n));
  for (std::size_t j = 0; j < n; ++j) {
    Vector unit(n, 0.0);
    unit[j] = 1;
    const Vector column = solve_spd(a, unit);
    for (std::size_t i = 0; i < n; ++i)
      inverse[i][j] = column[i];
  }
  return inverse;
}

double dot(const Vector &a, const Vector &b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += a[i] * b[i];
  return sum;
}

Vector times(const Matrix &a, const Vector &x) {
  Vector y;
  for (const Vector &row : a)
    y.push_back(dot(row, x));
  return y;
}

Matrix gram(const Matrix &jacobian) {
  const std::size_t n = jacobian.front().size();
  Matrix result(n, Vector(n, 0.0));
  for (const Vector &row : jacobian)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        result[i][j] += row[i] * row[j];
  return result;
}

Vector transposed_times(const Matrix &jacobian, const Vector &r) {
  Vector result(jacobian.front().size(), 0.0);
  for (std::size_t k = 0; k < r.size(); ++k)
    for (std::size_t i = 0; i < result.size(); ++i)
      result[i] += jacobian[k][i] * r[k];
  return result;
}

} // namespace corvivo::calibration
