#include <mesh/shape_interpolation.hpp>

#include <io/base/errors.hpp>
#include <io/base/schema.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <mesh/segmentation_checks.hpp>
#include <mesh/shape_parts.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

namespace corvivo::mesh {

using namespace detail;

void ShapeOptions::describe(io::Schema &schema) {
  schema.quantity("lattice_spacing", lattice_spacing, "mm", io::between(0.5, 3), "Step of the lattice that holds the smooth surfaces.");
  schema.quantity("smoothing", smoothing, "mm", io::between(0.1, 5), "Standard deviation of the Gaussian that smooths the surfaces.");
  schema.quantity("minimum_wall", minimum_wall, "mm", io::between(0.5, 5), "The wall is made at least this thick.");
  schema.quantity("minimum_apical_wall", minimum_apical_wall, "mm", io::between(0.5, 8),
                  "The same below the last slice that shows cavity.");
  schema.quantity("right_wall", right_wall, "mm", io::between(1, 10),
                  "Thickness of the wall that is grown outside the right-ventricular cavity, which label maps seldom show; where the "
                  "labels name rv_wall, that is taken.",
                  "Rudski 2010, J Am Soc Echocardiogr 23:685: above 5 mm is hypertrophy");
}

namespace {

void shift(LatticeField &field, double level) {
  for (float &value : field.values)
    value -= static_cast<float>(level);
}

/// Epicardium at least the minimum thickness outside the endocardium.
void keep_thickness(LatticeField &epicardium, const LatticeField &endocardium, const std::vector<double> &minimum_by_plane) {
  const std::size_t plane = epicardium.size[0] * epicardium.size[1];
  for (std::size_t v = 0; v < epicardium.values.size(); ++v)
    epicardium.values[v] = std::min(epicardium.values[v], endocardium.values[v] - static_cast<float>(minimum_by_plane[v / plane]));
}

std::vector<double> minimum_thickness(const HeartShape &shape, const Stack &s, const ShapeOptions &options) {
  std::vector<double> minimum(shape.size[2]);
  const double apical = s.height(s.first_cavity), foot = io::dot(shape.origin, s.axes[2]);
  for (std::size_t k = 0; k < minimum.size(); ++k) { // from the one to the other within 10 mm
    const double above = std::clamp((foot + shape.spacing * static_cast<double>(k) - apical) / 10, 0.0, 1.0);
    minimum[k] = (1 - above) * std::max(options.minimum_apical_wall, options.minimum_wall) + above * options.minimum_wall;
  }
  return minimum;
}

/// Lowest point of the zero level: mean over the columns that reach within half a millimetre of the lowest.
Vector3 lowest_point(const HeartShape &shape, const std::vector<float> &field) {
  std::vector<std::pair<double, std::size_t>> ends; // height in lattice steps, column
  const std::size_t plane = shape.size[0] * shape.size[1];
  for (std::size_t c = 0; c < plane; ++c)
    for (std::size_t k = 1; k < shape.size[2]; ++k) {
      const double below = double(field[c + (k - 1) * plane]), here = double(field[c + k * plane]);
      if (here < 0) {
        ends.emplace_back(static_cast<double>(k) - here / (here - below), c);
        break;
      }
    }
  CORVIVO_ASSERT(!ends.empty(), "a ventricle without inside");
  const double lowest = std::min_element(ends.begin(), ends.end())->first;
  double i_sum = 0, j_sum = 0, count = 0;
  for (const auto &[height, c] : ends)
    if (height < lowest + 0.5 / shape.spacing) {
      i_sum += static_cast<double>(c % shape.size[0]);
      j_sum += static_cast<double>(c / shape.size[0]);
      ++count;
    }
  return shape.origin + (shape.spacing * i_sum / count) * shape.axes[0] + (shape.spacing * j_sum / count) * shape.axes[1] +
         (shape.spacing * lowest) * shape.axes[2];
}

Vector3 section_centre(const HeartShape &shape, std::size_t k) {
  Vector3 sum{};
  double count = 0;
  for (std::size_t j = 0; j < shape.size[1]; ++j)
    for (std::size_t i = 0; i < shape.size[0]; ++i)
      if (shape.endocardium_field[shape.index(i, j, k)] < 0) {
        sum = sum + shape.node(i, j, k);
        ++count;
      }
  CORVIVO_ASSERT(count > 0, "no cavity at the base plane");
  return (1 / count) * sum;
}

void set_axes(HeartShape &shape, const Stack &s, std::size_t base_node) {
  shape.base_centre = section_centre(shape, base_node);
  shape.apex = lowest_point(shape, shape.epicardium_field);
  shape.cavity_apex = lowest_point(shape, shape.endocardium_field);
  shape.long_axis = io::normalized(shape.base_centre - shape.apex);
  const Vector3 right = towards_right_ventricle(s.labels, s.base);
  shape.to_right_ventricle = io::normalized(right - io::dot(right, shape.long_axis) * shape.long_axis);
}

} // namespace

HeartShape interpolate_shape(const io::Image &labels, const BasePlane &left_base, const ShapeOptions &options, const io::Image *tissue) {
  HeartShape shape;
  const bool both = options.ventricles == "both";
  const BasePlane base = both ? base_of_both(labels, left_base, shape.notes) : left_base;
  const unsigned left = bit(lv_cavity) | bit(lv_wall);
  const Stack s = make_stack(labels, base, both ? left | bit(rv_cavity) : left);
  const double in_plane = 0.5 * (s.pixel[0] + s.pixel[1]);
  const bool capped = s.first_cavity > base.first; // a slice of wall only closes the apex
  const Sheet inner = make_sheet(s, s.first_cavity, base.slice, shows_any(labels, bit(lv_cavity)), 1, in_plane),
              outer = make_sheet(s, base.first, base.slice, shows_any(labels, left), capped ? 1 : 1.5, in_plane);
  shape.spacing = options.lattice_spacing;
  shape.axes = s.axes;
  shape.base_point = base.point;
  shape.base_normal = base.normal;
  shape.slice_origin = labels.point(0, 0, 0);
  shape.slice_step = {labels.affine[0][2], labels.affine[1][2], labels.affine[2][2]};
  shape.label_cavity_volume = kept_volume(s, lv_cavity);
  shape.label_wall_volume = kept_volume(s, lv_wall);
  std::size_t base_node = 0;
  set_lattice(shape, s, std::max(outer.depth, inner.depth + options.minimum_apical_wall), both ? margin_tilted : margin, base_node);

  LatticeField endocardium = interpolate(shape, s, inner), epicardium = interpolate(shape, s, outer);
  round_off(endocardium, options.smoothing);
  const double cavity = io::mm3_per_mL * shape.label_cavity_volume, wall = io::mm3_per_mL * shape.label_wall_volume;
  const double endocardium_shift = level_of_volume(endocardium, cavity, base_node, 3);
  shift(endocardium, endocardium_shift);
  const std::vector<double> minimum = minimum_thickness(shape, s, options);
  round_off(epicardium, options.smoothing);
  const double before = volume_below(epicardium, 0, base_node);
  keep_thickness(epicardium, endocardium, minimum);
  const double thickened = volume_below(epicardium, 0, base_node) - before;
  const double epicardium_shift = level_of_volume(epicardium, cavity + wall, base_node, 0.5);
  shift(epicardium, epicardium_shift);
  keep_thickness(epicardium, endocardium, minimum);

  shape.cavity_volume = volume_below(endocardium, 0, base_node) / io::mm3_per_mL;
  shape.wall_volume = volume_below(epicardium, 0, base_node) / io::mm3_per_mL - shape.cavity_volume;
  shape.endocardium_field = std::move(endocardium.values);
  shape.epicardium_field = std::move(epicardium.values);
  set_axes(shape, s, base_node);
  shape.notes.push_back("smoothing was undone in volume by moving the endocardium " + io::fixed(endocardium_shift, 2) +
                        " mm and the epicardium " + io::fixed(epicardium_shift, 2) + " mm outwards");
  shape.notes.push_back("cavity " + io::fixed(shape.cavity_volume, 1) + " mL (label map " + io::fixed(shape.label_cavity_volume, 1) +
                        "), wall " + io::fixed(shape.wall_volume, 1) + " mL (" + io::fixed(shape.label_wall_volume, 1) +
                        ") below the base plane; the minimum thickness added " + io::fixed(thickened / io::mm3_per_mL, 1) + " mL of wall");
  if (both)
    add_right_ventricle(shape, s, base_node, options, tissue);
  return shape;
}

} // namespace corvivo::mesh
