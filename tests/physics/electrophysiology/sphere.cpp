#include <tests/physics/electrophysiology/sphere.hpp>

#include <cmath>
#include <map>

namespace corvivo::test {

using namespace io;
using mesh::Vector3;

physics::TorsoSurface icosphere(int level, double radius) {
  const double golden = 0.5 * (1 + std::sqrt(5.0));
  physics::TorsoSurface sphere;
  for (const double a : {-1.0, 1.0})
    for (const double b : {-golden, golden})
      for (const Vector3 &corner : {Vector3{0, a, b}, Vector3{a, b, 0}, Vector3{b, 0, a}})
        sphere.points.push_back(normalized(corner));
  const double edge = 2 / norm(Vector3{0, 1, golden}); // neighbours of the unit icosahedron
  for (std::size_t a = 0; a < 12; ++a)
    for (std::size_t b = a + 1; b < 12; ++b)
      for (std::size_t c = b + 1; c < 12; ++c) {
        const Vector3 &x = sphere.points[a], &y = sphere.points[b], &z = sphere.points[c];
        if (norm(x - y) > 1.01 * edge || norm(y - z) > 1.01 * edge || norm(z - x) > 1.01 * edge)
          continue;
        const bool out = dot(x, cross(y, z)) > 0;
        sphere.triangles.push_back({a, out ? b : c, out ? c : b});
      }
  for (int i = 0; i < level; ++i) {
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> middle;
    const auto between = [&](std::size_t a, std::size_t b) {
      const auto [found, fresh] = middle.emplace(std::minmax(a, b), sphere.points.size());
      if (fresh)
        sphere.points.push_back(normalized(sphere.points[a] + sphere.points[b]));
      return found->second;
    };
    std::vector<std::array<std::size_t, 3>> finer;
    for (const auto &t : sphere.triangles) {
      const std::size_t ab = between(t[0], t[1]), bc = between(t[1], t[2]), ca = between(t[2], t[0]);
      finer.insert(finer.end(), {{t[0], ab, ca}, {t[1], bc, ab}, {t[2], ca, bc}, {ab, bc, ca}});
    }
    sphere.triangles = std::move(finer);
  }
  for (Vector3 &point : sphere.points)
    point = radius * point;
  return sphere;
}

double unbounded_dipole(const Vector3 &at, const Vector3 &moment, const Vector3 &place) {
  const Vector3 d = at - place;
  return dot(moment, d) / std::pow(norm(d), 3);
}

double sphere_dipole(const Vector3 &x, const Vector3 &moment, const Vector3 &y) {
  const double radius = norm(x);
  const Vector3 d = x - y;
  const double distance = norm(d);
  return 2 * dot(moment, d) / std::pow(distance, 3) +
         dot(moment, x + (radius / distance) * d) / (radius * (radius * radius - dot(x, y) + radius * distance));
}

double sphere_dipole_by_series(const Vector3 &x, const Vector3 &moment, const Vector3 &y, int terms) {
  const double radius = norm(x), depth = norm(y), share = depth / radius;
  const Vector3 outward = normalized(y), seen = normalized(x);
  const double cosine = dot(outward, seen), radial = dot(moment, outward);
  const double along = dot(moment, seen - cosine * outward); // tangential part times the sine of the angle between
  double before = 1, legendre = cosine, slope_before = 0, slope = 1, power = 1, sum = 0;
  for (int n = 1; n <= terms; ++n) {
    sum += (2.0 * n + 1) / n * power * (n * radial * legendre + along * slope);
    const double next = ((2 * n + 1) * cosine * legendre - n * before) / (n + 1), slope_next = slope_before + (2 * n + 1) * legendre;
    before = legendre;
    legendre = next;
    slope_before = slope;
    slope = slope_next;
    power *= share;
  }
  return sum / (radius * radius);
}

double relative_error(std::vector<double> values, std::vector<double> exact) {
  for (std::vector<double> *each : {&values, &exact}) {
    double mean = 0;
    for (const double v : *each)
      mean += v / static_cast<double>(each->size());
    for (double &v : *each)
      v -= mean;
  }
  double error = 0, all = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    error += std::pow(values[i] - exact[i], 2);
    all += std::pow(exact[i], 2);
  }
  return std::sqrt(error / all);
}

} // namespace corvivo::test
