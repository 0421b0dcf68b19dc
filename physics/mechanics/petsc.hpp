#pragma once
/// Owners of the PETSc objects that mechanics uses. PETSc must have been started by the program.
#include <io/base/errors.hpp>

#include <petscksp.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace corvivo::physics::petsc {

inline void check(PetscErrorCode code) {
  CORVIVO_ASSERT(code == 0, "PETSc error " + std::to_string(static_cast<int>(code)));
}

/// Owner of one PETSc handle.
template <class Handle, PetscErrorCode (*Destroy)(Handle *)> class Owned {
public:
  Owned() = default;
  explicit Owned(Handle handle) : handle_(handle) {}
  Owned(Owned &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Owned &operator=(Owned &&other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Owned(const Owned &) = delete;
  Owned &operator=(const Owned &) = delete;
  ~Owned() {
    if (handle_)
      Destroy(&handle_);
  }
  operator Handle() const { return handle_; }
  Handle *address() { return &handle_; }

private:
  Handle handle_ = nullptr;
};

using Vector = Owned<Vec, VecDestroy>;
using Matrix = Owned<Mat, MatDestroy>;
using Solver = Owned<KSP, KSPDestroy>;
using Preconditioner = Owned<PC, PCDestroy>;
using Scatter = Owned<VecScatter, VecScatterDestroy>;

/// The owned entries followed by the ghosts of a ghosted vector, for as long as this lives.
class LocalForm {
public:
  explicit LocalForm(Vec ghosted) : ghosted_(ghosted) {
    check(VecGhostGetLocalForm(ghosted_, &local_));
    check(VecGetArray(local_, &values_));
  }
  ~LocalForm() {
    VecRestoreArray(local_, &values_);
    VecGhostRestoreLocalForm(ghosted_, &local_);
  }
  LocalForm(const LocalForm &) = delete;
  LocalForm &operator=(const LocalForm &) = delete;
  double *values() { return values_; }
  double &operator[](std::size_t i) { return values_[i]; }

private:
  Vec ghosted_, local_ = nullptr;
  double *values_ = nullptr;
};

/// Owners' values to ghosts. Collective.
inline void update_ghosts(Vec ghosted) {
  check(VecGhostUpdateBegin(ghosted, INSERT_VALUES, SCATTER_FORWARD));
  check(VecGhostUpdateEnd(ghosted, INSERT_VALUES, SCATTER_FORWARD));
}
/// Adds what ghosts hold to their owners. Collective.
inline void add_ghosts(Vec ghosted) {
  check(VecGhostUpdateBegin(ghosted, ADD_VALUES, SCATTER_REVERSE));
  check(VecGhostUpdateEnd(ghosted, ADD_VALUES, SCATTER_REVERSE));
}
inline Vector like(Vec other) {
  Vec made = nullptr;
  check(VecDuplicate(other, &made));
  check(VecSet(made, 0.0));
  return Vector(made);
}
inline double dot(Vec a, Vec b) {
  double value = 0;
  check(VecDot(a, b, &value));
  return value;
}
inline double norm(Vec a, NormType type = NORM_2) {
  double value = 0;
  check(VecNorm(a, type, &value));
  return value;
}
inline void copy(Vec from, Vec to) {
  check(VecCopy(from, to));
}
inline void add(Vec to, double factor, Vec from) {
  check(VecAXPY(to, factor, from));
}

/// Owned entries of a vector.
inline std::vector<double> owned_entries(Vec vector) {
  PetscInt size = 0;
  const double *values = nullptr;
  check(VecGetLocalSize(vector, &size));
  check(VecGetArrayRead(vector, &values));
  std::vector<double> copy(values, values + size);
  check(VecRestoreArrayRead(vector, &values));
  return copy;
}
/// The same back, and their ghosts. Collective. Throws CaseError when there are not as many.
inline void set_owned_entries(Vec vector, const std::vector<double> &from) {
  PetscInt size = 0;
  double *values = nullptr;
  check(VecGetLocalSize(vector, &size));
  if (from.size() != static_cast<std::size_t>(size))
    throw io::CaseError("a checkpoint of another mesh; delete it and run again");
  check(VecGetArray(vector, &values));
  std::copy(from.begin(), from.end(), values);
  check(VecRestoreArray(vector, &values));
  update_ghosts(vector);
}

} // namespace corvivo::physics::petsc
