#pragma once
/// Which shapes a cohort of left ventricles has: principal components in ventricular coordinates, and new hearts drawn from them.
#include <mesh/sampled_shape.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace corvivo::mesh {

/// x = mean + sum_j b_j mode_j, the scores b_j of a cohort uncorrelated with variances v_1 >= v_2 >= ... Points count by the share of the
/// mean surfaces that belongs to them, so a distance of two shapes squared is the mean over both surfaces of the points' distance squared,
/// and the variances (mm^2) add up to the cohort's mean squared distance (over n - 1) from the mean shape.
/// Cootes et al., Comput Vis Image Underst 61:38, 1995.
struct ShapeModel {
  SampledShape mean;
  std::vector<double> shares;              ///< per point
  std::vector<std::vector<Vector3>> modes; ///< per mode, per point; of length 1 by `shares`
  std::vector<double> variances;           ///< mm^2, largest first, one for each mode
  double total_variance = 0;               ///< mm^2, of all modes, whether kept or not
  std::vector<std::vector<double>> scores; ///< per heart of the cohort, per mode, mm

  /// Modes that explain this share (0 to 1) of the variance; all when they do not reach it.
  std::size_t modes_for(double share) const;
  std::vector<double> scores_of(const SampledShape &shape, std::size_t modes_used) const;
  SampledShape shape_of(const std::vector<double> &scores) const; ///< missing scores are 0
  /// sqrt(sum b_j^2 / v_j).
  double mahalanobis(const std::vector<double> &scores) const;
};

/// From at least three hearts, by the eigenvectors of their Gram matrix. Keeps the modes up to `share` of the variance, all for 1.
ShapeModel fit_shape_model(const std::vector<SampledShape> &hearts, double share = 1);

/// Mean distance (mm, over both surfaces) between the points of two shapes, by the shares of a model.
double mean_distance(const SampledShape &a, const SampledShape &b, const std::vector<double> &shares);

/// For each heart: the model of all others, with the modes that explain `share` of their variance, is fitted to it; mean distance, mm.
std::vector<double> leave_one_out_errors(const std::vector<SampledShape> &hearts, double share);

/// Scores of new hearts: a Gaussian with the model's variances in its first `modes_used` modes, cut at a Mahalanobis distance of `limit`
/// (the radius by the inverse of the chi distribution below the limit, the direction even). The same on every machine.
std::vector<std::vector<double>> draw_scores(const ShapeModel &model, std::size_t modes_used, double limit, std::size_t count,
                                             std::uint64_t seed);

/// One binary file that `load_shape_model` reads back to the same bits; both throw CaseError.
void save(const ShapeModel &model, const std::string &path);
ShapeModel load_shape_model(const std::string &path);

} // namespace corvivo::mesh
