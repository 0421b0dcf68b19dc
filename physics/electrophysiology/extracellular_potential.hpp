#pragma once
/// The extracellular potential that belongs to a transmembrane potential.
#include <physics/electrophysiology/bidomain_options.hpp>
#include <physics/electrophysiology/diffusion.hpp>
#include <physics/electrophysiology/nodal_matrix.hpp>

namespace corvivo::physics {

/// Intra- and extracellular conductivities over chi C_m, mm^2/ms.
struct BidomainDiffusivity {
  Diffusivity intracellular, extracellular;
  /// What a plane wave along or across the fibres feels: D_i D_e / (D_i + D_e), which the field calls their harmonic mean (it is half of
  /// it).
  Diffusivity monodomain() const;
};

/// The pairs in the case's ratios whose harmonic means are `monodomain`: both spaces scaled alike, along and across.
BidomainDiffusivity bidomain_diffusivity(const BidomainOptions &options, const Diffusivity &monodomain);

/// div((sigma_i + sigma_e) grad phi_e) = -div(sigma_i grad V) - I_e,  no current through the boundary.       (Tung 1978)
/// With linear tetrahedra (K_i + K_e) phi = I - K_i V, all over chi C_m. phi_e has mean zero over the tissue, or is zero in a ground (a
/// conductance to earth of 1e6 times the diagonal). Nodes that no conducting cell touches keep zero.
class ExtracellularPotential {
public:
  /// `membrane` = chi C_m, uF/mm^3. Keeps a reference to `tissue`. Collective, as the rest. Throws CaseError where the tissue falls into
  /// parts that do not touch and for a ground or an electrode that covers no tissue that conducts.
  ExtracellularPotential(const Tissue &tissue, const BidomainDiffusivity &diffusivity, const BidomainOptions &options, double membrane,
                         const std::string &preconditioner = "hypre");

  /// phi_e (mV) of the local nodes at `time` (for the currents of electrodes), from V with ghosts. Throws SolveError.
  const std::vector<double> &solve(const std::vector<double> &voltage, double time);
  const std::vector<double> &values() const { return values_; } ///< of the last solution
  /// The next solution starts from nothing, as that of a run that begins anew.
  void forget() { petsc::check(VecSet(potential_, 0.0)); }
  int iterations() const { return iterations_; } ///< of the last solution
  double mean_iterations() const { return solutions_ > 0 ? static_cast<double>(all_iterations_) / static_cast<double>(solutions_) : 0; }

  const DiffusionRows &rows() const { return intracellular_rows_; }
  const NodalMatrix &intracellular() const { return intracellular_; } ///< K_i
  const NodalMatrix &total() const { return total_; }                 ///< K_i + K_e, with the ground
  bool grounded() const { return grounded_; }
  /// Adds the mean currents between two times (or those at one) to `sum`, mm^3 mV/ms.
  void add_currents(double begin, double end, OwnedValues &sum) const;
  /// Takes the mean over the tissue away; nothing with a ground.
  void fix_mean(Vec potential) const;

private:
  void build(const BidomainDiffusivity &diffusivity, const std::optional<PartBall> &ground);
  void place_electrodes(const std::vector<CurrentElectrode> &electrodes, double membrane);
  void make_solver(const std::string &preconditioner, double tolerance);

  struct PlacedElectrode {
    CurrentElectrode given;
    std::vector<std::pair<std::uint32_t, double>> currents; ///< into owned nodes, mm^3 mV/ms
  };

  const Tissue &tissue_;
  DiffusionRows intracellular_rows_;
  NodalMatrix intracellular_, total_;
  bool grounded_;
  double volume_ = 0; ///< of the tissue that conducts, mm^3
  std::vector<PlacedElectrode> electrodes_;
  petsc::Solver solver_;
  petsc::Vector voltage_, right_side_, potential_;
  std::vector<double> values_;
  int iterations_ = 0;
  long all_iterations_ = 0, solutions_ = 0;
};

/// Collective: solves and returns the iterations; `what` for the SolveError.
int solve_system(KSP solver, Vec right_side, Vec solution, const std::string &what);

} // namespace corvivo::physics
