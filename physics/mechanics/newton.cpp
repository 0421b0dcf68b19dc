#include <physics/mechanics/newton.hpp>

#include <io/base/stopwatch.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

Newton::Newton(Balance &balance, const NewtonOptions &options)
    : balance_(balance), options_(options), linear_(balance.domain().communicator(), options), step_(balance.domain().make_vector()),
      trial_(balance.domain().make_vector()), right_side_(balance.domain().make_vector()) {}

NewtonResult Newton::solve(Vec u, const PerCavity &pressure, double time, double dt) {
  PerCavity fixed = pressure;
  return iterate(u, fixed, time, dt, nullptr);
}

NewtonResult Newton::solve(Vec u, PerCavity &pressure, double time, double dt, const VolumeLaw &law) {
  return iterate(u, pressure, time, dt, law);
}

void Newton::hold(Vec forces, double share) {
  held_share_ = share;
  if (!held_)
    held_ = petsc::like(forces);
  petsc::copy(forces, held_);
}

Newton::Point Newton::evaluate(Vec u, const PerCavity &pressure, double time, double dt, const VolumeLaw &law, bool tangent) {
  Point at;
  {
    const io::Stopwatch watch(assembly_seconds_);
    at.state = balance_.assemble(u, pressure, time, dt, tangent);
  }
  double scale = std::max(at.state.force_scale, 1e-4); // kPa mm^2: an unloaded body has no forces to compare with
  for (std::size_t k = 0; k < balance_.cavities(); ++k)
    scale = std::max(scale, std::abs(pressure[k]) * petsc::norm(balance_.pressure_load(k)));
  if (held_share_ > 0)
    petsc::add(balance_.residual(), -held_share_, held_);
  at.residual = petsc::norm(balance_.residual()) / scale;
  if (law) {
    const Volumes wanted = law(pressure);
    for (std::size_t k = 0; k < balance_.cavities(); ++k)
      at.volume_error[k] = at.state.volume[k] - wanted.volume[k];
    at.law_slope = wanted.slope;
  }
  at.valid = at.state.valid && std::isfinite(at.residual) && std::isfinite(at.volume_error[0]) && std::isfinite(at.volume_error[1]);
  return at;
}

Border Newton::border(const Point &at) const {
  Border made;
  for (std::size_t k = 0; k < balance_.cavities(); ++k) {
    made.loads.push_back(balance_.pressure_load(k));
    made.slopes.push_back(balance_.volume_slope(k));
  }
  made.law_slope = at.law_slope;
  return made;
}

bool Newton::direction(const Point &at, bool with_volume, PerCavity &dp) {
  petsc::copy(balance_.residual(), right_side_);
  petsc::check(VecScale(right_side_, -1.0));
  dp = 0;
  if (!with_volume)
    return linear_.solve(balance_.tangent(), right_side_, step_);
  return linear_.solve(balance_.tangent(), border(at), right_side_, -1 * at.volume_error, step_, dp) && std::isfinite(dp[0]) &&
         std::isfinite(dp[1]);
}

double Newton::remaining(const Point &at, bool with_volume) {
  return with_volume ? linear_.distance(border(at), balance_.residual(), at.volume_error) : linear_.distance(balance_.residual());
}

NewtonResult Newton::iterate(Vec u, PerCavity &pressure, double time, double dt, const VolumeLaw &law) {
  constexpr double volume_tolerance = 0.01;                             // mm^3: 1e-8 of the blood of an adult is 0.05 mm^3
  constexpr double shortest_of_fresh = 1.0 / 64, shortest_of_old = 0.5; // an old factorisation misjudges distances
  const petsc::Vector start = petsc::like(u);
  petsc::copy(u, start);
  NewtonResult result;
  PerCavity p = pressure;
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
  bool tried_again = false;
  for (int iteration = 0; at.valid; ++iteration) {
    result.residuals.push_back(at.residual);
    result.state = at.state;
    if (at.residual <= options_.tolerance && left <= options_.distance &&
        std::abs(at.volume_error[0]) + std::abs(at.volume_error[1]) <= volume_tolerance) {
      result.converged = true;
      pressure = p;
      return result;
    }
    if (iteration == options_.iterations)
      return fail("Newton did not converge in " + std::to_string(iteration) + " iterations");
    ++iterations_;
    PerCavity dp;
    if (!direction(at, with_volume, dp))
      return fail("the linear system could not be solved");
    petsc::copy(u, trial_);
    const double before = linear_.first_distance(), shortest = linear_.fresh() ? shortest_of_fresh : shortest_of_old;
    Point next;
    double length = 1, after = 0;
    bool nearer = false;
    for (;; length /= 2) {
      petsc::copy(trial_, u);
      petsc::add(u, length, step_);
      next = evaluate(u, p + length * dp, time, dt, law, length == 1);
      after = next.valid ? remaining(next, with_volume) : 1e300;
      nearer = after < (1 - length / 8) * before || after / unknowns < options_.distance;
      if (nearer || length <= shortest)
        break;
    }
    if (!nearer) {
      if (tried_again)
        return fail(next.valid ? "no step along Newton's direction comes nearer"
                               : "every step along Newton's direction turns an element inside out");
      tried_again = true;
      linear_.renew();
      petsc::copy(trial_, u);
      at = evaluate(u, p, time, dt, law);
      balance_.predict_from(u);
      continue;
    }
    tried_again = false;
    if (length < 1) {
      linear_.renew();
      next = evaluate(u, p + length * dp, time, dt, law);
    }
    balance_.predict_from(u);
    at = next;
    left = after / unknowns;
    p = p + length * dp;
  }
  return fail("the first guess turns an element inside out");
}

namespace {

/// Solves at parts of the way up to 1, at least in `steps`, then repeats the last one until the forces on the valve planes have settled.
/// `sentence` of how far it came and why it came no further.
void go_by_steps(Solid &solid, Vec u, int steps, const std::function<NewtonResult(double part)> &solve,
                 const std::function<std::string(double done, const std::string &reason)> &sentence) {
  double done = 0, stride = 1.0 / std::max(steps, 1);
  constexpr double smallest = 1.0 / 1024;
  while (done < 1) {
    const double next = std::min(done + stride, 1.0);
    const NewtonResult result = solve(next);
    if (result.converged) {
      solid.accept(u, 0);
      done = next > 1 - 1e-12 ? 1 : next;
      stride *= 1.5;
      continue;
    }
    stride /= 2;
    if (stride < smallest)
      throw io::SolveError(sentence(done, result.reason), result.residuals);
  }
  constexpr double settled = 1e-7; // relative: what is left depends on the way here, which differs with the number of ranks
  for (int repeat = 0; repeat < 20 && solid.model().valve_plane_load && solid.valve_plane_change() > settled; ++repeat) {
    const NewtonResult result = solve(1);
    if (!result.converged)
      throw io::SolveError("the force on the valve plane does not settle: " + result.reason, result.residuals);
    solid.accept(u, 0);
  }
}

std::string in_words(const Solid &solid, const PerCavity &numbers, int digits) {
  return io::fixed(numbers[0], digits) + (solid.cavities() == 2 ? " and " + io::fixed(numbers[1], digits) : "");
}

} // namespace

void inflate(Solid &solid, Newton &newton, Vec u, const PerCavity &from, const PerCavity &to, int steps) {
  const auto solve = [&](double part) {
    const PerCavity pressure = from + part * (to - from);
    solid.set_rest_share(to[0] > 0 ? pressure[0] / to[0] : to[1] > 0 ? pressure[1] / to[1] : 1);
    return newton.solve(u, pressure, 0, 0);
  };
  go_by_steps(solid, u, steps, solve, [&](double done, const std::string &reason) {
    return "inflation stopped at " + in_words(solid, from + done * (to - from), 4) + " kPa of " + in_words(solid, to, 4) +
           " kPa: " + reason + "; try a stiffer material, a finer mesh or a lower pressure";
  });
}

void fill(Solid &solid, Newton &newton, Vec u, PerCavity &pressure, const PerCavity &from, const PerCavity &to, int steps) {
  solid.assemble(u, pressure, 0, 0, false);
  const petsc::Vector unbalanced = petsc::like(solid.residual()); // without tension and dashpots, which held the wall so far
  petsc::copy(solid.residual(), unbalanced);
  struct Release {
    Newton &newton;
    ~Release() { newton.release(); }
  } release{newton};
  const auto solve = [&](double part) {
    const Volumes wanted{from + part * (to - from), {}};
    newton.hold(unbalanced, 1 - part);
    return newton.solve(u, pressure, 0, 0, [&](const PerCavity &) { return wanted; });
  };
  constexpr double mL = 1 / io::mm3_per_mL;
  go_by_steps(solid, u, steps, solve, [&](double done, const std::string &reason) {
    return "filling stopped at " + in_words(solid, mL * (from + done * (to - from)), 1) + " mL of " + in_words(solid, mL * to, 1) +
           " mL: " + reason;
  });
}

} // namespace corvivo::physics
