/// Error of the twitch against the step, of Land 2017 and RDQ20-MF, isometric and while the fibre shortens and lengthens as in a beat:
/// largest difference of tension to the answer at 1/64 ms, relative to its peak; and what a step costs. Prints
/// tables/active_tension_step.csv.
#include <physics/activation/active_tension.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vector>

using namespace corvivo;

namespace {

constexpr double beat = 600.0, pi = 3.14159265358979;

/// Calcium of a human ventricular twitch: rises in about 60 ms from 0.1 to 0.9 uM and decays.
double calcium(double t) {
  const double s = std::max(t - 20.0, 0.0);
  return 0.1 + 0.8 * std::pow(s / 50.0, 2.0) * std::exp(2.0 * (1.0 - s / 50.0));
}

/// Fibres shorten by 15 % in systole.
double stretch(double t, bool moves) {
  return 1.1 - (moves && t > 60 && t < 460 ? 0.075 * (1.0 - std::cos(2.0 * pi * (t - 60) / 400)) : 0.0);
}

/// Tension every 8 ms.
std::vector<double> twitch(const char *name, double dt, bool moves) {
  const auto model = physics::active_tensions().make(name);
  std::vector<double> state(model->state_size()), next(state.size()), tension;
  model->initialise(state.data(), calcium(0), stretch(0, moves));
  const int steps = static_cast<int>(std::lround(beat / dt)), every = static_cast<int>(std::lround(8.0 / dt));
  for (int i = 1; i <= steps; ++i) {
    const double t = i * dt,
                 Ta = model->advance(state.data(), next.data(), calcium(t), stretch(t - dt, moves), stretch(t, moves), dt).tension;
    state = next;
    if (i % every == 0)
      tension.push_back(Ta);
  }
  return tension;
}

/// Nanoseconds of a step: 2 ms, of a moving fibre in the rise of tension.
double cost(const char *name) {
  const auto model = physics::active_tensions().make(name);
  std::vector<double> state(model->state_size()), next(state.size());
  model->initialise(state.data(), 0.3, 1.1);
  constexpr int times = 200000;
  double sum = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i)
    sum += model->advance(state.data(), next.data(), 0.5, 1.1, 1.1 - 1e-8 * i, 2.0).stiffness;
  const std::chrono::duration<double, std::nano> passed = std::chrono::steady_clock::now() - start;
  return sum == 0.0 ? 0.0 : passed.count() / times;
}

void print_table(const char *name) {
  const double nanoseconds = cost(name);
  const std::vector<double> exact[2] = {twitch(name, 1.0 / 64, false), twitch(name, 1.0 / 64, true)};
  for (const double dt : {8.0, 4.0, 2.0, 1.0, 0.5, 0.25}) {
    double error[2] = {0, 0}, peak[2] = {0, 0};
    for (const int moves : {0, 1}) {
      const std::vector<double> mine = twitch(name, dt, moves);
      for (std::size_t i = 0; i < mine.size(); ++i) {
        error[moves] = std::max(error[moves], std::abs(mine[i] - exact[moves][i]));
        peak[moves] = std::max(peak[moves], mine[i]);
      }
      error[moves] *= 100.0 / *std::max_element(exact[moves].begin(), exact[moves].end());
    }
    std::printf("%s,%g,%.5f,%.5f,%.4f,%.4f,%.0f\n", name, dt, error[0], error[1], peak[0], peak[1], nanoseconds);
  }
}

} // namespace

int main() {
  std::printf(
      "model,time step [ms],error isometric [%%],error moving [%%],peak isometric [kPa],peak moving [kPa],cost of a step of 2 ms [ns]\n");
  for (const char *name : {"land_2017", "rdq20_mf"})
    print_table(name);
}
