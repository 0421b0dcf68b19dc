/// What a step of the bidomain costs on Niederer's slab, by how its linear system is preconditioned, beside the monodomain's. Each choice
/// takes the same steps of 0.05 ms from the wave of the monodomain at 12 ms. Arguments: edge (0.2 mm), "all" for the
/// other choices as well.
/// Prints rows of tables/bidomain_step.csv.
#include <io/base/parallel.hpp>
#include <mesh/slab.hpp>
#include <physics/electrophysiology/bidomain.hpp>
#include <physics/electrophysiology/monodomain.hpp>
#include <tests/benchmarks/timing.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

using namespace corvivo;
using namespace corvivo::physics;

namespace {

constexpr double dt = 0.05, membrane = 1.4; // ms, uF/mm^3
constexpr int warm_up = 3, counted = 12;    // steps: the first guess comes from two earlier ones
const Diffusivity diffusivity{0.0952983725135624, 0.012575841147269718};

Stimulus corner() {
  Stimulus stimulus;
  stimulus.name = "corner";
  stimulus.shape = Stimulus::Shape::box;
  stimulus.maximum = {1.5, 1.5, 1.5};
  stimulus.amplitude = 35.714285714285715;
  return stimulus;
}

Tissue spread(MPI_Comm comm, const mesh::HeartMesh &slab) {
  std::vector<double> fibre_and_factor;
  for (std::size_t c = 0; c < slab.tetrahedra.size(); ++c)
    fibre_and_factor.insert(fibre_and_factor.end(), {1, 0, 0, 1});
  return distributed_tissue(comm, slab, 0, fibre_and_factor);
}

/// Seconds of this rank's processor a step: other programs lengthen them less than the wall's.
double seconds_of(Monodomain &monodomain, const Monodomain::State &from) {
  monodomain.set_state(from);
  for (int step = 0; step < warm_up; ++step)
    monodomain.step(dt);
  const std::clock_t begin = std::clock();
  for (int step = 0; step < counted; ++step)
    monodomain.step(dt);
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC / counted;
}

struct Choice {
  BidomainSolver solver;
  double tolerance = 1e-6, theta = 0.5;
};

void measure(const Tissue &tissue, const IonicModel &model, const Monodomain::State &from, const Choice &choice, double h) {
  BidomainOptions options;
  options.tolerance = choice.tolerance;
  Discretisation discretisation;
  discretisation.implicitness = choice.theta;
  ExtracellularPotential potential(tissue, bidomain_diffusivity(options, diffusivity), options, membrane);
  auto step = std::make_unique<Bidomain>(tissue, potential, discretisation, choice.tolerance, choice.solver);
  const Bidomain &bidomain = *step;
  Monodomain coupled(tissue, {&model}, diffusivity, {corner()}, discretisation, std::move(step));
  const double first = benchmark::fastest(1, [&] { coupled.step(dt); }), each = seconds_of(coupled, from);
  if (io::rank() == 0)
    std::printf("%d,%g,%zu,%s,%s,%s,%g,%g,%.1f,%.2f,%.0f\n", io::ranks(), h, tissue.total_nodes, choice.solver.coupling.c_str(),
                choice.solver.voltage.c_str(), choice.solver.extracellular.c_str(), choice.tolerance, choice.theta,
                bidomain.mean_iterations(), first, 1e9 * each / static_cast<double>(tissue.owned));
  std::fflush(stdout);
}

void measure_others(const Tissue &tissue, const IonicModel &model, const Monodomain::State &from, double h) {
  for (const char *coupling : {"symmetric_multiplicative", "multiplicative", "schur"})
    measure(tissue, model, from, {{coupling, "jacobi", "hypre"}}, h);
  measure(tissue, model, from, {{"additive", "icc", "hypre"}}, h);
  measure(tissue, model, from, {{"multiplicative", "jacobi", "gamg"}}, h);
  measure(tissue, model, from, {{"additive", "jacobi", "gamg"}}, h);
  measure(tissue, model, from, {{"additive", "jacobi", "icc"}}, h);
  measure(tissue, model, from, {{"additive", "jacobi", "jacobi"}}, h);
  measure(tissue, model, from, {{}, 1e-4}, h);
  measure(tissue, model, from, {{}, 1e-8}, h);
  measure(tissue, model, from, {{}, 1e-6, 1}, h);
}

} // namespace

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  PetscInitializeNoArguments();
  {
    const double h = argc > 1 ? std::atof(argv[1]) : 0.2;
    const bool all = argc > 2 && std::strcmp(argv[2], "all") == 0;
    mesh::HeartMesh slab;
    if (io::rank() == 0)
      slab = mesh::make_slab({20, 7, 3}, h);
    const Tissue tissue = spread(MPI_COMM_WORLD, slab);
    const auto model = ionic_models().make("ten_tusscher_2006_epi");
    Monodomain monodomain(tissue, *model, diffusivity, {corner()});
    for (int s = 0; s < std::lround(12 / dt); ++s)
      monodomain.step(dt);
    const Monodomain::State from = monodomain.state();
    const double alone = seconds_of(monodomain, from);
    if (io::rank() == 0)
      std::printf("ranks,h_mm,nodes,coupling,voltage,extracellular,tolerance,theta,iterations,first_step_s,step_ns_per_node\n"
                  "%d,%g,%zu,monodomain,-,-,-,0,-,-,%.0f\n",
                  io::ranks(), h, tissue.total_nodes, 1e9 * alone / static_cast<double>(tissue.owned));
    measure(tissue, *model, from, {}, h);
    if (all)
      measure_others(tissue, *model, from, h);
  }
  PetscFinalize();
  MPI_Finalize();
}
