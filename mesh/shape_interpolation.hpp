#pragma once
/// From thick slices to one smooth ventricle (shape-based interpolation, Raya and Udupa, IEEE Trans Med Imaging 9:32, 1990).
#include <mesh/base_plane.hpp>
#include <mesh/heart_shape.hpp>

namespace corvivo::io {
class Schema;
}

namespace corvivo::mesh {

struct ShapeOptions {
  double lattice_spacing = 1.25;   ///< mm
  double smoothing = 1.5;          ///< mm
  double minimum_wall = 2;         ///< mm
  double minimum_apical_wall = 3;  ///< mm
  std::string ventricles = "left"; ///< or "both"; described as `mesh.ventricles`
  double right_wall = 3;           ///< mm
  void describe(io::Schema &schema);
};

/// The signed distances of each slice's cavity and of its cavity with wall are interpolated along the stack by monotone cubics, closed
/// below the last slice like a paraboloid, smoothed, and shifted so that the volumes below the base plane are those of the label map
/// (cavity to 0.1 %, wall unless that takes more than 0.5 mm). The wall keeps a minimum thickness. `labels` in our numbers with its slices
/// from apex to base, as in a Segmentation. With both ventricles the right cavity is interpolated likewise, kept outside the left ventricle
/// and at its volume, and a wall of `right_wall` is grown around it; where the two walls meet, the groove is filled smoothly.
/// Where `tissue` (as in a Segmentation) shows the right free wall, that is taken instead: as thick as drawn (at least `minimum_wall`),
/// moved to keep its volume. Throws CaseError for slices whose rows and columns are not at right angles and, with both ventricles, where
/// the right one is not seen.
HeartShape interpolate_shape(const io::Image &labels, const BasePlane &base, const ShapeOptions &options = {},
                             const io::Image *tissue = nullptr);

} // namespace corvivo::mesh
