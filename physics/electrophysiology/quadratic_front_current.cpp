/// The front's current on quadratic elements.
#include <physics/electrophysiology/front_current.hpp>
#include <physics/electrophysiology/quadratic_family.hpp>

#include <algorithm>
#include <utility>

namespace corvivo::physics {

namespace {

struct Point {
  std::array<double, nodes_per_cell> shape;
  double weight; ///< share of the volume
};

/// Fourteen points, exact to degree five (Walkington, Quadrature on simplices of arbitrary dimension, Carnegie Mellon 2000): two orbits of
/// four, one of six.
std::vector<Point> fourteen_points() {
  std::vector<Point> points;
  for (const auto &[a, weight] : {std::pair{0.31088591926330061, 0.11268792571801585}, {0.092735250310891226, 0.07349304311636195}})
    for (std::size_t v = 0; v < 4; ++v) {
      Barycentric at{a, a, a, a};
      at[v] = 1 - 3 * a;
      points.push_back({cell_shapes(at), weight});
    }
  constexpr double a = 0.045503704125649649, weight = 0.042546020777081466;
  for (const auto &[i, j] : tetrahedron_edges) {
    Barycentric at{a, a, a, a};
    at[static_cast<std::size_t>(i)] = at[static_cast<std::size_t>(j)] = 0.5 - a;
    points.push_back({cell_shapes(at), weight});
  }
  return points;
}

/// Holds what the base of QuadraticFront refers to.
struct Elements {
  std::vector<QuadraticNodes> elements;
};

class QuadraticFront final : Elements, public FrontElements<nodes_per_cell> {
public:
  QuadraticFront(const Tissue &tissue, const Cells &cells, std::vector<Point> points);

private:
  void integrate(const IonicModel &kind, std::size_t begin, std::size_t count, const std::vector<double> &voltage,
                 const std::vector<double> &states) override;
  void accumulate(std::vector<double> &sum) const override;

  std::vector<Point> points_;
  ElementMatrix mass_ = quadratic_unit_mass();
  std::vector<double> volume_; ///< of each element, mm^3
};

QuadraticFront::QuadraticFront(const Tissue &tissue, const Cells &cells, std::vector<Point> points)
    : Elements{quadratic_elements(tissue)}, FrontElements(tissue, cells, elements, family_size, points.size()), points_(std::move(points)) {
  const auto &x = tissue.nodes;
  for (const auto &e : elements)
    volume_.push_back(linear_tetrahedron(x[e[0]], x[e[1]], x[e[2]], x[e[3]]).volume);
}

/// sum_q weight_q N_a(q) I_q.
void QuadraticFront::integrate(const IonicModel &kind, std::size_t begin, std::size_t count, const std::vector<double> &voltage,
                               const std::vector<double> &states) {
  const auto interpolate = [&](const double *nodal, double *at_points) {
    for (std::size_t e = 0; e < batch_; ++e) { // the last batch is filled up with its last element
      const Element &element = front_element(begin + std::min(e, count - 1));
      std::array<double, nodes_per_cell> values;
      for (std::size_t a = 0; a < nodes_per_cell; ++a)
        values[a] = nodal[element[a]];
      for (std::size_t q = 0; q < points_.size(); ++q) {
        double sum = 0;
        for (std::size_t a = 0; a < nodes_per_cell; ++a)
          sum += points_[q].shape[a] * values[a];
        at_points[q * batch_ + e] = sum;
      }
    }
  };
  interpolate(voltage.data(), point_voltage_.data());
  for (const std::size_t k : states_)
    interpolate(states.data() + k * cells_.stride(), point_states_.data() + k * batch_points);
  kind.fast_current(point_voltage_.data(), point_states_.data(), batch_points, batch_points, point_current_.data());
  for (std::size_t e = 0; e < count; ++e) {
    std::array<double, nodes_per_cell> sum{};
    for (std::size_t q = 0; q < points_.size(); ++q) {
      const double current = points_[q].weight * point_current_[q * batch_ + e];
      for (std::size_t a = 0; a < nodes_per_cell; ++a)
        sum[a] += points_[q].shape[a] * current;
    }
    integral_[begin + e] = sum;
  }
}

void QuadraticFront::accumulate(std::vector<double> &sum) const {
  for (std::size_t e = 0; e < front_.size(); ++e) {
    const Element &element = front_element(e);
    for (std::size_t a = 0; a < nodes_per_cell; ++a) {
      if (element[a] >= tissue_.owned)
        continue;
      double nodal = 0;
      for (std::size_t b = 0; b < nodes_per_cell; ++b)
        nodal += mass_[a][b] * nodal_[element[b]];
      sum[element[a]] += volume_[front_[e]] * (integral_[e][a] - nodal);
    }
  }
}

} // namespace

std::unique_ptr<FrontCurrent> quadratic_front_current(const Tissue &tissue, const Cells &cells) {
  return std::make_unique<QuadraticFront>(tissue, cells, fourteen_points());
}

} // namespace corvivo::physics
