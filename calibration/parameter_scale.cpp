#include <calibration/parameter_scale.hpp>

#include <io/base/errors.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::calibration {

ParameterScale::ParameterScale(const physics::ParameterSpace &space) {
  for (const physics::Parameter &p : space) {
    if (!(p.lower < p.upper) || !(p.baseline >= p.lower && p.baseline <= p.upper))
      throw io::CaseError("calibration: " + p.name + ": its range must not be empty and must hold its baseline");
    const bool logarithmic = p.lower > 0;
    const auto g = [logarithmic](double v) { return logarithmic ? std::log(v) : v; };
    const Axis axis{logarithmic, g(p.baseline), (g(p.upper) - g(p.lower)) / std::sqrt(12.0), p.lower, p.upper};
    axes_.push_back(axis);
    lower_.push_back((g(p.lower) - axis.center) / axis.sd);
    upper_.push_back((g(p.upper) - axis.center) / axis.sd);
  }
}

Vector ParameterScale::to_standard(const physics::ParameterVector &parameters) const {
  Vector x;
  for (std::size_t i = 0; i < size(); ++i)
    x.push_back(((axes_[i].logarithmic ? std::log(parameters[i]) : parameters[i]) - axes_[i].center) / axes_[i].sd);
  return x;
}

physics::ParameterVector ParameterScale::from_standard(const Vector &x) const {
  physics::ParameterVector parameters;
  for (std::size_t i = 0; i < size(); ++i) {
    const double g = axes_[i].center + axes_[i].sd * x[i];
    parameters.push_back(std::clamp(axes_[i].logarithmic ? std::exp(g) : g, axes_[i].lower, axes_[i].upper));
  }
  return parameters;
}

Vector ParameterScale::slope(const Vector &x) const {
  const physics::ParameterVector parameters = from_standard(x);
  Vector slopes;
  for (std::size_t i = 0; i < size(); ++i)
    slopes.push_back(axes_[i].sd * (axes_[i].logarithmic ? parameters[i] : 1.0));
  return slopes;
}

} // namespace corvivo::calibration
