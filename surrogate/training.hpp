#pragma once
/// Fits a network to runs of a model by LibTorch: float64, one thread, full batches, so that the same seed gives the same bits.
#include <surrogate/network.hpp>
#include <surrogate/options.hpp>

namespace corvivo::surrogate {

/// Row by run, in physical units.
struct Samples {
  std::vector<std::vector<double>> inputs, targets;
};

struct Training {
  Network network;
  int epochs = 0, lbfgs_iterations = 0;
  double training_loss = 0, validation_loss = 0; ///< mean squared error in variances of the outputs
};

/// Minimises the mean squared normalised error over `training` plus the weight decay, Adam first, then L-BFGS with a strong Wolfe line
/// search; returns the weights with the smallest error over `validation`. Inputs and outputs are normalised by their mean and standard
/// deviation over `training`. Rank 0 only; throws SolveError when the loss stops being finite from the start.
Training train_network(const Samples &training, const Samples &validation, const SurrogateOptions &options);

/// The same function and its derivative through LibTorch's operations and autograd: the oracle for Network's own loops.
std::vector<double> torch_evaluate(const Network &network, const std::vector<double> &x);
std::vector<std::vector<double>> torch_jacobian(const Network &network, const std::vector<double> &x);

} // namespace corvivo::surrogate
