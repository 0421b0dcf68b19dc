#include <mesh/moving_least_squares.hpp>

#include <io/base/errors.hpp>

#include <deal.II/base/tensor.h>

#include <algorithm>

namespace corvivo::mesh {
namespace {

using io::operator*;
using io::operator+;
using io::operator-;
using io::Vector3;

struct Neighbour {
  double square; ///< of the distance
  std::size_t index;
  bool operator<(const Neighbour &other) const { return square < other.square; }
};

void find_nearest(const std::vector<Vector3> &from, const Vector3 &x, std::size_t count, std::vector<Neighbour> &found) {
  found.resize(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    const Vector3 d = from[i] - x;
    found[i] = {io::dot(d, d), i};
  }
  std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count) - 1, found.end());
  found.resize(count);
}

/// At x, from these neighbours.
Vector3 fit(const std::vector<Vector3> &from, const std::vector<Vector3> &values, const std::vector<Neighbour> &near, const Vector3 &x) {
  const double farthest = std::max_element(near.begin(), near.end())->square;
  const double softening = 1e-4 * farthest + 1e-300; // a node that coincides does not drown the others
  double total = 0;
  Vector3 place{}, value{};
  for (const Neighbour &n : near) {
    const double weight = 1 / (n.square + softening);
    total += weight;
    place = place + weight * from[n.index];
    value = value + weight * values[n.index];
  }
  place = (1 / total) * place;
  value = (1 / total) * value;
  dealii::Tensor<2, 3> spread, product; // sums of d d and value d about the means
  for (const Neighbour &n : near) {
    const double weight = 1 / (n.square + softening);
    const Vector3 d = from[n.index] - place, v = values[n.index] - value;
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) {
        spread[i][j] += weight * d[i] * d[j];
        product[i][j] += weight * v[i] * d[j];
      }
  }
  const double trace = dealii::trace(spread);
  if (trace <= 0)
    return value;
  for (int i = 0; i < 3; ++i)
    spread[i][i] += 1e-9 * trace; // points of one plane say nothing across it
  const dealii::Tensor<2, 3> gradient = product * dealii::invert(spread);
  const Vector3 d = x - place;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      value[i] += gradient[i][j] * d[j];
  return value;
}

} // namespace

std::vector<Vector3> moving_least_squares(const std::vector<Vector3> &from, const std::vector<Vector3> &values,
                                          const std::vector<Vector3> &to, std::size_t count) {
  CORVIVO_ASSERT(!from.empty() && from.size() == values.size() && count > 0, "a field needs a value at each of its points");
  count = std::min(count, from.size());
  std::vector<Vector3> found;
  std::vector<Neighbour> near;
  for (const Vector3 &x : to) {
    find_nearest(from, x, count, near);
    found.push_back(fit(from, values, near, x));
  }
  return found;
}

} // namespace corvivo::mesh
