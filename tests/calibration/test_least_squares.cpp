#include <calibration/methods/levenberg_marquardt.hpp>
#include <calibration/parameter_scale.hpp>
#include <calibration/spread.hpp>
#include <calibration/starts.hpp>
#include <io/base/errors.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <set>

using namespace corvivo;
using namespace corvivo::calibration;

namespace {

/// Rosenbrock, Comput J 3:175 (1960): minimum 0 at (1, 1) at the end of a bent valley.
struct Valley final : LeastSquares {
  Vector residuals(const Vector &x) const override {
    if (x[0] < -5)
      throw io::SolveError("far away");
    return {10 * (x[1] - x[0] * x[0]), 1 - x[0]};
  }
  Matrix jacobian(const Vector &x) const override { return {{-20 * x[0], 10}, {-1, 0}}; }
};

TEST(LeastSquaresInABox, FollowsTheBentValleyToItsEnd) {
  const Minimum found = minimise(Valley(), {-1.2, 1}, {-10, -10}, {10, 10});
  EXPECT_TRUE(found.converged);
  EXPECT_NEAR(found.x[0], 1, 1e-6);
  EXPECT_NEAR(found.x[1], 1, 1e-6);
  EXPECT_LT(found.iterations, 40) << "published runs of the method need about 20";
}

TEST(LeastSquaresInABox, StopsAtTheBoundThatHoldsIt) {
  const Minimum found = minimise(Valley(), {-1.2, 1}, {-2, -2}, {0.5, 2});
  EXPECT_TRUE(found.converged);
  EXPECT_EQ(found.x[0], 0.5) << "the unconstrained minimum lies beyond it";
  EXPECT_NEAR(found.x[1], 0.25, 1e-6) << "x2 = x1^2 there";
}

TEST(LeastSquaresInABox, ThrowsWhatTheModelThrowsAtTheStart) {
  EXPECT_THROW(minimise(Valley(), {-6, 1}, {-10, -10}, {10, 10}), io::SolveError);
}

physics::ParameterSpace space() {
  return {{"a", "mL", "", 1, 9, 3}, {"b", "1", "", -2, 4, 1}};
}

TEST(ParameterScales, GoThereAndBack) {
  const ParameterScale scale(space());
  const physics::ParameterVector p{2.5, -1.5};
  const physics::ParameterVector back = scale.from_standard(scale.to_standard(p));
  EXPECT_NEAR(back[0], p[0], 1e-14);
  EXPECT_NEAR(back[1], p[1], 1e-14);
  EXPECT_EQ(scale.to_standard({3, 1}), Vector({0, 0})) << "the baseline is the centre of the prior";
  EXPECT_NEAR(scale.upper()[0], std::sqrt(3.0), 1e-14) << "half the range is sqrt(3) standard deviations of a uniform one";
  const Vector x = scale.to_standard(p), slope = scale.slope(x);
  const double h = 1e-6;
  EXPECT_NEAR(slope[0], (scale.from_standard({x[0] + h, x[1]})[0] - scale.from_standard({x[0] - h, x[1]})[0]) / (2 * h), 1e-8);
}

TEST(ParameterScales, RefuseABaselineOutsideItsRange) {
  physics::ParameterSpace wrong = space();
  wrong[1].baseline = 5;
  EXPECT_THROW(ParameterScale{wrong}, io::CaseError);
}

TEST(Starts, FillTheBoxEvenlyAndRepeat) {
  const ParameterScale scale(space());
  const Matrix points = starting_points(scale, 9, 4), again = starting_points(scale, 9, 4), others = starting_points(scale, 9, 5);
  EXPECT_EQ(points, again);
  EXPECT_NE(points, others);
  EXPECT_EQ(points[0], Vector({0, 0})) << "the baseline";
  for (std::size_t i = 0; i < 2; ++i) {
    std::set<int> slices;
    for (std::size_t k = 1; k < 9; ++k)
      slices.insert(static_cast<int>(8 * (points[k][i] - scale.lower()[i]) / (scale.upper()[i] - scale.lower()[i])));
    EXPECT_EQ(slices.size(), 8u) << "a Latin hypercube: one point in each eighth of coordinate " << i;
  }
}

TEST(WorkSpreadOverRanks, GivesEveryRankTheSameResults) {
  const Matrix results = spread(MPI_COMM_WORLD, 7, 2, [](std::size_t i) { return Vector{1.0 / (1 + i), double(i)}; });
  ASSERT_EQ(results.size(), 7u);
  for (std::size_t i = 0; i < 7; ++i)
    EXPECT_EQ(results[i], Vector({1.0 / (1 + i), double(i)}));
}

TEST(WorkSpreadOverRanks, ThrowsTheErrorOfOneOnAll) {
  EXPECT_THROW(spread(MPI_COMM_WORLD, 4, 1,
                      [](std::size_t i) {
                        if (i == 1)
                          throw io::CaseError("second");
                        return Vector{0.0};
                      }),
               io::CaseError);
}

} // namespace
