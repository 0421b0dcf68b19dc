/// The tension that the calcium of each ionic model makes in Land 2017 at fixed stretch, paced once a second until it repeats: how strong,
/// how late, and is it gone before the next beat? With the published contraction and that of case 01. Prints tables/twitch.csv.
#include <physics/activation/land_2017.hpp>
#include <physics/electrophysiology/ionic/ionic_model.hpp>

#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

using namespace corvivo;

namespace {

constexpr double period = 1000.0, dt = 0.02;

/// Calcium (uM) every ms of the last of `beats` beats at 1 Hz; stimulus -52 uA/uF for 1 ms.
std::vector<double> calcium_of(const physics::IonicModel &model, int beats) {
  const std::size_t cells = physics::IonicModel::pack;
  std::vector<double> states = physics::initial_states(model, cells), voltage(cells, model.resting_voltage()), current(cells), calcium;
  const int steps = static_cast<int>(period / dt + 0.5);
  for (int beat = 0; beat < beats; ++beat)
    for (int s = 0; s < steps; ++s) {
      model.advance(voltage.data(), states.data(), cells, cells, dt, current.data());
      for (std::size_t i = 0; i < cells; ++i)
        voltage[i] -= dt * (current[i] - (s * dt < 1.0 ? 52.0 : 0.0));
      if (beat == beats - 1 && (s + 1) % 50 == 0)
        calcium.push_back(1000.0 * states[model.calcium_state() * cells]);
    }
  return calcium;
}

struct Twitch {
  double peak = 0, peak_time = 0, half_time = 0, tenth_time = 0, diastolic = 0;
};

Twitch twitch_of(const physics::Land2017 &model, const std::vector<double> &calcium, double stretch) {
  std::vector<double> state(model.state_size()), next(state.size()), tension(calcium.size());
  model.initialise(state.data(), calcium.back(), stretch);
  for (int beat = 0; beat < 5; ++beat)
    for (std::size_t i = 0; i < calcium.size(); ++i) {
      tension[i] = model.advance(state.data(), next.data(), calcium[i], stretch, stretch, 1.0).tension;
      state = next;
    }
  Twitch twitch;
  const auto top = std::max_element(tension.begin(), tension.end());
  const auto falls_below = [&](double part) {
    return static_cast<double>(std::find_if(top, tension.end(), [&](double Ta) { return Ta < part * *top; }) - top);
  };
  twitch.peak = *top;
  twitch.peak_time = static_cast<double>(top - tension.begin());
  twitch.half_time = falls_below(0.5);
  twitch.tenth_time = falls_below(0.1);
  twitch.diastolic = *std::min_element(tension.begin(), tension.end());
  return twitch;
}

} // namespace

int main() {
  physics::Land2017Parameters of_case_01;
  of_case_01.Ca50 = 0.6, of_case_01.beta1 = -0.58, of_case_01.ku = 0.026;
  const std::pair<const char *, physics::Land2017> contractions[] = {{"published", physics::Land2017()},
                                                                     {"case 01", physics::Land2017(of_case_01)}};
  std::printf("ionic model,contraction,stretch,diastolic calcium [uM],peak calcium [uM],peak tension [kPa],time to peak [ms],half "
              "relaxed after [ms],90 %% relaxed after [ms],diastolic tension [kPa]\n");
  for (const auto &entry : physics::ionic_models().entries()) {
    const auto model = entry.make();
    if (model->calcium_state() == physics::IonicModel::none)
      continue;
    const auto calcium = calcium_of(*model, 20);
    for (const auto &[name, contraction] : contractions)
      for (const double stretch : {0.9, 1.0, 1.1}) {
        const Twitch t = twitch_of(contraction, calcium, stretch);
        std::printf("%s,%s,%g,%.4f,%.4f,%.3f,%g,%g,%g,%.4f\n", entry.name.c_str(), name, stretch,
                    *std::min_element(calcium.begin(), calcium.end()), *std::max_element(calcium.begin(), calcium.end()), t.peak,
                    t.peak_time, t.half_time, t.tenth_time, t.diastolic);
      }
  }
}
