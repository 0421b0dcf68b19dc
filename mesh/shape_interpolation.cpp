#include <mesh/shape_interpolation.hpp>

#include <io/base/errors.hpp>
#include <io/base/schema.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <mesh/segmentation_checks.hpp>
#include <mesh/signed_distance.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

namespace corvivo::mesh {

void ShapeOptions::describe(io::Schema &schema) {
  schema.quantity("lattice_spacing", lattice_spacing, "mm", io::between(0.5, 3), "Step of the lattice that holds the smooth surfaces.");
  schema.quantity("smoothing", smoothing, "mm", io::between(0.1, 5), "Standard deviation of the Gaussian that smooths the surfaces.");
  schema.quantity("minimum_wall", minimum_wall, "mm", io::between(0.5, 5), "The wall is made at least this thick.");
  schema.quantity("minimum_apical_wall", minimum_apical_wall, "mm", io::between(0.5, 8),
                  "The same below the last slice that shows cavity.");
}

namespace {

constexpr double margin = 7; // mm of lattice around the epicardium and above the base plane

/// The slices' own frame: two directions in their plane, the third towards the base, and the pixel window around the ventricle.
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

int label_at(const io::Image &labels, std::size_t i, std::size_t j, std::size_t k) {
  return static_cast<int>(labels.voxels[labels.index(i, j, k)]);
}

Stack make_stack(const io::Image &labels, const BasePlane &base) {
  Stack s{labels, base};
  const auto column = [&](std::size_t a) { return Vector3{labels.affine[0][a], labels.affine[1][a], labels.affine[2][a]}; };
  s.pixel = {labels.spacing(0), labels.spacing(1)};
  if (std::abs(io::dot(column(0), column(1))) > 1e-3 * s.pixel[0] * s.pixel[1])
    throw io::CaseError(labels.source + ": rows and columns of its slices are not at right angles; resample it to a short-axis stack");
  s.axes[2] = base.normal;
  s.axes[0] = io::normalized(column(0));
  s.axes[1] = io::cross(s.axes[2], s.axes[0]);
  s.step = io::dot(column(2), base.normal);
  std::array<std::size_t, 2> lo{labels.size[0], labels.size[1]}, hi{0, 0};
  s.first_cavity = base.slice;
  for (std::size_t k = base.first; k <= base.slice; ++k)
    for (std::size_t j = 0; j < labels.size[1]; ++j)
      for (std::size_t i = 0; i < labels.size[0]; ++i) {
        const int label = label_at(labels, i, j, k);
        if (label == lv_cavity)
          s.first_cavity = std::min(s.first_cavity, k);
        if (label == lv_cavity || label == lv_wall)
          lo = {std::min(lo[0], i), std::min(lo[1], j)}, hi = {std::max(hi[0], i), std::max(hi[1], j)};
      }
  for (std::size_t a = 0; a < 2; ++a) { // the window may reach beyond the image: pixels there count as background
    const auto border = static_cast<std::size_t>(std::ceil((margin + 3) / s.pixel[a]));
    s.low[a] = lo[a] - border; // wraps below zero on purpose; see inside()
    s.size[a] = hi[a] - lo[a] + 1 + 2 * border;
  }
  return s;
}

PlaneField slice_distance(const Stack &s, std::size_t k, bool with_wall, double smoothing) {
  std::vector<char> inside(s.size[0] * s.size[1], 0);
  for (std::size_t j = 0; j < s.size[1]; ++j)
    for (std::size_t i = 0; i < s.size[0]; ++i) {
      const std::size_t x = s.low[0] + i, y = s.low[1] + j;
      if (x >= s.labels.size[0] || y >= s.labels.size[1])
        continue;
      const int label = label_at(s.labels, x, y, k);
      inside[i + s.size[0] * j] = label == lv_cavity || (with_wall && label == lv_wall);
    }
  return plane_distance(inside, s.size, s.pixel, smoothing);
}

/// Squared equivalent radius of a slice's region, mm^2.
double squared_radius(const PlaneField &slice) {
  const auto inside = std::count_if(slice.values.begin(), slice.values.end(), [](double d) { return d < 0; });
  return static_cast<double>(inside) * slice.spacing[0] * slice.spacing[1] / M_PI;
}

/// A paraboloid through the two lowest slices ends where its squared radius reaches zero; never nearer than half a slice step nor farther
/// than `most` steps, where another slice would have shown it.
Sheet make_sheet(const Stack &s, std::size_t first, bool with_wall, double most, double smoothing) {
  Sheet sheet{first};
  for (std::size_t k = first; k <= s.base.slice; ++k)
    sheet.slices.push_back(slice_distance(s, k, with_wall, smoothing));
  const double last = squared_radius(sheet.slices[0]), next = squared_radius(sheet.slices[1]);
  const double growth = std::max(next - last, 1e-6) / s.step;
  sheet.depth = std::clamp(last / growth, 0.5 * s.step, most * s.step);
  sheet.radius = std::max(0.3, -*std::min_element(sheet.slices[0].values.begin(), sheet.slices[0].values.end()));
  return sheet;
}

/// Value along one column of the stack: monotone cubic through the slices (Fritsch and Butland, SIAM J Sci Stat Comput 5:300, 1984), the
/// paraboloid below, the limited end slope above.
class Column {
public:
  Column(const Sheet &sheet, double step, std::vector<double> values)
      : sheet_(sheet), step_(step), values_(std::move(values)), slopes_(values_.size()) {
    const std::size_t n = values_.size();
    for (std::size_t k = 1; k + 1 < n; ++k) {
      const double a = values_[k] - values_[k - 1], b = values_[k + 1] - values_[k];
      slopes_[k] = a * b > 0 ? 2 * a * b / (a + b) / step_ : 0;
    }
    slopes_[0] = -0.5 * sheet_.radius / sheet_.depth;
    slopes_[n - 1] = std::clamp((values_[n - 1] - values_[n - 2]) / step_, -0.25, 0.25);
  }
  /// `height` above the first slice, mm.
  double at(double height) const {
    if (height < 0)
      return values_[0] + closing(-height);
    const std::size_t last = values_.size() - 1;
    const double x = height / step_;
    if (x >= static_cast<double>(last))
      return values_[last] + slopes_[last] * (height - step_ * static_cast<double>(last));
    const auto k = static_cast<std::size_t>(x);
    const double t = x - static_cast<double>(k), u = 1 - t;
    return u * u * (1 + 2 * t) * values_[k] + t * t * (1 + 2 * u) * values_[k + 1] + step_ * t * u * (u * slopes_[k] - t * slopes_[k + 1]);
  }

private:
  /// A disc of radius r shrinks as r sqrt(1 - s / depth) and is gone at s = depth.
  double closing(double s) const {
    return s < sheet_.depth ? sheet_.radius * (1 - std::sqrt(1 - s / sheet_.depth)) : sheet_.radius + (s - sheet_.depth);
  }
  const Sheet &sheet_;
  double step_;
  std::vector<double> values_, slopes_;
};

/// Lattice of the shape: its third axis hits the base plane at a node.
void set_lattice(HeartShape &shape, const Stack &s, double depth, std::size_t &base_node) {
  const double h = shape.spacing;
  const double bottom = s.height(s.base.first) - depth - margin, plane = io::dot(s.base.point, s.axes[2]);
  base_node = static_cast<std::size_t>(std::ceil((plane - bottom) / h));
  const Vector3 corner =
      s.labels.point(static_cast<double>(static_cast<long>(s.low[0])), static_cast<double>(static_cast<long>(s.low[1])), 0);
  // v may run against the row order: start from the end of the window that is lowest along each axis
  const Vector3 far = s.labels.point(static_cast<double>(static_cast<long>(s.low[0] + s.size[0] - 1)),
                                     static_cast<double>(static_cast<long>(s.low[1] + s.size[1] - 1)), 0);
  std::array<double, 3> start{}, extent{};
  for (std::size_t a = 0; a < 2; ++a) {
    const double p = io::dot(corner, s.axes[a]), q = io::dot(far, s.axes[a]);
    const double drift = io::dot(s.labels.point(0, 0, static_cast<double>(s.base.first)) - s.labels.point(0, 0, 0), s.axes[a]);
    start[a] = std::min(p, q) + drift;
    extent[a] = std::abs(p - q);
  }
  start[2] = plane - h * static_cast<double>(base_node);
  extent[2] = plane + margin - start[2];
  for (std::size_t a = 0; a < 3; ++a)
    shape.size[a] = static_cast<std::size_t>(std::ceil(extent[a] / h)) + 1;
  shape.origin = start[0] * s.axes[0] + start[1] * s.axes[1] + start[2] * s.axes[2];
}

LatticeField interpolate(const HeartShape &shape, const Stack &s, const Sheet &sheet) {
  LatticeField field{shape.size, shape.spacing, std::vector<float>(shape.size[0] * shape.size[1] * shape.size[2])};
  const double first_height = s.height(sheet.first);
  std::vector<double> values(sheet.slices.size());
  for (std::size_t j = 0; j < shape.size[1]; ++j)
    for (std::size_t i = 0; i < shape.size[0]; ++i) {
      const Vector3 foot = shape.node(i, j, 0);
      for (std::size_t n = 0; n < values.size(); ++n) {
        const Vector3 p = foot + (s.height(sheet.first + n) - io::dot(foot, s.axes[2])) * s.axes[2], voxel = s.labels.voxel(p);
        values[n] = sheet.slices[n].at(voxel[0] - static_cast<double>(static_cast<long>(s.low[0])),
                                       voxel[1] - static_cast<double>(static_cast<long>(s.low[1])));
      }
      const Column column(sheet, s.step, values);
      const double bottom = io::dot(foot, s.axes[2]) - first_height;
      for (std::size_t k = 0; k < shape.size[2]; ++k)
        field.values[field.index(i, j, k)] = static_cast<float>(column.at(bottom + shape.spacing * static_cast<double>(k)));
    }
  return field;
}

void round_off(LatticeField &field, double smoothing) {
  redistance(field);
  smooth(field, smoothing);
  redistance(field);
}

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

/// Voxels of a label in the slices that the shape is made from, mL.
double kept_volume(const Stack &s, int label) {
  const std::size_t plane = s.labels.size[0] * s.labels.size[1];
  const auto begin = s.labels.voxels.begin();
  const auto count = std::count(begin + static_cast<long>(s.base.first * plane), begin + static_cast<long>((s.base.slice + 1) * plane),
                                static_cast<float>(label));
  return static_cast<double>(count) * s.labels.voxel_volume() / io::mm3_per_mL;
}

} // namespace

HeartShape interpolate_shape(const io::Image &labels, const BasePlane &base, const ShapeOptions &options) {
  const Stack s = make_stack(labels, base);
  const double in_plane = 0.5 * (s.pixel[0] + s.pixel[1]);
  const bool capped = s.first_cavity > base.first; // a slice of wall only closes the apex
  const Sheet inner = make_sheet(s, s.first_cavity, false, 1, in_plane),
              outer = make_sheet(s, base.first, true, capped ? 1 : 1.5, in_plane);
  HeartShape shape;
  shape.spacing = options.lattice_spacing;
  shape.axes = s.axes;
  shape.base_point = base.point;
  shape.base_normal = base.normal;
  shape.label_cavity_volume = kept_volume(s, lv_cavity);
  shape.label_wall_volume = kept_volume(s, lv_wall);
  std::size_t base_node = 0;
  set_lattice(shape, s, std::max(outer.depth, inner.depth + options.minimum_apical_wall), base_node);

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
  return shape;
}

} // namespace corvivo::mesh
