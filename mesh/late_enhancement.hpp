#pragma once
/// Scar and border zone from a late-gadolinium image: wall that is brighter than a threshold.
#include <mesh/base_plane.hpp>
#include <mesh/segmentation_labels.hpp>

#include <filesystem>
#include <optional>

namespace corvivo::mesh {

/// Where the healthy muscle lies whose intensities the rules start from; neither: found in the histogram, see remote_intensity().
struct RemoteOptions {
  int label = 0;             ///< number in the patient's label map; 0: none
  std::vector<int> segments; ///< AHA, 1 to 17
  void describe(io::Schema &schema);
};

/// The two rules in use (volumes by the one and the other differ by up to a factor of two: Flett et al., J Cardiovasc Magn Reson 12(Suppl
/// 1):O41, 2010, so `rule` and `scar` have no default):
/// - deviations: brighter than mean + n SD of remote muscle. Kim et al., Circulation 100:1992, 1999 (2 SD; from memory); 5 and 6 SD agree
///   with manual outlines (Flett 2010); border zone from 2 to 3 SD on.
/// - maximum: brighter than a share of the largest intensity in the wall. Half of it: full width at half maximum, Amado et al., J Am Coll
///   Cardiol 44:2383, 2004. Border zone from 35 % on: Roes et al., Circ Cardiovasc Imaging 2:183, 2009 (as Circulation 126:A18372, 2012,
///   quotes it; the heterogeneous border itself: Schmidt et al., Circulation 115:2006, 2007, from memory).
struct LateEnhancementOptions {
  std::filesystem::path image;
  int frame = 0;                     ///< which volume of a file with several, from 1
  std::string rule;                  ///< "deviations" or "maximum"
  double scar = 0;                   ///< SD above the remote mean, or share of the maximum
  std::optional<double> border;      ///< the same of the border zone; none: no border zone
  std::string above = "zero";        ///< or "remote": what shares of the maximum are counted from
  RemoteOptions remote;              ///< see there
  double smallest_island = 0.1;      ///< mL
  std::string uncovered = "refused"; ///< or "healthy": wall that the image does not show
  void describe(io::Schema &schema);
  /// Throws CaseError with every complaint that needs no image.
  void check(const LabelNumbers &labels) const;
};

/// Mean and standard deviation of the intensity of healthy muscle.
struct RemoteIntensity {
  double mean = 0, deviation = 0;
  std::size_t voxels = 0; ///< that they rest on
};

/// Of `intensities` of a whole wall, of which more than half must be healthy: from the shortest interval that holds half of them (its
/// middle, and its half-width over 0.6745) on, mean and SD of those no farther than 2 SD from the mean, the SD divided by that of a normal
/// distribution cut off there (0.8796), until nothing changes. Scar, which is brighter, is left out so; the dark half of the histogram and
/// the bright one up to there count. Of noise alone (Rayleigh's distribution) the mean comes out 7 %, the SD 2 % too low. Throws CaseError
/// when more than a tenth lies below mean - 3 SD: then the scar was taken for the rest.
RemoteIntensity remote_intensity(std::vector<double> intensities, const std::string &source);

/// What an image tells of the wall; intensities in the image's own unit.
struct LateEnhancement {
  RemoteIntensity remote;
  double maximum = 0;
  double scar_above = 0;
  std::optional<double> border_above;
};

/// Marks scarred_wall and border_zone_wall in `tissue` (`Tissue` numbers on the voxels of `labels`) where it has healthy_wall within the
/// left wall of `labels` (`Label` numbers, slices from apex to base `base`). `file` is the patient's map as read, with its own numbers.
/// Each voxel of the wall takes the intensity of the image's nearest voxel, so that noise keeps its SD on another grid. Then pieces (by
/// faces) of scar smaller than `smallest_island` become border zone where there is a threshold for it, and pieces of scar and border zone
/// together that are smaller become healthy. Says in `notes` what was decided, and what thresholds one SD off would give. Throws CaseError
/// for an image that is missing, lies elsewhere, has NaN in the wall, is constant there or shows no enhancement, and for remote muscle that
/// is not there or has no spread.
LateEnhancement mark_enhanced(const io::Image &labels, const BasePlane &base, const io::Image &file, const LateEnhancementOptions &options,
                              io::Image &tissue, std::vector<std::string> &notes);

} // namespace corvivo::mesh
