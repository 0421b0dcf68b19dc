#include <physics/mechanics/body_motion.hpp>

#include <io/base/checkpoint.hpp>
#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace corvivo::physics {
namespace {

/// Chung & Hulbert's parameters for the spectral radius r of the fastest modes; in balance (no inertia) the end of the step and backward
/// differences.
struct Scheme {
  explicit Scheme(const std::optional<DynamicsCase> &dynamics) : inertia(dynamics) {
    if (!inertia)
      return;
    const double r = dynamics->spectral_radius;
    alpha_m = (2 * r - 1) / (r + 1);
    alpha_f = r / (r + 1);
    gamma = 0.5 - alpha_m + alpha_f;
    beta = 0.25 * (1 - alpha_m + alpha_f) * (1 - alpha_m + alpha_f);
  }
  bool inertia;
  double alpha_m = 0, alpha_f = 0, gamma = 1, beta = 0.25;
};

class Motion {
public:
  Motion(MPI_Comm comm, const BodyShape &shape, BodyCase &options)
      : comm_(comm), options_(options), scheme_(options.dynamics), body_(comm, shape, options.model()), newton_(body_, options.newton),
        x_(body_.make_vector()), before_(body_.make_vector()), earlier_(body_.make_vector()), guess_(body_.make_vector()),
        u_(3 * static_cast<std::size_t>(body_.domain().local_nodes())), v_(u_.size()), a_(u_.size()) {
    io::on_rank_0(comm_, [&] {
      for (const ProbeCase &probe : options.probes)
        probes_.push_back(find_probe(shape, probe.position, probe.name));
    });
    result_.unknowns = body_.unknowns();
    result_.cells = body_.domain().total_cells();
    for (const auto &[name, unit] :
         {std::pair{"time", "ms"}, {"pressure", "kPa"}, {"tension", "kPa"}, {"volume", "mL"}, {"min_det_f", "1"}})
      result_.series.add_column(name, unit);
    for (const ProbeCase &probe : options.probes)
      for (const char *component : {"_ux", "_uy", "_uz"})
        result_.series.add_column(probe.name + component, "mm");
    record(body_.assemble(x_, {}, false));
  }

  BodyResult run(const BodyObserver &observer, const Restart &restart);

private:
  void begin_step(double dt);
  void end_step(double dt);
  void predict(double dt);
  QuasiNewton::Result attempt(double dt);
  QuasiNewton::Result advance(double target);
  void record(const ElasticBody::State &state);
  io::ArchiveWriter archive();
  void go_on_from(io::ArchiveReader &archive);
  ElasticBody::Loads loads(double time) const { return {options_.pressure->value(time), options_.tension->value(time)}; }

  MPI_Comm comm_;
  BodyCase &options_;
  Scheme scheme_;
  ElasticBody body_;
  QuasiNewton newton_;
  petsc::Vector x_, before_, earlier_, guess_;
  std::vector<double> u_, v_, a_; ///< at the end of the last step, local nodes
  std::vector<Probe> probes_;     ///< rank 0
  double time_ = 0, last_dt_ = 0, earlier_dt_ = 0, prepared_dt_ = 0;
  BodyResult result_;
};

/// Displacement, velocity and acceleration at the instant of the balance as functions of the displacement at the end of the step.
void Motion::begin_step(double dt) {
  if (dt != prepared_dt_)
    newton_.renew();
  prepared_dt_ = dt;
  StepKinematics &k = body_.kinematics();
  if (!scheme_.inertia) {
    k.u = 1;
    k.v = 1 / dt;
    k.a = 0;
    for (std::size_t i = 0; i < u_.size(); ++i)
      k.past_v[i] = -u_[i] / dt;
    return;
  }
  const double af = scheme_.alpha_f, am = scheme_.alpha_m, b = scheme_.beta, g = scheme_.gamma;
  k.u = 1 - af;
  k.v = (1 - af) * g / (b * dt);
  k.a = (1 - am) / (b * dt * dt);
  for (std::size_t i = 0; i < u_.size(); ++i) {
    const double rest = -(u_[i] + dt * v_[i] + dt * dt * (0.5 - b) * a_[i]) / (b * dt * dt); // acceleration at the end without its u
    k.past_u[i] = af * u_[i];
    k.past_v[i] = (1 - af) * (v_[i] + dt * ((1 - g) * a_[i] + g * rest)) + af * v_[i];
    k.past_a[i] = (1 - am) * rest + am * a_[i];
  }
}

void Motion::end_step(double dt) {
  petsc::update_ghosts(x_);
  petsc::LocalForm x(x_);
  const double b = scheme_.beta, g = scheme_.gamma;
  for (int node = 0; node < body_.domain().local_nodes(); ++node)
    for (int d = 0; d < 3; ++d) {
      const int i = 3 * node + d;
      const double u = x[4 * node + d];
      if (scheme_.inertia) {
        const double a = (u - u_[i] - dt * v_[i] - dt * dt * (0.5 - b) * a_[i]) / (b * dt * dt);
        v_[i] += dt * ((1 - g) * a_[i] + g * a);
        a_[i] = a;
      }
      u_[i] = u;
    }
}

/// The parabola (with inertia) or the line through the last steps.
void Motion::predict(double dt) {
  petsc::copy(x_, guess_);
  if (scheme_.inertia && dt == last_dt_ && dt == earlier_dt_) {
    petsc::add(guess_, 2, x_);
    petsc::add(guess_, -3, before_);
    petsc::add(guess_, 1, earlier_);
  } else if (last_dt_ > 0) {
    petsc::add(guess_, dt / last_dt_, x_);
    petsc::add(guess_, -dt / last_dt_, before_);
  }
}

QuasiNewton::Result Motion::attempt(double dt) {
  begin_step(dt);
  const ElasticBody::Loads at = loads(time_ + (1 - scheme_.alpha_f) * dt);
  predict(dt);
  QuasiNewton::Result solved = newton_.solve(guess_, at);
  if (!solved.converged) {
    petsc::copy(x_, guess_);
    solved = newton_.solve(guess_, at);
  }
  return solved;
}

/// To `target`, in steps that are halved where Newton fails.
QuasiNewton::Result Motion::advance(double target) {
  double dt = target - time_;
  QuasiNewton::Result solved;
  while (target - time_ > 1e-9 * target) {
    dt = std::min(dt, target - time_);
    solved = attempt(dt);
    if (solved.converged) {
      petsc::copy(before_, earlier_);
      petsc::copy(x_, before_);
      petsc::copy(guess_, x_);
      end_step(dt);
      time_ = target - time_ - dt < 1e-9 * target ? target : time_ + dt;
      earlier_dt_ = last_dt_;
      last_dt_ = dt;
      ++result_.steps;
      continue;
    }
    ++result_.halvings;
    dt /= 2;
    if (dt < options_.smallest_time_step)
      return solved;
  }
  return solved;
}

void Motion::record(const ElasticBody::State &state) {
  result_.displacement = body_.displacement(x_);
  std::vector<double> row{time_, options_.pressure->value(time_), options_.tension->value(time_), state.volume / io::mm3_per_mL,
                          state.min_det_f};
  std::vector<double> places(3 * options_.probes.size(), 0.0);
  for (std::size_t p = 0; p < probes_.size(); ++p) // known on rank 0
    for (int a = 0; a < nodes_per_cell; ++a)
      for (int d = 0; d < 3; ++d)
        places[3 * p + d] += probes_[p].weights[a] * result_.displacement[probes_[p].nodes[a]][d];
  MPI_Bcast(places.data(), static_cast<int>(places.size()), MPI_DOUBLE, 0, comm_);
  row.insert(row.end(), places.begin(), places.end());
  result_.series.append_row(row);
}

/// The kept factorisation is not part of it: it is dropped here, as a run that goes on is without one.
io::ArchiveWriter Motion::archive() {
  newton_.renew();
  io::ArchiveWriter archive;
  archive(std::vector<double>{time_, last_dt_, earlier_dt_, prepared_dt_, double(result_.steps), double(result_.halvings)});
  for (const petsc::Vector *vector : {&x_, &before_, &earlier_})
    archive(petsc::owned_entries(*vector));
  for (const std::vector<double> *values : {&u_, &v_, &a_})
    archive(*values);
  archive(result_.series);
  return archive;
}

void Motion::go_on_from(io::ArchiveReader &archive) {
  std::vector<double> numbers;
  archive(numbers);
  if (numbers.size() != 6)
    throw io::CaseError("a checkpoint that is not of a body's motion; delete it and run again");
  time_ = numbers[0], last_dt_ = numbers[1], earlier_dt_ = numbers[2], prepared_dt_ = numbers[3];
  result_.steps = static_cast<int>(numbers[4]), result_.halvings = static_cast<int>(numbers[5]);
  for (const petsc::Vector *vector : {&x_, &before_, &earlier_}) {
    archive(numbers);
    petsc::set_owned_entries(*vector, numbers);
  }
  for (std::vector<double> *values : {&u_, &v_, &a_})
    archive(*values);
  archive(result_.series);
  result_.displacement = body_.displacement(x_);
}

BodyResult Motion::run(const BodyObserver &observer, const Restart &restart) {
  const auto start = std::chrono::steady_clock::now();
  io::Progress progress("Mechanics", options_.end_time, "ms");
  const auto save = [&] {
    if (observer && io::rank(comm_) == 0)
      observer(time_, result_.displacement);
  };
  io::Checkpoints checkpoints(options_.checkpoint_steps > 0 ? restart.stem : std::filesystem::path(), comm_);
  double next_save = options_.save_every;
  int done = 0;
  if (std::optional<io::ArchiveReader> found = checkpoints.load()) {
    go_on_from(*found);
    done = found->mark();
    while (time_ >= next_save - 1e-9)
      next_save += options_.save_every;
    if (restart.goes_on && io::rank(comm_) == 0)
      restart.goes_on(time_);
    io::say("mechanics: goes on at " + io::fixed(time_, 1) + " ms, where an earlier run was stopped");
  } else {
    save();
  }
  const int steps = static_cast<int>(std::ceil(options_.end_time / options_.time_step - 1e-9));
  for (int step = done + 1; step <= steps && !result_.partial; ++step) {
    const QuasiNewton::Result solved = advance(std::min(step * options_.time_step, options_.end_time));
    if (!solved.converged) {
      result_.partial = true;
      result_.failure = "the body's motion stopped at " + io::fixed(time_, 3) + " ms: " + solved.reason + ", even with a time step of " +
                        io::print_number(options_.smallest_time_step) + " ms; try a finer mesh, smaller loads or a stiffer material";
      result_.residuals = solved.distances;
      break;
    }
    record(solved.state);
    progress.update(time_);
    if (time_ >= next_save - 1e-9 || step == steps) {
      save();
      next_save += options_.save_every;
    }
    if (checkpoints && step % options_.checkpoint_steps == 0 && step < steps)
      checkpoints.save(step, archive());
  }
  checkpoints.clear();
  result_.effort = newton_.effort();
  result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return std::move(result_);
}

} // namespace

void BodyResult::require_complete() const {
  if (partial)
    throw io::SolveError(failure, residuals);
}

BodyResult run_body(MPI_Comm comm, const BodyShape &shape, BodyCase &options, const BodyObserver &observer, const Restart &restart) {
  options.check();
  options.pressure->prepare(options.end_time);
  options.tension->prepare(options.end_time);
  return Motion(comm, shape, options).run(observer, restart);
}

} // namespace corvivo::physics
