#pragma once
/// Linear solves of Newton's method for neighbouring tangents, with and without the pressures of cavities among the unknowns.
#include <physics/mechanics/options.hpp>
#include <physics/mechanics/petsc.hpp>
#include <physics/mechanics/single_precision_factors.hpp>
#include <physics/per_cavity.hpp>

#include <functional>
#include <vector>

namespace corvivo::physics {

/// What the cavities' pressures add to a tangent K, one row and one column for each: [K g_j; w_i -s_ij].
struct Border {
  std::vector<Vec> loads;  ///< g_j: d residual / d p_j
  std::vector<Vec> slopes; ///< w_i: d volume_i / d u
  CavityMatrix law_slope;  ///< s_ij: d volume_law_i / d p_j
};

/// GMRES preconditioned (from the left, so that soft directions count as much as stiff ones) by a factorisation (MUMPS) that is kept
/// until it needs too many iterations: neighbouring tangents of one heartbeat are close, and a factorisation costs as much as tens of
/// solves. It is that of the tangent's symmetric part in single precision: a wall is nearly symmetric but for the edges of its cavities.
/// Once a new one does not do, it is that of the tangent, and at last in double precision. A border is eliminated in the
/// preconditioner by the answers of the same factorisation to its loads, so that displacement and pressures cost one solve.
class LaggedSolver {
public:
  LaggedSolver(MPI_Comm comm, const NewtonOptions &options);
  /// Solves matrix x = b. Collective. False, and x = 0, when it did not converge with a fresh factorisation.
  bool solve(Mat matrix, Vec b, Vec x);
  /// Solves K x + sum_j g_j p_j = b, w_i x - sum_j s_ij p_j = c_i.
  bool solve(Mat matrix, const Border &border, Vec b, const PerCavity &c, Vec x, PerCavity &p);
  /// The next solve factorises its matrix.
  void renew() { stale_ = true; }
  /// Nothing is left of earlier matrices, as if no solve had been.
  void forget();
  /// Norm of what the factorisation in use makes of `b`: for a residual, about how far (mm, root of the sum of squares) the solution is; a
  /// pressure counts as the displacement that it causes. Collective; after a first solve of the same kind.
  double distance(Vec b);
  double distance(const Border &border, Vec b, const PerCavity &c);
  double first_distance() const { return first_; } ///< of the last solve's right-hand side
  bool fresh() const { return fresh_; }            ///< whether the factorisation in use is of the last solve's own matrix
  int factorisations() const { return factorisations_; }
  int iterations() const { return iterations_; } ///< of all solves so far
  double factorisation_seconds() const { return factorisation_seconds_; }
  double solve_seconds() const { return solve_seconds_; }

private:
  enum class Kind { symmetric, unsymmetric, exact };
  template <void (LaggedSolver::*Apply)(Vec, Vec)> void precondition_by(KSP solver);
  bool solve(Mat matrix, const std::function<void()> &prepare, KSP solver, Vec b, Vec x);
  bool factorise(Mat matrix);
  bool turn_to(Kind kind);
  void apply(Vec b, Vec x);
  bool attempt(KSP solver, Vec b, Vec x);
  void set_up_border(Vec like);
  void take(const Border &border);
  void pack(Vec displacement, const PerCavity &pressure, Vec both) const;
  PerCavity unpack(Vec both, Vec displacement) const;
  PerCavity last_entries(const double *values) const;
  void multiply(Vec x, Vec y);
  void precondition(Vec r, Vec z);

  MPI_Comm comm_;
  SinglePrecisionFactors factors_;
  petsc::Preconditioner exact_factors_;
  Kind kind_, first_kind_;
  bool not_symmetric_ = false; ///< a new factorisation of the symmetric part was no good preconditioner
  int limit_, last_ = 0;
  double tolerance_, first_ = 0;
  petsc::Solver solver_;
  petsc::Vector applied_;
  bool stale_ = true, fresh_ = false;
  int factorisations_ = 0, iterations_ = 0;
  double factorisation_seconds_ = 0, solve_seconds_ = 0;

  // with a border: displacement followed, on rank 0, by the pressures times the length of their answers
  petsc::Solver bordered_;
  petsc::Matrix system_;
  petsc::Vector right_side_, unknowns_, in_, out_; ///< the last two are views of the displacement's part
  std::vector<petsc::Vector> answers_;             ///< of the factorisation to the loads
  PerCavity lengths_;
  bool answers_are_old_ = true;
  Mat matrix_ = nullptr;
  const Border *border_ = nullptr;
  CavityMatrix schur_;
};

} // namespace corvivo::physics
