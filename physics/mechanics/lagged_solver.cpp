#include <physics/mechanics/lagged_solver.hpp>

#include <io/base/parallel.hpp>
#include <io/base/stopwatch.hpp>

#include <algorithm>

namespace corvivo::physics {

namespace {

using petsc::check;

/// Solves the first `size` rows of matrix x = b.
PerCavity solve_small(const CavityMatrix &matrix, const PerCavity &b, std::size_t size) {
  if (size == 1)
    return b[0] / matrix[0][0];
  const double determinant = matrix[0][0] * matrix[1][1] - matrix[0][1] * matrix[1][0];
  return {(b[0] * matrix[1][1] - b[1] * matrix[0][1]) / determinant, (b[1] * matrix[0][0] - b[0] * matrix[1][0]) / determinant};
}

void set_up(KSP solver, const NewtonOptions &options) {
  check(KSPSetType(solver, KSPGMRES));
  check(KSPSetTolerances(solver, options.linear_tolerance, 1e-50, 1e5, 3 * options.krylov_iterations));
  check(KSPGMRESSetRestart(solver, 3 * options.krylov_iterations));
  check(KSPSetPCSide(solver, PC_LEFT));
  check(KSPSetNormType(solver, KSP_NORM_PRECONDITIONED));
  check(KSPSetResidualHistory(solver, nullptr, PETSC_DECIDE, PETSC_TRUE));
}

PC preconditioner(KSP solver) {
  PC found = nullptr;
  check(KSPGetPC(solver, &found));
  return found;
}

/// Lets a vector show the first entries of another for as long as this lives.
class View {
public:
  View(Vec view, Vec of) : view_(view), of_(of) {
    check(VecGetArray(of_, &values_));
    check(VecPlaceArray(view_, values_));
  }
  ~View() {
    VecResetArray(view_);
    VecRestoreArray(of_, &values_);
  }
  View(const View &) = delete;
  View &operator=(const View &) = delete;
  double *values() { return values_; }

private:
  Vec view_, of_;
  double *values_ = nullptr;
};

PetscInt local_size(Vec vector) {
  PetscInt size = 0;
  check(VecGetLocalSize(vector, &size));
  return size;
}

} // namespace

template <void (LaggedSolver::*Apply)(Vec, Vec)> void LaggedSolver::precondition_by(KSP solver) {
  PC shell = preconditioner(solver);
  check(PCSetType(shell, PCSHELL));
  check(PCShellSetContext(shell, this));
  check(PCShellSetApply(shell, [](PC pc, Vec b, Vec x) -> PetscErrorCode {
    void *self = nullptr;
    check(PCShellGetContext(pc, &self));
    (static_cast<LaggedSolver *>(self)->*Apply)(b, x);
    return 0;
  }));
}

LaggedSolver::LaggedSolver(MPI_Comm comm, const NewtonOptions &options)
    : comm_(comm), factors_(comm, Symmetry::of_its_parts), kind_(options.exact_factors ? Kind::exact : Kind::symmetric), first_kind_(kind_),
      limit_(options.krylov_iterations), tolerance_(options.linear_tolerance) {
  check(KSPCreate(comm, solver_.address()));
  set_up(solver_, options);
  precondition_by<&LaggedSolver::apply>(solver_);
  check(PCCreate(comm, exact_factors_.address()));
  check(PCSetType(exact_factors_, PCLU));
  check(PCFactorSetMatSolverType(exact_factors_, MATSOLVERMUMPS));
  // room (per cent) for pivots that are put off, of which two ranks had more than MUMPS foresees
  check(PetscOptionsSetValue(nullptr, "-mat_mumps_icntl_14", "100"));
  check(KSPCreate(comm, bordered_.address()));
  set_up(bordered_, options);
}

/// Until the next one the factorisation is kept, whatever becomes of the matrix.
bool LaggedSolver::factorise(Mat matrix) {
  const io::Stopwatch watch(factorisation_seconds_);
  answers_are_old_ = true;
  ++factorisations_;
  if (not_symmetric_)
    turn_to(Kind::unsymmetric);
  if (kind_ != Kind::exact)
    return factors_.factorise(matrix);
  check(PCSetOperators(exact_factors_, matrix, matrix));
  check(PCSetReusePreconditioner(exact_factors_, PETSC_FALSE));
  check(PCSetUp(exact_factors_));
  check(PCSetReusePreconditioner(exact_factors_, PETSC_TRUE));
  PCFailedReason failed = PC_NOERROR;
  check(PCGetFailedReason(exact_factors_, &failed));
  return failed == PC_NOERROR;
}

/// Whether there is such a factorisation to be made yet.
bool LaggedSolver::turn_to(Kind kind) {
  if (kind_ >= kind)
    return false;
  kind_ = kind;
  if (kind == Kind::unsymmetric)
    factors_.set_symmetry(Symmetry::none);
  else
    factors_.forget();
  return true;
}

/// What the factors make of b.
void LaggedSolver::apply(Vec b, Vec x) {
  if (kind_ == Kind::exact)
    check(PCApply(exact_factors_, b, x));
  else
    factors_.solve(b, x);
}

bool LaggedSolver::attempt(KSP solver, Vec b, Vec x) {
  const io::Stopwatch watch(solve_seconds_);
  check(KSPSolve(solver, b, x));
  KSPConvergedReason reason = KSP_CONVERGED_ITERATING;
  PetscInt count = 0, entries = 0;
  const PetscReal *history = nullptr;
  check(KSPGetConvergedReason(solver, &reason));
  check(KSPGetIterationNumber(solver, &count));
  check(KSPGetResidualHistory(solver, &history, &entries));
  first_ = entries > 0 ? history[0] : 0;
  last_ = static_cast<int>(count);
  iterations_ += last_;
  return reason > 0;
}

bool LaggedSolver::solve(Mat matrix, const std::function<void()> &prepare, KSP solver, Vec b, Vec x) {
  check(KSPSetOperators(solver_, matrix, matrix));
  fresh_ = stale_;
  const auto with_new_factors = [&] {
    fresh_ = true;
    if (!factorise(matrix))
      return false;
    prepare();
    return attempt(solver, b, x);
  };
  bool solved = false;
  if (!fresh_) {
    prepare();
    solved = attempt(solver, b, x);
  }
  if (!solved)
    solved = with_new_factors();
  for (const Kind better : {Kind::unsymmetric, Kind::exact})
    if (!solved && turn_to(better))
      solved = with_new_factors();
  stale_ = !solved || last_ > limit_;
  not_symmetric_ = not_symmetric_ || (fresh_ && stale_);
  if (!solved)
    check(VecSet(x, 0.0));
  return solved;
}

bool LaggedSolver::solve(Mat matrix, Vec b, Vec x) {
  return solve(
      matrix, [] {}, solver_, b, x);
}

bool LaggedSolver::solve(Mat matrix, const Border &border, Vec b, const PerCavity &c, Vec x, PerCavity &p) {
  set_up_border(b);
  matrix_ = matrix;
  const auto prepare = [&] {
    take(border);
    pack(b, c, right_side_);
  };
  const bool solved = solve(matrix, prepare, bordered_, right_side_, unknowns_);
  p = unpack(unknowns_, x);
  for (std::size_t j = 0; j < border.loads.size(); ++j)
    p[j] /= lengths_[j];
  return solved;
}

/// The order of elimination goes too: it was chosen for the first matrix.
void LaggedSolver::forget() {
  factors_.forget();
  check(PCReset(exact_factors_));
  kind_ = first_kind_;
  not_symmetric_ = false;
  factors_.set_symmetry(Symmetry::of_its_parts);
  stale_ = answers_are_old_ = true;
  last_ = 0;
}

double LaggedSolver::distance(Vec b) {
  const io::Stopwatch watch(solve_seconds_);
  if (!applied_)
    applied_ = petsc::like(b);
  apply(b, applied_);
  return petsc::norm(applied_);
}

double LaggedSolver::distance(const Border &border, Vec b, const PerCavity &c) {
  const io::Stopwatch watch(solve_seconds_);
  take(border);
  pack(b, c, right_side_);
  precondition(right_side_, unknowns_);
  return petsc::norm(unknowns_);
}

void LaggedSolver::set_up_border(Vec like) {
  if (system_)
    return;
  const PetscInt size = local_size(like), rows = size + (io::rank(comm_) == 0 ? static_cast<PetscInt>(most_cavities) : 0);
  check(VecCreateMPI(comm_, rows, PETSC_DETERMINE, right_side_.address()));
  unknowns_ = petsc::like(right_side_);
  for (petsc::Vector *view : {&in_, &out_})
    check(VecCreateMPIWithArray(comm_, 1, size, PETSC_DETERMINE, nullptr, view->address()));
  check(MatCreateShell(comm_, rows, rows, PETSC_DETERMINE, PETSC_DETERMINE, this, system_.address()));
  const auto product = [](Mat matrix, Vec x, Vec y) -> PetscErrorCode {
    void *self = nullptr;
    check(MatShellGetContext(matrix, &self));
    static_cast<LaggedSolver *>(self)->multiply(x, y);
    return 0;
  };
  check(MatShellSetOperation(system_, MATOP_MULT, reinterpret_cast<void (*)()>(static_cast<PetscErrorCode (*)(Mat, Vec, Vec)>(product))));
  check(KSPSetOperators(bordered_, system_, system_));
  precondition_by<&LaggedSolver::precondition>(bordered_);
}

/// The border of the next applications: its loads' answers, new with each factorisation, and the complement that is left of it.
void LaggedSolver::take(const Border &border) {
  border_ = &border;
  const std::size_t size = border.loads.size();
  if (answers_are_old_) {
    answers_.clear();
    for (std::size_t j = 0; j < size; ++j) {
      answers_.push_back(petsc::like(border.loads[j]));
      apply(border.loads[j], answers_[j]);
      lengths_[j] = std::max(petsc::norm(answers_[j]), 1e-300);
    }
    answers_are_old_ = false;
  }
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j)
      schur_[i][j] = -border.law_slope[i][j] - petsc::dot(border.slopes[i], answers_[j]);
}

void LaggedSolver::pack(Vec displacement, const PerCavity &pressure, Vec both) const {
  View view(in_, both);
  petsc::copy(displacement, in_);
  if (io::rank(comm_) == 0)
    std::copy(pressure.begin(), pressure.end(), view.values() + local_size(in_));
}

PerCavity LaggedSolver::unpack(Vec both, Vec displacement) const {
  View view(in_, both);
  petsc::copy(in_, displacement);
  return last_entries(view.values());
}

/// Those that rank 0 has behind the displacement's. Collective.
PerCavity LaggedSolver::last_entries(const double *values) const {
  PerCavity found;
  if (io::rank(comm_) == 0)
    std::copy_n(values + local_size(in_), most_cavities, found.begin());
  MPI_Bcast(found.data(), most_cavities, MPI_DOUBLE, 0, comm_);
  return found;
}

void LaggedSolver::multiply(Vec x, Vec y) {
  View from(in_, x), to(out_, y);
  PerCavity p = last_entries(from.values()), rows;
  check(MatMult(matrix_, in_, out_));
  const std::size_t size = border_->loads.size();
  for (std::size_t j = 0; j < size; ++j) {
    p[j] /= lengths_[j];
    petsc::add(out_, p[j], border_->loads[j]);
  }
  for (std::size_t i = 0; i < size; ++i) {
    rows[i] = petsc::dot(border_->slopes[i], in_);
    for (std::size_t j = 0; j < size; ++j)
      rows[i] -= border_->law_slope[i][j] * p[j];
  }
  if (io::rank(comm_) == 0)
    std::copy(rows.begin(), rows.end(), to.values() + local_size(out_));
}

void LaggedSolver::precondition(Vec r, Vec z) {
  View from(in_, r), to(out_, z);
  PerCavity wanted = last_entries(from.values());
  apply(in_, out_);
  const std::size_t size = border_->loads.size();
  for (std::size_t i = 0; i < size; ++i)
    wanted[i] -= petsc::dot(border_->slopes[i], out_);
  PerCavity p = solve_small(schur_, wanted, size);
  for (std::size_t j = 0; j < size; ++j) {
    petsc::add(out_, -p[j], answers_[j]);
    p[j] *= lengths_[j];
  }
  if (io::rank(comm_) == 0)
    std::copy(p.begin(), p.end(), to.values() + local_size(out_));
}

} // namespace corvivo::physics
