/// The three problems of Land et al., Proc R Soc A 471:20150641, 2015, on finer and finer meshes, with one mean change of volume per
/// cell and a penalty on each point beside it (its modulus in the table), and with the penalty at each point alone. Prints
/// tables/land_2015.csv; converged reference values beside ours. One rank.
#include "timing.hpp"

#include <tests/physics/mechanics/bodies.hpp>

#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/units.hpp>
#include <mesh/slab.hpp>
#include <physics/activation/active_tension.hpp>
#include <physics/mechanics/materials/guccione.hpp>
#include <physics/mechanics/newton.hpp>

#include <deal.II/base/mpi.h>

#include <cmath>
#include <cstdio>
#include <cstring>

using namespace corvivo;
using io::operator-;
using physics::NodalHistory;
using physics::Solid;
using physics::SolidModel;

namespace {

/// Tension that grows linearly with time to `peak` kPa at 1 ms, at every stretch.
class Ramp final : public physics::ActiveTension {
public:
  explicit Ramp(double peak) : peak_(peak) {}
  void describe(io::Schema &) override {}
  std::size_t state_size() const override { return 1; }
  void initialise(double *state, double, double) const override { *state = 0; }
  physics::ActiveResponse advance(const double *old_state, double *new_state, double, double, double, double dt) const override {
    *new_state = *old_state + dt;
    return {peak_ * *new_state, 0.0};
  }

private:
  double peak_;
};

struct Answer {
  std::vector<io::Vector3> displacement;
  double volume = 0, seconds = 0;
  int newton_iterations = 0;
};

/// Loads the body from nothing to `pressure` kPa (and to the whole of its contraction) in steps that are halved where Newton fails and grow
/// again.
Answer load(const test::Body &body, const SolidModel &model, double pressure, int steps) {
  Answer answer;
  answer.seconds = benchmark::fastest(1, [&] {
    Solid solid(MPI_COMM_WORLD, body.mesh, body.fibres, model);
    physics::Newton newton(solid, {});
    const physics::petsc::Vector u = solid.domain().make_vector();
    if (model.activation) {
      NodalHistory calcium;
      calcium.times = {0.0, 1.0};
      calcium.nodes = body.mesh.nodes.size() + mesh::edges(body.mesh).size();
      calcium.values.assign(2 * calcium.nodes, 0.1f);
      solid.set_calcium(body.mesh, calcium);
      solid.rest_activation(u, 0.0);
    }
    double done = 0, step = 1.0 / steps;
    while (done < 1.0 - 1e-9) {
      const double part = std::min(step, 1.0 - done);
      const auto result = newton.solve(u, pressure * (done + part), done + part, part);
      if (result.converged) {
        solid.accept(u, part);
        answer.volume = result.state.volume[0];
        done += part;
        step *= 1.5;
      } else if ((step = 0.5 * part) < 1e-4)
        throw io::SolveError(result.reason, result.residuals);
    }
    answer.displacement = solid.domain().gather(u);
    answer.newton_iterations = newton.iterations();
  });
  return answer;
}

/// Layer t of the wall through x: (rho / (7 + 3 t))^2 + (z / (17 + 3 t))^2 = 1.
double depth_between(const io::Vector3 &x) {
  const double rho = std::hypot(x[0], x[1]);
  double low = -0.2, high = 1.2;
  for (int i = 0; i < 60; ++i) {
    const double t = 0.5 * (low + high), s = rho / (7 + 3 * t), l = x[2] / (17 + 3 * t);
    (s * s + l * l > 1 ? low : high) = t;
  }
  return 0.5 * (low + high);
}

/// Problem 3: 90 degrees at the endocardium to -90 at the epicardium, linear in the layer t with semi-axes 7 + 3 t and 17 + 3 t.
void set_problem_3_fibres(test::Body &body) {
  body.fibres.options.endocardium_angle = 90;
  body.fibres.options.epicardium_angle = -90;
  for (std::size_t n = 0; n < body.mesh.nodes.size(); ++n) {
    const io::Vector3 &x = body.mesh.nodes[n];
    const double t = depth_between(x), rs = 7 + 3 * t, rl = 17 + 3 * t, rho = std::max(std::hypot(x[0], x[1]), 1e-9);
    const double cosine = rho > 1e-8 ? x[0] / rho : 1.0, sine = rho > 1e-8 ? x[1] / rho : 0.0;
    const double out = rho / (rs * rs), up = x[2] / (rl * rl); // half the gradient of the layer's equation
    body.fibres.depth[n] = std::min(std::max(t, 0.0), 1.0);
    body.fibres.transmural[n] = io::normalized(io::Vector3{out * cosine, out * sine, up});
    body.fibres.longitudinal[n] = io::normalized(io::Vector3{-up * cosine, -up * sine, out});
  }
}

std::size_t node_at(const mesh::HeartMesh &mesh, const io::Vector3 &x) {
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n)
    if (io::norm(mesh.nodes[n] - x) < 1e-6)
      return n;
  throw io::Bug("the mesh has no node there");
}

void row(const char *problem, const std::string &mesh, const SolidModel &model, double bulk_modulus, const Answer &answer,
         const char *quantity, double value, double reference) {
  std::printf("%s,%s,%s,%g,%zu,%s,%.4f,%.4f,%.3f,%d,%.1f\n", problem, mesh.c_str(),
              model.mean_dilatation ? ("mean and " + io::print_number(model.point_bulk_modulus)).c_str() : "each point", bulk_modulus,
              3 * answer.displacement.size(), quantity, value, reference, 100 * (value / reference - 1), answer.newton_iterations,
              answer.seconds);
  std::fflush(stdout);
}

/// How the body resists a change of volume.
struct VolumeChange {
  bool mean;
  double point_modulus; ///< kPa
};

void beam(double element, const VolumeChange &change, double bulk_modulus) {
  test::Body body;
  body.mesh = mesh::make_slab({10, 1, 1}, element);
  body.fibres = mesh::uniform_fibres(body.mesh, {1, 0, 0}, {0, 1, 0});
  const physics::Guccione material({2, 8, 2, 4, 1, bulk_modulus});
  SolidModel model;
  model.material = &material;
  model.clamped = {"x0"};
  model.cavities = {"z0"};
  model.mean_dilatation = change.mean;
  model.point_bulk_modulus = change.point_modulus;
  const Answer answer = load(body, model, 0.004, 4);
  const std::size_t probe = node_at(mesh::refine(body.mesh), {10, 0.5, 1});
  row("1 beam", "boxes of " + std::to_string(element).substr(0, 5) + " mm", model, bulk_modulus, answer, "tip z [mm]",
      1 + answer.displacement[probe][2], 4.1693);
}

void ventricle(bool active, int rings, int layers, const VolumeChange &change, double bulk_modulus) {
  test::VentricleSize size;
  size.radius = 7, size.length = 17, size.thickness = 3, size.base_height = 5;
  test::Body body = test::ventricle(size, rings, layers);
  if (active)
    set_problem_3_fibres(body);
  const physics::Guccione material(active ? physics::GuccioneParameters{2, 8, 2, 4, 1, bulk_modulus}
                                          : physics::GuccioneParameters{10, 1, 1, 1, 1, bulk_modulus});
  const Ramp ramp(60);
  SolidModel model;
  model.material = &material;
  model.activation = active ? &ramp : nullptr;
  model.nominal_tension = false;
  model.clamped = {"base"};
  model.mean_dilatation = change.mean;
  model.point_bulk_modulus = change.point_modulus;
  const Answer answer = load(body, model, active ? 15 : 10, active ? 30 : 10);
  const std::size_t inner = node_at(body.mesh, {0, 0, -17}), outer = node_at(body.mesh, {0, 0, -20});
  const std::string mesh = std::to_string(rings) + " rings x " + std::to_string(layers) + " layers";
  const char *problem = active ? "3 contraction" : "2 inflation";
  row(problem, mesh, model, bulk_modulus, answer, "apex inside z [mm]", -17 + answer.displacement[inner][2], active ? -12.347 : -26.612);
  row(problem, mesh, model, bulk_modulus, answer, "apex outside z [mm]", -20 + answer.displacement[outer][2], active ? -15.452 : -28.279);
  row(problem, mesh, model, bulk_modulus, answer, "cavity [mm3]", answer.volume, active ? 1795.9 : 10734.3);
}

/// Whether `word` was asked for: no arguments ask for all.
bool asked(int argc, char **argv, const char *word) {
  for (int i = 1; i < argc; ++i)
    if (std::strcmp(argv[i], word) == 0)
      return true;
  return argc == 1;
}

} // namespace

/// Arguments: any of beam, inflation, contraction, fine; without arguments all but the fine meshes.
int main(int argc, char **argv) {
  const dealii::Utilities::MPI::MPI_InitFinalize started(argc, argv, 1);
  io::set_quiet(true);
  const bool fine = argc > 1 && asked(argc, argv, "fine");
  std::printf(
      "problem,mesh,volume change,bulk modulus [kPa],unknowns,quantity,value,reference,difference [%%],newton iterations,time [s]\n");
  const VolumeChange variants[] = {{true, 0}, {true, 30}, {true, 100}, {true, 300}, {false, 0}};
  for (const VolumeChange &change : variants) {
    if (asked(argc, argv, "beam"))
      for (const double element : {1.0, 0.5})
        beam(element, change, 1000);
    for (const bool active : {false, true})
      if (asked(argc, argv, active ? "contraction" : "inflation")) {
        ventricle(active, 6, 1, change, 1000);
        if (fine && change.mean && change.point_modulus == 100)
          ventricle(active, 12, 2, change, 1000);
      }
  }
  if (fine && asked(argc, argv, "beam"))
    beam(0.25, {true, 100}, 1000.0);
}
