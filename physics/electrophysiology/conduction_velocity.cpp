#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <mesh/slab.hpp>
#include <physics/electrophysiology/conduction_velocity.hpp>
#include <physics/electrophysiology/monodomain.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using namespace io;

using mesh::Vector3;

namespace {

/// A number between -1 and 1 that looks random and is the same everywhere (splitmix64).
double scatter(std::uint64_t seed) {
  std::uint64_t z = seed * 0x9e3779b97f4a7c15ULL + 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  z ^= z >> 31;
  return 2.0 * static_cast<double>(z >> 11) / 9007199254740992.0 - 1.0;
}

/// Boxes of six tetrahedra with the wanted volume after refinement, their nodes shifted by up to 15 % within the faces that they lie in, as
/// the elements of a mesh of a heart are not all alike.
mesh::HeartMesh strip_mesh(double length, const StripOptions &options) {
  const double fine = std::cbrt(6.0 * options.element_volume), coarse = fine * std::pow(2.0, options.refinements);
  const int across = options.refinements == 0 ? (fine < 0.3 ? 2 : 4) : (options.refinements == 1 ? 3 : 2);
  const Vector3 size{std::max(2.0, std::ceil(length / coarse)) * coarse, across * coarse, across * coarse};
  mesh::HeartMesh strip = mesh::make_slab(size, coarse * (1.0 + 1e-9));
  for (std::size_t n = 0; n < strip.nodes.size(); ++n)
    for (std::size_t d = 0; d < 3; ++d)
      if (strip.nodes[n][d] > 1e-6 && strip.nodes[n][d] < size[d] - 1e-6)
        strip.nodes[n][d] += 0.15 * coarse * scatter(3 * n + d);
  for (int level = 0; level < options.refinements; ++level)
    strip = mesh::refine(strip);
  return strip;
}

/// Slope of the line through (position, time): ms per mm.
double slowness(const std::vector<double> &position, const std::vector<double> &time) {
  const double n = static_cast<double>(position.size());
  double sum_x = 0, sum_t = 0, sum_xx = 0, sum_xt = 0;
  for (std::size_t i = 0; i < position.size(); ++i) {
    sum_x += position[i];
    sum_t += time[i];
    sum_xx += position[i] * position[i];
    sum_xt += position[i] * time[i];
  }
  return (n * sum_xt - sum_x * sum_t) / (n * sum_xx - sum_x * sum_x);
}

double percent_off(double velocity, double target) {
  return 100.0 * (velocity / target - 1.0);
}

double root_mean_square(const std::vector<double> &values) {
  double sum = 0;
  for (const double value : values)
    sum += value * value;
  return std::sqrt(sum / static_cast<double>(values.size()));
}

/// The component of `start` along (angle 0) or across (90) the fibres that gives `target`; `velocity` receives what it gives.
double tune(const IonicModel &model, double target, double angle, const Diffusivity &start, const StripOptions &options, double &velocity) {
  const auto measure = [&](double d) {
    const Diffusivity trial{angle == 0 ? d : start.along, angle == 0 ? start.across : d, start.front_point};
    return conduction_velocity(model, trial, angle, options);
  };
  double d = angle == 0 ? start.along : start.across;
  velocity = measure(d);
  double d_before = 0, velocity_before = 0;
  for (int trial = 0; trial < 16; ++trial) {
    if (velocity > 0 && std::abs(velocity / target - 1.0) < 2e-3)
      return d;
    double exponent = 2.0; // the continuum: velocity^2 is proportional to the diffusivity
    if (velocity_before > 0 && velocity > 0 && std::abs(std::log(velocity / velocity_before)) > 1e-4)
      exponent = std::min(4.0, std::max(0.5, std::log(d / d_before) / std::log(velocity / velocity_before)));
    d_before = d;
    velocity_before = velocity;
    d *= velocity > 0 ? std::pow(target / velocity, exponent) : 2.0;
    velocity = measure(d);
  }
  throw io::SolveError("electrophysiology: no diffusivity gives a conduction velocity of " + io::fixed(target, 2) + " m/s on elements of " +
                       io::fixed(options.element_volume, 3) + " mm^3 (the last trial gave " + io::fixed(velocity, 3) +
                       " m/s); use a finer mesh");
}

/// In the continuum the ratio of the diffusivities is that of the squared velocities. Looks for the diffusivity along the fibres and the
/// front point for which this holds on the mesh (so that oblique waves are right too): Broyden's method on the logarithms of both
/// velocities.
Diffusivity isotropic_scaling(const IonicModel &model, double along, double across, const StripOptions &options) {
  const double ratio = (across / along) * (across / along);
  double log_d = std::log(0.265 * along * along), point = Diffusivity().front_point; // 0.0953 mm^2/ms gives 0.6 m/s in the continuum
  double j[2][2] = {{0.45, -1.2}, {0.4, -3.0}}; // slopes typical of elements of 0.9 mm; corrected on the way
  const auto residual = [&](double *r) {
    const double d = std::exp(log_d), v_along = conduction_velocity(model, {d, d, point}, 0, options),
                 v_across = conduction_velocity(model, {d * ratio, d * ratio, point}, 90, options);
    r[0] = std::log(std::max(v_along, 0.1 * along) / along);
    r[1] = std::log(std::max(v_across, 0.1 * across) / across);
  };
  double r[2], r_new[2];
  residual(r);
  for (int trial = 0; trial < 6 && std::max(std::abs(r[0]), std::abs(r[1])) > 0.01; ++trial) {
    const double determinant = j[0][0] * j[1][1] - j[0][1] * j[1][0];
    const double limit_d = 0.7, before_d = log_d, before_point = point;
    const double step_d = -(j[1][1] * r[0] - j[0][1] * r[1]) / determinant, step_point = -(j[0][0] * r[1] - j[1][0] * r[0]) / determinant;
    log_d += std::min(limit_d, std::max(-limit_d, step_d));
    point = std::min(0.95, std::max(0.4, point + std::min(0.15, std::max(-0.15, step_point))));
    const double dx[2] = {log_d - before_d, point - before_point}, length = dx[0] * dx[0] + dx[1] * dx[1];
    residual(r_new);
    for (int k = 0; k < 2 && length > 1e-12; ++k) {
      const double missed = r_new[k] - r[k] - j[k][0] * dx[0] - j[k][1] * dx[1];
      j[k][0] += missed * dx[0] / length;
      j[k][1] += missed * dx[1] / length;
    }
    std::copy(r_new, r_new + 2, r);
  }
  return {std::exp(log_d), ratio * std::exp(log_d), point};
}

} // namespace

double conduction_velocity(const IonicModel &model, const Diffusivity &diffusivity, double angle, const StripOptions &options) {
  const double radians = angle * std::acos(-1.0) / 180, c = std::cos(radians), s = std::sin(radians);
  const double along_strip = c * c * diffusivity.along + s * s * diffusivity.across;
  const double edge = std::cbrt(6.0 * options.element_volume);
  const double guess = std::sqrt(along_strip / 0.265); // m/s in the continuum
  const double length = std::max(14.0 * edge, 20.0 * guess / 0.6 + 4.0 * edge);

  const mesh::HeartMesh strip = strip_mesh(length, options);
  double end = 0;
  for (const Vector3 &node : strip.nodes)
    end = std::max(end, node[0]);
  const Tissue tissue = serial_tissue(strip, std::vector<Vector3>(strip.tetrahedra.size(), Vector3{c, s, 0}),
                                      std::vector<double>(strip.tetrahedra.size(), 1.0));
  Stimulus stimulus;
  stimulus.name = "end of the strip";
  stimulus.shape = Stimulus::Shape::box;
  stimulus.minimum = {-1, -1e3, -1e3};
  stimulus.maximum = {std::max(1.5, 1.5 * edge), 1e3, 1e3};
  stimulus.duration = options.stimulus_duration;
  stimulus.amplitude = options.stimulus_amplitude;
  Monodomain monodomain(tissue, model, diffusivity, {stimulus}, options.discretisation);
  const double longest = 10.0 + 4.0 * end / guess;
  std::vector<std::size_t> watched;
  for (std::size_t i = 0; i < strip.nodes.size(); ++i)
    if (strip.nodes[i][0] > 0.4 * end && strip.nodes[i][0] < 0.8 * end)
      watched.push_back(i);
  const auto waiting = [&] {
    return std::any_of(watched.begin(), watched.end(), [&](std::size_t i) { return std::isinf(monodomain.activation()[i]); });
  };
  while (monodomain.time() < longest && waiting())
    monodomain.step(options.time_step);
  monodomain.check();
  if (waiting())
    return 0;
  std::vector<double> position, time;
  for (const std::size_t i : watched) {
    position.push_back(strip.nodes[i][0]);
    time.push_back(monodomain.activation()[i]);
  }
  return 1.0 / slowness(position, time);
}

TunedDiffusivity tune_diffusivity(const IonicModel &model, double velocity_along, double velocity_across, const StripOptions &options) {
  TunedDiffusivity tuned;
  tuned.diffusivity = isotropic_scaling(model, velocity_along, velocity_across, options);
  // One component after the other: a plane wave along (across) the fibres hardly sees the other one.
  tuned.diffusivity.along = tune(model, velocity_along, 0, tuned.diffusivity, options, tuned.velocity_along);
  tuned.diffusivity.across = tune(model, velocity_across, 90, tuned.diffusivity, options, tuned.velocity_across);

  std::vector<double> errors;
  for (const double size : {0.8, 1.25}) {
    StripOptions other = options;
    other.element_volume *= size * size * size;
    errors.push_back(percent_off(conduction_velocity(model, tuned.diffusivity, 0, other), velocity_along));
    errors.push_back(percent_off(conduction_velocity(model, tuned.diffusivity, 90, other), velocity_across));
  }
  const double oblique = std::sqrt(0.5 * (velocity_along * velocity_along + velocity_across * velocity_across));
  errors.push_back(percent_off(conduction_velocity(model, tuned.diffusivity, 45, options), oblique));
  tuned.expected_error = root_mean_square(errors);
  return tuned;
}

double velocity_error(const IonicModel &model, const Diffusivity &diffusivity, const StripOptions &options) {
  StripOptions fine = options;
  fine.element_volume = 0.1 * 0.1 * 0.1 / 6.0;
  fine.refinements = 0;
  fine.time_step = 0.01;
  std::vector<double> errors;
  for (const double angle : {0.0, 90.0})
    errors.push_back(
        percent_off(conduction_velocity(model, diffusivity, angle, options), conduction_velocity(model, diffusivity, angle, fine)));
  return root_mean_square(errors);
}

} // namespace corvivo::physics
