#include <physics/mechanics/newton.hpp>

#include <io/base/text.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

LaggedSolver::LaggedSolver(MPI_Comm comm, const NewtonOptions &options) : limit_(options.krylov_iterations) {
  using petsc::check;
  check(KSPCreate(comm, solver_.address()));
  check(KSPSetType(solver_, KSPGMRES));
  check(KSPSetTolerances(solver_, options.linear_tolerance, 1e-50, 1e5, 3 * limit_));
  check(KSPGMRESSetRestart(solver_, 3 * limit_));
  check(KSPSetPCSide(solver_, PC_LEFT));
  check(KSPSetNormType(solver_, KSP_NORM_PRECONDITIONED));
  check(KSPSetInitialGuessNonzero(solver_, PETSC_TRUE));
  PC factorisation = nullptr;
  check(KSPGetPC(solver_, &factorisation));
  check(PCSetType(factorisation, PCLU));
  check(PCFactorSetMatSolverType(factorisation, MATSOLVERMUMPS));
  // room (per cent) for pivots that are put off, of which two ranks had more than MUMPS foresees
  check(PetscOptionsSetValue(nullptr, "-mat_mumps_icntl_14", "100"));
}

bool LaggedSolver::attempt(Mat matrix, Vec b, Vec x, bool factorise) {
  using petsc::check;
  check(KSPSetOperators(solver_, matrix, matrix));
  check(KSPSetReusePreconditioner(solver_, factorise ? PETSC_FALSE : PETSC_TRUE));
  factorisations_ += factorise;
  check(KSPSolve(solver_, b, x));
  KSPConvergedReason reason = KSP_CONVERGED_ITERATING;
  PetscInt count = 0;
  check(KSPGetConvergedReason(solver_, &reason));
  check(KSPGetIterationNumber(solver_, &count));
  last_ = static_cast<int>(count);
  iterations_ += last_;
  return reason > 0;
}

void LaggedSolver::renew() {
  stale_ = true;
}

/// The order of elimination goes too: it was chosen for the first matrix.
void LaggedSolver::forget() {
  PC factorisation = nullptr;
  petsc::check(KSPGetPC(solver_, &factorisation));
  petsc::check(PCReset(factorisation));
  stale_ = true;
  last_ = 0;
}

bool LaggedSolver::solve(Mat matrix, Vec b, Vec x) {
  const bool fresh = stale_;
  bool solved = attempt(matrix, b, x, fresh);
  if (!solved && !fresh) {
    petsc::check(VecSet(x, 0.0));
    solved = attempt(matrix, b, x, true);
  }
  stale_ = !solved || last_ > limit_;
  if (!solved)
    petsc::check(VecSet(x, 0.0));
  return solved;
}

double LaggedSolver::distance(Vec b) {
  if (!applied_)
    applied_ = petsc::like(b);
  PC factorisation = nullptr;
  petsc::check(KSPGetPC(solver_, &factorisation));
  petsc::check(PCApply(factorisation, b, applied_));
  return petsc::norm(applied_);
}

Newton::Newton(Balance &balance, const NewtonOptions &options)
    : balance_(balance), options_(options), linear_(balance.domain().communicator(), options), step_(balance.domain().make_vector()),
      load_step_(balance.domain().make_vector()), trial_(balance.domain().make_vector()), right_side_(balance.domain().make_vector()) {}

NewtonResult Newton::solve(Vec u, double pressure, double time, double dt) {
  return iterate(u, pressure, time, dt, nullptr);
}

NewtonResult Newton::solve(Vec u, double &pressure, double time, double dt, const VolumeLaw &law) {
  return iterate(u, pressure, time, dt, law);
}

/// The answer to the pressure's load is where the next one starts from.
void Newton::forget() {
  linear_.forget();
  petsc::check(VecSet(load_step_, 0.0));
  per_volume_ = 0;
}

Newton::Point Newton::evaluate(Vec u, double pressure, double time, double dt, const VolumeLaw &law) {
  Point at;
  at.state = balance_.assemble(u, pressure, time, dt, true);
  const double floor = 1e-4; // kPa mm^2: an unloaded body has no forces to compare with
  const double scale = std::max({at.state.force_scale, std::abs(pressure) * petsc::norm(balance_.pressure_load()), floor});
  at.residual = petsc::norm(balance_.residual()) / scale;
  if (law) {
    const Volume wanted = law(pressure);
    at.volume_error = at.state.volume - wanted.volume;
    at.law_slope = wanted.slope;
  }
  at.valid = at.state.valid && std::isfinite(at.residual) && std::isfinite(at.volume_error);
  return at;
}

bool Newton::direction(const Point &at, bool with_volume, double &dp) {
  petsc::copy(balance_.residual(), right_side_);
  petsc::check(VecScale(right_side_, -1.0));
  petsc::check(VecSet(step_, 0.0));
  if (!linear_.solve(balance_.tangent(), right_side_, step_))
    return false;
  dp = 0;
  if (!with_volume)
    return true;
  if (!linear_.solve(balance_.tangent(), balance_.pressure_load(), load_step_))
    return false;
  // du = step - dp load_step, w du - s dp = -G
  const double response = petsc::dot(balance_.volume_slope(), load_step_), pivot = -response - at.law_slope;
  per_volume_ = petsc::norm(load_step_) / std::abs(response);
  dp = (-at.volume_error - petsc::dot(balance_.volume_slope(), step_)) / pivot;
  petsc::add(step_, -dp, load_step_);
  return std::isfinite(dp);
}

double Newton::remaining(Vec residual, double volume_error, bool with_volume) {
  return std::hypot(linear_.distance(residual), with_volume ? per_volume_ * volume_error : 0.0);
}

NewtonResult Newton::iterate(Vec u, double &pressure, double time, double dt, const VolumeLaw &law) {
  constexpr double volume_tolerance = 0.01; // mm^3: 1e-8 of the blood of an adult is 0.05 mm^3
  constexpr double shortest = 1.0 / 64;
  const petsc::Vector start = petsc::like(u);
  petsc::copy(u, start);
  NewtonResult result;
  double p = pressure;
  const Balance::Pressures pressures = balance_.pressures();
  const auto fail = [&](const std::string &why) {
    petsc::copy(start, u);
    balance_.set_pressures(pressures);
    result.reason = why;
    return result;
  };
  const bool with_volume = static_cast<bool>(law);
  const double unknowns = std::sqrt(static_cast<double>(balance_.domain().total_unknowns()));
  double left = 1e300; // root mean square distance to the solution, mm
  balance_.predict_constant(u);
  Point at = evaluate(u, p, time, dt, law);
  balance_.predict_from(u);
  bool fresh = false;
  for (int iteration = 0; at.valid; ++iteration) {
    result.residuals.push_back(at.residual);
    result.state = at.state;
    if (at.residual <= options_.tolerance && left <= options_.distance && std::abs(at.volume_error) <= volume_tolerance) {
      result.converged = true;
      pressure = p;
      return result;
    }
    if (iteration == options_.iterations)
      return fail("Newton did not converge in " + std::to_string(iteration) + " iterations");
    ++iterations_;
    double dp = 0;
    if (fresh)
      linear_.renew();
    if (!direction(at, with_volume, dp))
      return fail("the linear system could not be solved");
    petsc::copy(u, trial_);
    const double before = remaining(right_side_, at.volume_error, with_volume);
    Point next;
    double length = 1, after = 0;
    for (;; length /= 2) {
      petsc::copy(trial_, u);
      petsc::add(u, length, step_);
      next = evaluate(u, p + length * dp, time, dt, law);
      after = next.valid ? remaining(balance_.residual(), next.volume_error, with_volume) : 1e300;
      if (after < (1 - length / 8) * before || after / unknowns < options_.distance || length <= shortest)
        break;
    }
    if (length <= shortest && fresh)
      return fail(next.valid ? "no step along Newton's direction comes nearer"
                             : "every step along Newton's direction turns an element inside out");
    fresh = length < 0.25; // an old factorisation misjudges distances: look again with a new one
    if (length <= shortest) {
      petsc::copy(trial_, u);
      at = evaluate(u, p, time, dt, law);
      balance_.predict_from(u);
      continue;
    }
    balance_.predict_from(u);
    at = next;
    left = after / unknowns;
    p += length * dp;
  }
  return fail("the first guess turns an element inside out");
}

void inflate(Solid &solid, Newton &newton, Vec u, double from, double to, int steps) {
  double done = 0, stride = 1.0 / std::max(steps, 1);
  constexpr double smallest = 1.0 / 1024;
  while (done < 1) {
    const double next = std::min(done + stride, 1.0);
    const double pressure = from + next * (to - from);
    solid.set_rest_share(to > 0 ? pressure / to : 1);
    const NewtonResult result = newton.solve(u, pressure, 0, 0);
    if (result.converged) {
      solid.accept(u, 0);
      done = next > 1 - 1e-12 ? 1 : next;
      stride *= 1.5;
      continue;
    }
    stride /= 2;
    if (stride < smallest)
      throw io::SolveError("inflation stopped at " + io::fixed(from + done * (to - from), 4) + " kPa of " + io::fixed(to, 4) +
                               " kPa: " + result.reason + "; try a stiffer material, a finer mesh or a lower pressure",
                           result.residuals);
  }
  for (int repeat = 0; repeat < 20 && solid.model().valve_plane_load && solid.valve_plane_change() > 1e-4; ++repeat) {
    const NewtonResult result = newton.solve(u, to, 0, 0);
    if (!result.converged)
      throw io::SolveError("the force on the valve plane does not settle: " + result.reason, result.residuals);
    solid.accept(u, 0);
  }
}

} // namespace corvivo::physics
