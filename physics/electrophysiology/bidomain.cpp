#include <io/base/text.hpp>
#include <physics/electrophysiology/bidomain.hpp>
#include <physics/electrophysiology/solver_settings.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using namespace io;

Bidomain::Bidomain(const Tissue &tissue, const ExtracellularPotential &potential, const Discretisation &discretisation, double tolerance,
                   BidomainSolver solver)
    : tissue_(tissue), potential_(potential), share_(discretisation.consistent_mass), theta_(discretisation.implicitness),
      tolerance_(tolerance), settings_(std::move(solver)), parabolic_(tissue, potential.rows()), coupling_(tissue, potential.rows()),
      voltage_(potential.total().vector()), flux_(potential.total().vector()), extracellular_(tissue.owned, 0.0) {
  CORVIVO_ASSERT(theta_ >= 0.5, "the coupled step is implicit");
  Mat blocks[4] = {parabolic_, coupling_, coupling_, potential.total()};
  petsc::check(MatCreateNest(tissue.comm, 2, nullptr, 2, nullptr, blocks, system_.address()));
  Vec made = nullptr;
  petsc::check(MatCreateVecs(system_, &made, nullptr));
  right_side_ = petsc::Vector(made);
  solution_ = petsc::like(right_side_);
  if (potential_.grounded())
    return;
  petsc::Vector constant = petsc::like(right_side_);
  {
    OwnedValues one(constant);
    for (std::size_t i = 0; i < tissue_.owned; ++i)
      one[tissue_.owned + i] = tissue_.excitable[i] ? 1 : 0;
  }
  petsc::check(VecNormalize(constant, nullptr));
  Vec constants[1] = {constant};
  MatNullSpace null = nullptr;
  petsc::check(MatNullSpaceCreate(tissue_.comm, PETSC_FALSE, 1, constants, &null));
  petsc::check(MatSetNullSpace(system_, null));
  petsc::check(MatSetTransposeNullSpace(system_, null));
  petsc::check(MatNullSpaceDestroy(&null));
}

double Bidomain::root() const {
  return std::sqrt(prepared_for_ / theta_);
}

void Bidomain::prepare(double dt) {
  if (dt == prepared_for_)
    return;
  prepared_for_ = dt;
  forget();
  const DiffusionRows &rows = potential_.rows();
  parabolic_.set(rows, [&](std::size_t i, std::size_t k) {
    const double lumped = rows.column[k] == i ? (tissue_.excitable[i] ? 1 - share_ : 1) * rows.lumped[i] : 0;
    return lumped + share_ * rows.mass[k] + theta_ * dt * rows.stiffness[k];
  });
  const double scale = std::sqrt(theta_ * dt);
  coupling_.set(rows, [&](std::size_t, std::size_t k) { return scale * rows.stiffness[k]; });
  petsc::check(MatAssemblyBegin(system_, MAT_FINAL_ASSEMBLY));
  petsc::check(MatAssemblyEnd(system_, MAT_FINAL_ASSEMBLY));
  if (!solver_)
    return make_solver();
  petsc::check(KSPSetOperators(solver_, system_, system_)); // that of phi keeps its preconditioner
  petsc::check(KSPSetUp(solver_));
}

void Bidomain::make_solver() {
  constexpr int most_iterations = 1000;
  const double rounding = 1e-9 * std::sqrt(2.0 * static_cast<double>(tissue_.total_nodes)); // mV at every node
  const bool symmetric = settings_.coupling == "additive" || settings_.coupling == "symmetric_multiplicative";
  SolverSettings settings;
  if (settings_.coupling == "schur") {
    settings.set("bidomain_pc_fieldsplit_schur_fact_type", "upper");
    settings.set("bidomain_pc_fieldsplit_schur_precondition", "a11");
  }
  for (const auto &[field, kind] : {std::pair{"voltage", settings_.voltage}, {"extracellular", settings_.extracellular}}) {
    const std::string prefix = "bidomain_fieldsplit_" + std::string(field) + "_";
    settings.set(prefix + "ksp_type", "preonly");
    settings.precondition(prefix, kind);
  }
  petsc::check(KSPCreate(tissue_.comm, solver_.address()));
  petsc::check(KSPSetOptionsPrefix(solver_, "bidomain_"));
  petsc::check(KSPSetType(solver_, symmetric ? KSPCG : KSPGMRES));
  petsc::check(KSPSetPCSide(solver_, PC_LEFT));
  petsc::check(KSPSetNormType(solver_, KSP_NORM_PRECONDITIONED));
  petsc::check(KSPSetTolerances(solver_, tolerance_, rounding, PETSC_DEFAULT, most_iterations));
  petsc::check(KSPSetInitialGuessNonzero(solver_, PETSC_TRUE));
  PC split = nullptr;
  petsc::check(KSPGetPC(solver_, &split));
  petsc::check(PCSetType(split, PCFIELDSPLIT));
  IS fields[2] = {nullptr, nullptr}; // the matrix's own
  petsc::check(MatNestGetISs(system_, fields, nullptr));
  petsc::check(PCFieldSplitSetIS(split, "voltage", fields[0]));
  petsc::check(PCFieldSplitSetIS(split, "extracellular", fields[1]));
  petsc::check(PCFieldSplitSetType(split, settings_.coupling == "additive"         ? PC_COMPOSITE_ADDITIVE
                                          : settings_.coupling == "schur"          ? PC_COMPOSITE_SCHUR
                                          : settings_.coupling == "multiplicative" ? PC_COMPOSITE_MULTIPLICATIVE
                                                                                   : PC_COMPOSITE_SYMMETRIC_MULTIPLICATIVE));
  petsc::check(KSPSetFromOptions(solver_));
  petsc::check(KSPSetOperators(solver_, system_, system_));
  petsc::check(KSPSetUp(solver_));
  PetscInt count = 0;
  KSP *of_fields = nullptr;
  petsc::check(PCFieldSplitGetSubKSP(split, &count, &of_fields));
  for (PetscInt field = 0; field < count; ++field) // now: later the settings are gone
    petsc::check(KSPSetUp(of_fields[field]));
  petsc::check(PetscFree(of_fields));
}

void Bidomain::fill_right_side(const std::vector<double> &voltage, double dt) {
  {
    OwnedValues v(voltage_);
    for (std::size_t i = 0; i < tissue_.owned; ++i)
      v[i] = voltage[i];
  }
  potential_.intracellular().multiply(voltage_, flux_);
  petsc::check(VecScale(flux_, -1.0));
  OwnedValues right(right_side_);
  {
    OwnedValues flux(flux_);
    for (std::size_t i = 0; i < tissue_.owned; ++i)
      right[i] = dt * flux[i];
  }
  for (std::size_t i = 0; i < source_.size(); ++i)
    right[i] -= dt * source_[i];
  source_.clear();
  OwnedValues flux(flux_);
  potential_.add_currents(time_, time_ + dt, flux);
  for (std::size_t i = 0; i < extracellular_source_.size(); ++i)
    flux[i] += extracellular_source_[i];
  extracellular_source_.clear();
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    right[tissue_.owned + i] = root() * flux[i];
}

void Bidomain::guess() {
  if (guesses_.empty()) {
    petsc::check(VecSet(solution_, 0.0));
    return;
  }
  petsc::copy(guesses_[0], solution_);
  if (guesses_.size() > 1) {
    petsc::check(VecScale(solution_, 2.0));
    petsc::add(solution_, -1.0, guesses_[1]);
  }
}

void Bidomain::advance(std::vector<double> &voltage, double dt) {
  prepare(dt);
  fill_right_side(voltage, dt);
  guess();
  iterations_ = solve_system(solver_, right_side_, solution_, "the bidomain step at " + fixed(time_, 2) + " ms");
  all_iterations_ += iterations_;
  ++steps_;
  petsc::Vector oldest = guesses_.size() < 2 ? petsc::like(solution_) : std::move(guesses_.back());
  if (guesses_.size() == 2)
    guesses_.pop_back();
  petsc::copy(solution_, oldest);
  guesses_.push_front(std::move(oldest));
  {
    OwnedValues solution(solution_), phi(flux_);
    for (std::size_t i = 0; i < tissue_.owned; ++i) {
      voltage[i] += solution[i];
      phi[i] = solution[tissue_.owned + i] / root();
    }
  }
  potential_.fix_mean(flux_);
  OwnedValues phi(flux_);
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    extracellular_[i] = phi[i];
  if (tissue_.halo)
    tissue_.halo->update(voltage);
  time_ += dt;
}

} // namespace corvivo::physics
