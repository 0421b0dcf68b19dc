/// Speed of the monodomain solver on Niederer's slab (0.2 mm, steps of 0.05 ms, 45 ms), where its time goes, and what the machine's memory
/// gives. Run it on one rank and with mpirun -n 2. Prints a row of tables/slab_speed.csv.
#include <io/base/parallel.hpp>
#include <mesh/slab.hpp>
#include <physics/electrophysiology/kernel_variant.hpp>
#include <physics/electrophysiology/monodomain.hpp>
#include <tests/benchmarks/timing.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace corvivo;
using namespace corvivo::physics;

namespace {

constexpr double dt = 0.05, duration = 45; // ms

/// GB/s of a = b + 3 c on arrays too large for the caches, of this rank.
double triad() {
  const std::size_t n = 20'000'000;
  std::vector<double> a(n, 0.0), b(n, 1.0), c(n, 2.0);
  const double seconds = benchmark::fastest(5, [&] {
    for (std::size_t i = 0; i < n; ++i)
      a[i] = b[i] + 3 * c[i];
  });
  return a[n / 2] == 7 ? 24e-9 * static_cast<double>(n) / seconds : 0;
}

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

} // namespace

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  {
    const double h = argc > 1 ? std::atof(argv[1]) : 0.2;
    const MPI_Comm comm = MPI_COMM_WORLD;
    const Diffusivity diffusivity{0.0952983725135624, 0.012575841147269718, 0.8};
    mesh::HeartMesh slab;
    if (io::rank(comm) == 0)
      slab = mesh::make_slab({20, 7, 3}, h);
    const Tissue tissue = spread(comm, slab);
    const auto model = ionic_models().make("ten_tusscher_2006_epi");
    Monodomain monodomain(tissue, *model, diffusivity, {corner()});
    const long steps = std::lround(duration / dt);
    double ionic = 0, diffusion = 0;
    Diffusion alone(tissue, diffusivity);
    MPI_Barrier(comm);
    double total = 0;
    for (long s = 0; s < steps; ++s) {
      if (s == steps / 2) { // the parts alone, from the states of the travelling wave
        std::vector<double> states = monodomain.states(), voltage = monodomain.voltage(), current(monodomain.stride());
        ionic = benchmark::fastest(
            5, [&] { model->advance(voltage.data(), states.data(), monodomain.stride(), monodomain.stride(), dt, current.data()); });
        diffusion = benchmark::fastest(5, [&] { alone.advance(voltage, dt); });
        MPI_Barrier(comm);
      }
      total += benchmark::fastest(1, [&] { monodomain.step(dt); });
    }
    MPI_Allreduce(MPI_IN_PLACE, &total, 1, MPI_DOUBLE, MPI_MAX, comm);
    const double nodes = static_cast<double>(tissue.owned), each = total / static_cast<double>(steps), scale = 1e9 / nodes;
    const double bandwidth = triad();
    if (io::rank(comm) == 0)
      std::printf("%d,%s,%g,%zu,%.2f,%.1f,%.1f,%.1f,%.1f,%.1f\n", io::ranks(comm), name_of(kernel_variant()), h, tissue.total_nodes, total,
                  ionic * scale, diffusion * scale, (each - ionic - diffusion) * scale, each * scale, bandwidth);
  }
  MPI_Finalize();
}
