#pragma once
/// Which results rest on measurements that were only assumed.
#include <calibration/misfit.hpp>

namespace corvivo::calibration {

/// How results move with the measurements, to first order around the optimum.
class Dependence {
public:
  /// `jacobian`: d prediction / d x, `sd`: of each observation, `covariance`: posterior, standardised.
  Dependence(std::vector<Observation> observations, const Matrix &jacobian, const Vector &sd, Matrix covariance, bool heart_rate_assumed);
  /// "rests on assumed lv_edp (not measured in this patient)", or empty. A result rests on a measurement when one standard deviation of it
  /// moves the result by more than 1 % of the result's own.
  std::string of_parameter(std::size_t index) const;
  /// Of anything whose derivative by x is `gradient`.
  std::string of_prediction(const Vector &gradient) const;
  std::string of_everything() const;

private:
  std::string sentence(const std::vector<bool> &rests_on) const;
  std::vector<Observation> observations_;
  Matrix covariance_, shifts_; // shifts_[k]: of x, for one standard deviation of observation k
  bool heart_rate_assumed_;
};

} // namespace corvivo::calibration
