#include <io/base/errors.hpp>
#include <io/base/units.hpp>
#include <physics/electrophysiology/extracellular_potential.hpp>
#include <physics/electrophysiology/solver_settings.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using namespace io;

namespace {

double series(double a, double b) {
  return a * b / (a + b);
}

/// Collective: how many parts that do not touch the conducting cells form. Every node takes the least number of its part.
std::size_t count_parts(const Tissue &tissue) {
  std::vector<double> part(tissue.mesh_node.begin(), tissue.mesh_node.end());
  for (int changed = 1; changed;) {
    changed = 0;
    for (std::size_t c = 0; c < tissue.cells.size(); ++c) {
      if (tissue.diffusivity_factor[c] == 0)
        continue;
      double least = part[tissue.cells[c][0]];
      for (const std::uint32_t node : tissue.cells[c])
        least = std::min(least, part[node]);
      for (const std::uint32_t node : tissue.cells[c]) {
        changed |= part[node] != least;
        part[node] = least;
      }
    }
    if (tissue.halo)
      tissue.halo->update(part);
    MPI_Allreduce(MPI_IN_PLACE, &changed, 1, MPI_INT, MPI_MAX, tissue.comm);
  }
  unsigned long long parts = 0;
  for (std::size_t i = 0; i < tissue.owned; ++i)
    parts += tissue.excitable[i] && part[i] == static_cast<double>(tissue.mesh_node[i]) ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &parts, 1, MPI_UNSIGNED_LONG_LONG, MPI_SUM, tissue.comm);
  return parts;
}

/// Collective: owned nodes of conducting tissue in a ball.
std::vector<std::uint32_t> nodes_in(const Tissue &tissue, const mesh::Vector3 &centre, double radius, const std::string &what) {
  std::vector<std::uint32_t> nodes;
  for (std::uint32_t i = 0; i < tissue.owned; ++i)
    if (tissue.excitable[i] && norm(tissue.nodes[i] - centre) <= radius)
      nodes.push_back(i);
  unsigned long long count = nodes.size();
  MPI_Allreduce(MPI_IN_PLACE, &count, 1, MPI_UNSIGNED_LONG_LONG, MPI_SUM, tissue.comm);
  if (count == 0)
    throw CaseError("electrophysiology.bidomain: " + what +
                    " covers no node of tissue that conducts; move it or make it larger than an "
                    "element");
  return nodes;
}

} // namespace

Diffusivity BidomainDiffusivity::monodomain() const {
  return {series(intracellular.along, extracellular.along), series(intracellular.across, extracellular.across)};
}

BidomainDiffusivity bidomain_diffusivity(const BidomainOptions &options, const Diffusivity &monodomain) {
  const DomainConductivity &i = options.intracellular, &e = options.extracellular;
  const double along = monodomain.along / series(i.along, e.along), across = monodomain.across / series(i.across, e.across);
  return {{along * i.along, across * i.across}, {along * e.along, across * e.across}};
}

int solve_system(KSP solver, Vec right_side, Vec solution, const std::string &what) {
  petsc::check(KSPSolve(solver, right_side, solution));
  KSPConvergedReason reason = KSP_CONVERGED_ITERATING;
  PetscInt iterations = 0;
  petsc::check(KSPGetConvergedReason(solver, &reason));
  petsc::check(KSPGetIterationNumber(solver, &iterations));
  if (reason < 0) {
    double residual = 0;
    petsc::check(KSPGetResidualNorm(solver, &residual));
    throw SolveError("electrophysiology: " + what + " did not converge in " + std::to_string(iterations) + " iterations (" +
                     KSPConvergedReasons[reason] + ", preconditioned residual " + print_number(residual) +
                     "); try a smaller time step or a larger electrophysiology.bidomain.tolerance");
  }
  return static_cast<int>(iterations);
}

ExtracellularPotential::ExtracellularPotential(const Tissue &tissue, const BidomainDiffusivity &diffusivity, const BidomainOptions &options,
                                               double membrane, const std::string &preconditioner)
    : tissue_(tissue), intracellular_rows_(diffusion_rows(tissue, diffusivity.intracellular)), intracellular_(tissue, intracellular_rows_),
      total_(tissue, intracellular_rows_), grounded_(options.ground.has_value()), values_(tissue.nodes.size(), 0.0) {
  if (const std::size_t parts = count_parts(tissue); parts > 1)
    throw CaseError("electrophysiology: the tissue that conducts falls into " + std::to_string(parts) +
                    " parts that do not touch, whose extracellular potentials have nothing to do with each other; expected one piece; join "
                    "the parts or use method: monodomain");
  build(diffusivity, options.ground);
  place_electrodes(options.electrodes, membrane);
  make_solver(preconditioner, options.tolerance);
}

void ExtracellularPotential::build(const BidomainDiffusivity &diffusivity, const std::optional<PartBall> &ground) {
  const DiffusionRows &rows = intracellular_rows_;
  std::vector<char> earthed(tissue_.owned, 0);
  if (ground)
    for (const std::uint32_t i : nodes_in(tissue_, ground->centre, ground->radius, "the ground"))
      earthed[i] = 1;
  intracellular_.set(rows, [&](std::size_t, std::size_t k) { return rows.stiffness[k]; });
  const Diffusivity &in = diffusivity.intracellular, &out = diffusivity.extracellular;
  const DiffusionRows both = diffusion_rows(tissue_, {in.along + out.along, in.across + out.across});
  constexpr double earth = 1e6;
  total_.set(rows, [&](std::size_t i, std::size_t k) {
    if (rows.column[k] != i)
      return both.stiffness[k];
    return tissue_.excitable[i] ? both.stiffness[k] * (earthed[i] ? 1 + earth : 1) : 1.0;
  });
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    volume_ += tissue_.excitable[i] ? rows.lumped[i] : 0;
  MPI_Allreduce(MPI_IN_PLACE, &volume_, 1, MPI_DOUBLE, MPI_SUM, tissue_.comm);
  if (grounded_)
    return;
  petsc::Vector constant = total_.vector();
  {
    OwnedValues one(constant);
    for (std::size_t i = 0; i < tissue_.owned; ++i)
      one[i] = tissue_.excitable[i] ? 1 : 0;
  }
  petsc::check(VecNormalize(constant, nullptr));
  Vec constants[1] = {constant};
  MatNullSpace null = nullptr;
  petsc::check(MatNullSpaceCreate(tissue_.comm, PETSC_FALSE, 1, constants, &null));
  petsc::check(MatSetNullSpace(total_, null));
  petsc::check(MatSetTransposeNullSpace(total_, null)); // also out of the right-hand side, where only rounding puts it
  petsc::check(MatNullSpaceDestroy(&null));
}

void ExtracellularPotential::place_electrodes(const std::vector<CurrentElectrode> &electrodes, double membrane) {
  for (const CurrentElectrode &electrode : electrodes) {
    PlacedElectrode placed{electrode, {}};
    double volume = 0;
    for (const std::uint32_t i : nodes_in(tissue_, electrode.centre, electrode.radius, "the electrode '" + electrode.name + "'")) {
      placed.currents.emplace_back(i, electrode.current / membrane * intracellular_rows_.lumped[i]);
      volume += intracellular_rows_.lumped[i];
    }
    MPI_Allreduce(MPI_IN_PLACE, &volume, 1, MPI_DOUBLE, MPI_SUM, tissue_.comm);
    for (auto &current : placed.currents)
      current.second /= volume;
    electrodes_.push_back(std::move(placed));
  }
}

void ExtracellularPotential::make_solver(const std::string &preconditioner, double tolerance) {
  voltage_ = total_.vector();
  right_side_ = total_.vector();
  potential_ = total_.vector();
  constexpr int most_iterations = 1000;
  const double rounding = 1e-9 * std::sqrt(static_cast<double>(tissue_.total_nodes)); // mV at every node
  SolverSettings settings;
  settings.precondition("extracellular_", preconditioner);
  petsc::check(KSPCreate(tissue_.comm, solver_.address()));
  petsc::check(KSPSetOptionsPrefix(solver_, "extracellular_"));
  petsc::check(KSPSetType(solver_, KSPCG));
  petsc::check(KSPSetNormType(solver_, KSP_NORM_PRECONDITIONED));
  petsc::check(KSPSetTolerances(solver_, tolerance, rounding, PETSC_DEFAULT, most_iterations));
  petsc::check(KSPSetInitialGuessNonzero(solver_, PETSC_TRUE));
  petsc::check(KSPSetFromOptions(solver_));
  petsc::check(KSPSetOperators(solver_, total_, total_));
  petsc::check(KSPSetUp(solver_));
}

void ExtracellularPotential::add_currents(double begin, double end, OwnedValues &sum) const {
  for (const PlacedElectrode &electrode : electrodes_) {
    const CurrentElectrode &given = electrode.given;
    const double flows = std::min(end, given.start + given.duration) - std::max(begin, given.start);
    const double share = end > begin ? std::max(0.0, flows) / (end - begin) : (given.on(begin) ? 1 : 0);
    for (const auto &[node, current] : electrode.currents)
      sum[node] += share * current;
  }
}

void ExtracellularPotential::fix_mean(Vec potential) const {
  if (grounded_)
    return;
  OwnedValues values(potential);
  double mean = 0;
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    mean += tissue_.excitable[i] ? intracellular_rows_.lumped[i] * values[i] / volume_ : 0;
  MPI_Allreduce(MPI_IN_PLACE, &mean, 1, MPI_DOUBLE, MPI_SUM, tissue_.comm);
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    values[i] -= tissue_.excitable[i] ? mean : 0;
}

const std::vector<double> &ExtracellularPotential::solve(const std::vector<double> &voltage, double time) {
  {
    OwnedValues v(voltage_);
    for (std::size_t i = 0; i < tissue_.owned; ++i)
      v[i] = voltage[i];
  }
  intracellular_.multiply(voltage_, right_side_);
  petsc::check(VecScale(right_side_, -1.0));
  {
    OwnedValues sum(right_side_);
    add_currents(time, time, sum);
  }
  iterations_ = solve_system(solver_, right_side_, potential_, "the extracellular potential at " + fixed(time, 2) + " ms");
  all_iterations_ += iterations_;
  ++solutions_;
  fix_mean(potential_);
  OwnedValues phi(potential_);
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    values_[i] = phi[i];
  return values_;
}

} // namespace corvivo::physics
