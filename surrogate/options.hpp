#pragma once
/// What a user may choose about a surrogate.
#include <io/base/schema.hpp>

namespace corvivo::surrogate {

struct SurrogateOptions {
  int training_runs = 400;
  int seed = 0;
  int layers = 2;
  int width = 32;
  std::string activation = "tanh";
  int epochs = 2000;
  double learning_rate = 5e-3;
  int lbfgs_iterations = 1000;
  double weight_decay = 1e-6;
  int patience = 300;
  double validation_fraction = 15; // %
  double test_fraction = 15;       // %
  double failures_allowed = 10;    // %

  void describe(io::Schema &schema);
};

} // namespace corvivo::surrogate
