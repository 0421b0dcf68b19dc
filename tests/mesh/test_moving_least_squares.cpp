/// A field carried from the points of one mesh to those of another.
#include <io/base/errors.hpp>
#include <mesh/moving_least_squares.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace corvivo::mesh {
namespace {

using io::Vector3;
using io::operator-;

std::vector<Vector3> scattered(std::size_t count, double size, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<double> anywhere(-size, size);
  std::vector<Vector3> points;
  for (std::size_t i = 0; i < count; ++i)
    points.push_back({anywhere(generator), anywhere(generator), anywhere(generator)});
  return points;
}

Vector3 linear(const Vector3 &x) {
  return {1 + 2 * x[0] - x[1], 0.5 * x[2], -3 + x[0] + x[1] + x[2]};
}

Vector3 wavy(const Vector3 &x) {
  return {std::sin(x[0]), std::cos(x[1] + 0.3 * x[2]), std::sin(0.7 * x[2] - 0.2 * x[0])};
}

std::vector<Vector3> at(const std::vector<Vector3> &points, Vector3 (*field)(const Vector3 &)) {
  std::vector<Vector3> values;
  for (const Vector3 &x : points)
    values.push_back(field(x));
  return values;
}

double worst(const std::vector<Vector3> &found, const std::vector<Vector3> &wanted) {
  double largest = 0;
  for (std::size_t i = 0; i < found.size(); ++i)
    largest = std::max(largest, io::norm(found[i] - wanted[i]));
  return largest;
}

TEST(MovingLeastSquares, ReproducesLinearFieldsInsideAndALittleOutside) {
  const std::vector<Vector3> from = scattered(400, 1, 1), to = scattered(100, 1.2, 2);
  EXPECT_LT(worst(moving_least_squares(from, at(from, linear), to), at(to, linear)), 1e-6);
}

TEST(MovingLeastSquares, IsOfSecondOrderInTheDistanceOfThePoints) {
  const std::vector<Vector3> to = scattered(200, 0.8, 3);
  std::vector<double> errors;
  for (const std::size_t count : {500u, 4000u}) { // half the distance
    const std::vector<Vector3> from = scattered(count, 1, 4);
    errors.push_back(worst(moving_least_squares(from, at(from, wavy), to), at(to, wavy)));
  }
  EXPECT_GT(errors[0] / errors[1], 2.8) << errors[0] << " " << errors[1];
}

TEST(MovingLeastSquares, PointsOfOnePlaneAndFewPointsGiveFiniteValues) {
  std::vector<Vector3> plane = scattered(50, 1, 5);
  for (Vector3 &x : plane)
    x[2] = 0;
  const std::vector<Vector3> in_plane = {{0.1, 0.2, 0.0}};
  EXPECT_LT(worst(moving_least_squares(plane, at(plane, linear), in_plane), at(in_plane, linear)), 1e-6);
  const std::vector<Vector3> one = {{1, 2, 3}};
  EXPECT_LT(worst(moving_least_squares(one, {{4, 5, 6}}, {{9, 9, 9}}), {{4, 5, 6}}), 1e-12) << "the only value there is";
}

TEST(MovingLeastSquares, AFieldWithoutPointsIsAMistake) {
  EXPECT_THROW(moving_least_squares({}, {}, {{0, 0, 0}}), io::Bug);
  EXPECT_THROW(moving_least_squares({{0, 0, 0}}, {}, {{0, 0, 0}}), io::Bug);
}

} // namespace
} // namespace corvivo::mesh
