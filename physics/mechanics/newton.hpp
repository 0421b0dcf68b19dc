#pragma once
/// Newton's method for the displacement of a Solid and, where its cavities' volumes are prescribed, their pressures.
#include <physics/mechanics/solid.hpp>

#include <functional>
#include <vector>

namespace corvivo::physics {

/// GMRES preconditioned (from the left, so that soft directions count as much as stiff ones) by an LU factorisation (MUMPS) that is kept
/// until it needs too many iterations: neighbouring tangents of one heartbeat are close, and a factorisation costs as much as tens of
/// solves.
class LaggedSolver {
public:
  LaggedSolver(MPI_Comm comm, const NewtonOptions &options);
  /// Solves matrix x = b from the guess in `x`. Collective. False when it did not converge with a fresh factorisation.
  bool solve(Mat matrix, Vec b, Vec x);
  /// The next solve factorises its matrix.
  void renew();
  /// Nothing is left of earlier matrices, as if no solve had been.
  void forget();
  /// Norm of what the factorisation in use makes of `b`: for a residual, about how far (mm, root of the sum of squares) the solution is.
  /// Collective; after the first solve.
  double distance(Vec b);
  int factorisations() const { return factorisations_; }
  int iterations() const { return iterations_; } ///< of all solves so far

private:
  bool attempt(Mat matrix, Vec b, Vec x, bool factorise);
  petsc::Solver solver_;
  petsc::Vector applied_;
  int limit_, last_ = 0;
  bool stale_ = true;
  int factorisations_ = 0, iterations_ = 0;
};

/// The volumes (mm^3) that the cavities must have at pressures `p` (kPa) and their slopes (mm^3/kPa).
struct Volumes {
  PerCavity volume;
  CavityMatrix slope;
};
using VolumeLaw = std::function<Volumes(const PerCavity &p)>;

struct NewtonResult {
  bool converged = false;
  std::string reason;            ///< why not
  std::vector<double> residuals; ///< relative, one per iteration
  Balance::State state;
};

/// Solves R(u, p) = 0 and, with a volume law, V_i(u) = V_law_i(p) of every cavity, by
///   [ K   g_j      ] [du  ]   [ -R   ]        K = dR/du, g_j = dR/dp_j, w_i = dV_i/du, G_i = V_i - V_law_i,
///   [ w_i -s_ij    ] [dp_j] = [ -G_i ]        s_ij = dV_law_i/dp_j
/// with a solve of K for R and for each cavity, and the Schur complement -(w_i K^-1 g_j) - s_ij of one or two rows. Steps are shortened
/// until det F > 0 everywhere and the correction that the factorisation at hand would still make is smaller than before (Deuflhard's
/// natural monotonicity: the residual's own norm grows on the way when a nearly incompressible body turns).
class Newton {
public:
  Newton(Balance &balance, const NewtonOptions &options);
  /// At fixed pressures. Collective. On failure `u` is what it was.
  NewtonResult solve(Vec u, const PerCavity &pressure, double time, double dt);
  /// With the volume law; `pressure` is the guess and the answer.
  NewtonResult solve(Vec u, PerCavity &pressure, double time, double dt, const VolumeLaw &law);
  const LaggedSolver &linear() const { return linear_; }
  /// Nothing is left of earlier solves but their counts.
  void forget();
  int iterations() const { return iterations_; }

private:
  struct Point {
    Balance::State state;
    PerCavity volume_error;
    CavityMatrix law_slope;
    double residual = 0;
    bool valid = false;
  };
  Point evaluate(Vec u, const PerCavity &pressure, double time, double dt, const VolumeLaw &law);
  bool direction(const Point &at, bool with_volume, PerCavity &dp);
  double remaining(Vec residual, const PerCavity &volume_error, bool with_volume);
  NewtonResult iterate(Vec u, PerCavity &pressure, double time, double dt, const VolumeLaw &law);

  Balance &balance_;
  NewtonOptions options_;
  LaggedSolver linear_;
  petsc::Vector step_, trial_, right_side_;
  std::vector<petsc::Vector> load_steps_; ///< per cavity
  PerCavity per_volume_;                  ///< length of the displacement that changes the volume by 1 mm^3
  int iterations_ = 0;
};

/// Carries `u` from pressures `from` to `to` (kPa) in at least `steps` steps, smaller ones where Newton fails, then repeats the last one
/// until the forces on the valve planes have settled. Throws SolveError with the residuals. Collective.
void inflate(Solid &solid, Newton &newton, Vec u, const PerCavity &from, const PerCavity &to, int steps);

} // namespace corvivo::physics
