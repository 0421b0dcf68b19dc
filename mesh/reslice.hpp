#pragma once
/// Label volumes that are not short-axis stacks, cut anew across the ventricle's long axis.
#include <mesh/segmentation_labels.hpp>

namespace corvivo::mesh {

/// A map with thick slices (4 mm or more), or one of whose axes is within 20 degrees of the long axis of the left cavity (its direction of
/// largest variance), as it is; another one by nearest neighbours on cubic voxels of its smallest spacing whose third axis is the long
/// axis. A note of the image says so. In the patient's numbers, before and after.
io::Image across_long_axis(const io::Image &labels, const LabelNumbers &numbers);

} // namespace corvivo::mesh
