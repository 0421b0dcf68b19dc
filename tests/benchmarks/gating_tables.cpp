/// Would tables of V for the gates (steady state and decay over one step, linear between entries) be faster than their formulas, at what
/// error? Ten Tusscher & Panfilov 2006 with the eleven gates of V from a table, two ways: every gate gathers its entries for eight cells at
/// once, or every cell reads one row for all gates. A table holds for one time step; it is built outside the measurement.
/// Prints rows of tables/gating_tables.csv, for the instruction set of this machine.
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

constexpr std::array<std::size_t, 11> tabled_gates = {Xr1, Xr2, Xs, m, h, j, d, f, f2, s, r};
constexpr std::size_t width = 24; ///< numbers in a row: steady state and decay of each gate, three cache lines
constexpr double first = -120;    ///< mV
constexpr double step_of_time = 0.02;

struct TabledParameters {
  TenTusscher2006Parameters of_model;
  const double *rows = nullptr;
  double per_mV = 0;
};

std::vector<double> table_of(const Parameters &p, double spacing) {
  std::vector<double> rows;
  std::array<double, states> zeros, ones, at_zero, at_one;
  zeros.fill(0);
  ones.fill(1);
  double unused = 0;
  for (double v = first; v < 120; v += spacing) {
    packed_kernel::rates<Model<false>>(p, v, zeros.data(), &unused, at_zero.data());
    packed_kernel::rates<Model<false>>(p, v, ones.data(), &unused, at_one.data());
    for (const std::size_t gate : tabled_gates) {
      const double rate = at_zero[gate] - at_one[gate];
      rows.push_back(at_zero[gate] / rate);
      rows.push_back(std::exp(-rate * step_of_time));
    }
    rows.resize((rows.size() + width - 1) / width * width);
  }
  return rows;
}

/// Each gate gathers.
struct Gathered {
  using Parameters = TabledParameters;
  using Constants = Parameters;
  static constexpr std::size_t states = ten_tusscher_2006::states;
  static constexpr int parts = 2;
  static Constants constants(const Parameters &p) { return p; }

  template <int part, class States, class Out>
  CORVIVO_INLINE double evaluate(const Constants &c, double v, const States &y, const Out &out) {
    if constexpr (part == 0)
      return Model<false>::evaluate<0>(c.of_model, v, y, out);
    const double x = (v - first) * c.per_mV;
    const int n = static_cast<int>(x);
    const double w = x - n;
    const double *row = c.rows + static_cast<std::size_t>(n) * width;
#pragma GCC unroll 11
    for (std::size_t g = 0; g < tabled_gates.size(); ++g) {
      const double *a = row + 2 * g;
      const double steady = a[0] + w * (a[width] - a[0]), decay = a[1] + w * (a[width + 1] - a[1]);
      out.to.y[tabled_gates[g]][out.i] = steady + (y[tabled_gates[g]] - steady) * decay;
    }
    out.gate(fCass, gate_fCass(y[Ca_ss]));
    return 0;
  }
};

/// Each cell reads a row for all its gates.
struct ByRows : Gathered {
  template <int part, class States, class Out>
  CORVIVO_INLINE double evaluate(const Constants &c, double v, const States &y, const Out &out) {
    return Gathered::evaluate<part>(c, v, y, out);
  }
};

} // namespace
} // namespace corvivo::physics::ten_tusscher_2006::tabled

namespace corvivo::physics::packed_kernel {
namespace {

using namespace ten_tusscher_2006::tabled;

template <>
void step_part<ByRows, 1>(const TabledParameters &c, const double *__restrict v, const Block<ByRows> &at, const Block<ByRows> &from,
                          Block<ByRows> &to, std::size_t pairs, const double *__restrict dt, double *__restrict) {
  alignas(64) double coefficients[width][block<ByRows>];
  const std::size_t cells = 2 * pack * pairs;
  for (std::size_t i = 0; i < cells; ++i) {
    const double x = (v[i] - first) * c.per_mV;
    const int n = static_cast<int>(x);
    const double w = x - n;
    const double *row = c.rows + static_cast<std::size_t>(n) * width;
    alignas(64) double between[width];
#pragma omp simd
    for (std::size_t k = 0; k < width; ++k)
      between[k] = row[k] + w * (row[width + k] - row[k]);
    for (std::size_t k = 0; k < 2 * tabled_gates.size(); ++k)
      coefficients[k][i] = between[k];
  }
  for (std::size_t g = 0; g < tabled_gates.size(); ++g) {
    const std::size_t k = tabled_gates[g];
#pragma omp simd
    for (std::size_t i = 0; i < cells; ++i)
      to.y[k][i] = coefficients[2 * g][i] + (from.y[k][i] - coefficients[2 * g][i]) * coefficients[2 * g + 1][i];
  }
#pragma omp simd
  for (std::size_t i = 0; i < cells; ++i)
    Step<ByRows>{from, to, i, dt[i]}.gate(ten_tusscher_2006::fCass, gate_fCass(StatesOf<ByRows>{at, i}[ten_tusscher_2006::Ca_ss]));
}

} // namespace
} // namespace corvivo::physics::packed_kernel

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
  for (int repeat = 0; repeat < 15; ++repeat) {
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
  const TenTusscher2006Parameters p;
  const auto formulas = action_potential<Model<false>>(p), fine = action_potential<Model<false>>(p, 20);
  std::printf("gates,spacing [mV],table [KiB],step [ns],largest difference of V from the formulas' [mV],repolarisation later by [ms]\n");
  std::printf("formulas,,,%.1f,0,0\n", nanoseconds<Model<false>>(p));
  std::printf("formulas in twentieths of the step,,,,%.3g,%.3g\n", largest_difference(fine, formulas),
              repolarised(fine) - repolarised(formulas));
  for (const double spacing : {0.02, 0.05, 0.1, 0.5, 1.0}) {
    const std::vector<double> rows = table_of(p, spacing);
    const TabledParameters t{p, rows.data(), 1 / spacing};
    const auto trace = action_potential<Gathered>(t);
    const double difference = largest_difference(trace, formulas), later = repolarised(trace) - repolarised(formulas);
    const double kib = static_cast<double>(rows.size()) * sizeof(double) / 1024;
    std::printf("gathered,%g,%.0f,%.1f,%.3g,%.3g\n", spacing, kib, nanoseconds<Gathered>(t), difference, later);
    std::printf("a row for each cell,%g,%.0f,%.1f,%.3g,%.3g\n", spacing, kib, nanoseconds<ByRows>(t),
                largest_difference(action_potential<ByRows>(t), formulas), later);
  }
}
