/// Nanoseconds of one step of one cell of each ionic model, first- and second-order Rush-Larsen, on one core with the kernels that
/// CORVIVO_KERNELS asks for (portable, avx2, avx512; else the best of this processor). Prints rows of tables/ionic_step.csv.
#include <physics/electrophysiology/ionic/ionic_model.hpp>
#include <physics/electrophysiology/kernel_variant.hpp>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

using namespace corvivo;

namespace {

/// States stay in the second-level cache; potentials from rest to 100 mV above, so that every branch is taken.
double nanoseconds(const physics::IonicModel &model, bool second_order) {
  constexpr std::size_t cells = 4096, steps = 50;
  const std::vector<double> start = physics::initial_states(model, cells);
  std::vector<double> states = start, voltage(cells), current(cells);
  double best = 1e300;
  for (int repeat = 0; repeat < 9; ++repeat) {
    for (std::size_t i = 0; i < cells; ++i)
      voltage[i] = model.resting_voltage() + 100.0 * static_cast<double>(i) / cells;
    states = start;
    const std::clock_t begin = std::clock(); // processor time: other programs only take caches and frequency
    for (std::size_t s = 0; s < steps; ++s) {
      model.advance(voltage.data(), states.data(), cells, cells, 0.02, current.data(), second_order);
      for (std::size_t i = 0; i < cells; ++i)
        voltage[i] -= 0.02 * current[i];
    }
    best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  return 1e9 * best / static_cast<double>(cells * steps);
}

} // namespace

int main() {
  std::printf("ionic model,states,kernels,first order [ns],second order [ns]\n");
  for (const auto &entry : physics::ionic_models().entries()) {
    const auto model = entry.make();
    std::printf("%s,%zu,%s,%.1f,%.1f\n", entry.name.c_str(), model->initial_states().size(), name_of(physics::kernel_variant()),
                nanoseconds(*model, false), nanoseconds(*model, true));
  }
}
