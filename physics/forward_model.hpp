#pragma once
/// The interface between simulation and everything that asks it questions: the 3-D simulation, the 0-D model and a surrogate all are one.
#include <io/base/quantity.hpp>

#include <optional>
#include <string>
#include <vector>

namespace corvivo::physics {

using Observables = io::Quantities;
using ParameterVector = std::vector<double>;

struct Parameter {
  std::string name, unit, meaning;
  double lower = 0, upper = 1, baseline = 0.5; ///< in `unit`
};

using ParameterSpace = std::vector<Parameter>;

/// Thrown numbers: a model that cannot answer throws SolveError; a point outside the space throws CaseError naming the parameter.
class ForwardModel {
public:
  virtual ~ForwardModel() = default;
  virtual const ParameterSpace &space() const = 0;
  /// Names and units of what `predict` returns, in its order.
  virtual std::vector<io::Quantity> outputs() const = 0;
  virtual Observables predict(const ParameterVector &parameters) const = 0;
  /// d outputs / d parameters, row by output; empty when the model has no exact gradient.
  virtual std::vector<std::vector<double>> jacobian(const ParameterVector &) const { return {}; }
  /// One standard deviation of the model's own error for each output (zero for the full model).
  virtual std::vector<double> model_error() const { return std::vector<double>(outputs().size(), 0.0); }
};

} // namespace corvivo::physics
