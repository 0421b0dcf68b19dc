#pragma once
/// LU factorisation in single precision: a preconditioner with half the memory to read in each solve.
#include <physics/mechanics/petsc.hpp>

#include <memory>

namespace corvivo::physics {

/// MUMPS in single precision. What a factorisation gives is good to about 1e-7 times the condition number of the matrix: the start of an
/// iteration on the matrix itself, not its end. Solves are bound by the reading of the factors, so they take half the time of double
/// precision.
class SinglePrecisionLU {
public:
  explicit SinglePrecisionLU(MPI_Comm comm);
  ~SinglePrecisionLU();
  /// False when the matrix is singular to single precision. Collective. The order of elimination is kept while the matrix keeps its size.
  bool factorise(Mat matrix);
  /// x = (L U)^-1 b. Collective; after a factorisation.
  void solve(Vec b, Vec x);
  /// Nothing is left of earlier matrices.
  void forget();
  double entries() const; ///< of the last factorisation's factors, on all ranks

private:
  struct Instance;
  MPI_Comm comm_;
  std::unique_ptr<Instance> instance_;
};

} // namespace corvivo::physics
