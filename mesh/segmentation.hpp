#pragma once
/// The first stage: label maps of a short-axis stack, checked, repaired, measured and put in one order.
#include <io/base/quantity.hpp>
#include <mesh/base_plane.hpp>
#include <mesh/late_enhancement.hpp>
#include <mesh/segmentation_labels.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace corvivo::io {
class Schema;
}

namespace corvivo::mesh {

struct SegmentationOptions {
  std::filesystem::path ed, es;   ///< `es` may be empty
  int ed_frame = 0, es_frame = 0; ///< which volume of a file with several, from 1
  LabelNumbers labels;
  std::optional<LateEnhancementOptions> late_enhancement;
  std::filesystem::path atrium;           ///< contours of the left atrium; may be empty
  std::string mirrored = "refused";       ///< or "allowed"
  std::string slice_shifts = "corrected"; ///< or "reported", "ignored"
  void describe(io::Schema &schema);
  /// Throws CaseError with every complaint that needs no file.
  void check() const;
};

/// What later stages take. The maps hold `Label` numbers; their slices are the third axis, from apex to base.
struct Segmentation {
  io::Image ed;
  std::optional<io::Image> es;
  BasePlane base_ed;
  std::optional<BasePlane> base_es;
  std::optional<io::Image> tissue_ed; ///< `Tissue` numbers on the voxels of `ed`, where the labels name scar, no-reflow, border zone or the
                                      ///< right wall, or an image shows scar
  std::vector<std::string> notes;     ///< what was decided and repaired, in sentences
};

/// Reads, checks and measures. Sets lv_edv, lv_mass and, where the maps have them, lv_esv, lv_sv, lv_ef, rv_edv, rv_esv, rv_ef,
/// rv_sv, scar_volume, scar_mass, scar_share, no_reflow_volume, border_zone_volume, border_zone_share, with a late-gadolinium image
/// late_enhancement_remote_mean, _remote_sd, _remote_volume, _maximum, _scar_threshold and _border_threshold, rv_wall_volume,
/// epicardial_fat_volume, those of `add_atrial_measures`, each of the whole label map; lv_edv_below_base, lv_esv_below_base and
/// lv_ef_below_base up to the last closed slice of each phase; lv_volume_cut_off; of the maps before any repair lv_edv_raw,
/// lv_wall_volume_raw, lv_esv_raw, rv_edv_raw, rv_esv_raw. Throws CaseError with a sentence for every input that cannot be a heart; see
/// BadSegmentations in the tests.
Segmentation segment(const SegmentationOptions &options, io::Quantities &quantities);

/// A folder of NIfTI maps and one JSON file; `load_segmentation` gives back the same bits. Both throw CaseError.
void save(const Segmentation &segmentation, const std::filesystem::path &folder);
Segmentation load_segmentation(const std::filesystem::path &folder);

} // namespace corvivo::mesh
