#pragma once
/// Matrices whose unknowns are the nodes of the tissue, for PETSc's solvers.
#include <physics/electrophysiology/diffusion_rows.hpp>
#include <physics/mechanics/petsc.hpp>

namespace corvivo::physics {

/// Each rank has the rows of its owned nodes, in local order, rank after rank.
class NodalMatrix {
public:
  /// With the pattern of `rows`, all zero. Collective, as the rest.
  NodalMatrix(const Tissue &tissue, const DiffusionRows &rows);
  /// `value(i, k)`: entry k of the rows, which belongs to row i.
  void set(const DiffusionRows &rows, const std::function<double(std::size_t, std::size_t)> &value);
  /// out <- A x.
  void multiply(Vec x, Vec out) const { petsc::check(MatMult(matrix_, x, out)); }
  /// A vector of zeros.
  petsc::Vector vector() const;
  operator Mat() const { return matrix_; }

private:
  petsc::Matrix matrix_;
};

/// Owned values of a vector as long as this lives.
class OwnedValues {
public:
  explicit OwnedValues(Vec vector) : vector_(vector) { petsc::check(VecGetArray(vector_, &values_)); }
  ~OwnedValues() { VecRestoreArray(vector_, &values_); }
  OwnedValues(const OwnedValues &) = delete;
  OwnedValues &operator=(const OwnedValues &) = delete;
  double &operator[](std::size_t i) { return values_[i]; }

private:
  Vec vector_;
  double *values_ = nullptr;
};

} // namespace corvivo::physics
