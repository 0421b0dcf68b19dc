#include <surrogate/network.hpp>
#include <surrogate/training.hpp>

#include <gtest/gtest.h>

#include <cmath>

using namespace corvivo::surrogate;

namespace {

Network sample_network(const std::string &activation) {
  Network network = make_network(4, 3, 2, 16, activation, 5);
  network.input = {{1.0, -2.0, 0.5, 100.0}, {0.5, 2.0, 0.1, 30.0}};
  network.output = {{60.0, 0.4, -3.0}, {12.0, 0.1, 5.0}};
  for (Layer &layer : network.layers)
    for (std::size_t i = 0; i < layer.biases.size(); ++i)
      layer.biases[i] = 0.1 * std::sin(static_cast<double>(i));
  return network;
}

std::vector<std::vector<double>> sample_points() {
  return {{1.0, -2.0, 0.5, 100.0}, {1.4, -4.5, 0.63, 61.0}, {0.2, 1.0, 0.35, 155.0}, {2.0, 0.0, 0.7, 90.0}};
}

// y = sin(x0) + x1^2, 2 x0 x1 on [-1, 1]^2
Samples toy_samples(int per_side, double shift) {
  Samples samples;
  for (int i = 0; i < per_side; ++i)
    for (int j = 0; j < per_side; ++j) {
      const double x0 = -1 + 2 * (i + shift) / per_side, x1 = -1 + 2 * (j + shift) / per_side;
      samples.inputs.push_back({x0, x1});
      samples.targets.push_back({std::sin(x0) + x1 * x1, 2 * x0 * x1});
    }
  return samples;
}

SurrogateOptions short_training() {
  SurrogateOptions options;
  options.seed = 3;
  options.width = 16;
  options.epochs = 200;
  options.lbfgs_iterations = 200;
  return options;
}

} // namespace

class EveryActivation : public testing::TestWithParam<std::string> {};

TEST_P(EveryActivation, EvaluatesAsLibTorchDoes) {
  const Network network = sample_network(GetParam());
  for (const auto &x : sample_points()) {
    const auto ours = network.evaluate(x), torch = torch_evaluate(network, x);
    for (std::size_t i = 0; i < ours.size(); ++i)
      EXPECT_NEAR(ours[i], torch[i], 1e-12 * std::max(1.0, std::abs(torch[i]))) << "rounding of sums in another order";
  }
}

TEST_P(EveryActivation, HasTheGradientOfAutograd) {
  const Network network = sample_network(GetParam());
  for (const auto &x : sample_points()) {
    const auto ours = network.jacobian(x), torch = torch_jacobian(network, x);
    for (std::size_t i = 0; i < ours.size(); ++i)
      for (std::size_t j = 0; j < x.size(); ++j)
        EXPECT_NEAR(ours[i][j], torch[i][j], 1e-12 * std::max(1.0, std::abs(torch[i][j])));
  }
}

TEST_P(EveryActivation, HasTheSlopeOfItsValues) {
  const Network network = sample_network(GetParam());
  for (const auto &x : sample_points()) {
    const auto jacobian = network.jacobian(x);
    for (std::size_t j = 0; j < x.size(); ++j) {
      const double step = 1e-5 * network.input.scale[j];
      auto above = x, below = x;
      above[j] += step, below[j] -= step;
      const auto high = network.evaluate(above), low = network.evaluate(below);
      for (std::size_t i = 0; i < high.size(); ++i)
        EXPECT_NEAR((high[i] - low[i]) / (2 * step), jacobian[i][j], 1e-6 * std::max(1.0, std::abs(jacobian[i][j])));
    }
  }
}

TEST_P(EveryActivation, LearnsASmoothFunction) {
  SurrogateOptions options = short_training();
  options.activation = GetParam();
  const Training training = train_network(toy_samples(12, 0.5), toy_samples(5, 0.25), options);
  EXPECT_LT(std::sqrt(training.validation_loss), 0.01) << "1 % of the outputs' standard deviation from 144 points of a smooth function";
}

INSTANTIATE_TEST_SUITE_P(Activations, EveryActivation, testing::ValuesIn(Network::activations()),
                         [](const auto &entry) { return entry.param; });

TEST(NetworkTraining, GivesTheSameBitsForTheSameSeed) {
  SurrogateOptions options = short_training();
  options.epochs = 50, options.lbfgs_iterations = 50;
  const Samples training = toy_samples(8, 0.5), validation = toy_samples(4, 0.25);
  const Network first = train_network(training, validation, options).network;
  const Network second = train_network(training, validation, options).network;
  options.seed = 4;
  const Network other = train_network(training, validation, options).network;
  for (std::size_t l = 0; l < first.layers.size(); ++l) {
    EXPECT_EQ(first.layers[l].weights, second.layers[l].weights);
    EXPECT_EQ(first.layers[l].biases, second.layers[l].biases);
    EXPECT_NE(first.layers[l].weights, other.layers[l].weights);
  }
}

TEST(NetworkTraining, SecondOrderImprovesOnAdam) {
  SurrogateOptions options = short_training();
  options.lbfgs_iterations = 0;
  const double adam = train_network(toy_samples(8, 0.5), toy_samples(4, 0.25), options).validation_loss;
  options.lbfgs_iterations = 200;
  EXPECT_LT(train_network(toy_samples(8, 0.5), toy_samples(4, 0.25), options).validation_loss, 0.5 * adam);
}

TEST(NetworkTraining, StopsEarlyWhenValidationDoesNotImprove) {
  // The validation targets are those of another function: learning makes them worse soon.
  SurrogateOptions options = short_training();
  options.epochs = 5000, options.lbfgs_iterations = 5000, options.patience = 40;
  Samples validation = toy_samples(4, 0.25);
  for (auto &target : validation.targets)
    target = {-target[0], -target[1]};
  const Training training = train_network(toy_samples(8, 0.5), validation, options);
  EXPECT_LT(training.epochs, 1000);
  EXPECT_LE(training.lbfgs_iterations, 100);
}

TEST(NetworkTraining, NormalisesAConstantOutputWithoutDividingByZero) {
  Samples training = toy_samples(6, 0.5), validation = toy_samples(3, 0.25);
  for (auto *samples : {&training, &validation})
    for (auto &target : samples->targets)
      target[1] = 7.0;
  SurrogateOptions options = short_training();
  const Network network = train_network(training, validation, options).network;
  EXPECT_NEAR(network.evaluate({0.3, -0.2})[1], 7.0, 0.01);
}
