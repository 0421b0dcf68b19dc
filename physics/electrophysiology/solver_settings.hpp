#pragma once
/// Settings of PETSc's solvers that have no call of their own.
#include <physics/mechanics/petsc.hpp>

namespace corvivo::physics {

/// Stands in place of the program's own option database for as long as it lives: keep it through the set-up of a solver.
class SolverSettings {
public:
  SolverSettings();
  ~SolverSettings();
  SolverSettings(const SolverSettings &) = delete;
  SolverSettings &operator=(const SolverSettings &) = delete;
  void set(const std::string &name, const std::string &value);
  /// One application of a preconditioner as the solver whose settings begin with `prefix`: "jacobi", "icc" (incomplete Cholesky without
  /// fill, of each rank's rows), "hypre" (BoomerAMG) or "gamg" (PETSc's aggregation). All are symmetric.
  void precondition(const std::string &prefix, const std::string &kind);

private:
  PetscOptions options_ = nullptr;
};

} // namespace corvivo::physics
