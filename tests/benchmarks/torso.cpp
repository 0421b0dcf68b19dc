/// A bounded torso's potential against the dipole in an insulated sphere: linear elements collocated at the points (BoundedConductor) and,
/// on the same triangles, constant elements collocated at the centres; and what the weights of a million nodes of a heart cost. Prints
/// tables/torso.csv.
#include <mesh/slab.hpp>
#include <physics/ecg/bounded_conductor.hpp>
#include <physics/ecg/lead_field.hpp>
#include <physics/ecg/solid_angle.hpp>
#include <tests/benchmarks/timing.hpp>
#include <tests/physics/electrophysiology/sphere.hpp>

#include <cmath>
#include <cstdio>
#include <string>

using namespace corvivo;
using mesh::Vector3;
using mesh::operator+;
using mesh::operator-;
using mesh::operator*;

namespace {

using Field = std::function<double(const Vector3 &)>;

double linear_error(const physics::BoundedConductor &conductor, const Field &unbounded, const Field &exact) {
  std::vector<double> source, wanted;
  for (const Vector3 &x : conductor.surface().points) {
    source.push_back(unbounded(x));
    wanted.push_back(exact(x));
  }
  return test::relative_error(conductor.potential(source), wanted);
}

/// phi_i = 2 phi_0 + 1/(2 pi) sum Omega_ij phi_j by iteration, the mean taken out (its eigenvalue is 1, the next on a sphere 1/3).
double constant_error(const physics::TorsoSurface &sphere, const Field &unbounded, const Field &exact) {
  const std::size_t n = sphere.triangles.size();
  std::vector<double> angle(n * n, 0.0), source(n), wanted(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto &t = sphere.triangles[i];
    const Vector3 centre = (1.0 / 3) * (sphere.points[t[0]] + sphere.points[t[1]] + sphere.points[t[2]]);
    source[i] = unbounded(centre);
    wanted[i] = exact((mesh::norm(sphere.points[0]) / mesh::norm(centre)) * centre);
    for (std::size_t j = 0; j < n; ++j)
      if (const auto &s = sphere.triangles[j]; j != i)
        angle[n * i + j] =
            physics::solid_angle(centre, sphere.points[s[0]], sphere.points[s[1]], sphere.points[s[2]]) / (2 * std::acos(-1.0));
  }
  std::vector<double> phi(n, 0.0);
  for (int sweep = 0; sweep < 40; ++sweep) {
    std::vector<double> next(n);
    double mean = 0;
    for (std::size_t i = 0; i < n; ++i) {
      next[i] = 2 * source[i];
      for (std::size_t j = 0; j < n; ++j)
        next[i] += angle[n * i + j] * phi[j];
      mean += next[i] / static_cast<double>(n);
    }
    for (std::size_t i = 0; i < n; ++i)
      phi[i] = next[i] - mean;
  }
  return test::relative_error(phi, wanted);
}

void errors(int level) {
  const double radius = 100;
  const physics::TorsoSurface sphere = test::icosphere(level, radius);
  double seconds = 0;
  std::unique_ptr<physics::BoundedConductor> conductor;
  seconds = benchmark::fastest(1, [&] { conductor = std::make_unique<physics::BoundedConductor>(sphere); });
  for (const double eccentricity : {0.0, 0.4, 0.7})
    for (const bool radial : {true, false}) {
      const Vector3 outward = mesh::normalized({0.36, 0.48, 0.8}), place = eccentricity * radius * outward;
      const Vector3 moment = radial ? outward : mesh::normalized(mesh::cross(outward, {1, 0, 0}));
      const Field unbounded = [&](const Vector3 &x) { return test::unbounded_dipole(x, moment, place); };
      const Field exact = [&](const Vector3 &x) { return test::sphere_dipole(x, moment, place); };
      std::printf("%zu,%zu,%.1f,%s,%.3f,", sphere.points.size(), sphere.triangles.size(), eccentricity, radial ? "radial" : "tangential",
                  100 * linear_error(*conductor, unbounded, exact));
      if (level <= 3)
        std::printf("%.3f", 100 * constant_error(sphere, unbounded, exact));
      std::printf(",%.2f,,\n", seconds);
      std::fflush(stdout);
    }
}

void million_nodes() {
  const mesh::HeartMesh heart = mesh::make_slab({50, 50, 50}, 0.5);
  const std::size_t cells = heart.tetrahedra.size();
  const physics::Tissue tissue =
      physics::serial_tissue(heart, std::vector<Vector3>(cells, Vector3{1, 0, 0}), std::vector<double>(cells, 1.0));
  physics::Electrodes electrodes;
  electrodes.surface = test::icosphere(4, 150).points;
  electrodes.positions.assign(physics::electrodes, electrodes.surface.front());
  electrodes.charges.assign(physics::electrodes, std::vector<double>(electrodes.surface.size(), 1e-3));
  const double seconds = benchmark::fastest(1, [&] { physics::LeadField(tissue, {0.1, 0.02}, electrodes, 7.0); });
  std::printf("%zu,,,,,,,%zu,%.1f\n", electrodes.surface.size(), heart.nodes.size(), seconds);
}

} // namespace

int main() {
  std::printf("points,triangles,eccentricity,dipole,error of linear elements [%%],error of constant elements [%%],matrix [s],heart nodes,"
              "weights of nine electrodes [s]\n");
  for (const int level : {2, 3, 4})
    errors(level);
  million_nodes();
}
