#pragma once
/// The steps of `interpolate_shape`, for its sources only.
#include <mesh/shape_interpolation.hpp>
#include <mesh/signed_distance.hpp>

namespace corvivo::mesh::detail {

constexpr double margin = 7; ///< mm of lattice around the epicardium and above the base plane

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

/// The surface around the labels of `inside` from slice `first` on. Slices that show none of them between others are taken as the mean of
/// their neighbours. A paraboloid through the two lowest slices ends where its squared radius reaches zero; never nearer than half a slice
/// step nor farther than `most` steps, where another slice would have shown it.
Sheet make_sheet(const Stack &stack, std::size_t first, unsigned inside, double most, double smoothing);

/// Lattice of the shape, `depth` below the first slice with wall and a margin more; its plane `base_node` is the base plane.
void set_lattice(HeartShape &shape, const Stack &stack, double depth, std::size_t &base_node);

/// The sheet on the lattice: monotone cubics along the stack.
LatticeField interpolate(const HeartShape &shape, const Stack &stack, const Sheet &sheet);

/// A distance, smoothed, a distance again.
void round_off(LatticeField &field, double smoothing);

/// Voxels of a label in the slices that the shape is made from, mL.
double kept_volume(const Stack &stack, int label);

/// Right-ventricular cavity outside the left ventricle and a wall of the stated thickness around it: fills `right_field` and `outer_field`
/// of a shape whose left ventricle is done. Throws CaseError where the stack shows no right ventricle that reaches the base.
void add_right_ventricle(HeartShape &shape, const Stack &stack, std::size_t base_node, const ShapeOptions &options);

} // namespace corvivo::mesh::detail
