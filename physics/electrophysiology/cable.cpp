#include <io/base/errors.hpp>
#include <physics/electrophysiology/cable.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::physics {

using namespace io;

namespace {

constexpr double diffusivity = 0.1; ///< mm^2/ms: along the fibres of ventricles
constexpr double length = 16;       ///< mm, some 25 ms of wave

/// Finite differences of second order with the current of the nodes; reaction, then diffusion by Crank-Nicolson.
class Cable {
public:
  Cable(const IonicModel &model, double h, double dt)
      : model_(model), h_(h), dt_(dt), nodes_(static_cast<std::size_t>(std::lround(length / h)) + 1), stride_(padded(nodes_)),
        voltage_(stride_, model.resting_voltage()), current_(stride_, 0.0), states_(initial_states(model, nodes_)),
        activation_(nodes_, std::numeric_limits<double>::infinity()), right_(nodes_), factor_(nodes_) {}

  void set_step(double dt) { dt_ = dt; }
  void step() {
    const std::vector<double> before = voltage_;
    model_.advance(voltage_.data(), states_.data(), stride_, stride_, dt_, current_.data());
    for (std::size_t i = 0; i < nodes_; ++i) {
      voltage_[i] -= dt_ * current_[i];
      if (time_ < stimulus_duration - 1e-9 && h_ * static_cast<double>(i) < stimulus_length)
        voltage_[i] += dt_ * stimulus;
    }
    diffuse();
    for (std::size_t i = 0; i < nodes_; ++i)
      if (voltage_[i] >= 0 && before[i] < 0 && std::isinf(activation_[i]))
        activation_[i] = time_ + dt_ * before[i] / (before[i] - voltage_[i]);
    time_ += dt_;
  }
  std::size_t node_at(double share) const { return static_cast<std::size_t>(share * static_cast<double>(nodes_ - 1)); }
  double time() const { return time_; }
  double activation(std::size_t node) const { return activation_[node]; }
  double voltage(std::size_t node) const { return voltage_[node]; }
  double calcium(std::size_t node) const { return 1e3 * states_[model_.calcium_state() * stride_ + node]; }
  double h() const { return h_; }

private:
  static constexpr double stimulus = 40, stimulus_duration = 2, stimulus_length = 1.5; ///< mV/ms, ms, mm

  /// (1 - r/2 L) V1 = (1 + r/2 L) V0 by Thomas's algorithm, mirrored ends.
  void diffuse() {
    const double r = 0.5 * dt_ * diffusivity / (h_ * h_);
    const std::size_t last = nodes_ - 1;
    const auto laplace = [&](std::size_t i) {
      const double left = voltage_[i == 0 ? 1 : i - 1], right = voltage_[i == last ? last - 1 : i + 1];
      return left - 2 * voltage_[i] + right;
    };
    for (std::size_t i = 0; i < nodes_; ++i)
      right_[i] = voltage_[i] + r * laplace(i);
    factor_[0] = -2 * r / (1 + 2 * r);
    right_[0] /= 1 + 2 * r;
    for (std::size_t i = 1; i < nodes_; ++i) {
      const double lower = i == last ? -2 * r : -r, pivot = 1 + 2 * r - lower * factor_[i - 1];
      factor_[i] = -r / pivot;
      right_[i] = (right_[i] - lower * right_[i - 1]) / pivot;
    }
    voltage_[last] = right_[last];
    for (std::size_t i = last; i-- > 0;)
      voltage_[i] = right_[i] - factor_[i] * voltage_[i + 1];
  }

  const IonicModel &model_;
  double h_, dt_;
  std::size_t nodes_, stride_;
  std::vector<double> voltage_, current_, states_, activation_, right_, factor_;
  double time_ = 0;
};

constexpr double longest = 200; ///< ms: a wave of 0.1 m/s

/// Until the node is activated.
void wait_for(Cable &cable, std::size_t node) {
  while (std::isinf(cable.activation(node)) && cable.time() < longest)
    cable.step();
  if (std::isinf(cable.activation(node)))
    throw SolveError(
        "electrophysiology: this ionic model carries no wave along a cable of 0.1 mm^2/ms whose potential rises above 0 mV and "
        "which reaches 0.1 m/s; look at its parameters");
}

double velocity(const IonicModel &model, double h, double dt) {
  Cable cable(model, h, dt);
  const std::size_t near = cable.node_at(0.4), far = cable.node_at(0.8);
  wait_for(cable, far);
  return h * static_cast<double>(far - near) / (cable.activation(far) - cable.activation(near));
}

} // namespace

double wave_speed_of(const IonicModel &model) {
  const double coarse = velocity(model, 0.05, 0.01), fine = velocity(model, 0.025, 0.01), often = velocity(model, 0.05, 0.005);
  return (fine + (fine - coarse) / 3 + (often - coarse)) / std::sqrt(diffusivity);
}

double TravellingWave::value(const std::vector<double> &samples, double since_activation) const {
  const double at = (since_activation + before) / step;
  if (!(at > 0))
    return samples.front();
  const auto below = static_cast<std::size_t>(std::min(at, static_cast<double>(samples.size() - 1)));
  const std::size_t above = std::min(below + 1, samples.size() - 1);
  const double share = std::min(at - static_cast<double>(below), 1.0);
  return samples[below] + share * (samples[above] - samples[below]);
}

TravellingWave travelling_wave(const IonicModel &model, double duration) {
  TravellingWave wave;
  constexpr double early_step = 0.01, late_step = 0.05, settled = 10; // ms
  Cable cable(model, 0.05, early_step);
  const std::size_t middle = cable.node_at(0.5);
  const auto sample = [&] {
    wave.voltage.push_back(cable.voltage(middle));
    if (model.calcium_state() != IonicModel::none)
      wave.calcium.push_back(cable.calcium(middle));
  };
  sample();
  const auto run = [&](double until, double dt) {
    cable.set_step(dt);
    const auto steps = std::lround(wave.step / dt);
    while (cable.time() < until) {
      for (long s = 0; s < steps; ++s)
        cable.step();
      sample();
    }
  };
  while (std::isinf(cable.activation(middle)) && cable.time() < longest)
    run(cable.time() + 0.5 * wave.step, early_step);
  wait_for(cable, middle);
  wave.before = cable.activation(middle);
  run(wave.before + settled, early_step);
  run(wave.before + duration, late_step);
  return wave;
}

} // namespace corvivo::physics
