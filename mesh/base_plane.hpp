#pragma once
/// Short-axis stacks in one order, what each slice holds, and where the ventricle is cut at its base.
#include <io/base/image.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace corvivo::mesh {

/// What the voxels of a Segmentation mean, whatever numbers the patient's file used.
enum Label : int { background = 0, lv_cavity = 1, lv_wall = 2, rv_cavity = 3 };

/// Voxels of one slice. A leak is a cavity voxel with a neighbour in its slice that is neither cavity nor wall.
struct SliceCount {
  std::size_t cavity = 0, wall = 0, right = 0, leaks = 0;
  bool closed() const { return cavity > 0 && wall > 0 && leaks == 0; }
};

/// One entry per index of the third axis; `labels` in our numbers.
std::vector<SliceCount> count_slices(const io::Image &labels);

/// The same image with its slices along the third axis: the axis of the largest step or, in volumes without thick slices, the one along
/// which most slices show a closed ring.
io::Image slices_last(const io::Image &labels);
/// Slices in the opposite order.
io::Image slices_reversed(const io::Image &labels);
/// Positive when the base lies at high slice numbers, negative when it lies at low ones; near zero when it cannot be told. From where the
/// ventricle is wide, where the right ventricle is seen and where wall closes without cavity.
double base_at_end(const io::Image &labels);

/// The plane that cuts the ventricle, above the last slice whose cavity is enclosed by wall. Volumes in mL, from voxels.
struct BasePlane {
  io::Vector3 point{};   ///< mm, RAS; over the centroid of the last closed slice's cavity, half a slice step above it
  io::Vector3 normal{};  ///< unit, from apex to base, perpendicular to the slices
  std::size_t slice = 0; ///< last closed slice; all slices up to it are kept
  std::size_t first = 0; ///< first slice (towards the apex) that shows wall
  std::size_t closed_slices = 0;
  double cavity_below = 0, cavity_cut_off = 0, wall_below = 0, wall_cut_off = 0;
};

/// `labels` in our numbers, slices along the third axis from apex to base. Throws CaseError for fewer than four closed slices and for a
/// wall that is open between closed ones (open rings at either end are normal).
BasePlane find_base_plane(const io::Image &labels);

/// The same plane above slice `slice`, which must be below the plane's own.
BasePlane lowered(const io::Image &labels, const BasePlane &base, std::size_t slice);

/// Unit vector perpendicular to the slices, towards higher slice numbers.
io::Vector3 slice_normal(const io::Image &labels);
/// Centroid (mm) of the voxels of `label` in slices first..last; throws Bug when there is none.
io::Vector3 centroid(const io::Image &labels, int label, std::size_t first, std::size_t last);
/// Volume of a label, mL.
double label_volume(const io::Image &labels, int label);

} // namespace corvivo::mesh
