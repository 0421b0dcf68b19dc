#include <io/base/errors.hpp>
#include <physics/electrophysiology/eikonal.hpp>
#include <physics/electrophysiology/tissue.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::physics {

using namespace io;

using mesh::Vector3;

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

/// Scalar products of the edges from the sources to the target.
struct Gram {
  double aa, bb, cc, ab, ac, bc;
};

/// The wave from one source.
double through_one(double t, double aa) {
  return t + std::sqrt(aa);
}

/// The wave from the edge between two sources, +infinity when it comes from one of its ends: the theta with
/// (theta 1 - t) . G^-1 (theta 1 - t) = 1, if the weights G^-1 (theta 1 - t) of both sources are positive.
double through_two(double ta, double tb, double aa, double bb, double ab) {
  const double determinant = aa * bb - ab * ab;
  if (!(determinant > 0))
    return never;
  const double delta = tb - ta; // measure times from ta
  const double p = bb - ab, q = aa - ab, a = p + q, b = q * delta, c = aa * delta * delta - determinant;
  const double root = b * b - a * c;
  if (!(root >= 0) || !(a > 0))
    return never;
  const double theta = (b + std::sqrt(root)) / a;
  const double weight_a = bb * theta - ab * (theta - delta), weight_b = aa * (theta - delta) - ab * theta;
  return weight_a > 0 && weight_b > 0 ? ta + theta : never;
}

/// The same from the face between three.
double through_three(double ta, double tb, double tc, const Gram &g) {
  // adjugate of G
  const double AA = g.bb * g.cc - g.bc * g.bc, BB = g.aa * g.cc - g.ac * g.ac, CC = g.aa * g.bb - g.ab * g.ab;
  const double AB = g.ac * g.bc - g.ab * g.cc, AC = g.ab * g.bc - g.ac * g.bb, BC = g.ab * g.ac - g.aa * g.bc;
  const double determinant = g.aa * AA + g.ab * AB + g.ac * AC;
  if (!(determinant > 0))
    return never;
  const double db = tb - ta, dc = tc - ta;
  const double rowA = AA + AB + AC, rowB = AB + BB + BC, rowC = AC + BC + CC;
  const double a = rowA + rowB + rowC, b = rowB * db + rowC * dc, c = BB * db * db + 2 * BC * db * dc + CC * dc * dc - determinant;
  const double root = b * b - a * c;
  if (!(root >= 0) || !(a > 0))
    return never;
  const double theta = (b + std::sqrt(root)) / a, ub = theta - db, uc = theta - dc;
  const bool inside = AA * theta + AB * ub + AC * uc > 0 && AB * theta + BB * ub + BC * uc > 0 && AC * theta + BC * ub + CC * uc > 0;
  return inside ? ta + theta : never;
}

/// Nodes by arrival time in buckets of equal width.
class Buckets {
public:
  explicit Buckets(double width) : width_(width) {}
  void add(std::uint32_t node, double time) {
    const auto place = static_cast<std::size_t>(std::max(0.0, (time - first_) / width_));
    if (place >= bucket_.size())
      bucket_.resize(place + 1);
    bucket_[std::max(place, current_)].push_back(node);
  }
  void begin_at(double time) { first_ = time; }
  /// The next node; false at the end.
  bool take(std::uint32_t &node) {
    while (current_ < bucket_.size() && bucket_[current_].empty())
      bucket_[current_++].shrink_to_fit();
    if (current_ >= bucket_.size())
      return false;
    node = bucket_[current_].back();
    bucket_[current_].pop_back();
    return true;
  }

  /// Of the same bucket; null when it is empty.
  const std::uint32_t *next() const { return bucket_[current_].empty() ? nullptr : &bucket_[current_].back(); }

private:
  double width_, first_ = 0;
  std::size_t current_ = 0;
  std::vector<std::vector<std::uint32_t>> bucket_;
};

} // namespace

Eikonal::Eikonal(const std::vector<Vector3> &nodes, const std::vector<std::array<std::size_t, 4>> &cells,
                 const std::vector<double> &fibre_and_factor, const WaveSpeeds &speeds)
    : nodes_(nodes.size()), first_(nodes.size() + 1, 0) {
  if (!(speeds.along > 0) || !(speeds.across > 0))
    throw io::CaseError("eikonal: the wave speeds must be positive");
  CORVIVO_ASSERT(fibre_and_factor.size() == 4 * cells.size(), "four numbers a cell");
  cells_.reserve(cells.size());
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const auto &cell = cells[c];
    if (fibre_and_factor[4 * c + 3] == 0)
      continue;
    cells_.push_back({{static_cast<std::uint32_t>(cell[0]), static_cast<std::uint32_t>(cell[1]), static_cast<std::uint32_t>(cell[2]),
                       static_cast<std::uint32_t>(cell[3])},
                      {}});
    add_cell({nodes[cell[0]], nodes[cell[1]], nodes[cell[2]], nodes[cell[3]]}, &fibre_and_factor[4 * c], speeds);
    for (const std::size_t node : cell)
      ++first_[node + 1];
  }
  shortest_ /= static_cast<double>(std::max<std::size_t>(1, 3 * cells_.size()));
  for (std::size_t i = 0; i < nodes_; ++i)
    first_[i + 1] += first_[i];
  cell_of_.resize(first_[nodes_]);
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (std::uint32_t c = 0; c < cells_.size(); ++c)
    for (const std::uint32_t node : cells_[c].nodes)
      cell_of_[next[node]++] = c;
}

void Eikonal::add_cell(const std::array<Vector3, 4> &corners, const double *fibre_and_factor, const WaveSpeeds &speeds) {
  const Vector3 a = corners[1] - corners[0], b = corners[2] - corners[0], c = corners[3] - corners[0];
  if (!(dot(a, cross(b, c)) > 0))
    throw io::CaseError("eikonal: the mesh has a tetrahedron without volume; repair the mesh");
  const Vector3 fibre{fibre_and_factor[0], fibre_and_factor[1], fibre_and_factor[2]};
  const double factor = fibre_and_factor[3], across = 1 / (factor * speeds.across * speeds.across),
               along = 1 / (factor * speeds.along * speeds.along);
  const auto product = [&](const Vector3 &u, const Vector3 &v) {
    return static_cast<float>(across * dot(u, v) + (along - across) * dot(fibre, u) * dot(fibre, v));
  };
  std::array<float, 6> &products = cells_.back().products;
  products = {product(a, a), product(b, b), product(c, c), product(a, b), product(a, c), product(b, c)};
  for (int edge = 0; edge < 3; ++edge)
    shortest_ += std::sqrt(static_cast<double>(products[static_cast<std::size_t>(edge)]));
}

namespace {

/// Scalar products of the edges from the target to the three others, in the order of their numbers.
Gram gram_at(int target, const std::array<float, 6> &p) {
  const double aa = p[0], bb = p[1], cc = p[2], ab = p[3], ac = p[4], bc = p[5];
  switch (target) {
  case 0:
    return {aa, bb, cc, ab, ac, bc};
  case 1: // to 0, 2, 3: -a, b - a, c - a
    return {aa, aa - 2 * ab + bb, aa - 2 * ac + cc, aa - ab, aa - ac, aa - ab - ac + bc};
  case 2: // to 0, 1, 3: -b, a - b, c - b
    return {bb, aa - 2 * ab + bb, bb - 2 * bc + cc, bb - ab, bb - bc, bb - ab - bc + ac};
  default: // to 0, 1, 2: -c, a - c, b - c
    return {cc, aa - 2 * ac + cc, bb - 2 * bc + cc, cc - ac, cc - bc, cc - ac - bc + ab};
  }
}

} // namespace

double Eikonal::update(const Cell &at, int source, int target, const std::vector<double> &time, double best, double furthest) {
  static constexpr int others[4][3] = {{1, 2, 3}, {0, 2, 3}, {0, 1, 3}, {0, 1, 2}};
  const auto &cell = at.nodes;
  const Gram g = gram_at(target, at.products);
  const int *other = others[target];
  const int s = other[0] == source ? 0 : other[1] == source ? 1 : 2, p = s == 0 ? 1 : 0, q = s == 2 ? 1 : 2;
  const double own[3] = {g.aa, g.bb, g.cc};
  const auto mixed = [&](int i, int j) { return i + j == 1 ? g.ab : i + j == 2 ? g.ac : g.bc; };
  const double ts = time[cell[static_cast<std::size_t>(source)]], tp = time[cell[static_cast<std::size_t>(other[p])]],
               tq = time[cell[static_cast<std::size_t>(other[q])]];
  const bool use_p = tp < best && tp <= furthest, use_q = tq < best && tq <= furthest;
  if (use_p && use_q) {
    const Gram ordered{own[s], own[p], own[q], mixed(s, p), mixed(s, q), mixed(p, q)};
    const double t = through_three(ts, tp, tq, ordered);
    if (t < never)
      return t;
  }
  double least = never;
  if (use_p)
    least = through_two(ts, tp, own[s], own[p], mixed(s, p));
  if (use_q)
    least = std::min(least, through_two(ts, tq, own[s], own[q], mixed(s, q)));
  return least < never ? least : through_one(ts, own[s]);
}

std::vector<double> Eikonal::arrival(const std::vector<EikonalSeed> &seeds) const {
  if (seeds.empty())
    throw io::CaseError("eikonal: no node is stimulated; make the stimulus larger or move it");
  std::vector<double> time(nodes_, never);
  std::vector<char> waiting(nodes_, 0);
  Buckets buckets(0.5 * shortest_);
  double earliest = never;
  for (const EikonalSeed &seed : seeds) {
    time[seed.node] = std::min(time[seed.node], seed.time);
    earliest = std::min(earliest, seed.time);
  }
  buckets.begin_at(earliest);
  for (const EikonalSeed &seed : seeds)
    if (!waiting[seed.node]) {
      waiting[seed.node] = 1;
      buckets.add(static_cast<std::uint32_t>(seed.node), time[seed.node]);
    }
  constexpr double rounding = 1e-7; // of single-precision edges, ms: smaller gains do not travel on
  double furthest = earliest;
  std::uint32_t node = 0;
  while (buckets.take(node)) {
    if (!waiting[node]) // taken from an earlier bucket since
      continue;
    waiting[node] = 0;
    furthest = std::max(furthest, time[node]);      // what lies beyond will be taken later, with all that is known then
    if (const std::uint32_t *next = buckets.next()) // memory is what the solver waits for: 1.4 times as long without
      for (std::uint32_t k = first_[*next]; k < first_[*next + 1]; ++k)
        __builtin_prefetch(&cells_[cell_of_[k]]);
    for (std::uint32_t k = first_[node]; k < first_[node + 1]; ++k) {
      const Cell &at = cells_[cell_of_[k]];
      const auto &cell = at.nodes;
      const int source = cell[0] == node ? 0 : cell[1] == node ? 1 : cell[2] == node ? 2 : 3;
      for (int target = 0; target < 4; ++target) {
        const std::uint32_t m = cell[static_cast<std::size_t>(target)];
        if (target == source || time[m] <= time[node])
          continue;
        const double t = update(at, source, target, time, time[m], furthest);
        if (t < time[m] - rounding) {
          time[m] = t;
          waiting[m] = 1;
          buckets.add(m, t);
        }
      }
    }
  }
  return time;
}

} // namespace corvivo::physics
