#pragma once
/// What is known of the parameters after the fit.
#include <calibration/dense.hpp>
#include <physics/forward_model.hpp>

#include <cstdint>
#include <filesystem>

namespace corvivo::calibration {

/// Normal in the coordinates of ParameterScale (logarithms of positive parameters), around the most probable parameters and cut off at
/// the bounds: the Laplace approximation.
struct Posterior {
  physics::ParameterSpace space;
  physics::ParameterVector mode; ///< most probable, in the units of `space`
  Matrix covariance;             ///< of the standardised coordinates; the prior's is the identity
  std::string method = "laplace", model;
  std::int64_t seed = 0;

  /// One standard deviation of each parameter, in its unit (to first order).
  Vector standard_deviation() const;
  /// Posterior over prior standard deviation of each: near 1 the measurements say nothing about it.
  Vector identifiability() const;
  Matrix correlation() const;
  /// Parameter vectors drawn from it; those that fall outside the bounds are drawn again (after 1000 trials clipped).
  std::vector<physics::ParameterVector> draw(std::size_t count, std::int64_t seed) const;

  std::string to_json() const;
  /// Throws CaseError when `text` is not what `to_json` writes.
  static Posterior from_json(const std::string &text);
  /// Throws CaseError when it cannot be written.
  void save(const std::filesystem::path &file) const;
  static Posterior load(const std::filesystem::path &file);
};

} // namespace corvivo::calibration
