/// The gates of ten Tusscher & Panfilov 2006 from gate_table.hpp against their formulas: time of a step of the whole cell, and what the
/// action potential loses. Prints rows of tables/gating_tables.csv, for the instruction set of its name.
#define CORVIVO_VARIANT tabled
#include <physics/electrophysiology/ionic/ten_tusscher_2006_kernel.cpp>

#include <physics/electrophysiology/ionic/models.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <memory>
#include <vector>

namespace corvivo::physics::ten_tusscher_2006::tabled {
namespace {

constexpr double step_of_time = 0.02;
using Tabled = Model<false>;

/// The same model without `tabled`, its gates in a loop of their own.
struct Formulas {
  using Parameters = Tabled::Parameters;
  using Constants = Tabled::Constants;
  static constexpr std::size_t states = Tabled::states;
  static constexpr int parts = 2;
  static Constants constants(const Parameters &p) { return p; }

  template <int part, class States, class Out>
  CORVIVO_INLINE double evaluate(const Constants &c, double v, const States &y, const Out &out) {
    if constexpr (part == 0)
      return Tabled::evaluate<0>(c, v, y, out);
    Tabled::tabled_gates(v, out);
    return 0;
  }
};

} // namespace
} // namespace corvivo::physics::ten_tusscher_2006::tabled

using namespace corvivo::physics;
using namespace corvivo::physics::ten_tusscher_2006::tabled;

namespace {

struct Cells {
  std::vector<double> voltage, states, current;
  std::size_t count;
};

Cells cells_at_rest(std::size_t count) {
  static const std::unique_ptr<IonicModel> model = ten_tusscher_2006_model(Layer::epicardium);
  return {std::vector<double>(count, model->resting_voltage()), initial_states(*model, count), std::vector<double>(count), count};
}

template <class M> void step(const typename M::Parameters &p, Cells &c, double dt) {
  PackedCells packs;
  packs.packs = c.count / packed_kernel::pack;
  packs.step = dt;
  packed_kernel::advance<M>(p, c.voltage.data(), c.states.data(), c.count, packs, c.current.data());
}

/// As in ionic_step.cpp: potentials from rest to 100 mV above, neighbours alike.
template <class M> double nanoseconds(const typename M::Parameters &p) {
  constexpr std::size_t count = 4096, steps = 50;
  double best = 1e300;
  for (int repeat = 0; repeat < 3; ++repeat) {
    Cells c = cells_at_rest(count);
    for (std::size_t i = 0; i < count; ++i)
      c.voltage[i] += 100.0 * static_cast<double>(i) / count;
    const std::clock_t begin = std::clock();
    for (std::size_t s = 0; s < steps; ++s) {
      step<M>(p, c, step_of_time);
      for (std::size_t i = 0; i < count; ++i)
        c.voltage[i] -= step_of_time * c.current[i];
    }
    best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  return 1e9 * best / static_cast<double>(count * steps);
}

/// V of one cell, stimulated for 1 ms, at every step of `step_of_time` to 400 ms.
template <class M> std::vector<double> action_potential(const typename M::Parameters &p, int parts_of_step = 1) {
  Cells c = cells_at_rest(packed_kernel::pack);
  std::vector<double> trace;
  const double dt = step_of_time / parts_of_step;
  for (int n = 0; n < std::lround(400 / step_of_time); ++n) {
    for (int part = 0; part < parts_of_step; ++part) {
      step<M>(p, c, dt);
      for (std::size_t i = 0; i < c.count; ++i)
        c.voltage[i] += dt * ((n < std::lround(1 / step_of_time) ? 52.0 : 0.0) - c.current[i]);
    }
    trace.push_back(c.voltage[0]);
  }
  return trace;
}

double largest_difference(const std::vector<double> &a, const std::vector<double> &b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::fabs(a[i] - b[i]));
  return largest;
}

/// When V falls through -75 mV, ms.
double repolarised(const std::vector<double> &trace) {
  for (std::size_t i = 1000; i < trace.size(); ++i)
    if (trace[i] < -75)
      return step_of_time * static_cast<double>(i - 1) + step_of_time * (trace[i - 1] + 75) / (trace[i - 1] - trace[i]);
  return -1;
}

} // namespace

int main() {
#if defined(__AVX512F__)
  const bool known = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
#elif defined(__AVX2__)
  const bool known = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  const bool known = true;
#endif
  if (!known) {
    std::printf("this processor has no %s\n", CORVIVO_KERNELS_NAME);
    return 0;
  }
  const TenTusscher2006Parameters p;
  const auto formulas = action_potential<Formulas>(p), fine = action_potential<Formulas>(p, 20), tabled = action_potential<Tabled>(p);
  double of_formulas = 1e300, of_table = 1e300;
  for (int turn = 0; turn < 10; ++turn) {
    of_formulas = std::min(of_formulas, nanoseconds<Formulas>(p));
    of_table = std::min(of_table, nanoseconds<Tabled>(p));
  }
  std::printf("kernels,gates,step [ns],largest difference of V from the formulas' [mV],repolarisation later by [ms]\n");
  std::printf(CORVIVO_KERNELS_NAME ",formulas,%.1f,0,0\n", of_formulas);
  std::printf(CORVIVO_KERNELS_NAME ",formulas in twentieths of the step,,%.3g,%.3g\n", largest_difference(fine, formulas),
              repolarised(fine) - repolarised(formulas));
  std::printf(CORVIVO_KERNELS_NAME ",table,%.1f,%.3g,%.3g\n", of_table, largest_difference(tabled, formulas),
              repolarised(tabled) - repolarised(formulas));
}
