#pragma once
/// Newton's method for the displacement of a Solid and, where its cavities' volumes are prescribed, their pressures.
#include <physics/mechanics/lagged_solver.hpp>
#include <physics/mechanics/solid.hpp>

#include <functional>
#include <vector>

namespace corvivo::physics {

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
///   [ w_i -s_ij    ] [dp_j] = [ -G_i ]        s_ij = dV_law_i/dp_j.
/// Steps are shortened
/// until det F > 0 everywhere and the correction that the factorisation at hand would still make is smaller than before (Deuflhard's
/// natural monotonicity: the residual's own norm grows on the way when a nearly incompressible body turns).
class Newton {
public:
  Newton(Balance &balance, const NewtonOptions &options);
  /// At fixed pressures. Collective. On failure `u` is what it was.
  NewtonResult solve(Vec u, const PerCavity &pressure, double time, double dt);
  /// With the volume law; `pressure` is the guess and the answer.
  NewtonResult solve(Vec u, PerCavity &pressure, double time, double dt, const VolumeLaw &law);
  /// The next solves leave `share` of `forces` (a residual) unbalanced: a way from where a body is to where it would rest.
  void hold(Vec forces, double share);
  void release() { held_share_ = 0; }
  const LaggedSolver &linear() const { return linear_; }
  /// Nothing is left of earlier solves but their counts.
  void forget() { linear_.forget(); }
  int iterations() const { return iterations_; }
  double assembly_seconds() const { return assembly_seconds_; }

private:
  struct Point {
    Balance::State state;
    PerCavity volume_error;
    CavityMatrix law_slope;
    double residual = 0;
    bool valid = false;
  };
  Point evaluate(Vec u, const PerCavity &pressure, double time, double dt, const VolumeLaw &law, bool tangent = true);
  Border border(const Point &at) const;
  bool direction(const Point &at, bool with_volume, PerCavity &dp);
  double remaining(const Point &at, bool with_volume);
  NewtonResult iterate(Vec u, PerCavity &pressure, double time, double dt, const VolumeLaw &law);

  Balance &balance_;
  NewtonOptions options_;
  LaggedSolver linear_;
  petsc::Vector step_, trial_, right_side_, held_;
  double held_share_ = 0;
  int iterations_ = 0;
  double assembly_seconds_ = 0;
};

/// Carries `u` from pressures `from` to `to` (kPa) in at least `steps` steps, smaller ones where Newton fails, then repeats the last one
/// until the forces on the valve planes have settled. Throws SolveError with the residuals. Collective.
void inflate(Solid &solid, Newton &newton, Vec u, const PerCavity &from, const PerCavity &to, int steps);

/// The same without tension from cavities of volumes `from` to `to` (mm^3); `pressure` (kPa) is the guess and the answer. What tension and
/// dashpots bore at the beginning is let go along the way.
void fill(Solid &solid, Newton &newton, Vec u, PerCavity &pressure, const PerCavity &from, const PerCavity &to, int steps);

} // namespace corvivo::physics
