/// The front's current on linear elements.
#include <physics/electrophysiology/front_current.hpp>

#include <algorithm>

namespace corvivo::physics {

namespace {

using Barycentric = std::array<double, 4>;
using Part = std::array<Barycentric, 4>; ///< corners

Barycentric middle(const Barycentric &a, const Barycentric &b) {
  return {0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1]), 0.5 * (a[2] + b[2]), 0.5 * (a[3] + b[3])};
}

std::array<Part, 8> eighths(const Part &part) {
  const auto &[a, b, c, d] = part;
  const Barycentric ab = middle(a, b), ac = middle(a, c), ad = middle(a, d), bc = middle(b, c), bd = middle(b, d), cd = middle(c, d);
  return {{{a, ab, ac, ad},
           {ab, b, bc, bd},
           {ac, bc, c, cd},
           {ad, bd, cd, d},
           {ab, ac, ad, bd},
           {ab, ac, bc, bd},
           {ac, ad, bd, cd},
           {ac, bc, bd, cd}}};
}

/// Four points of equal weight in each of the 8^level parts.
std::vector<Barycentric> quadrature(double front_point, int level) {
  std::vector<Part> parts = {{{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}}};
  for (int l = 0; l < level; ++l) {
    std::vector<Part> children;
    for (const Part &part : parts)
      for (const Part &child : eighths(part))
        children.push_back(child);
    parts = children;
  }
  std::vector<Barycentric> points;
  for (const Part &part : parts)
    for (std::size_t near = 0; near < 4; ++near) {
      Barycentric point{};
      for (std::size_t corner = 0; corner < 4; ++corner)
        for (std::size_t k = 0; k < 4; ++k)
          point[k] += (corner == near ? front_point : (1.0 - front_point) / 3.0) * part[corner][k];
      points.push_back(point);
    }
  return points;
}

class LinearFront final : public FrontElements<4> {
public:
  LinearFront(const Tissue &tissue, const Cells &cells, std::vector<Barycentric> points, double consistent_mass);

private:
  void integrate(const IonicModel &kind, std::size_t begin, std::size_t count, const std::vector<double> &voltage,
                 const std::vector<double> &states) override;
  void accumulate(std::vector<double> &sum) const override;

  std::vector<Barycentric> points_;
  double consistent_mass_;
  std::vector<double> quarter_volume_; ///< of each cell, mm^3
};

LinearFront::LinearFront(const Tissue &tissue, const Cells &cells, std::vector<Barycentric> points, double consistent_mass)
    : FrontElements(tissue, cells, tissue.cells, 1, points.size()), points_(std::move(points)), consistent_mass_(consistent_mass) {
  quarter_volume_.reserve(tissue.cells.size());
  for (const auto &cell : tissue.cells) {
    const auto &x = tissue.nodes;
    quarter_volume_.push_back(linear_tetrahedron(x[cell[0]], x[cell[1]], x[cell[2]], x[cell[3]]).volume / 4.0);
  }
}

/// 4 / n sum_q N_a(q) I_q.
void LinearFront::integrate(const IonicModel &kind, std::size_t begin, std::size_t count, const std::vector<double> &voltage,
                            const std::vector<double> &states) {
  const double far = points_[0][1];
  const double near = points_[0][0] - far; // four points are symmetric: saves a tenth of a whole run
  const auto interpolate = [&](const double *nodal, double *at_points) {
    constexpr std::size_t cells = batch_points / 4;
    for (std::size_t e = 0; points_.size() == 4 && e < cells; ++e) { // the last batch is filled up with its last cell
      const auto &cell = front_element(begin + std::min(e, count - 1));
      const double a = nodal[cell[0]], b = nodal[cell[1]], c = nodal[cell[2]], d = nodal[cell[3]], shared = far * (a + b + c + d);
      at_points[e] = shared + near * a;
      at_points[cells + e] = shared + near * b;
      at_points[2 * cells + e] = shared + near * c;
      at_points[3 * cells + e] = shared + near * d;
    }
    for (std::size_t e = 0; points_.size() != 4 && e < batch_; ++e) {
      const auto &cell = front_element(begin + std::min(e, count - 1));
      const double a = nodal[cell[0]], b = nodal[cell[1]], c = nodal[cell[2]], d = nodal[cell[3]];
      for (std::size_t q = 0; q < points_.size(); ++q)
        at_points[q * batch_ + e] = points_[q][0] * a + points_[q][1] * b + points_[q][2] * c + points_[q][3] * d;
    }
  };
  interpolate(voltage.data(), point_voltage_.data());
  for (const std::size_t k : states_)
    interpolate(states.data() + k * cells_.stride(), point_states_.data() + k * batch_points);
  kind.fast_current(point_voltage_.data(), point_states_.data(), batch_points, batch_points, point_current_.data());
  const double weight = 4.0 / static_cast<double>(points_.size());
  for (std::size_t e = 0; e < count; ++e) {
    std::array<double, 4> sum{};
    for (std::size_t q = 0; q < points_.size(); ++q)
      for (std::size_t a = 0; a < 4; ++a)
        sum[a] += weight * points_[q][a] * point_current_[q * batch_ + e];
    integral_[begin + e] = sum;
  }
}

void LinearFront::accumulate(std::vector<double> &sum) const {
  const double own = 1 - 0.8 * consistent_mass_, other = 0.2 * consistent_mass_; // 4/20 of the volume off the diagonal, 8/20 on it
  for (std::size_t e = 0; e < front_.size(); ++e) {
    const auto &cell = front_element(e);
    const double all = other * (nodal_[cell[0]] + nodal_[cell[1]] + nodal_[cell[2]] + nodal_[cell[3]]);
    for (std::size_t a = 0; a < 4; ++a)
      if (cell[a] < tissue_.owned)
        sum[cell[a]] += quarter_volume_[front_[e]] * (integral_[e][a] - own * nodal_[cell[a]] - all);
  }
}

} // namespace

std::unique_ptr<FrontCurrent> linear_front_current(const Tissue &tissue, const Cells &cells, double front_point, int level,
                                                   double consistent_mass) {
  return std::make_unique<LinearFront>(tissue, cells, quadrature(front_point, level), consistent_mass);
}

} // namespace corvivo::physics
