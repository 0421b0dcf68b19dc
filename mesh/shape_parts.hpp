#pragma once
/// The steps of `interpolate_shape`, for its sources only.
#include <mesh/shape_interpolation.hpp>
#include <mesh/signed_distance.hpp>

#include <functional>

namespace corvivo::mesh::detail {

constexpr double margin = 7;         ///< mm of lattice around the epicardium and above the base plane
constexpr double margin_tilted = 18; ///< above the base plane when it may be tilted

/// The slices' own frame: two directions in their plane, the third towards the base, and the pixel window around the heart.
struct Stack {
  const io::Image &labels;
  BasePlane base;
  std::size_t first_cavity = 0;
  std::array<std::size_t, 2> low{}, size{}; ///< pixel window
  std::array<double, 2> pixel{};            ///< mm
  std::array<Vector3, 3> axes{};
  double step = 0; ///< distance of slices, mm
  double height(std::size_t k) const { return io::dot(labels.point(0, 0, static_cast<double>(k)), axes[2]); }
};

/// One surface as the slices show it: distances from slice `first` on, and how it closes below that slice.
struct Sheet {
  std::size_t first = 0;
  std::vector<PlaneField> slices;
  double depth = 0;  ///< closes this far below the centre of the first slice, mm
  double radius = 0; ///< largest inscribed circle of the first slice, mm
};

/// Bits of the labels that lie inside a surface.
constexpr unsigned bit(int label) {
  return 1u << static_cast<unsigned>(label);
}

/// Throws CaseError for slices whose rows and columns are not at right angles. `shown`: labels that the window holds.
Stack make_stack(const io::Image &labels, const BasePlane &base, unsigned shown);

/// Which pixels of a slice lie inside a surface: index in the label image and the slice.
using Inside = std::function<bool(std::size_t i, std::size_t j, std::size_t k)>;
Inside shows_any(const io::Image &labels, unsigned bits);

/// The surface around the pixels of `inside` from slice `first` to `last`. Slices that show none of them between others are taken as the
/// mean of their neighbours. A paraboloid through the two lowest slices ends where its squared radius reaches zero; never nearer than half
/// a slice step nor farther than `most` steps, where another slice would have shown it.
Sheet make_sheet(const Stack &stack, std::size_t first, std::size_t last, const Inside &inside, double most, double smoothing);

/// Lattice of the shape, `depth` below the first slice with wall and a margin more, `above` the base; its plane `base_node` is the base
/// plane.
void set_lattice(HeartShape &shape, const Stack &stack, double depth, double above, std::size_t &base_node);

/// The sheet on the lattice: monotone cubics along the stack.
LatticeField interpolate(const HeartShape &shape, const Stack &stack, const Sheet &sheet);

/// A distance, smoothed, a distance again.
void round_off(LatticeField &field, double smoothing);

/// Voxels of a label in the slices that the shape is made from, mL.
double kept_volume(const Stack &stack, int label);

/// Where the right ventricle begins and ends in the stack, up to the base of the left one.
struct RightExtent {
  std::size_t first = 0, last = 0;
  double drop = 0;     ///< the left base plane minus the top of the last right slice, mm
  double distance = 0; ///< of the two cavities' centres there, mm
};
/// Throws CaseError unless the right ventricle is seen in at least three slices.
RightExtent right_extent(const io::Image &labels, const BasePlane &base);

/// Base plane for both ventricles: that of the left one, moved down by whole slices where the right ventricle ends so much lower that the
/// plane would be tilted by more than 15 degrees. Says so in `notes`.
BasePlane base_of_both(const io::Image &labels, const BasePlane &left, std::vector<std::string> &notes);

/// Right-ventricular cavity outside the left ventricle and a wall of the stated thickness around it: fills `right_field` and `outer_field`
/// of a shape whose left ventricle is done. Where the right ventricle ends in a lower slice, the base plane is tilted about the centre of
/// the left cavity (which keeps the left volumes to first order) to the top of the right one.
/// `tissue` may name voxels of the right free wall (nullptr: none does).
void add_right_ventricle(HeartShape &shape, const Stack &stack, std::size_t base_node, const ShapeOptions &options,
                         const io::Image *tissue);

} // namespace corvivo::mesh::detail
