#pragma once
/// Newton's method for the displacement of a Solid and, where the cavity's volume is prescribed, its pressure.
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

/// The volume (mm^3) that the cavity must have at pressure `p` (kPa) and its slope (mm^3/kPa).
struct Volume {
  double volume, slope;
};
using VolumeLaw = std::function<Volume(double p)>;

struct NewtonResult {
  bool converged = false;
  std::string reason;            ///< why not
  std::vector<double> residuals; ///< relative, one per iteration
  Balance::State state;
};

/// Solves R(u, p) = 0 and, with a volume law, V(u) = V_law(p), by
///   [ K  g ] [du]   [ -R ]        K = dR/du, g = dR/dp, w = dV/du, G = V - V_law,
///   [ w -s ] [dp] = [ -G ]        s = dV_law/dp
/// with two solves of K. Steps are shortened until det F > 0 everywhere and the correction that the factorisation at hand would still make
/// is smaller than before (Deuflhard's natural monotonicity: the residual's own norm grows on the way when a nearly incompressible body
/// turns).
class Newton {
public:
  Newton(Balance &balance, const NewtonOptions &options);
  /// At fixed pressure. Collective. On failure `u` is what it was.
  NewtonResult solve(Vec u, double pressure, double time, double dt);
  /// With the volume law; `pressure` is the guess and the answer.
  NewtonResult solve(Vec u, double &pressure, double time, double dt, const VolumeLaw &law);
  const LaggedSolver &linear() const { return linear_; }
  /// Nothing is left of earlier solves but their counts.
  void forget();
  int iterations() const { return iterations_; }

private:
  struct Point {
    Balance::State state;
    double volume_error = 0, law_slope = 0, residual = 0;
    bool valid = false;
  };
  Point evaluate(Vec u, double pressure, double time, double dt, const VolumeLaw &law);
  bool direction(const Point &at, bool with_volume, double &dp);
  double remaining(Vec residual, double volume_error, bool with_volume);
  NewtonResult iterate(Vec u, double &pressure, double time, double dt, const VolumeLaw &law);

  Balance &balance_;
  NewtonOptions options_;
  LaggedSolver linear_;
  petsc::Vector step_, load_step_, trial_, right_side_;
  double per_volume_ = 0; ///< length of the displacement that changes the volume by 1 mm^3
  int iterations_ = 0;
};

/// Carries `u` from pressure `from` to `to` (kPa) in at least `steps` steps, smaller ones where Newton fails, then repeats the last one
/// until the force on the valve plane has settled. Throws SolveError with the residuals. Collective.
void inflate(Solid &solid, Newton &newton, Vec u, double from, double to, int steps);

} // namespace corvivo::physics
