#include <mesh/shape_parts.hpp>

#include <io/base/errors.hpp>
#include <io/base/units.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh::detail {

namespace {

int label_at(const io::Image &labels, std::size_t i, std::size_t j, std::size_t k) {
  return static_cast<int>(labels.voxels[labels.index(i, j, k)]);
}

} // namespace

Stack make_stack(const io::Image &labels, const BasePlane &base, unsigned shown) {
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
        if (shown & bit(label))
          lo = {std::min(lo[0], i), std::min(lo[1], j)}, hi = {std::max(hi[0], i), std::max(hi[1], j)};
      }
  for (std::size_t a = 0; a < 2; ++a) { // the window may reach beyond the image: pixels there count as background
    const auto border = static_cast<std::size_t>(std::ceil((margin + 3) / s.pixel[a]));
    s.low[a] = lo[a] - border; // wraps below zero on purpose; see inside()
    s.size[a] = hi[a] - lo[a] + 1 + 2 * border;
  }
  return s;
}

namespace {

PlaneField slice_distance(const Stack &s, std::size_t k, const Inside &shown, double smoothing) {
  std::vector<char> inside(s.size[0] * s.size[1], 0);
  for (std::size_t j = 0; j < s.size[1]; ++j)
    for (std::size_t i = 0; i < s.size[0]; ++i) {
      const std::size_t x = s.low[0] + i, y = s.low[1] + j;
      if (x >= s.labels.size[0] || y >= s.labels.size[1])
        continue;
      inside[i + s.size[0] * j] = shown(x, y, k);
    }
  return plane_distance(inside, s.size, s.pixel, smoothing);
}

/// Squared equivalent radius of a slice's region, mm^2.
double squared_radius(const PlaneField &slice) {
  const auto inside = std::count_if(slice.values.begin(), slice.values.end(), [](double d) { return d < 0; });
  return static_cast<double>(inside) * slice.spacing[0] * slice.spacing[1] / M_PI;
}

bool any_inside(const Stack &s, std::size_t k, const Inside &inside) {
  for (std::size_t j = 0; j < s.labels.size[1]; ++j)
    for (std::size_t i = 0; i < s.labels.size[0]; ++i)
      if (inside(i, j, k))
        return true;
  return false;
}

PlaneField mean_of(const PlaneField &a, const PlaneField &b, double share_of_b) {
  PlaneField mean = a;
  for (std::size_t p = 0; p < mean.values.size(); ++p)
    mean.values[p] = (1 - share_of_b) * a.values[p] + share_of_b * b.values[p];
  return mean;
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

} // namespace

Inside shows_any(const io::Image &labels, unsigned bits) {
  return [&labels, bits](std::size_t i, std::size_t j, std::size_t k) { return (bits & bit(label_at(labels, i, j, k))) != 0; };
}

Sheet make_sheet(const Stack &s, std::size_t first, std::size_t last_slice, const Inside &inside, double most, double smoothing) {
  Sheet sheet;
  sheet.first = first;
  std::size_t shown = 0; // the last slice that shows something, counted from `first`
  for (std::size_t k = first; k <= last_slice; ++k) {
    if (!any_inside(s, k, inside)) {
      sheet.slices.emplace_back();
      continue;
    }
    sheet.slices.push_back(slice_distance(s, k, inside, smoothing));
    const std::size_t here = k - first;
    for (std::size_t gap = shown + 1; gap < here; ++gap)
      sheet.slices[gap] = mean_of(sheet.slices[shown], sheet.slices[here], double(gap - shown) / double(here - shown));
    shown = here;
  }
  CORVIVO_ASSERT(shown + 1 == sheet.slices.size() && shown > 0, "a surface must reach from its first slice to its last");
  const double last = squared_radius(sheet.slices[0]), next = squared_radius(sheet.slices[1]);
  const double growth = std::max(next - last, 1e-6) / s.step;
  sheet.depth = std::clamp(last / growth, 0.5 * s.step, most * s.step);
  sheet.radius = std::max(0.3, -*std::min_element(sheet.slices[0].values.begin(), sheet.slices[0].values.end()));
  return sheet;
}

void set_lattice(HeartShape &shape, const Stack &s, double depth, double above, std::size_t &base_node) {
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
  extent[2] = plane + above - start[2];
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

double kept_volume(const Stack &s, int label) {
  const std::size_t plane = s.labels.size[0] * s.labels.size[1];
  const auto begin = s.labels.voxels.begin();
  const auto count = std::count(begin + static_cast<long>(s.base.first * plane), begin + static_cast<long>((s.base.slice + 1) * plane),
                                static_cast<float>(label));
  return static_cast<double>(count) * s.labels.voxel_volume() / io::mm3_per_mL;
}

} // namespace corvivo::mesh::detail
