/// Wave speed of the discretisations: Niederer's slab and plane waves. Prints rows of tables/wave_speed_*.csv.
///   bench_wave_speed slab RULE H DT [corrected] [alternating]  activation at the nine points, one row
///   bench_wave_speed map RULE DT FILE                 against a participant's activation map (41 x 15 x 7 nodes of 0.5 mm, ms)
///   bench_wave_speed limit RULE H DT [alternating]    the slab with elements H long and as much thinner as the wave is across the fibres
///   bench_wave_speed plane RULE H ANGLE [corrected]  velocity of a plane wave on an irregular mesh, against the continuum's
/// Rules: see `rules` below. H, of the elements, in mm, DT in ms, ANGLE in degrees between fibres and wave.
#include <io/base/units.hpp>
#include <mesh/slab.hpp>
#include <physics/electrophysiology/cable.hpp>
#include <physics/electrophysiology/conduction_velocity.hpp>
#include <physics/electrophysiology/monodomain.hpp>
#include <tests/benchmarks/timing.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

using namespace corvivo;
using namespace corvivo::physics;
using mesh::norm;
using mesh::Vector3;
using mesh::operator-;

namespace {

const Diffusivity published{0.0952983725135624, 0.012575841147269718}; ///< Niederer 2011: sigma / (chi C_m), mm^2/ms

Discretisation rule(const std::string &current, double consistent, double implicitness, int level = 0) {
  Discretisation d;
  d.current = current;
  d.consistent_mass = consistent;
  d.implicitness = implicitness;
  d.quadrature_level = level;
  return d;
}

Discretisation quadratic(Discretisation d) {
  d.element = "P2";
  return d;
}

Discretisation with_strang(Discretisation d) {
  d.time = "strang";
  return d;
}

const std::map<std::string, Discretisation> rules = {
    {"nodal_lumped", rule("nodal", 0, 0)},
    {"nodal_half", rule("nodal", 0.5, 0.5)},
    {"nodal_consistent", rule("nodal", 1, 0.5)},
    {"states_lumped", rule("interpolated_states", 0, 0)},
    {"states_lumped_strang", with_strang(rule("interpolated_states", 0, 0))},
    {"states_lumped_32", rule("interpolated_states", 0, 0, 1)},
    {"states_half", rule("interpolated_states", 0.5, 0.5)},
    {"states_consistent", rule("interpolated_states", 1, 0.5)},
    {"states_consistent_32", rule("interpolated_states", 1, 0.5, 1)},
    {"states_consistent_euler", rule("interpolated_states", 1, 1)},
    {"states_consistent_euler_32", rule("interpolated_states", 1, 1, 1)},
    {"p2_nodal", quadratic(rule("nodal", 1, 0.5))},
    {"p2_nodal_euler", quadratic(rule("nodal", 1, 1))},
    {"p2_states", quadratic(rule("interpolated_states", 1, 0.5))},
    {"p2_nodal_strang", with_strang(quadratic(rule("nodal", 1, 0.5)))},
};

/// A strip whose elements are like those of boxes with edges of h.
StripOptions strip_of(double h, double dt, const Discretisation &discretisation) {
  StripOptions strip;
  strip.refinements = discretisation.quadratic() ? 1 : 0;
  strip.element_volume = h * h * h / (discretisation.quadratic() ? 48 : 6);
  strip.time_step = dt;
  strip.discretisation = discretisation;
  return strip;
}

Diffusivity corrected(const IonicModel &model, double h, double dt, const Discretisation &discretisation) {
  const double speed = wave_speed_of(model);
  return tune_diffusivity(model, speed * std::sqrt(published.along), speed * std::sqrt(published.across), strip_of(h, dt, discretisation))
      .diffusivity;
}

Stimulus corner() {
  Stimulus stimulus;
  stimulus.name = "corner";
  stimulus.shape = Stimulus::Shape::box;
  stimulus.maximum = {1.5, 1.5, 1.5};
  stimulus.amplitude = 35.714285714285715;
  return stimulus;
}

/// `thinner`: how many times the elements are longer along the fibres than across.
void slab(const IonicModel &model, const std::string &name, double h, double dt, bool correct, bool alternating, double thinner = 1) {
  const Discretisation &discretisation = rules.at(name);
  Diffusivity d = published;
  const double tuning = benchmark::processor_time([&] {
    if (correct)
      d = corrected(model, h, dt, discretisation);
  });
  mesh::HeartMesh box = mesh::make_slab({20, 7, 3}, Vector3{h, h / thinner, h / thinner}, alternating);
  if (discretisation.quadratic())
    box = mesh::refine(box);
  const Tissue tissue =
      serial_tissue(box, std::vector<Vector3>(box.tetrahedra.size(), Vector3{1, 0, 0}), std::vector<double>(box.tetrahedra.size(), 1.0));
  Monodomain monodomain(tissue, model, d, {corner()}, discretisation);
  constexpr double longest = 140;
  const double seconds = benchmark::processor_time([&] {
    while (monodomain.time() < longest && std::isinf(monodomain.latest_activation()))
      for (int s = 0; s < std::lround(1 / dt); ++s)
        monodomain.step(dt);
  });
  std::printf("%s%s%s%s,%g,%g", name.c_str(), correct ? "_corrected" : "", thinner != 1 ? "_thin" : "", alternating ? "_alternating" : "",
              h, dt);
  for (const Vector3 &point :
       std::vector<Vector3>{{0, 0, 0}, {0, 7, 0}, {20, 0, 0}, {20, 7, 0}, {0, 0, 3}, {0, 7, 3}, {20, 0, 3}, {20, 7, 3}, {10, 3.5, 1.5}}) {
    double sum = 0, closest = 1e300; // the mean over the nodes that are equally near
    int count = 0;
    for (std::size_t i = 0; i < tissue.nodes.size(); ++i) {
      const double distance = norm(tissue.nodes[i] - point);
      if (distance < closest - 1e-6) {
        closest = distance;
        sum = count = 0;
      }
      if (distance < closest + 1e-6) {
        sum += monodomain.activation()[i];
        ++count;
      }
    }
    std::printf(",%.3f", sum / count);
  }
  std::printf(",%zu,%.0f,%.2f,%.2f\n", tissue.owned, monodomain.time(), seconds, tuning);
}

/// Prints the 50, 90 and 99 % quantiles and the greatest of the differences, and the mean of the signed ones.
void map(const IonicModel &model, const std::string &name, double dt, const std::string &file) {
  const mesh::HeartMesh box = mesh::make_slab({20, 7, 3}, 0.5);
  std::ifstream text(file);
  std::vector<double> theirs((std::istream_iterator<double>(text)), std::istream_iterator<double>());
  if (theirs.size() != box.nodes.size()) {
    std::fprintf(stderr, "%s: %zu numbers, expected %zu\n", file.c_str(), theirs.size(), box.nodes.size());
    std::exit(1);
  }
  const Tissue tissue =
      serial_tissue(box, std::vector<Vector3>(box.tetrahedra.size(), Vector3{1, 0, 0}), std::vector<double>(box.tetrahedra.size(), 1.0));
  Stimulus stimulus = corner();
  stimulus.by_nodes = true; // the participant's
  Monodomain monodomain(tissue, model, published, {stimulus}, rules.at(name));
  while (monodomain.time() < 80 && std::isinf(monodomain.latest_activation()))
    for (int s = 0; s < std::lround(1 / dt); ++s)
      monodomain.step(dt);
  std::vector<double> off;
  double mean = 0;
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    off.push_back(std::abs(monodomain.activation()[i] - theirs[i]));
    mean += (monodomain.activation()[i] - theirs[i]) / static_cast<double>(theirs.size());
  }
  std::sort(off.begin(), off.end());
  const auto quantile = [&](double share) { return off[static_cast<std::size_t>(share * static_cast<double>(off.size() - 1))]; };
  std::printf("%s,%g,%.3f,%.3f,%.3f,%.3f,%.3f\n", name.c_str(), dt, quantile(0.5), quantile(0.9), quantile(0.99), off.back(), mean);
}

void plane(const IonicModel &model, const std::string &name, double h, double angle, bool correct) {
  const double dt = 0.05, speed = wave_speed_of(model);
  const Diffusivity d = correct ? corrected(model, h, dt, rules.at(name)) : published;
  const double error = plane_wave_error(model, d, speed * std::sqrt(published.along), speed * std::sqrt(published.across), angle,
                                        strip_of(h, dt, rules.at(name)));
  std::printf("%s%s,%g,%g,%.1f\n", name.c_str(), correct ? "_corrected" : "", h, angle, error);
}

} // namespace

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const auto model = ionic_models().make("ten_tusscher_2006_epi");
  const std::string what = argc > 1 ? argv[1] : "";
  const bool correct = argc > 5 && std::string(argv[5]) == "corrected";
  const bool alternating = argc > 5 && std::string(argv[argc - 1]) == "alternating";
  if (what == "slab" && argc > 4)
    slab(*model, argv[2], std::atof(argv[3]), std::atof(argv[4]), correct, alternating);
  else if (what == "limit" && argc > 4)
    slab(*model, argv[2], std::atof(argv[3]), std::atof(argv[4]), false, alternating, std::sqrt(published.along / published.across));
  else if (what == "map" && argc > 4)
    map(*model, argv[2], std::atof(argv[3]), argv[4]);
  else if (what == "plane" && argc > 4)
    plane(*model, argv[2], std::atof(argv[3]), std::atof(argv[4]), correct);
  else if (what == "speed")
    std::printf("%.5f\n", wave_speed_of(*model));
  MPI_Finalize();
}
