#include <physics/electrophysiology/nodal_matrix.hpp>

namespace corvivo::physics {

namespace {

/// Row of every local node.
std::vector<PetscInt> numbers(const Tissue &tissue) {
  unsigned long long owned = tissue.owned, first = 0;
  MPI_Exscan(&owned, &first, 1, MPI_UNSIGNED_LONG_LONG, MPI_SUM, tissue.comm);
  int rank = 0;
  MPI_Comm_rank(tissue.comm, &rank);
  std::vector<double> number(tissue.nodes.size(), 0.0); // exact for whole numbers of this size
  for (std::size_t i = 0; i < tissue.owned; ++i)
    number[i] = static_cast<double>((rank == 0 ? 0 : first) + i);
  if (tissue.halo)
    tissue.halo->update(number);
  std::vector<PetscInt> rows;
  for (const double n : number)
    rows.push_back(static_cast<PetscInt>(n));
  return rows;
}

} // namespace

NodalMatrix::NodalMatrix(const Tissue &tissue, const DiffusionRows &rows) {
  const std::vector<PetscInt> number = numbers(tissue);
  std::vector<PetscInt> row, column;
  row.reserve(rows.column.size());
  column.reserve(rows.column.size());
  for (std::size_t i = 0; i < tissue.owned; ++i)
    for (std::size_t k = rows.start[i]; k < rows.start[i + 1]; ++k) {
      row.push_back(number[i]);
      column.push_back(number[rows.column[k]]);
    }
  const auto owned = static_cast<PetscInt>(tissue.owned);
  petsc::check(MatCreate(tissue.comm, matrix_.address()));
  petsc::check(MatSetSizes(matrix_, owned, owned, PETSC_DETERMINE, PETSC_DETERMINE));
  petsc::check(MatSetType(matrix_, MATAIJ));
  petsc::check(MatSetPreallocationCOO(matrix_, static_cast<PetscCount>(row.size()), row.data(), column.data()));
  petsc::check(MatSetOption(matrix_, MAT_SPD, PETSC_TRUE)); // semidefinite ones as well: for the choice of algorithms
}

void NodalMatrix::set(const DiffusionRows &rows, const std::function<double(std::size_t, std::size_t)> &value) {
  std::vector<double> values;
  values.reserve(rows.column.size());
  for (std::size_t i = 0; i + 1 < rows.start.size(); ++i)
    for (std::size_t k = rows.start[i]; k < rows.start[i + 1]; ++k)
      values.push_back(value(i, k));
  petsc::check(MatSetValuesCOO(matrix_, values.data(), INSERT_VALUES));
}

petsc::Vector NodalMatrix::vector() const {
  Vec made = nullptr;
  petsc::check(MatCreateVecs(matrix_, &made, nullptr));
  petsc::check(VecSet(made, 0.0));
  return petsc::Vector(made);
}

} // namespace corvivo::physics
