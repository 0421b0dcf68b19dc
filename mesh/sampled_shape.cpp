#include <mesh/sampled_shape.hpp>

#include <io/base/errors.hpp>
#include <io/base/units.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace corvivo::mesh {

using io::cross;
using io::dot;
using io::norm;
using io::normalized;

namespace {

using Field = std::function<double(const Vector3 &)>;

/// Distance from `origin` to where the field first becomes positive along a ray; 0 when it is so at once, -1 when never within `far`.
double first_crossing(const Field &field, const Vector3 &origin, const Vector3 &direction, double far) {
  constexpr double step = 1;
  double inside = 0;
  if (!(field(origin) < 0))
    return 0;
  while (inside < far && field(origin + (inside + step) * direction) < 0)
    inside += step;
  if (inside >= far)
    return -1;
  double outside = inside + step;
  for (int i = 0; i < 40; ++i) {
    const double middle = 0.5 * (inside + outside);
    (field(origin + middle * direction) < 0 ? inside : outside) = middle;
  }
  return 0.5 * (inside + outside);
}

/// Points at equal lengths along a polyline, its ends included.
std::vector<Vector3> equally_spaced(const std::vector<Vector3> &line, std::size_t count) {
  std::vector<double> length{0};
  for (std::size_t i = 1; i < line.size(); ++i)
    length.push_back(length.back() + norm(line[i] - line[i - 1]));
  std::vector<Vector3> points;
  std::size_t i = 1;
  for (std::size_t n = 0; n < count; ++n) {
    const double wanted = length.back() * double(n) / double(count - 1);
    while (i + 1 < line.size() && length[i] < wanted)
      ++i;
    const double share = std::clamp((wanted - length[i - 1]) / std::max(length[i] - length[i - 1], 1e-12), 0.0, 1.0);
    points.push_back((1 - share) * line[i - 1] + share * line[i]);
  }
  return points;
}

/// The meridian of one surface, apex first, in patient space.
std::vector<Vector3> meridian(const Field &field, const Vector3 &centre, const Vector3 &to_apex, const Vector3 &outwards,
                              std::size_t count) {
  constexpr int rays = 90;
  std::vector<Vector3> line;
  for (int i = 0; i <= rays; ++i) {
    const double turn = 0.5 * M_PI * i / rays;
    const Vector3 direction = normalized(std::cos(turn) * to_apex + std::sin(turn) * outwards);
    const double distance = first_crossing(field, centre, direction, 200);
    if (!(distance > 0))
      throw io::CaseError("shapes: the surface of the heart cannot be seen from the centre of its base" +
                          std::string(distance < 0 ? " (nothing within 200 mm)" : ", which lies outside the cavity"));
    line.push_back(centre + distance * direction);
  }
  return equally_spaced(line, count);
}

} // namespace

SampledShape sample_shape(const HeartShape &shape, const Vector3 &to_septum) {
  const Vector3 z = normalized(shape.base_normal);
  const Vector3 across = to_septum - dot(to_septum, z) * z;
  if (!(norm(across) > 1e-6))
    throw io::CaseError("shapes: nothing says where the septum is; the label map must show the right ventricle");
  const Vector3 x = normalized(across), y = cross(z, x);
  const Vector3 centre = shape.base_centre - shape.above_base(shape.base_centre) * z;
  SampledShape sampled;
  sampled.points.resize(2 * sampled.along * sampled.around);
  for (std::size_t surface = 0; surface < 2; ++surface) {
    const Field field = surface == 0 ? Field([&](const Vector3 &p) { return shape.endocardium(p); })
                                     : Field([&](const Vector3 &p) { return shape.epicardium(p); });
    const Vector3 to_apex = normalized((surface == 0 ? shape.cavity_apex : shape.apex) - centre);
    for (std::size_t r = 0; r < sampled.around; ++r) {
      const double angle = 2 * M_PI * double(r) / double(sampled.around);
      const auto line = meridian(field, centre, to_apex, std::cos(angle) * x - std::sin(angle) * y, sampled.along);
      for (std::size_t a = 0; a < sampled.along; ++a) {
        const Vector3 p = line[a] - centre;
        sampled.points[sampled.at(surface, a, r)] = {dot(p, x), dot(p, y), a + 1 == sampled.along ? 0 : dot(p, z)};
      }
    }
  }
  return sampled;
}

std::vector<double> area_shares(const SampledShape &shape) {
  std::vector<double> shares(shape.points.size(), 0);
  double sum = 0;
  for (std::size_t surface = 0; surface < 2; ++surface)
    for (std::size_t a = 0; a + 1 < shape.along; ++a)
      for (std::size_t r = 0; r < shape.around; ++r) {
        const std::array<std::size_t, 4> c{shape.at(surface, a, r), shape.at(surface, a, r + 1), shape.at(surface, a + 1, r + 1),
                                           shape.at(surface, a + 1, r)};
        const double area = 0.5 * norm(cross(shape.points[c[2]] - shape.points[c[0]], shape.points[c[3]] - shape.points[c[1]]));
        for (const std::size_t p : c)
          shares[p] += 0.25 * area;
        sum += area;
      }
  for (double &share : shares)
    share /= sum;
  return shares;
}

io::Surface closed_wall(const SampledShape &shape) {
  io::Surface wall;
  // one point for each apex, then the meridians without it
  const auto number = [&](std::size_t surface, std::size_t a, std::size_t r) {
    return a == 0 ? surface : 2 + (surface * (shape.along - 1) + a - 1) * shape.around + r % shape.around;
  };
  wall.points.resize(2 + 2 * (shape.along - 1) * shape.around);
  for (std::size_t surface = 0; surface < 2; ++surface)
    for (std::size_t a = 0; a < shape.along; ++a)
      for (std::size_t r = 0; r < shape.around; ++r)
        wall.points[number(surface, a, r)] = shape.points[shape.at(surface, a, r)];
  const auto add = [&](std::size_t a, std::size_t b, std::size_t c, int label) {
    if (a != b && b != c && c != a) {
      wall.triangles.push_back({a, b, c});
      wall.label.push_back(label);
    }
  };
  const auto add_quad = [&](std::array<std::size_t, 4> q, bool turned, int label) {
    if (turned)
      std::swap(q[1], q[3]);
    add(q[0], q[1], q[2], label);
    add(q[0], q[2], q[3], label);
  };
  for (std::size_t r = 0; r < shape.around; ++r) {
    for (std::size_t surface = 0; surface < 2; ++surface)
      for (std::size_t a = 0; a + 1 < shape.along; ++a)
        add_quad({number(surface, a, r), number(surface, a, r + 1), number(surface, a + 1, r + 1), number(surface, a + 1, r)}, surface == 1,
                 surface == 0 ? 3 : 2);
    const std::size_t top = shape.along - 1;
    add_quad({number(0, top, r), number(0, top, r + 1), number(1, top, r + 1), number(1, top, r)}, false, 1);
  }
  wall.names = {{1, "base"}, {2, "epicardium"}, {3, "endocardium_lv"}};
  return wall;
}

SampledMeasures measure(const SampledShape &shape) {
  SampledMeasures m;
  const io::Surface wall = closed_wall(shape);
  m.wall = io::enclosed_volume(wall) / io::mm3_per_mL;
  m.cavity = std::abs(io::enclosed_volume(part(wall, {3}))) / io::mm3_per_mL; // its normals point into the cavity
  m.length = norm(shape.points[shape.at(0, 0, 0)]);
  m.thinnest = 1e300;
  for (std::size_t p = 0; p < shape.at(1, 0, 0); ++p) { // nearest point of the epicardium on the same and the neighbouring meridians
    const std::size_t r = p % shape.around;
    double nearest = 1e300;
    for (const std::size_t turned : {r, r + 1, r + shape.around - 1})
      for (std::size_t a = 0; a < shape.along; ++a)
        nearest = std::min(nearest, norm(shape.points[shape.at(1, a, turned)] - shape.points[p]));
    m.thinnest = std::min(m.thinnest, nearest);
  }
  return m;
}

} // namespace corvivo::mesh
