#pragma once
/// The little linear algebra that a handful of parameters needs.
#include <string>
#include <vector>

namespace corvivo::calibration {

using Vector = std::vector<double>;
using Matrix = std::vector<std::vector<double>>; ///< rows

/// Solution of a x = b, a symmetric positive definite, by Cholesky. Throws SolveError when a is not.
Vector solve_spd(const Matrix &a, const Vector &b);
/// Throws SolveError when a is not symmetric positive definite.
Matrix inverse_spd(const Matrix &a);
/// Lower triangle L with a = L L^T. Throws SolveError when a is not symmetric positive definite.
Matrix cholesky(const Matrix &a);
double dot(const Vector &a, const Vector &b);
Vector times(const Matrix &a, const Vector &x);
/// J^T J.
Matrix gram(const Matrix &jacobian);
/// J^T r.
Vector transposed_times(const Matrix &jacobian, const Vector &r);

} // namespace corvivo::calibration
