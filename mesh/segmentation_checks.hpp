#pragma once
/// Checks and repairs of one label map, before it becomes part of a Segmentation.
#include <mesh/segmentation.hpp>

namespace corvivo::mesh {

/// The patient's map in our numbers. Throws CaseError for numbers that are used twice, missing in the map (lists those found) or
/// background.
io::Image with_our_labels(const io::Image &labels, const LabelNumbers &numbers);

/// Tissue that the case names and no voxel of the map has: `quantity` would say that there is none.
struct AbsentTissue {
  std::string quantity, sentence;
};
std::vector<AbsentTissue> absent_tissue(const io::Image &labels, const LabelNumbers &numbers);

/// Removes specks: pieces of cavity or wall below 5 % of the whole that do not touch it. Adds a sentence with the count to `notes`. Throws
/// CaseError when a larger piece stands apart.
void remove_specks(io::Image &labels, std::vector<std::string> &notes);

/// Background that only cavity and wall enclose within its slice becomes cavity (wall where no cavity touches it).
io::Image with_holes_filled(const io::Image &labels);

/// Throws CaseError when the ventricle's length and width (mm) cannot be a heart's, as with a header that lies about its spacing.
void check_proportions(const io::Image &labels, const BasePlane &base);

/// Throws CaseError (or adds a note when `allowed`) when the patient directions of the header put the right ventricle on the left or point
/// the apex up, back or to the right. Says nothing when the header carries no directions.
void check_handedness(const io::Image &labels, const BasePlane &base, bool allowed, std::vector<std::string> &notes);

/// Unit vector from the left to the right ventricle across the stack (perpendicular to its normal); zero without a right ventricle.
io::Vector3 towards_right_ventricle(const io::Image &labels, const BasePlane &base);

} // namespace corvivo::mesh
