#pragma once
/// Factors in single precision: a preconditioner with half the memory to read in each solve, a quarter where the matrix is symmetric.
#include <physics/mechanics/petsc.hpp>

#include <memory>

namespace corvivo::physics {

enum class Symmetry {
  none,         ///< L U of the matrix
  of_its_parts, ///< L D L^T of (A + A^T) / 2, which may be indefinite
};

/// MUMPS in single precision. What a factorisation gives is good to about 1e-7 times the condition number of the matrix: the start of an
/// iteration on the matrix itself, not its end. Solves are bound by the reading of the factors, so they take half the time of double
/// precision.
class SinglePrecisionFactors {
public:
  SinglePrecisionFactors(MPI_Comm comm, Symmetry symmetry);
  ~SinglePrecisionFactors();
  /// What becomes of the matrices from now on.
  void set_symmetry(Symmetry symmetry);
  /// False when the matrix is singular to single precision. Collective. The order of elimination is kept while the matrix keeps its size.
  bool factorise(Mat matrix);
  /// What the factors make of b. Collective; after a factorisation.
  void solve(Vec b, Vec x);
  /// Nothing is left of earlier matrices.
  void forget();
  double entries() const; ///< of the last factorisation's factors, on all ranks

private:
  struct Instance;
  MPI_Comm comm_;
  Symmetry symmetry_;
  std::unique_ptr<Instance> instance_;
};

} // namespace corvivo::physics
