#pragma once
/// The negative logarithm of the posterior as a sum of squares: (model - measured) / sd for each observation, then the standardised
/// parameters themselves, whose prior is the standard normal. sd holds the measurement's and the model's own error.
#include <calibration/calibration_options.hpp>
#include <calibration/methods/levenberg_marquardt.hpp>
#include <calibration/parameter_scale.hpp>

#include <mpi.h>

namespace corvivo::calibration {

class Misfit final : public LeastSquares {
public:
  /// `comm`: over whose ranks the finite differences of a model without gradient are spread; `jacobian` then is collective over it.
  /// Throws CaseError when the model lacks an output that was measured, or has it in another unit.
  Misfit(const physics::ForwardModel &model, std::vector<Observation> observations, ParameterScale scale, MPI_Comm comm = MPI_COMM_SELF);
  Vector residuals(const Vector &x) const override;
  Matrix jacobian(const Vector &x) const override;
  /// The same from `prediction_jacobian`, where that is at hand.
  Matrix jacobian(Matrix prediction_jacobian) const;
  /// The measured outputs alone, in their units, and their derivatives by x (collective over `comm`).
  Vector predictions(const Vector &x) const;
  Matrix prediction_jacobian(const Vector &x) const;
  const std::vector<Observation> &observations() const { return observations_; }
  const Vector &sd() const { return sd_; }
  const ParameterScale &scale() const { return scale_; }

private:
  Vector pick(const physics::Observables &outputs) const;
  const physics::ForwardModel &model_;
  std::vector<Observation> observations_;
  MPI_Comm comm_;
  ParameterScale scale_;
  std::vector<std::size_t> rows_; // of the model's outputs
  Vector sd_;
};

} // namespace corvivo::calibration
