#include <mesh/shape_parts.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <mesh/pieces.hpp>
#include <mesh/segmentation_labels.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh::detail {

namespace {

constexpr double steepest = 0.268;                        // slope of the base plane: 15 degrees
constexpr double overlap = 4;                             // mm by which the right cavity is continued into the left ventricle
constexpr double corner_rounding = 4, groove_filling = 4; // mm over which two surfaces blend

/// Smallest of two distances, rounded where they differ by less than `width`; never above it. Quilez, polynomial smooth minimum, 2008.
double soft_minimum(double a, double b, double width) {
  const double h = std::max(width - std::abs(a - b), 0.0) / width;
  return std::min(a, b) - 0.25 * h * h * width;
}

double soft_maximum(double a, double b, double width) {
  return -soft_minimum(-a, -b, width);
}

/// Removes the pieces of {field < 0} below plane `top` that are not the largest; returns the volume removed, mm^3.
double keep_largest_piece(LatticeField &field, std::size_t top) {
  std::vector<char> inside(field.index(0, 0, top + 1));
  for (std::size_t v = 0; v < inside.size(); ++v)
    inside[v] = field.values[v] < 0;
  const Pieces found = find_pieces(inside, {field.size[0], field.size[1], top + 1}, Neighbours::faces);
  const int largest = found.largest();
  std::size_t removed = 0;
  for (std::size_t v = 0; v < inside.size(); ++v)
    if (inside[v] && found.piece[v] != largest) {
      field.values[v] = std::max(0.1f, -field.values[v]);
      ++removed;
    }
  return double(removed) * std::pow(field.spacing, 3);
}

/// The right cavity moved outwards by `level`, outside the left ventricle, its edges rounded.
LatticeField outside_left(const LatticeField &right, const std::vector<float> &epicardium, double level) {
  LatticeField cavity = right;
  for (std::size_t v = 0; v < cavity.values.size(); ++v)
    cavity.values[v] = static_cast<float>(soft_maximum(double(right.values[v]) - level, -double(epicardium[v]), corner_rounding));
  return cavity;
}

/// Background that the two ventricles enclose within a slice (trabeculae, gaps along the septum) counts as inside the right cavity.
void fill_enclosed(const io::Image &labels, std::vector<char> &inside) {
  std::vector<char> empty(inside.size());
  for (std::size_t v = 0; v < empty.size(); ++v)
    empty[v] = static_cast<int>(labels.voxels[v]) == background;
  const Pieces found = find_pieces(empty, labels.size, Neighbours::faces_in_plane);
  std::vector<char> open(found.sizes.size(), 0); // reaches the border of its slice
  const std::size_t plane = labels.size[0] * labels.size[1];
  for (std::size_t v = 0; v < inside.size(); ++v) {
    const std::size_t i = v % labels.size[0], j = v % plane / labels.size[0];
    if (i == 0 || j == 0 || i + 1 == labels.size[0] || j + 1 == labels.size[1])
      open[static_cast<std::size_t>(found.piece[v])] = 1;
  }
  for (std::size_t v = 0; v < inside.size(); ++v)
    if (empty[v] && !open[static_cast<std::size_t>(found.piece[v])])
      inside[v] = 1;
}

/// Right cavity, and what of the left ventricle lies within `overlap` of it in the same slice: so that the septum is bounded by the left
/// ventricle's surface alone.
Inside right_with_septum(const Stack &s) {
  const io::Image &labels = s.labels;
  const std::array<std::size_t, 2> reach{static_cast<std::size_t>(overlap / s.pixel[0]), static_cast<std::size_t>(overlap / s.pixel[1])};
  std::vector<char> inside(labels.voxels.size(), 0);
  for (std::size_t v = 0; v < inside.size(); ++v) {
    if (static_cast<int>(labels.voxels[v]) != rv_cavity)
      continue;
    inside[v] = 1;
    const std::size_t i = v % labels.size[0], j = v / labels.size[0] % labels.size[1], k = v / (labels.size[0] * labels.size[1]);
    for (std::size_t y = j - std::min(j, reach[1]); y <= std::min(j + reach[1], labels.size[1] - 1); ++y)
      for (std::size_t x = i - std::min(i, reach[0]); x <= std::min(i + reach[0], labels.size[0] - 1); ++x) {
        const double dx = s.pixel[0] * (double(x) - double(i)), dy = s.pixel[1] * (double(y) - double(j));
        const auto label = static_cast<int>(labels.voxels[labels.index(x, y, k)]);
        if (dx * dx + dy * dy <= overlap * overlap && (label == lv_cavity || label == lv_wall))
          inside[labels.index(x, y, k)] = 1;
      }
  }
  fill_enclosed(labels, inside);
  return [inside = std::move(inside), &labels](std::size_t i, std::size_t j, std::size_t k) { return inside[labels.index(i, j, k)] != 0; };
}

/// Volume (mm^3) of {field < 0} below the shape's base plane, which may be tilted against the lattice.
double volume_below_base(const HeartShape &shape, LatticeField field) {
  for (std::size_t k = 0; k < field.size[2]; ++k)
    for (std::size_t j = 0; j < field.size[1]; ++j)
      for (std::size_t i = 0; i < field.size[0]; ++i) {
        float &value = field.values[field.index(i, j, k)];
        value = std::max(value, static_cast<float>(shape.above_base(shape.node(i, j, k))));
      }
  return volume_below(field, 0, field.size[2] - 1);
}

/// Tilts the base plane to the top of the right ventricle.
void tilt_base(HeartShape &shape, const Stack &s, const RightExtent &extent) {
  const Vector3 centre = centroid(s.labels, rv_cavity, extent.last, extent.last), across = centre - shape.base_centre;
  const Vector3 in_plane = across - io::dot(across, s.base.normal) * s.base.normal;
  shape.base_point = shape.base_centre;
  shape.base_normal = io::normalized(s.base.normal + (extent.drop / io::norm(in_plane)) * io::normalized(in_plane));
  const double degrees = std::acos(std::clamp(io::dot(shape.base_normal, s.base.normal), -1.0, 1.0)) * 180 / M_PI;
  shape.notes.push_back("the right ventricle ends " + io::fixed(extent.drop, 0) + " mm below the left one: the base plane is tilted by " +
                        io::fixed(degrees, 1) + " degrees");
}

/// The level (mm, within 3) where `excess`, which grows with it, is 0 to 0.01 %; the nearest end where it is nowhere. Regula falsi
/// (Illinois).
template <class Excess> double level_of(const Excess &excess) {
  double low = -3, high = 3, at_low = excess(low), at_high = excess(high), level = 0;
  if (at_low > 0 || at_high < 0)
    return at_low > 0 ? low : high;
  for (int i = 0; i < 20; ++i) {
    level = (low * at_high - high * at_low) / (at_high - at_low);
    const double here = excess(level);
    if (std::abs(here) < 1e-4)
      break;
    if (here > 0) {
      high = level, at_high = here, at_low *= 0.5;
    } else {
      low = level, at_low = here, at_high *= 0.5;
    }
  }
  return level;
}

/// The level at which the cavity outside the left ventricle has the volume of its label.
double level_of_right_volume(const HeartShape &shape, const LatticeField &right) {
  const double wanted = io::mm3_per_mL * shape.label_right_volume;
  return level_of([&](double level) { return volume_below_base(shape, outside_left(right, shape.epicardium_field, level)) / wanted - 1; });
}

/// Outside of both ventricles where the right wall's outside is at `wall` (less than 0 inside), at least `thinnest` mm outside its cavity.
std::vector<float> outside_of_both(const HeartShape &shape, const LatticeField &right, const std::vector<float> &wall, double level,
                                   double thinnest) {
  std::vector<float> outer(wall.size());
  for (std::size_t v = 0; v < outer.size(); ++v)
    outer[v] = static_cast<float>(soft_minimum(double(shape.epicardium_field[v]),
                                               std::min(double(wall[v]) - level, double(right.values[v]) - thinnest), groove_filling));
  return outer;
}

/// Volume (mm^3) of the right free wall below the base.
double right_wall_volume(const HeartShape &shape, const LatticeField &right, const std::vector<float> &outer) {
  LatticeField wall = right;
  for (std::size_t v = 0; v < outer.size(); ++v)
    wall.values[v] = std::max({outer[v], -right.values[v], -shape.epicardium_field[v]});
  return volume_below_base(shape, wall);
}

/// Pockets between the two ventricles that a plane parallel to the slices shows as holes of the heart are filled with tissue, as fat and
/// the aortic root fill them; returns their volume below the base, mm^3.
double fill_pockets(HeartShape &shape) {
  const std::array<std::size_t, 3> &size = shape.size;
  std::vector<char> outside(shape.outer_field.size());
  for (std::size_t v = 0; v < outside.size(); ++v)
    outside[v] = shape.outer_field[v] >= 0;
  const Pieces found = find_pieces(outside, size, Neighbours::faces_in_plane);
  std::vector<char> open(found.sizes.size(), 0); // reaches the border of its plane
  for (std::size_t k = 0; k < size[2]; ++k)
    for (std::size_t j = 0; j < size[1]; ++j)
      for (std::size_t i = 0; i < size[0]; ++i)
        if (i == 0 || j == 0 || i + 1 == size[0] || j + 1 == size[1])
          open[static_cast<std::size_t>(found.piece[shape.index(i, j, k)])] = 1;
  LatticeField pockets{size, shape.spacing, std::vector<float>(outside.size(), static_cast<float>(shape.spacing))};
  double volume = 0, voxels = 0;
  for (std::size_t k = 0; k < size[2]; ++k)
    for (std::size_t j = 0; j < size[1]; ++j)
      for (std::size_t i = 0; i < size[0]; ++i) {
        const std::size_t v = shape.index(i, j, k);
        if (outside[v] && !open[static_cast<std::size_t>(found.piece[v])]) {
          pockets.values[v] = -static_cast<float>(shape.spacing);
          volume += shape.above_base(shape.node(i, j, k)) < 0 ? std::pow(shape.spacing, 3) : 0;
          ++voxels;
        }
      }
  if (voxels == 0)
    return 0;
  redistance(pockets);
  for (std::size_t v = 0; v < outside.size(); ++v) // a lattice step into the walls around
    shape.outer_field[v] =
        static_cast<float>(soft_minimum(double(shape.outer_field[v]), double(pockets.values[v]) - shape.spacing, 0.5 * corner_rounding));
  return volume;
}

double kept_right_volume(const Stack &s, const RightExtent &extent) {
  double voxels = 0;
  const std::vector<SliceCount> slices = count_slices(s.labels);
  for (std::size_t k = extent.first; k <= extent.last; ++k)
    voxels += double(slices[k].right);
  return voxels * s.labels.voxel_volume() / io::mm3_per_mL;
}

} // namespace

RightExtent right_extent(const io::Image &labels, const BasePlane &base) {
  const std::vector<SliceCount> slices = count_slices(labels);
  RightExtent extent{base.slice + 1, 0};
  std::size_t seen = 0;
  for (std::size_t k = base.first; k <= base.slice; ++k)
    if (slices[k].right > 0) {
      extent.first = std::min(extent.first, k);
      extent.last = k;
      ++seen;
    }
  if (seen < 3)
    throw io::CaseError(
        labels.source + ": the right ventricle is seen in " + std::to_string(seen) + " slices up to slice " +
        std::to_string(base.slice + 1) +
        " (counted from the apex), the last with a closed left wall; both ventricles need at least three: label it there or "
        "choose ventricles: left");
  const Vector3 across = centroid(labels, rv_cavity, extent.last, extent.last) - centroid(labels, lv_cavity, base.slice, base.slice);
  extent.distance = io::norm(across - io::dot(across, base.normal) * base.normal);
  extent.drop = io::dot(labels.point(0, 0, double(base.slice)) - labels.point(0, 0, double(extent.last)), base.normal);
  return extent;
}

BasePlane base_of_both(const io::Image &labels, const BasePlane &left, std::vector<std::string> &notes) {
  BasePlane base = left;
  RightExtent extent = right_extent(labels, base);
  while (extent.drop > steepest * extent.distance && base.slice > base.first + 3) {
    base = lowered(labels, base, base.slice - 1);
    extent = right_extent(labels, base);
  }
  if (base.slice < left.slice)
    notes.push_back("the right ventricle ends " + std::to_string(left.slice - extent.last) +
                    " slices below the left one: the base plane was moved down by " + std::to_string(left.slice - base.slice) +
                    ", which cuts off " + io::fixed(left.cavity_below - base.cavity_below, 1) + " mL more of the left cavity");
  return base;
}

namespace {

/// Voxels of the labelled right free wall below the base, mm^3.
double labelled_wall(const HeartShape &shape, const io::Image &tissue) {
  double voxels = 0;
  for (std::size_t k = 0; k < tissue.size[2]; ++k)
    for (std::size_t j = 0; j < tissue.size[1]; ++j)
      for (std::size_t i = 0; i < tissue.size[0]; ++i)
        voxels += std::lround(tissue.voxels[tissue.index(i, j, k)]) == right_free_wall &&
                  shape.above_base(tissue.point(double(i), double(j), double(k))) < 0;
  return voxels * tissue.voxel_volume();
}

/// Outside of the right wall as the map shows it.
void take_labelled_wall(HeartShape &shape, const Stack &s, const LatticeField &right, const RightExtent &extent, const io::Image &tissue,
                        const ShapeOptions &options) {
  const Inside cavity = right_with_septum(s);
  std::size_t first = extent.first;
  const Inside inside = [&](std::size_t i, std::size_t j, std::size_t k) {
    return std::lround(tissue.voxels[tissue.index(i, j, k)]) == right_free_wall || cavity(i, j, k);
  };
  for (std::size_t k = extent.first; k-- > s.base.first;)
    for (std::size_t v = tissue.index(0, 0, k); v < tissue.index(0, 0, k + 1); ++v)
      if (std::lround(tissue.voxels[v]) == right_free_wall)
        first = k;
  LatticeField wall = interpolate(shape, s, make_sheet(s, first, extent.last, inside, 1, 0.5 * (s.pixel[0] + s.pixel[1])));
  round_off(wall, options.smoothing);
  const double wanted = labelled_wall(shape, tissue);
  const double level = level_of([&](double moved) {
    return right_wall_volume(shape, right, outside_of_both(shape, right, wall.values, moved, options.minimum_wall)) / wanted - 1;
  });
  shape.outer_field = outside_of_both(shape, right, wall.values, level, options.minimum_wall);
  shape.label_right_wall_volume = wanted / io::mm3_per_mL;
  shape.notes.push_back("the right wall is that of the label map (" + io::fixed(shape.label_right_wall_volume, 1) +
                        " mL below the base plane), its outside moved " + io::fixed(level, 2) + " mm outwards to keep its volume: " +
                        io::fixed(right_wall_volume(shape, right, shape.outer_field) / io::mm3_per_mL, 1) + " mL");
}

bool shows_right_wall(const io::Image *tissue) {
  return tissue && std::any_of(tissue->voxels.begin(), tissue->voxels.end(), [](float v) { return std::lround(v) == right_free_wall; });
}

} // namespace

void add_right_ventricle(HeartShape &shape, const Stack &s, std::size_t base_node, const ShapeOptions &options, const io::Image *tissue) {
  const RightExtent extent = right_extent(s.labels, s.base);
  if (extent.drop > 0)
    tilt_base(shape, s, extent);
  shape.label_right_volume = kept_right_volume(s, extent);
  const Sheet sheet = make_sheet(s, extent.first, extent.last, right_with_septum(s), 1, 0.5 * (s.pixel[0] + s.pixel[1]));
  LatticeField right = interpolate(shape, s, sheet);
  round_off(right, options.smoothing);
  const double removed = keep_largest_piece(right, base_node);
  if (removed > 0) {
    redistance(right);
    shape.notes.push_back("pieces of the right ventricle that stood apart from it were left out (" +
                          io::fixed(removed / io::mm3_per_mL, 1) + " mL)");
  }
  const double level = level_of_right_volume(shape, right);
  right = outside_left(right, shape.epicardium_field, level);
  keep_largest_piece(right, right.size[2] - 1); // the left ventricle may have cut off a tip
  redistance(right);
  shape.right_volume = volume_below_base(shape, right) / io::mm3_per_mL;
  shape.notes.push_back("right cavity " + io::fixed(shape.right_volume, 1) + " mL (label map " + io::fixed(shape.label_right_volume, 1) +
                        ") below the base plane, moved " + io::fixed(level, 2) + " mm outwards to keep it");
  if (shows_right_wall(tissue)) {
    take_labelled_wall(shape, s, right, extent, *tissue, options);
  } else {
    shape.outer_field = outside_of_both(shape, right, right.values, 0, options.right_wall);
    shape.notes.push_back("the right wall of " + io::fixed(options.right_wall, 1) + " mm is grown, not measured");
  }
  shape.right_field = std::move(right.values);
  const double pockets = fill_pockets(shape);
  if (pockets > 0)
    shape.notes.push_back("gaps between the two ventricles that the heart encloses were filled with tissue (" +
                          io::fixed(pockets / io::mm3_per_mL, 2) + " mL)");
}

} // namespace corvivo::mesh::detail
