#pragma once
/// Repairs of single slices of a label map, each with a count in `notes`. `labels` in our numbers, slices along the third axis from apex to
/// base.
#include <mesh/base_plane.hpp>

namespace corvivo::mesh {

/// Strands of wall one pixel wide that part the cavity of a slice become cavity; those that stick out of the ventricle become background.
void remove_thin_bridges(io::Image &labels, std::vector<std::string> &notes);

/// Gaps in the wall of slices between closed ones are closed by wall one pixel thick (the shape's minimum thickness makes it thicker), as
/// long as they take no more than a fifth of the cavity's border; wider ones are left for `find_base_plane` to refuse.
void close_thin_gaps(io::Image &labels, std::vector<std::string> &notes);

/// Where a slice must be moved within its plane so that it lies on the ventricle's long axis: the patient held the breath differently.
struct SliceShift {
  std::size_t slice = 0;
  std::array<int, 2> pixels{}; ///< along rows and columns: to be added to where the slice is
  std::array<double, 2> off{}; ///< mm along rows and columns that the slice lies off the axis
};

/// The centres of cavity and of cavity with wall are fitted along the stack by a quadratic curve (iteratively reweighted least squares with
/// Tukey's biweight); slices farther off than 2.5 mm and than four robust standard deviations of the others are to be moved, by whole
/// pixels so that no volume changes. Nothing in stacks of fewer than six slices with cavity.
std::vector<SliceShift> estimate_shifts(const io::Image &labels, const BasePlane &base);

/// All labels of the slices moved. Throws CaseError when a label would leave the image.
void apply_shifts(io::Image &labels, const std::vector<SliceShift> &shifts);

} // namespace corvivo::mesh
