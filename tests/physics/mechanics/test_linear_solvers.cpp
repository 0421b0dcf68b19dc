/// Factorisation in single precision, and what is made of it.
#include <tests/support/petsc.hpp>

#include <io/base/parallel.hpp>
#include <physics/mechanics/lagged_solver.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace corvivo::physics {
namespace {

const MPI_Comm world = MPI_COMM_WORLD;
constexpr int size = 60;

/// -u'' + 2 `flow` u' + u on a line of nodes, symmetric without flow; `last` is the last node's diagonal.
petsc::Matrix line(double last, double flow = 1.5) {
  petsc::Matrix matrix;
  petsc::check(MatCreateAIJ(world, PETSC_DECIDE, PETSC_DECIDE, size, size, 3, nullptr, 2, nullptr, matrix.address()));
  PetscInt first = 0, end = 0;
  petsc::check(MatGetOwnershipRange(matrix, &first, &end));
  for (PetscInt row = first; row < end; ++row) {
    const PetscInt columns[] = {row - 1, row, row + 1 < size ? row + 1 : -1}; // negative ones are left out
    const double values[] = {-1 - flow, row + 1 < size ? 3.0 : last, -1 + flow};
    petsc::check(MatSetValues(matrix, 1, &row, 3, columns, values, INSERT_VALUES));
  }
  petsc::check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
  petsc::check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
  return matrix;
}

petsc::Vector vector_of(Mat matrix, double scale) {
  petsc::Vector x;
  petsc::check(MatCreateVecs(matrix, x.address(), nullptr));
  PetscInt first = 0, end = 0;
  petsc::check(VecGetOwnershipRange(x, &first, &end));
  for (PetscInt i = first; i < end; ++i)
    petsc::check(VecSetValue(x, i, scale * std::sin(1.0 + static_cast<double>(i)), INSERT_VALUES));
  petsc::check(VecAssemblyBegin(x));
  petsc::check(VecAssemblyEnd(x));
  return x;
}

double distance(Vec a, Vec b) {
  petsc::Vector difference = petsc::like(a);
  petsc::copy(a, difference);
  petsc::add(difference, -1, b);
  return petsc::norm(difference) / petsc::norm(b);
}

petsc::Vector product(Mat matrix, Vec x) {
  petsc::Vector b = petsc::like(x);
  petsc::check(MatMult(matrix, x, b));
  return b;
}

TEST(SinglePrecisionFactors, SolveToSevenDigitsAtEveryScale) {
  const petsc::Matrix matrix = line(3);
  SinglePrecisionFactors factors(world, Symmetry::none);
  ASSERT_TRUE(factors.factorise(matrix));
  EXPECT_GE(factors.entries(), 3 * size - 2);
  for (const double scale : {1.0, 1e-60, 1e40}) { // the last two are no numbers of single precision
    const petsc::Vector wanted = vector_of(matrix, scale), b = product(matrix, wanted), found = petsc::like(b);
    factors.solve(b, found);
    EXPECT_LT(distance(found, wanted), 1e-5) << scale;
    EXPECT_GT(distance(found, wanted), 1e-12) << "in single precision";
  }
  const petsc::Vector nothing = petsc::like(vector_of(matrix, 1)), found = vector_of(matrix, 1);
  factors.solve(nothing, found);
  EXPECT_EQ(petsc::norm(found), 0);
}

TEST(SinglePrecisionFactors, AreThoseOfTheLastMatrixAndOfNoSingularOne) {
  SinglePrecisionFactors factors(world, Symmetry::none);
  for (const double last : {3.0, 40.0}) {
    const petsc::Matrix matrix = line(last);
    const petsc::Vector wanted = vector_of(matrix, 1), b = product(matrix, wanted), found = petsc::like(b);
    ASSERT_TRUE(factors.factorise(matrix));
    factors.solve(b, found);
    EXPECT_LT(distance(found, wanted), 1e-5) << last;
  }
  petsc::Matrix singular = line(3);
  petsc::check(MatZeroEntries(singular));
  EXPECT_FALSE(factors.factorise(singular));
}

TEST(SinglePrecisionFactors, OfASymmetricPartTakeHalfTheRoom) {
  const petsc::Matrix matrix = line(3);
  petsc::Matrix other;
  petsc::check(MatTranspose(matrix, MAT_INITIAL_MATRIX, other.address()));
  petsc::check(MatAXPY(other, 1, matrix, SAME_NONZERO_PATTERN));
  petsc::check(MatScale(other, 0.5));
  SinglePrecisionFactors factors(world, Symmetry::of_its_parts);
  ASSERT_TRUE(factors.factorise(matrix));
  EXPECT_LE(factors.entries(), 2 * size + 2) << "one side of the diagonal";
  const petsc::Vector wanted = vector_of(other, 1), b = product(other, wanted), found = petsc::like(b);
  factors.solve(b, found);
  EXPECT_LT(distance(found, wanted), 1e-5) << "of (A + A^T) / 2";
}

/// A preconditioner from the left rounds the residual too: what is left is for Newton's next iteration.
TEST(LaggedSolvers, SolveNeighboursWithOneFactorisation) {
  NewtonOptions options;
  options.linear_tolerance = 1e-6;
  LaggedSolver solver(world, options);
  const petsc::Matrix first = line(3, 0.05), second = line(3.5, 0.05);
  for (const petsc::Matrix *matrix : {&first, &second}) {
    const petsc::Vector wanted = vector_of(*matrix, 1), b = product(*matrix, wanted), found = petsc::like(b);
    ASSERT_TRUE(solver.solve(*matrix, b, found));
    EXPECT_LT(distance(found, wanted), 1e-5);
  }
  EXPECT_EQ(solver.factorisations(), 1) << "the second matrix is near enough to the first";
}

TEST(LaggedSolvers, TurnToTheMatrixItselfWhereItsSymmetricPartDoesNotDo) {
  NewtonOptions options;
  options.linear_tolerance = 1e-6;
  LaggedSolver solver(world, options);
  for (const double last : {3.0, 3.5, 4.0, 4.5}) {
    const petsc::Matrix matrix = line(last);
    const petsc::Vector wanted = vector_of(matrix, 1), b = product(matrix, wanted), found = petsc::like(b);
    ASSERT_TRUE(solver.solve(matrix, b, found));
    EXPECT_LT(distance(found, wanted), 1e-5);
  }
  EXPECT_EQ(solver.factorisations(), 2) << "the second of a matrix with a flow, which then does for its neighbours";
}

/// Two directions of which one is 1e10 times as stiff as the other, mixed: single precision sees one.
TEST(LaggedSolvers, TurnToDoublePrecisionWhereSingleDoesNotDo) {
  petsc::Matrix matrix;
  petsc::check(MatCreateAIJ(world, PETSC_DECIDE, PETSC_DECIDE, 2, 2, 2, nullptr, 2, nullptr, matrix.address()));
  PetscInt first = 0, end = 0;
  petsc::check(MatGetOwnershipRange(matrix, &first, &end));
  const double soft = 1e-10;
  for (PetscInt row = first; row < end; ++row) {
    const PetscInt columns[] = {0, 1};
    const double values[] = {1.0, row == 0 ? 1.0 : 1.0 + soft};
    petsc::check(MatSetValues(matrix, 1, &row, 2, columns, values, INSERT_VALUES));
  }
  petsc::check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
  petsc::check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
  LaggedSolver solver(world, {});
  const petsc::Vector wanted = vector_of(matrix, 1), b = product(matrix, wanted), found = petsc::like(b);
  ASSERT_TRUE(solver.solve(matrix, b, found));
  EXPECT_LT(distance(found, wanted), 1e-4);
  EXPECT_EQ(solver.factorisations(), 3) << "of the symmetric part, of the matrix, and in double precision";
}

} // namespace
} // namespace corvivo::physics
