#include <surrogate/training.hpp>

#include <io/base/errors.hpp>
#include <io/base/log.hpp>

#include <torch/torch.h>

#include <cmath>
#include <limits>

namespace corvivo::surrogate {

namespace {

using torch::Tensor;

// Sums in the order of one thread, whatever the caller uses.
class OneThread {
public:
  OneThread() : before_(at::get_num_threads()) { at::set_num_threads(1); }
  ~OneThread() { at::set_num_threads(before_); }
  OneThread(const OneThread &) = delete;
  OneThread &operator=(const OneThread &) = delete;

private:
  int before_;
};

Tensor to_tensor(const std::vector<double> &values, std::vector<std::int64_t> shape) {
  return torch::tensor(values, torch::kFloat64).reshape(shape);
}

Tensor to_tensor(const std::vector<std::vector<double>> &rows) {
  std::vector<double> flat;
  for (const auto &row : rows)
    flat.insert(flat.end(), row.begin(), row.end());
  return to_tensor(flat, {static_cast<std::int64_t>(rows.size()), -1});
}

Tensor row_of(const std::vector<double> &values) {
  return to_tensor(values, {1, -1});
}

std::vector<double> to_vector(const Tensor &tensor) {
  const Tensor flat = tensor.detach().contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

// A network's weights as leaves of torch's graph: weight, bias, weight, bias, ...
class TorchNetwork {
public:
  explicit TorchNetwork(const Network &network) : activation_(network.activation) {
    for (const Layer &layer : network.layers) {
      const auto rows = static_cast<std::int64_t>(layer.outputs), columns = static_cast<std::int64_t>(layer.inputs);
      parameters_.push_back(to_tensor(layer.weights, {rows, columns}).requires_grad_());
      parameters_.push_back(to_tensor(layer.biases, {rows}).requires_grad_());
    }
  }

  const std::vector<Tensor> &parameters() const { return parameters_; }

  Tensor forward(Tensor x) const { // normalised to normalised, row by sample
    for (std::size_t i = 0; i < parameters_.size(); i += 2) {
      x = torch::addmm(parameters_[i + 1], x, parameters_[i].t());
      if (i + 2 < parameters_.size())
        x = activation_ == "tanh" ? torch::tanh(x) : activation_ == "silu" ? torch::silu(x) : torch::gelu(x);
    }
    return x;
  }

  Tensor mean_squared_weight() const {
    Tensor sum = torch::zeros({}, torch::kFloat64);
    std::int64_t count = 0;
    for (std::size_t i = 0; i < parameters_.size(); i += 2) {
      sum = sum + parameters_[i].square().sum();
      count += parameters_[i].numel();
    }
    return sum / static_cast<double>(count);
  }

  void write_to(Network &network) const {
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      network.layers[l].weights = to_vector(parameters_[2 * l]);
      network.layers[l].biases = to_vector(parameters_[2 * l + 1]);
    }
  }

private:
  std::string activation_;
  std::vector<Tensor> parameters_;
};

// The loss over both sets, and the best weights so far by the validation set.
class Trainer {
public:
  Trainer(const Samples &training, const Samples &validation, const SurrogateOptions &options)
      : options_(options), result_{make_network(training.inputs.front().size(), training.targets.front().size(), options.layers,
                                                options.width, options.activation, options.seed)},
        network_(result_.network) {
    result_.network.input = Normalisation::of(training.inputs);
    result_.network.output = Normalisation::of(training.targets);
    result_.validation_loss = std::numeric_limits<double>::infinity();
    inputs_ = normalised(training.inputs, result_.network.input);
    targets_ = normalised(training.targets, result_.network.output);
    validation_inputs_ = normalised(validation.inputs, result_.network.input);
    validation_targets_ = normalised(validation.targets, result_.network.output);
  }

  void adam() {
    torch::optim::Adam optimiser(network_.parameters(), torch::optim::AdamOptions(options_.learning_rate));
    io::Progress progress("training", options_.epochs + options_.lbfgs_iterations, "passes");
    int since_best = 0;
    for (int epoch = 0; epoch < options_.epochs && since_best < options_.patience; ++epoch) {
      const double along = 0.5 * (1 + std::cos(3.14159265358979323846 * epoch / options_.epochs));
      auto &settings = static_cast<torch::optim::AdamOptions &>(optimiser.param_groups()[0].options());
      settings.lr(options_.learning_rate * (0.01 + 0.99 * along));
      optimiser.zero_grad();
      Tensor value = loss();
      value.backward();
      optimiser.step();
      since_best = better() ? 0 : since_best + 1;
      result_.epochs = epoch + 1;
      progress.update(epoch + 1);
    }
  }

  void lbfgs() {
    constexpr int iterations_a_round = 10;
    load_best();
    torch::optim::LBFGS optimiser(network_.parameters(), torch::optim::LBFGSOptions(1.0)
                                                             .max_iter(iterations_a_round)
                                                             .history_size(50)
                                                             .tolerance_grad(1e-12)
                                                             .tolerance_change(1e-16)
                                                             .line_search_fn("strong_wolfe"));
    const auto closure = [&] {
      optimiser.zero_grad();
      Tensor value = loss();
      value.backward();
      return value;
    };
    io::Progress progress("training, second order", options_.lbfgs_iterations, "passes");
    int since_best = 0;
    for (int done = 0; done < options_.lbfgs_iterations && since_best < options_.patience; done += iterations_a_round) {
      optimiser.step(closure);
      since_best = better() ? 0 : since_best + iterations_a_round;
      result_.lbfgs_iterations = done + iterations_a_round;
      progress.update(done + iterations_a_round);
    }
  }

  Training result() const {
    if (!std::isfinite(result_.validation_loss))
      throw io::SolveError("training the surrogate: the error was never a finite number; try a smaller surrogate.learning_rate");
    return result_;
  }

private:
  static Tensor normalised(const std::vector<std::vector<double>> &rows, const Normalisation &normalisation) {
    std::vector<std::vector<double>> result;
    for (const auto &row : rows)
      result.push_back(normalisation.apply(row));
    return to_tensor(result);
  }

  Tensor loss() const {
    return (network_.forward(inputs_) - targets_).square().mean() + options_.weight_decay * network_.mean_squared_weight();
  }

  bool better() {
    const torch::NoGradGuard no_gradients;
    const double error = (network_.forward(validation_inputs_) - validation_targets_).square().mean().item<double>();
    if (!(error < result_.validation_loss))
      return false;
    result_.validation_loss = error;
    result_.training_loss = (network_.forward(inputs_) - targets_).square().mean().item<double>();
    network_.write_to(result_.network);
    return true;
  }

  void load_best() {
    const torch::NoGradGuard no_gradients;
    const TorchNetwork best(result_.network);
    for (std::size_t i = 0; i < best.parameters().size(); ++i)
      Tensor(network_.parameters()[i]).copy_(best.parameters()[i]);
  }

  const SurrogateOptions &options_;
  Training result_;
  TorchNetwork network_;
  Tensor inputs_, targets_, validation_inputs_, validation_targets_;
};

Tensor physical(const Network &network, const Tensor &x) {
  const Tensor normalised = (x - row_of(network.input.offset)) / row_of(network.input.scale);
  return TorchNetwork(network).forward(normalised) * row_of(network.output.scale) + row_of(network.output.offset);
}

} // namespace

Training train_network(const Samples &training, const Samples &validation, const SurrogateOptions &options) {
  CORVIVO_ASSERT(training.inputs.size() > 1 && !validation.inputs.empty(), "training needs samples to learn from and to validate");
  const OneThread one_thread;
  Trainer trainer(training, validation, options);
  trainer.adam();
  trainer.lbfgs();
  return trainer.result();
}

std::vector<double> torch_evaluate(const Network &network, const std::vector<double> &x) {
  const OneThread one_thread;
  return to_vector(physical(network, row_of(x)));
}

std::vector<std::vector<double>> torch_jacobian(const Network &network, const std::vector<double> &x) {
  const OneThread one_thread;
  const Tensor point = row_of(x).requires_grad_();
  const Tensor y = physical(network, point);
  std::vector<std::vector<double>> rows;
  for (std::size_t i = 0; i < network.outputs(); ++i)
    rows.push_back(to_vector(torch::autograd::grad({y[0][static_cast<std::int64_t>(i)]}, {point}, {}, /*retain_graph=*/true)[0]));
  return rows;
}

} // namespace corvivo::surrogate
