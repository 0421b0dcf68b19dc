#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <mesh/slab.hpp>
#include <physics/electrophysiology/cable.hpp>
#include <physics/electrophysiology/conduction_velocity.hpp>
#include <physics/electrophysiology/monodomain.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

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

/// The component of `start` along (angle 0) or across (90) the fibres that gives `target`; `velocity` receives what it gives. Within 0.2 %,
/// or 1 % where the velocity jumps past the target: with the number of stages of a diffusion step the front moves a little differently.
/// Nothing when no diffusivity does.
std::optional<double> tune(const IonicModel &model, double target, double angle, const Diffusivity &start, const StripOptions &options,
                           double &velocity) {
  const auto measure = [&](double d) {
    const Diffusivity trial{angle == 0 ? d : start.along, angle == 0 ? start.across : d, start.front_point};
    return conduction_velocity(model, trial, angle, options);
  };
  double d = angle == 0 ? start.along : start.across;
  velocity = measure(d);
  double d_before = 0, velocity_before = 0, best = d, best_velocity = velocity;
  const double largest = 50 * d; // more would only make the front as long as the elements
  const auto miss = [&](double v) { return std::abs(v / target - 1.0); };
  for (int trial = 0; trial < 16 && d < largest; ++trial) {
    if (miss(velocity) < miss(best_velocity))
      best = d, best_velocity = velocity;
    if (miss(best_velocity) < (trial < 6 ? 2e-3 : 1e-2)) {
      velocity = best_velocity;
      return best;
    }
    double exponent = 2.0; // the continuum: velocity^2 is proportional to the diffusivity
    if (velocity_before > 0 && velocity > 0 && std::abs(std::log(velocity / velocity_before)) > 1e-4)
      exponent = std::min(4.0, std::max(0.5, std::log(d / d_before) / std::log(velocity / velocity_before)));
    d_before = d;
    velocity_before = velocity;
    d *= velocity > 0 ? std::pow(target / velocity, exponent) : 2.0;
    velocity = measure(d);
  }
  return std::nullopt;
}

/// The mean edge of a mesh of tetrahedra of this volume (boxes of six).
double edge_of(double element_volume) {
  return std::cbrt(6.0 * element_volume);
}

/// Waves of 0.22 m/s (whose foot is 0.057 mm long) do travel on edges of 1 mm (tests/benchmarks/tables/wave_speed_slab.csv), and all
/// lengths of a wave are proportional to its velocity.
constexpr double edge_per_velocity = 1.0 / 0.22; // ms

[[noreturn]] void refuse(double target, double angle, const StripOptions &options, double found) {
  const double edge = (options.discretisation.quadratic() ? 2 : 1) * edge_of(options.element_volume),
               wanted = std::min(edge_per_velocity * target, 0.7 * edge);
  throw SolveError("electrophysiology: no conductivity gives a conduction velocity of " + fixed(target, 2) + " m/s " +
                   (angle == 0 ? "along" : "across") + " the fibres on elements with edges of about " + fixed(edge, 2) +
                   " mm (the last trial gave " + fixed(found, 3) +
                   " m/s): the mesh is too coarse for the wave front; use a finer mesh: edges of " + fixed(wanted, 2) + " mm would do");
}

/// Angle between the strip's axis and its fibres for which the wave front's normal lies at `degrees` to the fibres: without flux through
/// the sides the front tilts until D times its normal points along the strip.
double strip_angle(const Diffusivity &continuum, double degrees) {
  const double to_radians = std::acos(-1.0) / 180;
  return std::atan(continuum.across / continuum.along * std::tan(degrees * to_radians)) / to_radians;
}

/// Error (%) of an oblique wave against the one whose velocities along and across the fibres are given.
double oblique_error(const IonicModel &model, const Diffusivity &diffusivity, double along, double across, double degrees,
                     const StripOptions &options) {
  const double angle = strip_angle({along * along, across * across}, degrees), radians = angle * std::acos(-1.0) / 180;
  const double c = std::cos(radians) / along, s = std::sin(radians) / across;
  return percent_off(conduction_velocity(model, diffusivity, angle, options), 1 / std::sqrt(c * c + s * s));
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
  constexpr double continuum = 0.256; // ms: 0.0953 mm^2/ms gives 0.61 m/s
  TunedDiffusivity tuned;
  tuned.diffusivity = {continuum * velocity_along * velocity_along, continuum * velocity_across * velocity_across, tuned_front_point};
  // One component after the other: a plane wave along (across) the fibres hardly sees the other one.
  for (const double angle : {0.0, 90.0}) {
    const double target = angle == 0 ? velocity_along : velocity_across;
    double &found = angle == 0 ? tuned.velocity_along : tuned.velocity_across;
    const std::optional<double> d = tune(model, target, angle, tuned.diffusivity, options, found);
    if (!d)
      refuse(target, angle, options, found);
    (angle == 0 ? tuned.diffusivity.along : tuned.diffusivity.across) = *d;
  }
  std::vector<double> errors;
  for (const double size : {0.8, 1.25}) {
    StripOptions other = options;
    other.element_volume *= size * size * size;
    errors.push_back(percent_off(conduction_velocity(model, tuned.diffusivity, 0, other), velocity_along));
    errors.push_back(percent_off(conduction_velocity(model, tuned.diffusivity, 90, other), velocity_across));
  }
  errors.push_back(oblique_error(model, tuned.diffusivity, velocity_along, velocity_across, 45, options));
  tuned.expected_error = root_mean_square(errors);
  return tuned;
}

double velocity_error(const IonicModel &model, const Diffusivity &diffusivity, const StripOptions &options) {
  const double speed = wave_speed_of(model);
  std::vector<double> errors;
  for (const double angle : {0.0, 90.0})
    errors.push_back(
        plane_wave_error(model, diffusivity, speed * std::sqrt(diffusivity.along), speed * std::sqrt(diffusivity.across), angle, options));
  return root_mean_square(errors);
}

double plane_wave_error(const IonicModel &model, const Diffusivity &diffusivity, double along, double across, double angle,
                        const StripOptions &options) {
  if (angle == 0 || angle == 90)
    return percent_off(conduction_velocity(model, diffusivity, angle, options), angle == 0 ? along : across);
  return oblique_error(model, diffusivity, along, across, angle, options);
}

} // namespace corvivo::physics
