#include <mesh/shape_parts.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh::detail {

namespace {

constexpr double corner_rounding = 2, groove_filling = 4; // mm over which two surfaces blend

/// Smallest of two distances, rounded where they differ by less than `width`; never above it. Quilez, polynomial smooth minimum, 2008.
double soft_minimum(double a, double b, double width) {
  const double h = std::max(width - std::abs(a - b), 0.0) / width;
  return std::min(a, b) - 0.25 * h * h * width;
}

double soft_maximum(double a, double b, double width) {
  return -soft_minimum(-a, -b, width);
}

/// First slice that shows the right ventricle. Throws CaseError unless it is seen in at least three slices and at the base.
std::size_t first_slice(const Stack &s) {
  const std::vector<SliceCount> slices = count_slices(s.labels);
  std::size_t first = s.base.slice, seen = 0;
  for (std::size_t k = s.base.first; k <= s.base.slice; ++k)
    if (slices[k].right > 0) {
      first = std::min(first, k);
      ++seen;
    }
  const std::string base = "slice " + std::to_string(s.base.slice + 1) + " (counted from the apex)";
  if (slices[s.base.slice].right == 0)
    throw io::CaseError(s.labels.source + ": the right ventricle is not seen in " + base +
                        ", where the base plane cuts the left one; label it there or choose ventricles: left");
  if (seen < 3)
    throw io::CaseError(s.labels.source + ": the right ventricle is seen in " + std::to_string(seen) + " slices up to " + base +
                        "; a mesh needs at least three, or choose ventricles: left");
  return first;
}

/// Removes the pieces of {field < 0} below plane `top` that are not the largest; returns the volume removed, mm^3.
double keep_largest_piece(LatticeField &field, std::size_t top) {
  const std::size_t plane = field.size[0] * field.size[1], nodes = plane * (top + 1);
  std::vector<int> piece(nodes, 0);
  std::vector<std::size_t> sizes{0}, front;
  const std::array<std::size_t, 3> stride{1, field.size[0], plane};
  for (std::size_t seed = 0; seed < nodes; ++seed) {
    if (piece[seed] != 0 || field.values[seed] >= 0)
      continue;
    sizes.push_back(0);
    const int name = static_cast<int>(sizes.size()) - 1;
    piece[seed] = name;
    front.assign(1, seed);
    while (!front.empty()) {
      const std::size_t v = front.back();
      front.pop_back();
      ++sizes.back();
      const std::array<std::size_t, 3> at{v % field.size[0], v / field.size[0] % field.size[1], v / plane};
      for (std::size_t a = 0; a < 3; ++a)
        for (const bool up : {false, true}) {
          if (up ? at[a] + 1 >= (a == 2 ? top + 1 : field.size[a]) : at[a] == 0)
            continue;
          const std::size_t w = up ? v + stride[a] : v - stride[a];
          if (piece[w] == 0 && field.values[w] < 0) {
            piece[w] = name;
            front.push_back(w);
          }
        }
    }
  }
  const auto largest = static_cast<int>(std::max_element(sizes.begin(), sizes.end()) - sizes.begin());
  std::size_t removed = 0;
  for (std::size_t v = 0; v < nodes; ++v)
    if (piece[v] != 0 && piece[v] != largest) {
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

} // namespace

void add_right_ventricle(HeartShape &shape, const Stack &s, std::size_t base_node, const ShapeOptions &options) {
  shape.label_right_volume = kept_volume(s, rv_cavity);
  const Sheet sheet = make_sheet(s, first_slice(s), bit(rv_cavity), 1, 0.5 * (s.pixel[0] + s.pixel[1]));
  LatticeField right = interpolate(shape, s, sheet);
  round_off(right, options.smoothing);
  const double removed = keep_largest_piece(right, base_node);
  if (removed > 0) {
    redistance(right);
    shape.notes.push_back("pieces of the right ventricle that stood apart from it were left out (" +
                          io::fixed(removed / io::mm3_per_mL, 1) + " mL)");
  }
  double low = -3, high = 3; // mm: the level at which the cavity has the volume of its label
  for (int i = 0; i < 14; ++i) {
    const double middle = 0.5 * (low + high);
    const bool small =
        volume_below(outside_left(right, shape.epicardium_field, middle), 0, base_node) < io::mm3_per_mL * shape.label_right_volume;
    (small ? low : high) = middle;
  }
  const double level = 0.5 * (low + high);
  right = outside_left(right, shape.epicardium_field, level);
  redistance(right);
  shape.right_volume = volume_below(right, 0, base_node) / io::mm3_per_mL;
  shape.outer_field = shape.epicardium_field;
  for (std::size_t v = 0; v < right.values.size(); ++v)
    shape.outer_field[v] =
        static_cast<float>(soft_minimum(double(shape.epicardium_field[v]), double(right.values[v]) - options.right_wall, groove_filling));
  shape.right_field = std::move(right.values);
  shape.notes.push_back("right cavity " + io::fixed(shape.right_volume, 1) + " mL (label map " + io::fixed(shape.label_right_volume, 1) +
                        ") below the base plane, moved " + io::fixed(level, 2) + " mm outwards to keep it; its wall of " +
                        io::fixed(options.right_wall, 1) + " mm is grown, not measured");
}

} // namespace corvivo::mesh::detail
