#include <surrogate/options.hpp>

#include <surrogate/network.hpp>

namespace corvivo::surrogate {

void SurrogateOptions::describe(io::Schema &schema) {
  schema.integer("training_runs", training_runs, 40, 100000,
                 "Runs of the model that the network learns from, validation and test included.");
  schema.required_integer("seed", seed, 0, 2147483647, "Seed of the sampling, the split and the network's first weights.");
  schema.integer("layers", layers, 1, 8, "Hidden layers of the network.");
  schema.integer("width", width, 2, 512, "Neurons of a hidden layer.");
  schema.choice("activation", activation, Network::activations(), "Non-linearity between the layers.");
  schema.integer("epochs", epochs, 0, 1000000, "Passes of Adam over the training runs, before L-BFGS.");
  schema.quantity("learning_rate", learning_rate, "1", {1e-6, 1, false, false},
                  "Step size of Adam; falls to a hundredth of it along a cosine.",
                  "Kingma & Ba, ICLR 2015; Loshchilov & Hutter, ICLR 2017");
  schema.integer("lbfgs_iterations", lbfgs_iterations, 0, 1000000, "Iterations of L-BFGS after Adam.");
  schema.quantity("weight_decay", weight_decay, "1", {0, 1, false, false},
                  "Factor of the mean squared weight in the loss; the loss itself is in variances of the outputs.");
  schema.integer("patience", patience, 1, 1000000, "Passes without a better validation error after which Adam, then L-BFGS, stops.");
  schema.quantity("validation_fraction", validation_fraction, "%", {1, 49, false, false}, "Share of the runs that decides when to stop.");
  schema.quantity("test_fraction", test_fraction, "%", {1, 49, false, false},
                  "Share of the runs that training never sees: the reported error and the surrogate's own uncertainty come from them.");
  schema.quantity("failures_allowed", failures_allowed, "%", {0, 50, false, false},
                  "Share of the runs that may fail before the ensemble is refused; failed runs are left out and counted.");
}

} // namespace corvivo::surrogate
