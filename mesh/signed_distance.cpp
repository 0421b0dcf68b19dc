#include <mesh/signed_distance.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::mesh {

namespace {

/// Lower envelope of parabolas: squared distance along one line. Felzenszwalb and Huttenlocher, Theory Comput 8:415, 2012.
void squared_distance_along(std::vector<double> &f, double spacing) {
  const std::size_t n = f.size();
  const double far = std::numeric_limits<double>::max() / 4;
  std::vector<std::size_t> vertex(n);
  std::vector<double> from(n + 1), out(n);
  std::size_t last = 0;
  bool any = false;
  const auto x = [&](std::size_t q) { return spacing * static_cast<double>(q); };
  for (std::size_t q = 0; q < n; ++q) {
    if (f[q] >= far)
      continue;
    if (!any) {
      vertex[0] = q, from[0] = -far, from[1] = far;
      any = true;
      continue;
    }
    const auto meet = [&] {
      const std::size_t v = vertex[last];
      return ((f[q] + x(q) * x(q)) - (f[v] + x(v) * x(v))) / (2 * x(q) - 2 * x(v));
    };
    double s = meet();
    while (s <= from[last]) {
      --last;
      s = meet();
    }
    ++last;
    vertex[last] = q, from[last] = s, from[last + 1] = far;
  }
  if (!any)
    return;
  for (std::size_t q = 0, v = 0; q < n; ++q) {
    while (from[v + 1] < x(q))
      ++v;
    const double d = x(q) - x(vertex[v]);
    out[q] = d * d + f[vertex[v]];
  }
  f = out;
}

/// Distance (mm) of each pixel centre to the nearest pixel whose mask equals `target`.
std::vector<double> distance_to(const std::vector<char> &mask, char target, const std::array<std::size_t, 2> &size,
                                const std::array<double, 2> &spacing) {
  std::vector<double> d(mask.size());
  for (std::size_t p = 0; p < mask.size(); ++p)
    d[p] = (mask[p] != 0) == (target != 0) ? 0 : std::numeric_limits<double>::max() / 2;
  std::vector<double> line;
  for (std::size_t j = 0; j < size[1]; ++j) {
    const auto row = d.begin() + static_cast<long>(j * size[0]);
    line.assign(row, row + static_cast<long>(size[0]));
    squared_distance_along(line, spacing[0]);
    std::copy(line.begin(), line.end(), row);
  }
  for (std::size_t i = 0; i < size[0]; ++i) {
    line.resize(size[1]);
    for (std::size_t j = 0; j < size[1]; ++j)
      line[j] = d[i + size[0] * j];
    squared_distance_along(line, spacing[1]);
    for (std::size_t j = 0; j < size[1]; ++j)
      d[i + size[0] * j] = std::sqrt(line[j]);
  }
  return d;
}

std::vector<double> gaussian(double sigma) {
  const int reach = static_cast<int>(std::ceil(3 * sigma));
  std::vector<double> weights;
  double sum = 0;
  for (int o = -reach; o <= reach; ++o)
    sum += weights.emplace_back(std::exp(-0.5 * o * o / (sigma * sigma)));
  for (double &weight : weights)
    weight /= sum;
  return weights;
}

/// Convolution along one line whose ends continue with their last value and slope.
template <class Number> void convolve(std::vector<Number> &line, std::vector<Number> &scratch, const std::vector<double> &weights) {
  const long n = static_cast<long>(line.size()), reach = static_cast<long>(weights.size() / 2);
  const auto value = [&](long q) -> double {
    const auto at = [&](long p) { return static_cast<double>(line[static_cast<std::size_t>(p)]); };
    if (q < 0)
      return 2 * at(0) - at(std::min(-q, n - 1));
    if (q >= n)
      return 2 * at(n - 1) - at(std::max(2 * (n - 1) - q, 0L));
    return at(q);
  };
  scratch.resize(line.size());
  for (long q = 0; q < n; ++q) {
    double sum = 0;
    for (long o = -reach; o <= reach; ++o)
      sum += weights[static_cast<std::size_t>(o + reach)] * value(q + o);
    scratch[static_cast<std::size_t>(q)] = static_cast<Number>(sum);
  }
  line.swap(scratch);
}

/// Calls `change` on a copy of each line of values along `axis`, then puts it back.
template <class Number, std::size_t dim, class Change>
void each_line(std::vector<Number> &values, const std::array<std::size_t, dim> &size, std::size_t axis, const Change &change) {
  std::size_t stride = 1;
  for (std::size_t a = 0; a < axis; ++a)
    stride *= size[a];
  std::vector<Number> line(size[axis]);
  for (std::size_t start = 0; start < values.size(); ++start) {
    if (start / stride % size[axis] != 0)
      continue;
    for (std::size_t q = 0; q < size[axis]; ++q)
      line[q] = values[start + q * stride];
    change(line);
    for (std::size_t q = 0; q < size[axis]; ++q)
      values[start + q * stride] = line[q];
  }
}

double area_below(const PlaneField &field, double level) {
  constexpr int parts = 5;
  std::size_t inside = 0;
  for (std::size_t j = 0; j + 1 < field.size[1]; ++j)
    for (std::size_t i = 0; i + 1 < field.size[0]; ++i)
      for (int b = 0; b < parts; ++b)
        for (int a = 0; a < parts; ++a)
          inside += field.at(static_cast<double>(i) + (a + 0.5) / parts, static_cast<double>(j) + (b + 0.5) / parts) < level;
  return static_cast<double>(inside) * field.spacing[0] * field.spacing[1] / (parts * parts);
}

template <class Measure> double bisect(const Measure &measure, double target, double low, double high) {
  for (int step = 0; step < 18; ++step) {
    const double middle = 0.5 * (low + high);
    (measure(middle) < target ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

} // namespace

double PlaneField::at(double i, double j) const {
  const double x = std::clamp(i, 0.0, static_cast<double>(size[0] - 1)), y = std::clamp(j, 0.0, static_cast<double>(size[1] - 1));
  const std::size_t a = std::min(static_cast<std::size_t>(x), size[0] - 2), b = std::min(static_cast<std::size_t>(y), size[1] - 2);
  const double s = x - static_cast<double>(a), t = y - static_cast<double>(b);
  return (1 - t) * ((1 - s) * values[index(a, b)] + s * values[index(a + 1, b)]) +
         t * ((1 - s) * values[index(a, b + 1)] + s * values[index(a + 1, b + 1)]);
}

PlaneField plane_distance(const std::vector<char> &inside, const std::array<std::size_t, 2> &size, const std::array<double, 2> &spacing,
                          double smoothing) {
  PlaneField field{size, spacing, std::vector<double>(inside.size())};
  const std::vector<double> to_outside = distance_to(inside, 0, size, spacing), to_inside = distance_to(inside, 1, size, spacing);
  const double half = 0.25 * (spacing[0] + spacing[1]);
  double pixels = 0;
  for (std::size_t p = 0; p < inside.size(); ++p) {
    field.values[p] = inside[p] ? -(to_outside[p] - half) : to_inside[p] - half;
    pixels += inside[p] != 0;
  }
  std::vector<double> scratch;
  for (std::size_t axis = 0; axis < 2 && smoothing > 0; ++axis)
    each_line(field.values, size, axis, [&](std::vector<double> &line) { convolve(line, scratch, gaussian(smoothing / spacing[axis])); });
  const double shift = bisect([&](double level) { return area_below(field, level); }, pixels * spacing[0] * spacing[1],
                              -4 * half - smoothing, 4 * half + smoothing);
  for (double &value : field.values)
    value -= shift;
  return field;
}

namespace {

/// Upwind solution of |grad d| = 1 from the smallest neighbour along each axis, spacing 1.
double eikonal(std::array<double, 3> a) {
  const double low = std::min(a[0], a[1]), high = std::max(a[0], a[1]);
  a = {std::min(low, a[2]), std::max(low, std::min(high, a[2])), std::max(high, a[2])};
  double d = a[0] + 1;
  if (d > a[1]) {
    d = 0.5 * (a[0] + a[1] + std::sqrt(2 - (a[0] - a[1]) * (a[0] - a[1])));
    if (d > a[2]) {
      const double sum = a[0] + a[1] + a[2], squares = a[0] * a[0] + a[1] * a[1] + a[2] * a[2];
      d = (sum + std::sqrt(std::max(0.0, sum * sum - 3 * (squares - 1)))) / 3;
    }
  }
  return d;
}

/// Distances in lattice steps of the nodes next to the zero level, value over slope; the rest far away.
std::vector<double> near_distances(const LatticeField &field, std::vector<char> &fixed) {
  std::vector<double> d(field.values.size(), 1e6);
  fixed.assign(field.values.size(), 0);
  const std::array<std::size_t, 3> stride{1, field.size[0], field.size[0] * field.size[1]};
  for (std::size_t v = 0; v < field.values.size(); ++v) {
    const std::array<std::size_t, 3> at{v % field.size[0], v / field.size[0] % field.size[1], v / stride[2]};
    bool crossed = false;
    double slope2 = 0;
    for (std::size_t a = 0; a < 3; ++a) {
      const std::size_t back = at[a] > 0 ? v - stride[a] : v, ahead = at[a] + 1 < field.size[a] ? v + stride[a] : v;
      crossed = crossed || (field.values[back] < 0) != (field.values[v] < 0) || (field.values[ahead] < 0) != (field.values[v] < 0);
      const double slope = double(field.values[ahead] - field.values[back]) / static_cast<double>((ahead - back) / stride[a]);
      slope2 += slope * slope;
    }
    if (!crossed)
      continue;
    fixed[v] = 1;
    d[v] = std::abs(double(field.values[v])) / std::max(std::sqrt(slope2), 0.2 * field.spacing);
  }
  return d;
}

} // namespace

void redistance(LatticeField &field) {
  std::vector<char> fixed;
  const std::vector<double> near = near_distances(field, fixed);
  // With a frame of far nodes around the lattice, so that every node has six neighbours.
  constexpr double far = 1e6;
  const auto [nx, ny, nz] = field.size;
  const auto row = static_cast<std::ptrdiff_t>(nx + 2), layer = row * static_cast<std::ptrdiff_t>(ny + 2);
  std::vector<double> d(static_cast<std::size_t>(layer) * (nz + 2), far);
  std::vector<char> held(d.size(), 1);
  const auto first_of_row = [&](std::size_t j, std::size_t k) {
    return 1 + row * static_cast<std::ptrdiff_t>(j + 1) + layer * static_cast<std::ptrdiff_t>(k + 1);
  };
  const auto each_row = [&, ny = ny, nz = nz](const auto &take) {
    for (std::size_t k = 0; k < nz; ++k)
      for (std::size_t j = 0; j < ny; ++j)
        take(first_of_row(j, k), static_cast<std::ptrdiff_t>(field.index(0, j, k)));
  };
  each_row([&, nx = nx](std::ptrdiff_t to, std::ptrdiff_t from) {
    std::copy_n(near.begin() + from, nx, d.begin() + to);
    std::copy_n(fixed.begin() + from, nx, held.begin() + to);
  });
  for (int sweep = 0; sweep < 8; ++sweep)
    for (std::size_t kk = 0; kk < nz; ++kk)
      for (std::size_t jj = 0; jj < ny; ++jj) {
        const std::size_t j = sweep & 2 ? ny - 1 - jj : jj, k = sweep & 4 ? nz - 1 - kk : kk;
        const std::ptrdiff_t step = sweep & 1 ? -1 : 1, begin = first_of_row(j, k) + (sweep & 1 ? static_cast<std::ptrdiff_t>(nx) - 1 : 0);
        double *at = &d[static_cast<std::size_t>(begin)];
        const char *is_held = &held[static_cast<std::size_t>(begin)];
        for (std::size_t i = 0; i < nx; ++i, at += step, is_held += step) {
          if (*is_held)
            continue;
          const std::array<double, 3> around{std::min(at[-1], at[1]), std::min(at[-row], at[row]), std::min(at[-layer], at[layer])};
          if (std::min(std::min(around[0], around[1]), around[2]) < *at) // else nothing nearer can come from there
            *at = std::min(*at, eikonal(around));
        }
      }
  each_row([&, nx = nx](std::ptrdiff_t from, std::ptrdiff_t to) {
    for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(nx); ++i) {
      float &value = field.values[static_cast<std::size_t>(to + i)];
      value = static_cast<float>((value < 0 ? -field.spacing : field.spacing) * d[static_cast<std::size_t>(from + i)]);
    }
  });
}

void smooth(LatticeField &field, double sigma) {
  const std::vector<double> weights = gaussian(sigma / field.spacing);
  std::vector<float> scratch;
  for (std::size_t axis = 0; axis < 3; ++axis)
    each_line(field.values, field.size, axis, [&](std::vector<float> &line) { convolve(line, scratch, weights); });
}

namespace {

/// Share of a cell, from its 8 corner values, that lies below `level`.
double share_below(const std::array<double, 8> &c, double level) {
  constexpr int parts = 4;
  int inside = 0;
  for (int z = 0; z < parts; ++z) {
    const double r = (z + 0.5) / parts;
    std::array<double, 4> face;
    for (std::size_t q = 0; q < 4; ++q)
      face[q] = (1 - r) * c[q] + r * c[q + 4];
    for (int y = 0; y < parts; ++y) {
      const double s = (y + 0.5) / parts, low = (1 - s) * face[0] + s * face[2], high = (1 - s) * face[1] + s * face[3];
      for (int x = 0; x < parts; ++x)
        inside += low + (x + 0.5) / parts * (high - low) < level;
    }
  }
  return inside / double(parts * parts * parts);
}

} // namespace

namespace {

using Corners = std::array<double, 8>;

/// Calls `take` with the corners of each cell below node layer `top`, their least and their greatest.
template <class Take> void each_cell(const LatticeField &field, std::size_t top, const Take &take) {
  Corners corner;
  for (std::size_t k = 0; k < top; ++k)
    for (std::size_t j = 0; j + 1 < field.size[1]; ++j)
      for (std::size_t i = 0; i + 1 < field.size[0]; ++i) {
        for (std::size_t q = 0; q < 8; ++q)
          corner[q] = double(field.values[field.index(i + (q & 1), j + (q >> 1 & 1), k + (q >> 2))]);
        const auto [low, high] = std::minmax_element(corner.begin(), corner.end());
        take(corner, *low, *high);
      }
}

} // namespace

double volume_below(const LatticeField &field, double level, std::size_t top) {
  double cells = 0;
  each_cell(field, top, [&](const Corners &corner, double low, double high) {
    cells += high < level ? 1 : low >= level ? 0 : share_below(corner, level);
  });
  return cells * std::pow(field.spacing, 3);
}

double level_of_volume(const LatticeField &field, double volume, std::size_t top, double reach) {
  double always = 0; // cells that every level of the search has below it
  std::vector<Corners> band;
  each_cell(field, top, [&](const Corners &corner, double low, double high) {
    if (high < -reach)
      ++always;
    else if (low < reach)
      band.push_back(corner);
  });
  const auto below = [&](double level) {
    double cells = always;
    for (const Corners &corner : band)
      cells += share_below(corner, level);
    return cells * std::pow(field.spacing, 3);
  };
  return bisect(below, volume, -reach, reach);
}

} // namespace corvivo::mesh
