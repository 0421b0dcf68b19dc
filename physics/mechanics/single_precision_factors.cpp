#include <physics/mechanics/single_precision_factors.hpp>

#include <io/base/parallel.hpp>

#include <smumps_c.h>

#include <cmath>

namespace corvivo::physics {

using petsc::check;

struct SinglePrecisionFactors::Instance {
  Instance(MPI_Comm comm, Symmetry symmetry);
  ~Instance() { run(-2); }
  Instance(const Instance &) = delete;
  Instance &operator=(const Instance &) = delete;
  /// A job of MUMPS; its status.
  int run(int job);
  /// Counted from 1, as in MUMPS' manual.
  MUMPS_INT &option(int number) { return mumps.icntl[number - 1]; }
  void take(Mat matrix);
  void set_up_right_side(Vec like);

  SMUMPS_STRUC_C mumps{};
  std::vector<MUMPS_INT> rows, columns; ///< of this rank's entries, from 1
  std::vector<float> values;
  petsc::Scatter to_rank_0;
  petsc::Vector whole; ///< the right side, then the solution, on rank 0
  std::vector<float> right_side;
  bool analysed = false;
};

namespace {

enum Job { initialise = -1, analyse = 1, factorise_numbers = 2, solve_numbers = 3 };

} // namespace

SinglePrecisionFactors::Instance::Instance(MPI_Comm comm, Symmetry symmetry) {
  mumps.par = 1;
  mumps.sym = symmetry == Symmetry::none ? 0 : 2;
  mumps.comm_fortran = static_cast<MUMPS_INT>(MPI_Comm_c2f(comm));
  const int status = run(initialise);
  CORVIVO_ASSERT(status == 0, "MUMPS does not start: status " + std::to_string(status));
  for (int output = 1; output <= 4; ++output)
    option(output) = 0;
  option(6) = 0;    // no permutation of columns: the diagonal is what elasticity is strong in
  option(14) = 100; // room (per cent) for pivots that are put off, of which two ranks have more than foreseen
  option(18) = 3;   // each rank brings its entries
}

int SinglePrecisionFactors::Instance::run(int job) {
  mumps.job = job;
  smumps_c(&mumps);
  return mumps.infog[0];
}

/// The entries of this rank's rows. Of a symmetric matrix MUMPS adds up what stands on both sides of the diagonal.
void SinglePrecisionFactors::Instance::take(Mat matrix) {
  PetscInt first = 0, end = 0;
  check(MatGetOwnershipRange(matrix, &first, &end));
  PetscInt size = 0;
  check(MatGetSize(matrix, &size, nullptr));
  rows.clear();
  columns.clear();
  values.clear();
  for (PetscInt row = first; row < end; ++row) {
    PetscInt count = 0;
    const PetscInt *where = nullptr;
    const double *what = nullptr;
    check(MatGetRow(matrix, row, &count, &where, &what));
    for (PetscInt k = 0; k < count; ++k) {
      rows.push_back(row + 1);
      columns.push_back(where[k] + 1);
      values.push_back(static_cast<float>(mumps.sym != 0 && where[k] != row ? 0.5 * what[k] : what[k]));
    }
    check(MatRestoreRow(matrix, row, &count, &where, &what));
  }
  mumps.n = size;
  mumps.nnz_loc = static_cast<MUMPS_INT8>(rows.size());
  mumps.irn_loc = rows.data();
  mumps.jcn_loc = columns.data();
  mumps.a_loc = values.data();
}

void SinglePrecisionFactors::Instance::set_up_right_side(Vec like) {
  if (to_rank_0)
    return;
  check(VecScatterCreateToZero(like, to_rank_0.address(), whole.address()));
  PetscInt size = 0;
  check(VecGetLocalSize(whole, &size));
  right_side.resize(static_cast<std::size_t>(size));
  mumps.rhs = right_side.data();
  mumps.nrhs = 1;
  mumps.lrhs = size;
}

SinglePrecisionFactors::SinglePrecisionFactors(MPI_Comm comm, Symmetry symmetry) : comm_(comm), symmetry_(symmetry) {}
SinglePrecisionFactors::~SinglePrecisionFactors() = default;

void SinglePrecisionFactors::forget() {
  instance_.reset();
}

void SinglePrecisionFactors::set_symmetry(Symmetry symmetry) {
  if (symmetry != symmetry_)
    forget();
  symmetry_ = symmetry;
}

bool SinglePrecisionFactors::factorise(Mat matrix) {
  if (!instance_)
    instance_ = std::make_unique<Instance>(comm_, symmetry_);
  Instance &now = *instance_;
  now.take(matrix);
  if (!now.analysed && now.run(analyse) != 0)
    return false;
  now.analysed = true;
  constexpr int no_room[] = {-8, -9, -17, -20}, most_room = 1600;
  for (;;) {
    const int status = now.run(factorise_numbers);
    if (status >= 0)
      return true;
    const bool cramped = std::find(std::begin(no_room), std::end(no_room), status) != std::end(no_room);
    if (!cramped || now.option(14) >= most_room)
      return false;
    now.option(14) *= 2;
  }
}

/// Scaled by its largest entry: residuals are small, single precision has no numbers below 1e-38.
void SinglePrecisionFactors::solve(Vec b, Vec x) {
  Instance &now = *instance_;
  now.set_up_right_side(b);
  const double scale = petsc::norm(b, NORM_INFINITY);
  if (scale == 0 || !std::isfinite(scale)) {
    petsc::copy(b, x);
    return;
  }
  check(VecScatterBegin(now.to_rank_0, b, now.whole, INSERT_VALUES, SCATTER_FORWARD));
  check(VecScatterEnd(now.to_rank_0, b, now.whole, INSERT_VALUES, SCATTER_FORWARD));
  double *values = nullptr;
  check(VecGetArray(now.whole, &values));
  for (std::size_t i = 0; i < now.right_side.size(); ++i)
    now.right_side[i] = static_cast<float>(values[i] / scale);
  const int status = now.run(solve_numbers);
  CORVIVO_ASSERT(status >= 0, "MUMPS does not solve: status " + std::to_string(status));
  for (std::size_t i = 0; i < now.right_side.size(); ++i)
    values[i] = scale * static_cast<double>(now.right_side[i]);
  check(VecRestoreArray(now.whole, &values));
  check(VecScatterBegin(now.to_rank_0, now.whole, x, INSERT_VALUES, SCATTER_REVERSE));
  check(VecScatterEnd(now.to_rank_0, now.whole, x, INSERT_VALUES, SCATTER_REVERSE));
}

double SinglePrecisionFactors::entries() const {
  const double stored = instance_ ? instance_->mumps.infog[28] : 0; // in millions when negative
  return stored < 0 ? -1e6 * stored : stored;
}

} // namespace corvivo::physics
