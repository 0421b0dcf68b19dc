#pragma once
/// Anisotropic diffusion of the transmembrane potential with linear tetrahedra and lumped mass.
#include <physics/electrophysiology/tissue.hpp>

namespace corvivo::physics {

/// Along and across the fibres, mm^2/ms: D = across I + (along - across) f f.
struct Diffusivity {
  double along = 0, across = 0;
  /// Where the current is evaluated in the cells of the wave front: the largest barycentric coordinate of the four points. The Gauss points
  /// (default) on meshes that resolve the front; nearer to the nodes (at most 1) the wave is slower, nearer to the middle (at least 0.25)
  /// faster.
  double front_point = 0.58541019662496852;
};

/// dV/dt = A V with A = -M^-1 K:  K_ij = sum over cells of volume grad N_i . D grad N_j,  M_i = sum of volume / 4 (zero flux at the
/// boundary).
class Diffusion {
public:
  Diffusion(const Tissue &tissue, const Diffusivity &diffusivity);

  /// Largest stable explicit Euler step, ms: 2 / largest |eigenvalue|, with a bound for the eigenvalue. Collective at construction only.
  double stable_step() const { return stable_step_; }
  /// `dt` ms of diffusion by one explicit step: Euler's where it is stable, else a first-order Runge-Kutta-Chebyshev step, whose s stages
  /// are stable up to nearly s^2 times Euler's step and damp what Euler's would (van der Houwen & Sommeijer, ZAMM 60:479, 1980; damping
  /// 0.05 as Verwer, Appl Numer Math 22:359, 1996). `voltage` holds owned nodes then ghosts, both up to date before and after. Collective.
  void advance(std::vector<double> &voltage, double dt);
  /// Stages of a step of `dt` ms.
  int stages(double dt) const;
  /// Lumped mass of the owned nodes, mm^3.
  const std::vector<double> &mass() const { return mass_; }

private:
  struct Rows;
  Rows assemble(const Tissue &tissue, const Diffusivity &diffusivity);
  void bound_eigenvalue(const Rows &rows);
  void slice(const Rows &rows);
  void stage(std::vector<double> &voltage, std::vector<double> &out, double mu, double nu, double dt) const;

  const Tissue &tissue_;
  std::vector<std::size_t> slice_start_;
  std::vector<std::int32_t> column_; ///< within a row by HeartMesh node, so that sums run in the same order on any number of ranks
  std::vector<float> coupling_;      ///< -K_ij, mm^3/ms
  std::vector<double> mass_, inverse_mass_, other_;
  double stable_step_ = 0;
};

} // namespace corvivo::physics
