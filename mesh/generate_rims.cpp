#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <mesh/generate_parts.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace corvivo::mesh {

namespace {

/// Distance from `base_centre` to the one zero of the field along a direction in the base plane.
double crossing(const ImplicitVentricle &shape, const ImplicitVentricle::Field &field, const Vector3 &direction, const std::string &name) {
  const auto at = [&](double distance) { return field(shape.base_centre + distance * direction); };
  const double stride = 0.25; // mm: below any lattice that labels are resampled to
  double low = -1;
  int changes = 0;
  bool inside = at(0) < 0;
  const bool starts_inside = inside;
  for (double d = 0; d < 2 * shape.radius; d += stride)
    if (const bool next = at(d + stride) < 0; next != inside) {
      if (++changes == 1)
        low = d;
      inside = next;
    }
  if (!starts_inside || changes != 1)
    throw io::CaseError("mesh: the base plane does not cut the " + name + " in one round contour about the cavity (a ray from its centre " +
                        (starts_inside ? "crosses it " + std::to_string(changes) + " times" : "starts outside it") +
                        "); move the base plane towards the apex or smooth the segmentation");
  double high = low + stride;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (at(middle) < 0 ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

std::vector<Vector3> ray_directions(const Vector3 &normal, std::size_t count) {
  const int least = std::abs(normal[0]) <= std::abs(normal[1]) ? (std::abs(normal[0]) <= std::abs(normal[2]) ? 0 : 2)
                                                               : (std::abs(normal[1]) <= std::abs(normal[2]) ? 1 : 2);
  Vector3 axis{};
  axis[least] = 1;
  const Vector3 e1 = normalized(axis - dot(axis, normal) * normal), e2 = cross(normal, e1);
  std::vector<Vector3> directions;
  for (std::size_t i = 0; i < count; ++i) {
    const double angle = 2 * M_PI * double(i) / double(count);
    directions.push_back(std::cos(angle) * e1 + std::sin(angle) * e2);
  }
  return directions;
}

/// Two unit vectors that span the base plane, right-handed with its normal.
std::array<Vector3, 2> plane_axes(const Vector3 &normal) {
  const auto directions = ray_directions(normal, 4);
  return {directions[0], directions[1]};
}

/// Zero contours of values on a square lattice, as closed chains of crossings: each is a lattice edge (node, direction) and its place.
class Contours {
public:
  Contours(std::size_t n, std::vector<double> values) : n_(n), values_(std::move(values)) {
    for (std::size_t j = 0; j + 1 < n_; ++j)
      for (std::size_t i = 0; i + 1 < n_; ++i)
        add_square(i, j);
  }
  /// Lattice coordinates of each closed chain's points.
  std::vector<std::vector<std::array<double, 2>>> chains() const {
    std::vector<std::vector<std::array<double, 2>>> all;
    std::map<Edge, Edge> left = next_;
    while (!left.empty()) {
      all.emplace_back();
      Edge at = left.begin()->first;
      for (auto found = left.find(at); found != left.end(); found = left.find(at)) {
        all.back().push_back(place(at));
        at = found->second;
        left.erase(found);
      }
    }
    return all;
  }

private:
  using Edge = std::array<std::size_t, 3>; ///< node i, j and whether the edge runs along j
  double at(std::size_t i, std::size_t j) const { return values_[i + n_ * j]; }
  bool inside(std::size_t i, std::size_t j) const { return at(i, j) < 0; }
  std::array<double, 2> place(const Edge &e) const {
    const double a = at(e[0], e[1]), b = e[2] ? at(e[0], e[1] + 1) : at(e[0] + 1, e[1]), t = a / (a - b);
    return {double(e[0]) + (e[2] ? 0 : t), double(e[1]) + (e[2] ? t : 0)};
  }
  /// Each square's contour runs with the inside on its left; of a saddle's two ways the one that parts the inside corners is taken.
  void add_square(std::size_t i, std::size_t j) {
    const std::array<bool, 4> in{inside(i, j), inside(i + 1, j), inside(i + 1, j + 1), inside(i, j + 1)}; // counter-clockwise
    const std::array<Edge, 4> edge{{{i, j, 0}, {i + 1, j, 1}, {i, j + 1, 0}, {i, j, 1}}};                 // from corner c to c + 1
    for (std::size_t c = 0; c < 4; ++c) // walking round, the contour leaves through an edge from inside to outside ...
      if (in[c] && !in[(c + 1) % 4]) {
        std::size_t begin = c; // ... and came in through the one where this run of inside corners began
        for (std::size_t steps = 0; steps < 4 && in[begin]; ++steps)
          begin = (begin + 3) % 4;
        next_[edge[c]] = edge[begin];
      }
  }
  std::size_t n_;
  std::vector<double> values_;
  std::map<Edge, Edge> next_;
};

double length(const std::vector<Vector3> &closed) {
  double sum = 0;
  for (std::size_t i = 0; i < closed.size(); ++i)
    sum += norm(closed[(i + 1) % closed.size()] - closed[i]);
  return sum;
}

/// Points at equal distances along a closed polyline.
std::vector<Vector3> resampled(const std::vector<Vector3> &closed, std::size_t count) {
  const double stride = length(closed) / double(count);
  std::vector<Vector3> points;
  double done = 0; // length up to the start of segment i
  for (std::size_t i = 0; i < closed.size() && points.size() < count; ++i) {
    const Vector3 &from = closed[i], &to = closed[(i + 1) % closed.size()];
    const double segment = norm(to - from);
    for (; points.size() < count && stride * double(points.size()) < done + segment;)
      points.push_back(from + ((stride * double(points.size()) - done) / segment) * (to - from));
    done += segment;
  }
  return points;
}

} // namespace

std::vector<Vector3> trace_rim(const ImplicitVentricle &shape, const ImplicitVentricle::Field &field, double step,
                               const std::string &name) {
  const double radius = crossing(shape, field, ray_directions(shape.base_normal, 1)[0], name);
  const std::size_t count = std::clamp<std::size_t>(std::size_t(std::ceil(2 * M_PI * radius / step)), 120, 20000);
  std::vector<Vector3> rim;
  for (const Vector3 &direction : ray_directions(shape.base_normal, count))
    rim.push_back(shape.base_centre + crossing(shape, field, direction, name) * direction);
  return rim;
}

std::vector<std::vector<Vector3>> trace_contours(const ImplicitVentricle &shape, const ImplicitVentricle::Field &field, double step) {
  const double grid = 0.5; // mm: below any lattice that labels are resampled to
  const auto [e1, e2] = plane_axes(shape.base_normal);
  const Vector3 middle = shape.centre - shape.above_base(shape.centre) * shape.base_normal;
  const auto n = static_cast<std::size_t>(2 * shape.radius / grid);
  const auto point = [&](double i, double j) { return middle + (grid * i - shape.radius) * e1 + (grid * j - shape.radius) * e2; };
  std::vector<double> values;
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t i = 0; i < n; ++i)
      values.push_back(field(point(double(i), double(j))));
  std::vector<std::vector<Vector3>> contours;
  for (const auto &chain : Contours(n, std::move(values)).chains()) {
    std::vector<Vector3> points;
    for (const auto &at : chain)
      points.push_back(point(at[0], at[1]));
    const auto count = static_cast<std::size_t>(length(points) / step);
    if (count < 8)
      continue;
    points = resampled(points, std::min<std::size_t>(count, 20000));
    for (Vector3 &p : points)
      p = detail::project_in_plane(field, p, shape.base_normal);
    contours.push_back(std::move(points));
  }
  std::sort(contours.begin(), contours.end(), [](const auto &a, const auto &b) { return a.size() > b.size(); });
  return contours;
}

} // namespace corvivo::mesh
