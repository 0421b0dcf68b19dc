#include <physics/mechanics/quasi_newton.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace corvivo::physics {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

} // namespace

void QuasiNewtonOptions::describe(io::Schema &schema) {
  schema.quantity("distance", distance, "mm", io::positive, "Root mean square of the displacement still to come that ends a step.");
  schema.quantity("slowest", slowest, "1", io::Range{0, 1, true, true},
                  "An iteration that shrinks the distance by less than this asks for a new factorisation.");
  schema.integer("iterations", iterations, 1, 200, "Most iterations of a step before it is halved.");
  schema.integer("memory", memory, 0, 50, "Broyden's updates of one factorisation; 0 keeps it as it is.");
}

QuasiNewton::QuasiNewton(ElasticBody &body, const QuasiNewtonOptions &options)
    : body_(body), options_(options), direction_(body.make_vector()), next_(body.make_vector()), trial_(body.make_vector()),
      displacements_(body.make_vector()) {
  using petsc::check;
  check(KSPCreate(body.domain().communicator(), solver_.address()));
  check(KSPSetType(solver_, KSPPREONLY));
  PC factorisation = nullptr;
  check(KSPGetPC(solver_, &factorisation));
  check(PCSetType(factorisation, PCLU));
  check(PCFactorSetMatSolverType(factorisation, MATSOLVERMUMPS));
  petsc::LocalForm ones(displacements_);
  for (int node = 0; node < body.domain().owned_nodes(); ++node)
    for (int i = 0; i < 3; ++i)
      ones[4 * node + i] = 1;
}

bool QuasiNewton::evaluate(Vec x, const ElasticBody::Loads &loads, bool tangent, Result &result) {
  result.state = body_.assemble(x, loads, tangent);
  ++effort_.assemblies;
  effort_.assembly += result.state.seconds;
  return result.state.valid && std::isfinite(petsc::norm(body_.residual()));
}

bool QuasiNewton::factorise(Vec x, const ElasticBody::Loads &loads, Result &result) {
  steps_.clear();
  weighted_.clear();
  squares_.clear();
  if (!evaluate(x, loads, true, result))
    return false;
  const auto start = Clock::now();
  petsc::check(KSPSetOperators(solver_, body_.tangent(), body_.tangent()));
  petsc::check(KSPSetUp(solver_));
  KSPConvergedReason reason = KSP_CONVERGED_ITERATING;
  petsc::check(KSPGetConvergedReason(solver_, &reason));
  ++effort_.factorisations;
  effort_.factorisation += seconds_since(start);
  factorised_ = true;
  return reason >= 0;
}

/// Root mean square of the displacements, mm.
double QuasiNewton::length(Vec d) const {
  petsc::Vector weighted = petsc::like(d);
  petsc::check(VecPointwiseMult(weighted, displacements_, d));
  return petsc::norm(weighted) / std::sqrt(static_cast<double>(body_.domain().total_unknowns()));
}

/// d = -B0 residual, without updates.
void QuasiNewton::apply(Vec d) {
  const auto start = Clock::now();
  petsc::check(KSPSolve(solver_, body_.residual(), d));
  petsc::check(VecScale(d, -1.0));
  effort_.solves += seconds_since(start);
}

/// Adds Broyden's updates but the last, whose factor the caller knows: d += s_{j+1} (s_j . d) / |s_j|^2.
void QuasiNewton::corrected(Vec d) const {
  for (std::size_t j = 0; j + 1 < steps_.size(); ++j)
    petsc::add(d, petsc::dot(weighted_[j], d) / squares_[j], steps_[j + 1]);
}

void QuasiNewton::remember(Vec step) {
  if (static_cast<int>(steps_.size()) > options_.memory) {
    steps_.clear();
    weighted_.clear();
    squares_.clear();
  }
  steps_.push_back(petsc::like(step));
  petsc::copy(step, steps_.back());
  weighted_.push_back(petsc::like(step));
  petsc::check(VecPointwiseMult(weighted_.back(), displacements_, step));
  squares_.push_back(std::max(petsc::dot(weighted_.back(), step), 1e-300));
}

QuasiNewton::Result QuasiNewton::solve(Vec x, const ElasticBody::Loads &loads) {
  constexpr double shortest = 1.0 / 64;
  Result result;
  const petsc::Vector start = petsc::like(x);
  petsc::copy(x, start);
  const auto fail = [&](const std::string &why) {
    petsc::copy(start, x);
    factorised_ = false;
    result.reason = why;
    return result;
  };
  bool fresh = !factorised_;
  steps_.clear();
  weighted_.clear();
  squares_.clear();
  if (fresh ? !factorise(x, loads, result) : !evaluate(x, loads, false, result))
    return fail("the first guess turns an element inside out");
  apply(direction_);
  double far = length(direction_), part = 1;
  if (fresh)
    rate_ = 0.5;
  for (int iteration = 0; iteration < options_.iterations; ++iteration) {
    if (!std::isfinite(far))
      return fail("the linear system could not be solved");
    result.distances.push_back(far);
    if (part == 1 && far * rate_ < options_.distance) { // what would be left after this step
      petsc::add(x, 1.0, direction_);
      result.converged = true;
      return result;
    }
    ++effort_.iterations;
    petsc::copy(x, trial_);
    petsc::add(trial_, part, direction_);
    const bool valid = evaluate(trial_, loads, false, result);
    double nearer = 1e300;
    if (valid) {
      if (part == 1)
        remember(direction_);
      else
        steps_.clear(), weighted_.clear(), squares_.clear();
      apply(next_);
      corrected(next_);
      if (!steps_.empty()) {
        const double share = petsc::dot(weighted_.back(), next_) / squares_.back();
        if (share < 0.9)
          petsc::check(VecScale(next_, 1 / (1 - share)));
      }
      nearer = length(next_);
    }
    if (valid && (nearer < (1 - part / 4) * far || nearer < options_.distance)) {
      petsc::copy(trial_, x);
      rate_ = part == 1 ? std::clamp(nearer / far, 0.02, 0.9) : 0.9;
      part = std::min(1.0, 2 * part);
      fresh = false;
      if (nearer > options_.slowest * far && nearer > 10 * options_.distance) {
        if (!factorise(x, loads, result))
          return fail("the tangent cannot be factorised");
        fresh = true;
        apply(next_);
        nearer = length(next_);
      }
      petsc::copy(next_, direction_);
      far = nearer;
      continue;
    }
    if (!fresh) {
      if (!factorise(x, loads, result))
        return fail("the tangent cannot be factorised");
      fresh = true;
      part = 1;
      apply(direction_);
      far = length(direction_);
      continue;
    }
    part /= 2;
    if (part < shortest)
      return fail(valid ? "no step along Newton's direction comes nearer"
                        : "every step along Newton's direction turns an element inside out");
  }
  return fail("Newton did not converge in " + std::to_string(options_.iterations) + " iterations");
}

} // namespace corvivo::physics
