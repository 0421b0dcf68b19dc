#pragma once
/// A network in place of a model: the same question, answered in microseconds, with its own error and only inside its box.
#include <physics/forward_model.hpp>
#include <surrogate/network.hpp>

#include <filesystem>

namespace corvivo::surrogate {

/// Error of one output over the held-out runs, in the output's unit.
struct HeldOutError {
  double rms = 0;   ///< root mean square difference between surrogate and model
  double range = 0; ///< largest minus smallest value of the model
  double sd = 0;    ///< standard deviation of the model's values
};

/// Where a surrogate comes from.
struct Provenance {
  std::string model, fingerprint; ///< type and fingerprint (see dataset.hpp) of the model that it stands for
  std::string version, git_hash;  ///< of the program that trained it
  std::string training;           ///< hash of everything that decides its weights: model, runs, seed and options
  int runs = 0, failed_runs = 0, held_out_runs = 0, seed = 0;
  double seconds_per_run = 0;  ///< of the model
  double ensemble_seconds = 0; ///< wall time of all the runs on the ranks that shared them
  double training_seconds = 0; ///< wall time of the network's training
};

class SurrogateModel final : public physics::ForwardModel {
public:
  SurrogateModel(physics::ParameterSpace space, std::vector<io::Quantity> outputs, Network network, std::vector<HeldOutError> errors,
                 Provenance provenance);

  /// The box of the training runs: outside it nothing is answered.
  const physics::ParameterSpace &space() const override { return space_; }
  std::vector<io::Quantity> outputs() const override { return outputs_; }
  /// Each observable carries its `model_error` as uncertainty. Throws CaseError naming parameter, value and box for a point outside the box
  /// (beyond rounding, 1e-12 of its width) or not a number.
  physics::Observables predict(const physics::ParameterVector &parameters) const override;
  /// The values of `predict` alone, in the order of `outputs`; the same errors.
  std::vector<double> evaluate(const physics::ParameterVector &parameters) const;
  /// Exact; the same errors.
  std::vector<std::vector<double>> jacobian(const physics::ParameterVector &parameters) const override;
  /// Root mean square error over the held-out runs, for each output.
  std::vector<double> model_error() const override;

  const std::vector<HeldOutError> &errors() const { return errors_; }
  const Provenance &provenance() const { return provenance_; }
  const Network &network() const { return network_; }

  /// The weights (little-endian float64: normalisation, then layer by layer weights and biases) and everything else as json, with a hash
  /// over both.
  struct Files {
    std::string json, weights;
  };
  Files to_files() const;
  /// The same bits again. Throws CaseError when one was cut off or altered, or is of a newer format.
  static SurrogateModel from_files(const Files &files);
  /// Writes them as `stem`.weights and `stem`.json. Throws CaseError when they cannot be written.
  void save(const std::filesystem::path &stem) const;
  /// Throws what `from_files` throws, and CaseError when one is missing.
  static SurrogateModel load(const std::filesystem::path &stem);

private:
  void check(const physics::ParameterVector &parameters) const;

  physics::ParameterSpace space_;
  std::vector<io::Quantity> outputs_;
  Network network_;
  std::vector<HeldOutError> errors_;
  Provenance provenance_;
};

} // namespace corvivo::surrogate
