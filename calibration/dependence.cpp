#include <calibration/dependence.hpp>

#include <io/base/text.hpp>

#include <cmath>

namespace corvivo::calibration {

Dependence::Dependence(std::vector<Observation> observations, const Matrix &jacobian, const Vector &sd, Matrix covariance,
                       bool heart_rate_assumed)
    : observations_(std::move(observations)), covariance_(std::move(covariance)), heart_rate_assumed_(heart_rate_assumed) {
  for (std::size_t k = 0; k < jacobian.size(); ++k) {
    Vector shift = times(covariance_, jacobian[k]);
    for (double &s : shift)
      s /= sd[k];
    shifts_.push_back(shift);
  }
}

std::string Dependence::sentence(const std::vector<bool> &rests_on) const {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < observations_.size(); ++k)
    if (observations_[k].assumed && rests_on[k])
      names.push_back(observations_[k].name);
  if (heart_rate_assumed_)
    names.push_back("heart_rate");
  return names.empty() ? "" : "rests on assumed " + io::join(names, ", ") + " (not measured in this patient)";
}

std::string Dependence::of_parameter(std::size_t index) const {
  Vector gradient(covariance_.size(), 0.0);
  gradient[index] = 1;
  return of_prediction(gradient);
}

std::string Dependence::of_prediction(const Vector &gradient) const {
  const double own = std::sqrt(dot(gradient, times(covariance_, gradient)));
  std::vector<bool> rests_on;
  for (const Vector &shift : shifts_)
    rests_on.push_back(std::abs(dot(gradient, shift)) > 0.01 * own);
  return sentence(rests_on);
}

std::string Dependence::of_everything() const {
  return sentence(std::vector<bool>(observations_.size(), true));
}

} // namespace corvivo::calibration
