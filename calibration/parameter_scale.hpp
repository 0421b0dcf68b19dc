#pragma once
/// Coordinates in which every parameter's prior is the standard normal: x = (g(p) - g(baseline)) / sd, g the logarithm where the whole
/// range is positive, else the identity; sd that of the uniform distribution on the range of g, (g(upper) - g(lower)) / sqrt(12). So the
/// prior is as broad as the range, centred at the baseline and cut off at the bounds.
#include <calibration/dense.hpp>
#include <physics/forward_model.hpp>

namespace corvivo::calibration {

class ParameterScale {
public:
  /// Throws CaseError when a baseline lies outside its range, or a range is empty.
  explicit ParameterScale(const physics::ParameterSpace &space);
  std::size_t size() const { return axes_.size(); }
  Vector to_standard(const physics::ParameterVector &parameters) const;
  /// Clipped to the bounds.
  physics::ParameterVector from_standard(const Vector &x) const;
  /// d p_i / d x_i.
  Vector slope(const Vector &x) const;
  const Vector &lower() const { return lower_; }
  const Vector &upper() const { return upper_; }

private:
  struct Axis {
    bool logarithmic;
    double center, sd, lower, upper;
  };
  std::vector<Axis> axes_;
  Vector lower_, upper_;
};

} // namespace corvivo::calibration
