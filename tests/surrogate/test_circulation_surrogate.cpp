#include <io/base/parallel.hpp>
#include <physics/circulation/circulation_model.hpp>
#include <surrogate/train_surrogate.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using namespace corvivo;
using namespace corvivo::surrogate;

namespace {

// Half of the runs of the demo, to keep the test short; shared by the tests below. Collective.
const SurrogateModel &trained(const physics::CirculationModel &model) {
  static const SurrogateModel surrogate = [&model] {
    SurrogateOptions options;
    options.seed = 5;
    options.training_runs = 200;
    io::Quantities quantities;
    return train_surrogate(MPI_COMM_WORLD, model, options, {}, quantities);
  }();
  return surrogate;
}

const physics::CirculationModel &model() {
  static const physics::CirculationModel closed_loop(1.0);
  return closed_loop;
}

} // namespace

TEST(CirculationSurrogate, AnswersFreshPointsAsTheClosedLoopDoes) {
  const SurrogateModel &surrogate = trained(model());
  const Dataset fresh = build_dataset(MPI_COMM_WORLD, model(), 24, /*seed=*/1234);
  for (std::size_t i = 0; i < fresh.outputs.size(); ++i) {
    double square = 0;
    for (std::size_t row = 0; row < fresh.inputs.size(); ++row)
      square += std::pow(surrogate.evaluate(fresh.inputs[row])[i] - fresh.results[row][i], 2) / static_cast<double>(fresh.inputs.size());
    EXPECT_LT(std::sqrt(square), 0.015 * surrogate.errors()[i].range)
        << fresh.outputs[i].name << ", of whose range the demo's 400 runs allow 1 %";
    EXPECT_LT(std::sqrt(square), 4 * surrogate.errors()[i].rms) << fresh.outputs[i].name << ": its own estimate is no boast";
  }
}

TEST(CirculationSurrogate, HasTheClosedLoopsSlopesAtTheBaseline) {
  const SurrogateModel &surrogate = trained(model());
  const auto baseline = model().baseline();
  const auto slopes = surrogate.jacobian(baseline);
  const auto outputs = model().outputs();
  for (std::size_t j = 0; j < baseline.size(); ++j) {
    const double width = model().space()[j].upper - model().space()[j].lower, step = 0.02 * width;
    auto above = baseline, below = baseline;
    above[j] += step, below[j] -= step;
    const auto high = model().predict(above), low = model().predict(below);
    for (const char *name : {"lv_edv", "lv_esv", "lv_sv", "aortic_systolic", "aortic_diastolic", "lv_edp"}) {
      const auto i = static_cast<std::size_t>(
          std::find_if(outputs.begin(), outputs.end(), [&](const io::Quantity &q) { return q.name == name; }) - outputs.begin());
      ASSERT_LT(i, outputs.size()) << name;
      const double full = (high.value(name) - low.value(name)) / (2 * step);
      // A slope across the box is learnt to a few percent of (output range / parameter range), the size of a slope that matters.
      EXPECT_NEAR(slopes[i][j] * width, full * width, 0.06 * surrogate.errors()[i].range) << name << " by " << model().space()[j].name;
    }
  }
}
