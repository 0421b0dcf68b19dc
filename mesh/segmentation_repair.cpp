#include <mesh/segmentation_repair.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <mesh/pieces.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh {

namespace {

int label_at(const io::Image &labels, std::size_t i, std::size_t j, std::size_t k) {
  return static_cast<int>(labels.voxels[labels.index(i, j, k)]);
}

/// One slice as a mask of pixels, with the cross of four neighbours as structuring element.
struct Mask {
  std::array<std::size_t, 2> size{};
  std::vector<char> pixels;
  /// Outside the image counts as `beyond`.
  char at(long i, long j, char beyond) const {
    const bool there = i >= 0 && j >= 0 && i < long(size[0]) && j < long(size[1]);
    return there ? pixels[static_cast<std::size_t>(i) + size[0] * static_cast<std::size_t>(j)] : beyond;
  }
  /// Dilated when `grow`, else eroded.
  Mask changed(bool grow) const {
    Mask out = *this;
    for (long j = 0; j < long(size[1]); ++j)
      for (long i = 0; i < long(size[0]); ++i) {
        const char beyond = grow ? 0 : 1;
        const std::array<char, 5> cross{at(i, j, beyond), at(i - 1, j, beyond), at(i + 1, j, beyond), at(i, j - 1, beyond),
                                        at(i, j + 1, beyond)};
        out.pixels[static_cast<std::size_t>(i) + size[0] * static_cast<std::size_t>(j)] =
            grow ? *std::max_element(cross.begin(), cross.end()) : *std::min_element(cross.begin(), cross.end());
      }
    return out;
  }
};

template <class Inside> Mask slice_mask(const io::Image &labels, std::size_t k, const Inside &inside) {
  Mask mask{{labels.size[0], labels.size[1]}, std::vector<char>(labels.size[0] * labels.size[1])};
  for (std::size_t j = 0; j < labels.size[1]; ++j)
    for (std::size_t i = 0; i < labels.size[0]; ++i)
      mask.pixels[i + mask.size[0] * j] = inside(label_at(labels, i, j, k));
  return mask;
}

std::size_t count_pieces(const Mask &mask) {
  return find_pieces(mask.pixels, {mask.size[0], mask.size[1], 1}, Neighbours::faces_in_plane).sizes.size() - 1;
}

/// Wall pixels within the closing of a parted cavity become cavity; returns how many.
std::size_t rejoin_cavity(io::Image &labels, std::size_t k) {
  const Mask cavity = slice_mask(labels, k, [](int label) { return label == lv_cavity; });
  if (count_pieces(cavity) < 2)
    return 0;
  const Mask closed = cavity.changed(true).changed(false);
  const std::size_t first = labels.index(0, 0, k);
  std::size_t changed = 0;
  for (std::size_t p = 0; p < closed.pixels.size(); ++p)
    if (closed.pixels[p] && static_cast<int>(labels.voxels[first + p]) == lv_wall) {
      labels.voxels[first + p] = lv_cavity;
      ++changed;
    }
  return changed;
}

/// Wall pixels that an opening of the ventricle removes, in strands of three or more, become background; returns how many.
std::size_t cut_spurs(io::Image &labels, std::size_t k) {
  const Mask ventricle = slice_mask(labels, k, [](int label) { return label == lv_cavity || label == lv_wall; });
  const Mask core = ventricle.changed(false);
  if (std::count(core.pixels.begin(), core.pixels.end(), 1) < 9) // too small for a strand to stand out
    return 0;
  const Mask opened = core.changed(true);
  Mask strands = ventricle;
  const std::size_t first = labels.index(0, 0, k);
  for (std::size_t p = 0; p < strands.pixels.size(); ++p)
    strands.pixels[p] = ventricle.pixels[p] && !opened.pixels[p] && static_cast<int>(labels.voxels[first + p]) == lv_wall;
  const Pieces found = find_pieces(strands.pixels, {strands.size[0], strands.size[1], 1}, Neighbours::faces_in_plane);
  std::size_t changed = 0;
  for (std::size_t p = 0; p < strands.pixels.size(); ++p)
    if (found.piece[p] && found.sizes[static_cast<std::size_t>(found.piece[p])] >= 3) {
      labels.voxels[first + p] = background;
      ++changed;
    }
  return changed;
}

/// Pixels of cavity with a neighbour that is no cavity: the length of its border.
std::size_t border(const io::Image &labels, std::size_t k) {
  const Mask cavity = slice_mask(labels, k, [](int label) { return label == lv_cavity; });
  const Mask inner = cavity.changed(false);
  return static_cast<std::size_t>(std::count(cavity.pixels.begin(), cavity.pixels.end(), 1) -
                                  std::count(inner.pixels.begin(), inner.pixels.end(), 1));
}

/// Whatever is next to cavity and no ventricle becomes wall; returns how many pixels.
std::size_t wall_around(io::Image &labels, std::size_t k) {
  const Mask grown = slice_mask(labels, k, [](int label) { return label == lv_cavity; }).changed(true);
  const std::size_t first = labels.index(0, 0, k);
  std::size_t changed = 0;
  for (std::size_t p = 0; p < grown.pixels.size(); ++p)
    if (const auto label = static_cast<int>(labels.voxels[first + p]); grown.pixels[p] && label != lv_cavity && label != lv_wall) {
      labels.voxels[first + p] = lv_wall;
      ++changed;
    }
  return changed;
}

} // namespace

void remove_thin_bridges(io::Image &labels, std::vector<std::string> &notes) {
  const auto tell = [&](std::size_t k, std::size_t count, const std::string &what) {
    if (count > 0)
      notes.push_back(labels.phase + ": slice " + std::to_string(k + 1) + " (counted from the apex): " + std::to_string(count) +
                      " pixels of wall " + what);
  };
  for (std::size_t k = 0; k < labels.size[2]; ++k) {
    tell(k, rejoin_cavity(labels, k), "in strands that parted the cavity were made cavity");
    tell(k, cut_spurs(labels, k), "in strands one pixel wide that stuck out of the ventricle were removed");
  }
}

void close_thin_gaps(io::Image &labels, std::vector<std::string> &notes) {
  const std::vector<SliceCount> slices = count_slices(labels);
  std::size_t first = slices.size(), last = 0;
  for (std::size_t k = 0; k < slices.size(); ++k)
    if (slices[k].closed()) {
      first = std::min(first, k);
      last = k;
    }
  for (std::size_t k = first; k < last; ++k) {
    if (slices[k].closed() || slices[k].cavity == 0 || slices[k].wall == 0 || 5 * slices[k].leaks > border(labels, k))
      continue;
    const std::size_t added = wall_around(labels, k);
    notes.push_back(labels.phase + ": slice " + std::to_string(k + 1) + " (counted from the apex): " + std::to_string(added) +
                    " pixels of wall were added to close a gap between cavity and what is outside the ventricle");
  }
}

namespace {

using Centre = std::array<double, 2>; // mm along rows and columns

/// Mean of the centres of the cavity and of the cavity with its wall.
Centre slice_centre(const io::Image &labels, std::size_t k) {
  Centre sum{}, cavity{};
  double all = 0, inner = 0;
  for (std::size_t j = 0; j < labels.size[1]; ++j)
    for (std::size_t i = 0; i < labels.size[0]; ++i) {
      const int label = label_at(labels, i, j, k);
      const bool is_cavity = label == lv_cavity;
      if (!is_cavity && label != lv_wall)
        continue;
      const Centre at{labels.spacing(0) * double(i), labels.spacing(1) * double(j)};
      for (std::size_t a = 0; a < 2; ++a) {
        sum[a] += at[a];
        cavity[a] += is_cavity ? at[a] : 0;
      }
      ++all;
      inner += is_cavity;
    }
  return {0.5 * (sum[0] / all + cavity[0] / inner), 0.5 * (sum[1] / all + cavity[1] / inner)};
}

/// Values at 0, 1, 2 ... of the weighted least-squares parabola through `values`.
std::vector<double> parabola(const std::vector<double> &values, const std::vector<double> &weights) {
  std::array<std::array<double, 4>, 3> m{};
  const double middle = 0.5 * double(values.size() - 1);
  const auto powers = [&](std::size_t n) {
    const double x = (double(n) - middle) / middle;
    return std::array<double, 3>{1, x, x * x};
  };
  for (std::size_t n = 0; n < values.size(); ++n) {
    const auto p = powers(n);
    for (std::size_t r = 0; r < 3; ++r) {
      for (std::size_t c = 0; c < 3; ++c)
        m[r][c] += weights[n] * p[r] * p[c];
      m[r][3] += weights[n] * p[r] * values[n];
    }
  }
  for (std::size_t pivot = 0; pivot < 3; ++pivot) // Gauss-Jordan; the matrix is positive definite
    for (std::size_t r = 0; r < 3; ++r)
      if (r != pivot) {
        const double factor = m[r][pivot] / m[pivot][pivot];
        for (std::size_t c = pivot; c < 4; ++c)
          m[r][c] -= factor * m[pivot][c];
      }
  std::vector<double> fitted;
  for (std::size_t n = 0; n < values.size(); ++n) {
    const auto p = powers(n);
    fitted.push_back(m[0][3] / m[0][0] * p[0] + m[1][3] / m[1][1] * p[1] + m[2][3] / m[2][2] * p[2]);
  }
  return fitted;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + long(values.size() / 2), values.end());
  return values[values.size() / 2];
}

/// Distances (mm, along rows and columns) of the centres from their robust parabola; `spread`: robust standard deviation of their lengths.
std::vector<Centre> off_axis(const std::vector<Centre> &centres, double &spread) {
  std::vector<double> weights(centres.size(), 1), lengths(centres.size());
  std::vector<Centre> off(centres.size());
  for (int round = 0; round < 30; ++round) {
    for (std::size_t a = 0; a < 2; ++a) {
      std::vector<double> values;
      for (const Centre &c : centres)
        values.push_back(c[a]);
      const std::vector<double> fitted = parabola(values, weights);
      for (std::size_t n = 0; n < values.size(); ++n)
        off[n][a] = values[n] - fitted[n];
    }
    for (std::size_t n = 0; n < off.size(); ++n)
      lengths[n] = std::hypot(off[n][0], off[n][1]);
    spread = std::max(0.3, 1.2 * median(lengths)); // 0.85 of the lengths' median in one direction (Rayleigh); 1.2 for few slices
    for (std::size_t n = 0; n < off.size(); ++n) {
      const double u = lengths[n] / (6 * spread);
      weights[n] = u < 1 ? (1 - u * u) * (1 - u * u) + 1e-3 : 1e-3;
    }
  }
  return off;
}

} // namespace

std::vector<SliceShift> estimate_shifts(const io::Image &labels, const BasePlane &base) {
  std::vector<std::size_t> slices;
  std::vector<Centre> centres;
  const std::vector<SliceCount> counts = count_slices(labels);
  for (std::size_t k = base.first; k <= base.slice; ++k)
    if (counts[k].closed()) {
      slices.push_back(k);
      centres.push_back(slice_centre(labels, k));
    }
  if (slices.size() < 6)
    return {};
  double spread = 0;
  const std::vector<Centre> off = off_axis(centres, spread);
  std::vector<SliceShift> shifts;
  for (std::size_t n = 0; n < slices.size(); ++n) {
    if (std::hypot(off[n][0], off[n][1]) < std::max(2.5, 4 * spread))
      continue;
    SliceShift shift{slices[n], {}, off[n]};
    for (std::size_t a = 0; a < 2; ++a)
      shift.pixels[a] = -static_cast<int>(std::lround(off[n][a] / labels.spacing(static_cast<int>(a))));
    if (shift.pixels[0] != 0 || shift.pixels[1] != 0)
      shifts.push_back(shift);
  }
  return shifts;
}

void apply_shifts(io::Image &labels, const std::vector<SliceShift> &shifts) {
  for (const SliceShift &shift : shifts) {
    const auto from = labels.voxels.begin() + static_cast<long>(labels.index(0, 0, shift.slice));
    const std::vector<float> old(from, from + static_cast<long>(labels.size[0] * labels.size[1]));
    std::fill(from, from + static_cast<long>(old.size()), static_cast<float>(background));
    for (std::size_t p = 0; p < old.size(); ++p) {
      if (static_cast<int>(old[p]) == background)
        continue;
      const std::size_t i = p % labels.size[0] + static_cast<std::size_t>(shift.pixels[0]); // wraps below zero, refused next
      const std::size_t j = p / labels.size[0] + static_cast<std::size_t>(shift.pixels[1]);
      if (i >= labels.size[0] || j >= labels.size[1])
        throw io::CaseError(labels.source + ": slice " + std::to_string(shift.slice + 1) +
                            " (counted from the apex) lies so far off the long axis that moving it back would leave the image; set "
                            "segmentation.slice_shifts: reported");
      labels.voxels[labels.index(i, j, shift.slice)] = old[p];
    }
  }
}

} // namespace corvivo::mesh
