#pragma once
/// A contraction model with its state at one point, for the tests of active tension.
#include <physics/activation/active_tension.hpp>

#include <tests/support/temporary_folder.hpp>

#include <fstream>

namespace corvivo::test {

using physics::active_tensions;
using physics::ActiveResponse;
using physics::ActiveTension;
using State = std::vector<double>;

struct Point {
  std::unique_ptr<ActiveTension> model;
  State state;
  double stretch = 1.0;

  Point(const std::string &name, double calcium) : model(active_tensions().make(name)), state(model->state_size()) {
    model->initialise(state.data(), calcium);
  }
  ActiveResponse step(double calcium, double new_stretch, double dt) {
    State next(state.size());
    const ActiveResponse response = model->advance(state.data(), next.data(), calcium, stretch, new_stretch, dt);
    state = next;
    stretch = new_stretch;
    return response;
  }
  /// Steady at this calcium and stretch.
  void rest(double calcium, double at_stretch) {
    stretch = at_stretch;
    model->initialise(state.data(), calcium, stretch);
  }
  /// Reads keys of the model from lines of a case: "Ca50: 0.5 uM\n".
  void read(const std::string &lines) {
    TemporaryFolder folder;
    std::ofstream(folder.file("a.yaml")) << "corvivo: 1\n" << lines;
    io::read_case(folder.file("a.yaml"), {}, [&](io::Schema &schema) { model->describe(schema); });
  }
};

/// After `time` ms in steps of 5 ms.
inline double steady_tension(Point point, double calcium, double stretch, double time = 20000.0) {
  ActiveResponse response;
  for (double t = 0; t < time; t += 5.0)
    response = point.step(calcium, stretch, 5.0);
  return response.tension;
}

} // namespace corvivo::test
