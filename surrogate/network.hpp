#pragma once
/// A small multilayer perceptron evaluated with plain loops: at a few thousand weights the dispatch of a tensor library costs more than the
/// sums.
#include <string>
#include <vector>

namespace corvivo::surrogate {

/// x -> W x + b; `weights` has `outputs` rows of `inputs`.
struct Layer {
  std::size_t inputs = 0, outputs = 0;
  std::vector<double> weights, biases;
};

/// normalised = (value - offset) / scale, entry by entry.
struct Normalisation {
  std::vector<double> offset, scale;
  /// Mean and standard deviation of each column; a column that does not vary gets scale 1.
  static Normalisation of(const std::vector<std::vector<double>> &rows);
  std::vector<double> apply(const std::vector<double> &values) const;
};

/// y = denormalise(L_n . s(L_{n-1} . s( ... L_1 normalise(x)))), with s one of tanh, silu x/(1+exp(-x)) (Elfwing et al., Neural Networks
/// 107:3, 2018) and gelu x Phi(x) (Hendrycks & Gimpel, arXiv:1606.08415).
struct Network {
  std::string activation = "tanh";
  std::vector<Layer> layers;
  Normalisation input, output;

  static const std::vector<std::string> &activations();
  std::size_t inputs() const { return layers.front().inputs; }
  std::size_t outputs() const { return layers.back().outputs; }
  std::vector<double> evaluate(const std::vector<double> &x) const;
  /// d y / d x, row by output: exact, by the chain rule carried forward.
  std::vector<std::vector<double>> jacobian(const std::vector<double> &x) const;
};

/// `hidden` layers of `width`; Glorot & Bengio (AISTATS 2010) uniform weights from `seed`, zero biases, the same on every machine.
Network make_network(std::size_t inputs, std::size_t outputs, int hidden, int width, const std::string &activation, int seed);

} // namespace corvivo::surrogate
