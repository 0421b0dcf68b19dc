#pragma once
/// The coupled step of transmembrane and extracellular potential.
#include <physics/electrophysiology/discretisation.hpp>
#include <physics/electrophysiology/extracellular_potential.hpp>

#include <deque>

namespace corvivo::physics {

/// How the coupled system is solved: by conjugate gradients, "additive" (the two fields apart) or "symmetric_multiplicative" (extracellular
/// between two of V, which is definite only where that of V reduces every error: Jacobi does not with a consistent mass, whose eigenvalues
/// reach 2.5) in PCFIELDSPLIT's terms, or by GMRES, "multiplicative" or "schur" (upper factor, K_i + K_e for the Schur complement);
/// and the preconditioners of the two fields, see SolverSettings. The defaults are the fastest of
/// tests/benchmarks/bidomain_step.cpp that are always definite.
struct BidomainSolver {
  std::string coupling = "additive", voltage = "jacobi", extracellular = "hypre";
};

/// M dV/dt = -K_i (V + phi) - s,   K_i V + (K_i + K_e) phi = I_e                            (Tung 1978, parabolic and elliptic)
/// with the theta rule, phi being that of the time to which V is weighted:
///   (M + theta dt K_i) (V1 - V0) + dt K_i phi = -dt (K_i V0 + s),   theta K_i (V1 - V0) + (K_i + K_e) phi = I_e - K_i V0.
/// The second equation times sqrt(dt / theta), for phi times the same root, is symmetric and keeps K_i + K_e as it is for every step. As
/// the first guess both fields go on as over the last two steps.
class Bidomain final : public DiffusionScheme {
public:
  /// Keeps references to `tissue` and `potential`. Collective, as the rest.
  Bidomain(const Tissue &tissue, const ExtracellularPotential &potential, const Discretisation &discretisation, double tolerance,
           BidomainSolver solver = {});
  void advance(std::vector<double> &voltage, double dt) override;
  const std::vector<double> &mass() const override { return potential_.rows().lumped; }
  bool takes_source() const override { return share_ > 0; }
  void set_source(std::vector<double> source) override { source_ = std::move(source); }
  void set_time(double time) override { time_ = time; }
  void forget() override { guesses_.clear(); }

  /// phi (mV) of the owned nodes, of the weighted time of the last step.
  const std::vector<double> &extracellular() const { return extracellular_; }
  /// Currents into the extracellular space in the next step beside those of the electrodes: mm^3 mV/ms, owned nodes.
  void set_extracellular_source(std::vector<double> source) { extracellular_source_ = std::move(source); }
  int iterations() const { return iterations_; } ///< of the last step
  double mean_iterations() const { return steps_ > 0 ? static_cast<double>(all_iterations_) / static_cast<double>(steps_) : 0; }

private:
  void prepare(double dt);
  void make_solver();
  void fill_right_side(const std::vector<double> &voltage, double dt);
  void guess();
  double root() const; ///< sqrt(prepared_for / theta)

  const Tissue &tissue_;
  const ExtracellularPotential &potential_;
  const double share_, theta_, tolerance_;
  const BidomainSolver settings_;
  NodalMatrix parabolic_, coupling_; ///< M + theta dt K_i, sqrt(theta dt) K_i
  petsc::Matrix system_;
  petsc::Solver solver_;
  petsc::Vector voltage_, flux_, right_side_, solution_; ///< the last two: owned nodes of V, then of phi
  std::deque<petsc::Vector> guesses_;                    ///< the last solutions, newest first
  std::vector<double> source_, extracellular_source_, extracellular_;
  double time_ = 0, prepared_for_ = 0;
  int iterations_ = 0;
  long all_iterations_ = 0, steps_ = 0;
};

} // namespace corvivo::physics
