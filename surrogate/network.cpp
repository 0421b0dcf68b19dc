#include <surrogate/network.hpp>

#include <io/base/errors.hpp>

#include <cmath>
#include <random>

namespace corvivo::surrogate {

namespace {

struct ValueAndSlope {
  double value, slope;
};

ValueAndSlope tanh_of(double x) {
  const double t = std::tanh(x);
  return {t, 1 - t * t};
}

ValueAndSlope silu_of(double x) {
  const double s = 1 / (1 + std::exp(-x));
  return {x * s, s * (1 + x * (1 - s))};
}

ValueAndSlope gelu_of(double x) {
  constexpr double inverse_sqrt_2 = 0.70710678118654752440, inverse_sqrt_2_pi = 0.39894228040143267794;
  const double cumulative = 0.5 * (1 + std::erf(x * inverse_sqrt_2));
  return {x * cumulative, cumulative + x * inverse_sqrt_2_pi * std::exp(-0.5 * x * x)};
}

using Activation = ValueAndSlope (*)(double);

Activation activation_named(const std::string &name) {
  if (name == "tanh")
    return tanh_of;
  if (name == "silu")
    return silu_of;
  CORVIVO_ASSERT(name == "gelu", "no activation named '" + name + "'");
  return gelu_of;
}

std::vector<double> affine(const Layer &layer, const std::vector<double> &x) {
  std::vector<double> y = layer.biases;
  for (std::size_t i = 0; i < layer.outputs; ++i) {
    const double *row = layer.weights.data() + i * layer.inputs;
    double sum = 0;
    for (std::size_t j = 0; j < layer.inputs; ++j)
      sum += row[j] * x[j];
    y[i] += sum;
  }
  return y;
}

// rows of `slopes` (layer.inputs x columns) to layer.outputs x columns
std::vector<double> product(const Layer &layer, const std::vector<double> &slopes, std::size_t columns) {
  std::vector<double> result(layer.outputs * columns, 0.0);
  for (std::size_t i = 0; i < layer.outputs; ++i)
    for (std::size_t j = 0; j < layer.inputs; ++j) {
      const double weight = layer.weights[i * layer.inputs + j];
      for (std::size_t k = 0; k < columns; ++k)
        result[i * columns + k] += weight * slopes[j * columns + k];
    }
  return result;
}

} // namespace

Normalisation Normalisation::of(const std::vector<std::vector<double>> &rows) {
  CORVIVO_ASSERT(rows.size() > 1, "a normalisation needs two rows at least");
  const std::size_t columns = rows.front().size();
  const double count = static_cast<double>(rows.size());
  Normalisation result{std::vector<double>(columns, 0.0), std::vector<double>(columns, 1.0)};
  for (std::size_t i = 0; i < columns; ++i) {
    double mean = 0, variance = 0;
    for (const auto &row : rows)
      mean += row[i] / count;
    for (const auto &row : rows)
      variance += (row[i] - mean) * (row[i] - mean) / count;
    result.offset[i] = mean;
    if (std::sqrt(variance) > 1e-12 * std::abs(mean))
      result.scale[i] = std::sqrt(variance);
  }
  return result;
}

std::vector<double> Normalisation::apply(const std::vector<double> &values) const {
  std::vector<double> result(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    result[i] = (values[i] - offset[i]) / scale[i];
  return result;
}

const std::vector<std::string> &Network::activations() {
  static const std::vector<std::string> names = {"tanh", "silu", "gelu"};
  return names;
}

std::vector<double> Network::evaluate(const std::vector<double> &x) const {
  const Activation activate = activation_named(activation);
  std::vector<double> signal = input.apply(x);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    signal = affine(layers[l], signal);
    if (l + 1 < layers.size())
      for (double &value : signal)
        value = activate(value).value;
  }
  for (std::size_t i = 0; i < signal.size(); ++i)
    signal[i] = output.offset[i] + output.scale[i] * signal[i];
  return signal;
}

std::vector<std::vector<double>> Network::jacobian(const std::vector<double> &x) const {
  const Activation activate = activation_named(activation);
  const std::size_t columns = x.size();
  std::vector<double> signal = input.apply(x), slopes(columns * columns, 0.0);
  for (std::size_t i = 0; i < columns; ++i)
    slopes[i * columns + i] = 1 / input.scale[i];
  for (std::size_t l = 0; l < layers.size(); ++l) {
    signal = affine(layers[l], signal);
    slopes = product(layers[l], slopes, columns);
    for (std::size_t i = 0; l + 1 < layers.size() && i < signal.size(); ++i) {
      const ValueAndSlope a = activate(signal[i]);
      signal[i] = a.value;
      for (std::size_t k = 0; k < columns; ++k)
        slopes[i * columns + k] *= a.slope;
    }
  }
  std::vector<std::vector<double>> result(outputs(), std::vector<double>(columns));
  for (std::size_t i = 0; i < outputs(); ++i)
    for (std::size_t k = 0; k < columns; ++k)
      result[i][k] = output.scale[i] * slopes[i * columns + k];
  return result;
}

Network make_network(std::size_t inputs, std::size_t outputs, int hidden, int width, const std::string &activation, int seed) {
  CORVIVO_ASSERT(inputs > 0 && outputs > 0 && hidden > 0 && width > 0, "a network needs inputs, outputs and hidden layers");
  std::mt19937_64 random(static_cast<std::uint64_t>(seed));
  Network network;
  network.activation = activation;
  network.input = {std::vector<double>(inputs, 0.0), std::vector<double>(inputs, 1.0)};
  network.output = {std::vector<double>(outputs, 0.0), std::vector<double>(outputs, 1.0)};
  for (int l = 0; l <= hidden; ++l) {
    Layer layer;
    layer.inputs = l == 0 ? inputs : static_cast<std::size_t>(width);
    layer.outputs = l == hidden ? outputs : static_cast<std::size_t>(width);
    const double bound = std::sqrt(6.0 / static_cast<double>(layer.inputs + layer.outputs));
    for (std::size_t i = 0; i < layer.inputs * layer.outputs; ++i) // the leading 53 bits, because standard distributions differ by library
      layer.weights.push_back(bound * (std::ldexp(static_cast<double>(random() >> 11), -52) - 1));
    layer.biases.assign(layer.outputs, 0.0);
    network.layers.push_back(std::move(layer));
  }
  return network;
}

} // namespace corvivo::surrogate
