#include <io/report/surface_picture.hpp>

#include <io/base/errors.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace corvivo::io {

namespace {

using Triangle = std::array<std::size_t, 3>;

/// Faces that belong to one tetrahedron only.
std::vector<Triangle> boundary_of(const Grid &grid) {
  std::map<Triangle, std::pair<int, Triangle>> faces;
  constexpr std::size_t face[4][3] = {{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {0, 3, 2}};
  for (std::size_t c = 0; c < grid.cells(); ++c) {
    if (grid.cell_types[c] != CellType::tetrahedron && grid.cell_types[c] != CellType::quadratic_tetrahedron)
      continue;
    const std::size_t *nodes = &grid.cell_points[grid.cell_offsets[c]];
    for (const auto &f : face) {
      const Triangle own{nodes[f[0]], nodes[f[1]], nodes[f[2]]};
      Triangle key = own;
      std::sort(key.begin(), key.end());
      auto &entry = faces[key];
      ++entry.first;
      entry.second = own;
    }
  }
  std::vector<Triangle> outside;
  for (const auto &[key, entry] : faces)
    if (entry.first == 1)
      outside.push_back(entry.second);
  return outside;
}

std::vector<Vector3> point_normals(const ColouredSurface &surface) {
  std::vector<Vector3> normals(surface.points.size(), Vector3{});
  for (const Triangle &t : surface.triangles) {
    const Vector3 area = cross(surface.points[t[1]] - surface.points[t[0]], surface.points[t[2]] - surface.points[t[0]]);
    for (const std::size_t p : t)
      normals[p] = normals[p] + area;
  }
  for (Vector3 &n : normals)
    n = normalized(n);
  return normals;
}

/// One sample of the picture.
struct Sample {
  double depth = -std::numeric_limits<double>::infinity(), value = 0, light = 0;
  bool hit() const { return std::isfinite(depth); }
};

/// Picture coordinates: x to the right, y down, z towards the viewer; all in samples.
struct View {
  Vector3 right, up, towards, centre;
  double scale;
  std::size_t size;
  Vector3 project(const Vector3 &p) const {
    const Vector3 d = p - centre;
    return {0.5 * double(size) + scale * dot(d, right), 0.5 * double(size) - scale * dot(d, up), scale * dot(d, towards)};
  }
};

View view_of(const ColouredSurface &surface, const Camera &camera, std::size_t size) {
  View view;
  view.size = size;
  view.towards = normalized(camera.towards_viewer);
  view.right = normalized(cross(camera.up, view.towards));
  view.up = cross(view.towards, view.right);
  Vector3 low, high;
  low.fill(std::numeric_limits<double>::infinity());
  high.fill(-std::numeric_limits<double>::infinity());
  for (const Triangle &t : surface.triangles)
    for (const std::size_t p : t)
      for (std::size_t k = 0; k < 3; ++k)
        low[k] = std::min(low[k], surface.points[p][k]), high[k] = std::max(high[k], surface.points[p][k]);
  view.centre = 0.5 * (low + high);
  double radius = 1e-9; // of the disc that the body fills in this view
  for (const Triangle &t : surface.triangles)
    for (const std::size_t p : t) {
      const Vector3 d = surface.points[p] - view.centre;
      radius = std::max({radius, std::abs(dot(d, view.right)), std::abs(dot(d, view.up))});
    }
  view.scale = 0.48 * double(size) / radius;
  return view;
}

/// Light from the upper left beside the viewer, plus some from everywhere.
double lit(const Vector3 &normal, const View &view) {
  const Vector3 light = normalized(view.towards + 0.6 * view.up + (-0.5) * view.right);
  const bool away = dot(normal, view.towards) < 0;
  return 0.62 + 0.40 * std::max(0.0, (away ? -1.0 : 1.0) * dot(normal, light)) - (away ? 0.10 : 0.0);
}

void rasterize(const ColouredSurface &surface, const View &view, std::vector<Sample> &samples) {
  const std::vector<Vector3> normals = point_normals(surface);
  std::vector<Vector3> projected(surface.points.size());
  for (std::size_t i = 0; i < projected.size(); ++i)
    projected[i] = view.project(surface.points[i]);
  const double last = double(view.size) - 1;
  for (const Triangle &t : surface.triangles) {
    const Vector3 &a = projected[t[0]], &b = projected[t[1]], &c = projected[t[2]];
    const double area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    if (area == 0)
      continue;
    const double x_low = std::ceil(std::max(0.0, std::min({a[0], b[0], c[0]}))), x_high = std::min(last, std::max({a[0], b[0], c[0]}));
    const double y_low = std::ceil(std::max(0.0, std::min({a[1], b[1], c[1]}))), y_high = std::min(last, std::max({a[1], b[1], c[1]}));
    for (double y = y_low; y <= y_high; ++y)
      for (double x = x_low; x <= x_high; ++x) {
        const double wb = ((x - a[0]) * (c[1] - a[1]) - (y - a[1]) * (c[0] - a[0])) / area;
        const double wc = ((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])) / area;
        const double wa = 1 - wb - wc;
        if (wa < -1e-9 || wb < -1e-9 || wc < -1e-9)
          continue;
        Sample &sample = samples[std::size_t(y) * view.size + std::size_t(x)];
        const double depth = wa * a[2] + wb * b[2] + wc * c[2];
        if (depth <= sample.depth)
          continue;
        const Vector3 normal = normalized(wa * normals[t[0]] + wb * normals[t[1]] + wc * normals[t[2]]);
        sample = {depth, wa * surface.values[t[0]] + wb * surface.values[t[1]] + wc * surface.values[t[2]], lit(normal, view)};
      }
  }
}

/// The value crosses a multiple of `step` between this sample and the next on its right or below, on the same sheet of the surface.
bool on_isoline(const std::vector<Sample> &samples, std::size_t size, std::size_t x, std::size_t y, double step) {
  const Sample &own = samples[y * size + x];
  if (step <= 0 || !own.hit() || !std::isfinite(own.value))
    return false;
  for (const auto &[nx, ny] : {std::pair{x + 1, y}, {x, y + 1}}) {
    if (nx >= size || ny >= size)
      continue;
    const Sample &next = samples[ny * size + nx];
    const bool same_sheet = next.hit() && std::abs(next.depth - own.depth) < 0.02 * double(size);
    if (same_sheet && std::isfinite(next.value) && std::floor(own.value / step) != std::floor(next.value / step))
      return true;
  }
  return false;
}

std::array<double, 4> colour_of(const Sample &sample, const std::array<double, 2> &range, bool isoline) {
  if (!sample.hit())
    return {0, 0, 0, 0};
  const double fraction = (sample.value - range[0]) / std::max(1e-300, range[1] - range[0]);
  const Colour base = std::isfinite(fraction) ? scale_colour(fraction) : Colour{170, 174, 180, 255};
  const double light = sample.light * (isoline ? 0.45 : 1.0);
  return {light * base[0], light * base[1], light * base[2], 255};
}

} // namespace

ColouredSurface outer_surface(const Grid &grid, const std::string &array) {
  const Grid::Array *values = grid.find_point_data(array);
  if (!values || values->components != 1 || values->values.size() != grid.points.size())
    throw CaseError("picture: no point data '" + array + "' with one value a point; expected one of the grid's arrays");
  ColouredSurface surface{grid.points, {}, values->values};
  for (std::size_t c = 0; c < grid.cells(); ++c)
    if (grid.cell_types[c] == CellType::triangle) {
      const std::size_t *nodes = &grid.cell_points[grid.cell_offsets[c]];
      surface.triangles.push_back({nodes[0], nodes[1], nodes[2]});
    }
  if (surface.triangles.empty())
    surface.triangles = boundary_of(grid);
  return surface;
}

std::array<double, 2> value_range(const ColouredSurface &surface) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const Triangle &t : surface.triangles)
    for (const std::size_t p : t)
      if (std::isfinite(surface.values[p]))
        low = std::min(low, surface.values[p]), high = std::max(high, surface.values[p]);
  return low <= high ? std::array<double, 2>{low, high} : std::array<double, 2>{0, 1};
}

Colour scale_colour(double fraction) {
  // Red, orange, yellow, green, blue: the order in which electrophysiologists read maps, without the rainbow's dark ends.
  constexpr double stops[6][3] = {{196, 38, 46}, {238, 122, 48}, {250, 208, 92}, {126, 196, 122}, {52, 142, 178}, {48, 70, 150}};
  const double place = 5 * std::min(1.0, std::max(0.0, fraction));
  const int lower = std::min(4, static_cast<int>(place));
  const double w = place - lower;
  Colour colour{0, 0, 0, 255};
  for (std::size_t c = 0; c < 3; ++c)
    colour[c] = static_cast<std::uint8_t>(std::lround((1 - w) * stops[lower][c] + w * stops[lower + 1][c]));
  return colour;
}

Picture draw(const ColouredSurface &surface, const Camera &camera, const std::array<double, 2> &range, double isoline_step,
             std::size_t size) {
  const std::size_t fine = 2 * size;
  std::vector<Sample> samples(fine * fine);
  rasterize(surface, view_of(surface, camera, fine), samples);
  Picture picture(size, size);
  for (std::size_t y = 0; y < size; ++y)
    for (std::size_t x = 0; x < size; ++x) {
      std::array<double, 4> sum{};
      int hits = 0;
      for (std::size_t k = 0; k < 4; ++k) {
        const std::size_t fx = 2 * x + k % 2, fy = 2 * y + k / 2;
        const auto colour = colour_of(samples[fy * fine + fx], range, on_isoline(samples, fine, fx, fy, isoline_step));
        hits += colour[3] > 0;
        for (std::size_t c = 0; c < 4; ++c)
          sum[c] += colour[c];
      }
      if (hits > 0)
        for (std::size_t c = 0; c < 4; ++c)
          picture.at(x, y)[c] = static_cast<std::uint8_t>(std::min(255.0, sum[c] / (c == 3 ? 4 : hits)));
    }
  return picture;
}

std::vector<NamedCamera> cameras(const SurfacePicture &picture) {
  const bool has_axis = norm(picture.base_direction) > 0, has_right = norm(picture.to_right_ventricle) > 0;
  const Vector3 up = has_axis ? normalized(picture.base_direction) : Vector3{0, 0, 1};
  Vector3 side = has_right ? picture.to_right_ventricle : std::abs(up[0]) < 0.9 ? Vector3{1, 0, 0} : Vector3{0, 1, 0};
  side = normalized(side - dot(side, up) * up);
  const Vector3 tilt = 0.35 * up;
  return {{has_right ? "Septal side" : "One side", {side + tilt, up}},
          {has_right ? "Free wall" : "Other side", {(-1.0) * side + tilt, up}},
          {has_axis ? "From the base" : "From above", {up + 0.25 * side, (-1.0) * side}}};
}

} // namespace corvivo::io
