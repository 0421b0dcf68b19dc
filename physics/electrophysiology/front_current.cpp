#include <physics/electrophysiology/front_current.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using namespace io;

namespace {

constexpr std::size_t batch_points = 256;   ///< evaluated together
constexpr int search_every = 5;             ///< calls between looks at all cells
constexpr double candidate_threshold = 0.5; ///< mV: low enough that no cell reaches `threshold` between two looks unseen

double spread(const std::vector<double> &voltage, const std::array<std::uint32_t, 4> &cell) {
  const double a = voltage[cell[0]], b = voltage[cell[1]], c = voltage[cell[2]], d = voltage[cell[3]];
  return std::max(std::max(a, b), std::max(c, d)) - std::min(std::min(a, b), std::min(c, d));
}

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

/// Kind of most nodes; of equally many the lowest.
std::uint8_t most_common(const Cells &cells, const std::array<std::uint32_t, 4> &nodes) {
  std::uint8_t best = 0;
  std::ptrdiff_t most = 0;
  for (const std::uint32_t node : nodes) {
    const std::uint8_t kind = cells.kind_of(node);
    const auto same = std::count_if(nodes.begin(), nodes.end(), [&](std::uint32_t other) { return cells.kind_of(other) == kind; });
    if (same > most || (same == most && kind < best)) {
      most = same;
      best = kind;
    }
  }
  return best;
}

} // namespace

FrontCurrent::FrontCurrent(const Tissue &tissue, const Cells &cells, double front_point, int level, double consistent_mass)
    : tissue_(tissue), cells_(cells), states_(cells.kind(0).fast_states()), points_(quadrature(front_point, level)),
      batch_(batch_points / points_.size()), consistent_mass_(consistent_mass), point_voltage_(batch_points),
      point_states_(batch_points * cells.kind(0).initial_states().size()), point_current_(batch_points), correction_(tissue.owned, 0.0) {
  quarter_volume_.reserve(tissue.cells.size());
  for (const auto &cell : tissue.cells) {
    const auto &x = tissue.nodes;
    quarter_volume_.push_back(linear_tetrahedron(x[cell[0]], x[cell[1]], x[cell[2]], x[cell[3]]).volume / 4.0);
    if (cells.kinds() > 1)
      kind_.push_back(most_common(cells, cell));
  }
}

void FrontCurrent::find_candidates(double time, const std::vector<double> &voltage, const std::vector<double> &upstroke) {
  candidates_.clear();
  for (std::size_t c = 0; c < tissue_.cells.size(); ++c) {
    const auto &cell = tissue_.cells[c];
    if (spread(voltage, cell) <= candidate_threshold || tissue_.diffusivity_factor[c] == 0)
      continue;
    double latest = upstroke[cell[0]];
    for (const std::uint32_t node : cell)
      latest = std::max(latest, upstroke[node]);
    if (latest > time - tail) // nodes at rest hold +infinity
      candidates_.push_back(static_cast<std::uint32_t>(c));
  }
}

void FrontCurrent::evaluate(double time, const std::vector<double> &voltage, const std::vector<double> &upstroke,
                            const std::vector<double> &states) {
  if (calls_++ % search_every == 0)
    find_candidates(time, voltage, upstroke);
  front_.clear();
  for (const std::uint32_t c : candidates_)
    if (spread(voltage, tissue_.cells[c]) > threshold)
      front_.push_back(c);
  integral_.resize(front_.size());
  if (front_.empty())
    return;
  nodal_.resize(cells_.stride());
  cells_.fast_current(voltage.data(), states.data(), nodal_.data());
  if (!kind_.empty()) // cells of a kind together, else in the order of the mesh
    std::stable_sort(front_.begin(), front_.end(), [&](std::uint32_t a, std::uint32_t b) { return kind_[a] < kind_[b]; });
  for (std::size_t begin = 0, end = 0; begin < front_.size(); begin = end) {
    const std::uint8_t kind = kind_.empty() ? std::uint8_t{0} : kind_[front_[begin]];
    end = std::min(begin + batch_, front_.size());
    while (!kind_.empty() && kind_[front_[end - 1]] != kind)
      --end;
    integrate(cells_.kind(kind), begin, end - begin, voltage, states);
  }
}

void FrontCurrent::integrate(const IonicModel &kind, std::size_t begin, std::size_t count, const std::vector<double> &voltage,
                             const std::vector<double> &states) {
  const double far = points_[0][1];
  const double near = points_[0][0] - far; // four points are symmetric: saves a tenth of a whole run
  const auto interpolate = [&](const double *nodal, double *at_points) {
    constexpr std::size_t cells = batch_points / 4;
    for (std::size_t e = 0; points_.size() == 4 && e < cells; ++e) { // the last batch is filled up with its last cell
      const auto &cell = tissue_.cells[front_[begin + std::min(e, count - 1)]];
      const double a = nodal[cell[0]], b = nodal[cell[1]], c = nodal[cell[2]], d = nodal[cell[3]], shared = far * (a + b + c + d);
      at_points[e] = shared + near * a;
      at_points[cells + e] = shared + near * b;
      at_points[2 * cells + e] = shared + near * c;
      at_points[3 * cells + e] = shared + near * d;
    }
    for (std::size_t e = 0; points_.size() != 4 && e < batch_; ++e) {
      const auto &cell = tissue_.cells[front_[begin + std::min(e, count - 1)]];
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

void FrontCurrent::accumulate(std::vector<double> &sum) const {
  const double own = 1 - 0.8 * consistent_mass_, other = 0.2 * consistent_mass_; // 4/20 of the volume off the diagonal, 8/20 on it
  for (std::size_t e = 0; e < front_.size(); ++e) {
    const auto &cell = tissue_.cells[front_[e]];
    const double all = other * (nodal_[cell[0]] + nodal_[cell[1]] + nodal_[cell[2]] + nodal_[cell[3]]);
    for (std::size_t a = 0; a < 4; ++a)
      if (cell[a] < tissue_.owned)
        sum[cell[a]] += quarter_volume_[front_[e]] * (integral_[e][a] - own * nodal_[cell[a]] - all);
  }
}

std::vector<double> FrontCurrent::source() const {
  std::vector<double> sum(tissue_.owned, 0.0);
  accumulate(sum);
  return sum;
}

void FrontCurrent::correct(std::vector<double> &current, const std::vector<double> &mass) {
  accumulate(correction_);
  for (const std::uint32_t c : front_)
    for (const std::uint32_t node : tissue_.cells[c])
      if (node < tissue_.owned) {
        current[node] += correction_[node] / mass[node];
        correction_[node] = 0;
      }
}

} // namespace corvivo::physics
