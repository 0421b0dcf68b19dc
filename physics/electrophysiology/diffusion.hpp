#pragma once
/// Anisotropic diffusion of the transmembrane potential with linear or quadratic tetrahedra.
#include <physics/electrophysiology/diffusion_rows.hpp>

#include <deque>

namespace corvivo::physics {

/// Along and across the fibres, mm^2/ms: D = across I + (along - across) f f.
struct Diffusivity {
  double along = 0, across = 0;
  /// Where the current is evaluated in the cells of the wave front: the largest barycentric coordinate of the four points. The Gauss points
  /// (default) on meshes that resolve the front; nearer to the nodes (at most 1) the wave is slower, nearer to the middle (at least 0.25)
  /// faster.
  double front_point = 0.58541019662496852;
};

/// Solves  M dV/dt = -K V - s  over one step (zero flux at the boundary).
class DiffusionScheme {
public:
  virtual ~DiffusionScheme() = default;
  /// `dt` ms. `voltage` holds owned nodes then ghosts, both up to date before and after. Collective.
  virtual void advance(std::vector<double> &voltage, double dt) = 0;
  /// Lumped mass of the owned nodes, mm^3.
  virtual const std::vector<double> &mass() const = 0;
  /// What is left of the integrals of the ionic current, s (mm^3 mV/ms, owned nodes), enters the next step; false: the scheme's mass is
  /// lumped, so that the caller may divide by it instead.
  virtual bool takes_source() const { return false; }
  virtual void set_source(std::vector<double>) {}
  /// When the next step begins, ms; for schemes whose equation depends on it.
  virtual void set_time(double) {}
  /// What was kept of earlier steps to begin the next one nearer to its end: gone, as in a run that begins there.
  virtual void forget() {}
};

/// Lumped mass, explicit: dV/dt = A V with A = -M^-1 K,  M_i = sum of volume / 4.
class Diffusion final : public DiffusionScheme {
public:
  Diffusion(const Tissue &tissue, const Diffusivity &diffusivity);

  /// Largest stable explicit Euler step, ms: 2 / largest |eigenvalue|, with a bound for the eigenvalue. Collective at construction only.
  double stable_step() const { return stable_step_; }
  /// One explicit step: Euler's where it is stable, else a first-order Runge-Kutta-Chebyshev step, whose s stages are stable up to nearly
  /// s^2 times Euler's step and damp what Euler's would (van der Houwen & Sommeijer, ZAMM 60:479, 1980; damping 0.05 as Verwer, Appl Numer
  /// Math 22:359, 1996).
  void advance(std::vector<double> &voltage, double dt) override;
  /// Stages of a step of `dt` ms.
  int stages(double dt) const;
  const std::vector<double> &mass() const override { return mass_; }

private:
  void bound_eigenvalue(const DiffusionRows &rows);
  void stage(std::vector<double> &voltage, std::vector<double> &out, double mu, double nu, double dt) const;

  const Tissue &tissue_;
  SlicedMatrix coupling_; ///< -K_ij
  std::vector<double> mass_, inverse_mass_, other_;
  double stable_step_ = 0;
};

/// Any share of the consistent mass, M = (1 - share) lumped + share consistent, and a theta rule in time (1 backward Euler, 1/2
/// Crank-Nicolson):  (M + theta dt K) (V1 - V0) = -dt (K V0 + s).  Solved by Chebyshev iteration with the diagonal as preconditioner, as
/// many sweeps as its bounds ask for: no scalar products, so the same bits on any number of ranks.
class ImplicitDiffusion final : public DiffusionScheme {
public:
  ImplicitDiffusion(const Tissue &tissue, const Diffusivity &diffusivity, double consistent_share, double theta);
  void advance(std::vector<double> &voltage, double dt) override;
  const std::vector<double> &mass() const override { return rows_.lumped; }
  bool takes_source() const override { return share_ > 0; }
  void set_source(std::vector<double> source) override { source_ = std::move(source); }
  int sweeps() const { return sweeps_; } ///< of the last step

private:
  void prepare(double dt);
  /// out <- (M + theta dt K) x for the owned nodes; `x` with ghosts.
  void apply(std::vector<double> &x, std::vector<double> &out) const;

  const Tissue &tissue_;
  DiffusionRows rows_;
  double share_, theta_, prepared_for_ = 0;
  SlicedMatrix stiffness_, system_;
  std::vector<double> diagonal_, ones_, source_;
  double low_ = 0, high_ = 0; ///< bounds of the eigenvalues of the system with its diagonal divided out
  int sweeps_ = 0;
};

/// Quadratic elements (of a tissue with families), consistent mass and a theta rule in time:  (M + theta dt K) (V1 - V0) = -dt K V0.
/// Solved by conjugate gradients with the diagonal as preconditioner, begun from the last two changes extrapolated, until no node's
/// residual exceeds `tolerance` of its diagonal. (Chebyshev iteration needs bounds; the best that elements give, 1/4 and 4.35 for the mass,
/// ask for twice the sweeps.) Ranks agree to that tolerance, not to the bit: scalar products are summed rank by rank.
class QuadraticDiffusion final : public DiffusionScheme {
public:
  QuadraticDiffusion(const Tissue &tissue, const Diffusivity &diffusivity, double theta);
  /// Throws SolveError on every rank where the iteration does not end.
  void advance(std::vector<double> &voltage, double dt) override;
  const std::vector<double> &mass() const override { return rows_.lumped; }
  bool takes_source() const override { return true; }
  void set_source(std::vector<double> source) override { source_ = std::move(source); }
  void forget() override { changes_.clear(); }
  double mean_iterations() const { return steps_ > 0 ? static_cast<double>(all_iterations_) / steps_ : 0; } ///< of all steps so far

  static constexpr double tolerance = 1e-5; ///< mV; 1e-3 moves no activation of the slab by 0.001 ms

private:
  void prepare(double dt);
  /// out <- (M + theta dt K) x for the owned nodes; brings the ghosts of `x`. Collective.
  void apply(std::vector<double> &x, std::vector<double> &out) const;
  /// From `change`, whose residual is given, to the solution. Collective.
  void solve(std::vector<double> &change, std::vector<double> &residual, double dt);

  const Tissue &tissue_;
  DiffusionRows rows_;
  double theta_, prepared_for_ = 0;
  SlicedMatrix stiffness_, system_;
  std::vector<double> inverse_diagonal_, ones_, source_;
  std::deque<std::vector<double>> changes_; ///< of the last steps, the latest first; empty when there is none to go by
  long all_iterations_ = 0, steps_ = 0;
};

} // namespace corvivo::physics
