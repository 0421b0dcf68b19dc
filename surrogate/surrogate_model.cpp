#include <surrogate/surrogate_model.hpp>

#include <io/base/errors.hpp>
#include <io/base/units.hpp>

namespace corvivo::surrogate {

SurrogateModel::SurrogateModel(physics::ParameterSpace space, std::vector<io::Quantity> outputs, Network network,
                               std::vector<HeldOutError> errors, Provenance provenance)
    : space_(std::move(space)), outputs_(std::move(outputs)), network_(std::move(network)), errors_(std::move(errors)),
      provenance_(std::move(provenance)) {
  CORVIVO_ASSERT(network_.inputs() == space_.size() && network_.outputs() == outputs_.size() && errors_.size() == outputs_.size(),
                 "the network's shape is not that of its space and outputs");
}

void SurrogateModel::check(const physics::ParameterVector &parameters) const {
  CORVIVO_ASSERT(parameters.size() == space_.size(),
                 "the surrogate has " + std::to_string(space_.size()) + " parameters, found " + std::to_string(parameters.size()));
  for (std::size_t i = 0; i < space_.size(); ++i) {
    const physics::Parameter &p = space_[i];
    const double rounding = 1e-12 * (p.upper - p.lower);
    if (!(parameters[i] >= p.lower - rounding && parameters[i] <= p.upper + rounding)) // also when it is not a number
      throw io::CaseError("parameter '" + p.name + "' (" + p.meaning + "): found " + io::print_quantity(parameters[i], p.unit) +
                          ", outside the box of the surrogate's training runs, [" + io::print_number(p.lower) + ", " +
                          io::print_number(p.upper) + "]" + (p.unit == "1" ? "" : " " + p.unit) +
                          "; try the full model, or train with a wider box");
  }
}

std::vector<double> SurrogateModel::evaluate(const physics::ParameterVector &parameters) const {
  check(parameters);
  return network_.evaluate(parameters);
}

physics::Observables SurrogateModel::predict(const physics::ParameterVector &parameters) const {
  const std::vector<double> values = evaluate(parameters);
  physics::Observables observables;
  for (std::size_t i = 0; i < values.size(); ++i) {
    io::Quantity quantity = outputs_[i];
    quantity.value = values[i];
    quantity.uncertainty = errors_[i].rms;
    observables.set(std::move(quantity));
  }
  return observables;
}

std::vector<std::vector<double>> SurrogateModel::jacobian(const physics::ParameterVector &parameters) const {
  check(parameters);
  return network_.jacobian(parameters);
}

std::vector<double> SurrogateModel::model_error() const {
  std::vector<double> rms;
  for (const HeldOutError &error : errors_)
    rms.push_back(error.rms);
  return rms;
}

} // namespace corvivo::surrogate
