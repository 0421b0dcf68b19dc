#include <mesh/base_plane.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh {

using io::operator+;
using io::operator-;
using io::operator*;

namespace {

int label_at(const io::Image &labels, std::size_t i, std::size_t j, std::size_t k) {
  return static_cast<int>(labels.voxels[labels.index(i, j, k)]);
}

/// A cavity voxel whose neighbours in the slice are not all left ventricle.
bool leaks(const io::Image &labels, std::size_t i, std::size_t j, std::size_t k) {
  if (i == 0 || j == 0 || i + 1 == labels.size[0] || j + 1 == labels.size[1])
    return true;
  for (const int neighbour :
       {label_at(labels, i - 1, j, k), label_at(labels, i + 1, j, k), label_at(labels, i, j - 1, k), label_at(labels, i, j + 1, k)})
    if (neighbour != lv_cavity && neighbour != lv_wall)
      return true;
  return false;
}

/// The image with voxel axes in another order (`order[a]`: which old axis becomes axis a).
io::Image permuted(const io::Image &image, const std::array<std::size_t, 3> &order) {
  io::Image out = image;
  for (std::size_t a = 0; a < 3; ++a) {
    out.size[a] = image.size[order[a]];
    for (std::size_t r = 0; r < 3; ++r)
      out.affine[r][a] = image.affine[r][order[a]];
  }
  std::array<std::size_t, 3> old{};
  for (std::size_t k = 0; k < out.size[2]; ++k)
    for (std::size_t j = 0; j < out.size[1]; ++j)
      for (std::size_t i = 0; i < out.size[0]; ++i) {
        old[order[0]] = i, old[order[1]] = j, old[order[2]] = k;
        out.voxels[out.index(i, j, k)] = image.voxels[image.index(old[0], old[1], old[2])];
      }
  return out;
}

/// Share of the slices with cavity that are closed.
double closed_share(const io::Image &labels) {
  double with_cavity = 0, closed = 0;
  for (const SliceCount &slice : count_slices(labels)) {
    with_cavity += slice.cavity > 0;
    closed += slice.closed();
  }
  return with_cavity > 0 ? closed / with_cavity : 0;
}

std::string slice_list(const std::vector<std::size_t> &slices) {
  std::vector<std::string> words;
  for (const std::size_t k : slices)
    words.push_back(std::to_string(k + 1));
  return io::join(words, ", ");
}

double voxel_mL(const io::Image &labels) {
  return labels.voxel_volume() / io::mm3_per_mL;
}

/// Point, normal and volumes of a plane whose slices are known.
void place_above(const io::Image &labels, const std::vector<SliceCount> &slices, BasePlane &base) {
  const double voxel = voxel_mL(labels);
  base.cavity_below = base.cavity_cut_off = base.wall_below = base.wall_cut_off = 0;
  for (std::size_t k = 0; k < slices.size(); ++k) {
    (k <= base.slice ? base.cavity_below : base.cavity_cut_off) += voxel * static_cast<double>(slices[k].cavity);
    (k <= base.slice ? base.wall_below : base.wall_cut_off) += voxel * static_cast<double>(slices[k].wall);
  }
  base.normal = slice_normal(labels);
  const io::Vector3 step = labels.point(0, 0, 1) - labels.point(0, 0, 0);
  base.point = centroid(labels, lv_cavity, base.slice, base.slice) + 0.5 * step;
}

} // namespace

std::vector<SliceCount> count_slices(const io::Image &labels) {
  std::vector<SliceCount> slices(labels.size[2]);
  for (std::size_t k = 0; k < labels.size[2]; ++k)
    for (std::size_t j = 0; j < labels.size[1]; ++j)
      for (std::size_t i = 0; i < labels.size[0]; ++i) {
        const int label = label_at(labels, i, j, k);
        slices[k].cavity += label == lv_cavity;
        slices[k].wall += label == lv_wall;
        slices[k].right += label == rv_cavity;
        slices[k].leaks += label == lv_cavity && leaks(labels, i, j, k);
      }
  return slices;
}

io::Image slices_last(const io::Image &labels) {
  const std::array<std::array<std::size_t, 3>, 3> orders{{{1, 2, 0}, {2, 0, 1}, {0, 1, 2}}}; // cyclic, so the handedness stays
  const std::array<double, 3> step{labels.spacing(0), labels.spacing(1), labels.spacing(2)};
  for (std::size_t a = 0; a < 3; ++a)
    if (step[a] > 1.5 * std::max(step[(a + 1) % 3], step[(a + 2) % 3]))
      return a == 2 ? labels : permuted(labels, orders[a]);
  io::Image best = labels;
  double best_share = closed_share(labels);
  for (std::size_t a = 0; a < 2; ++a) {
    io::Image other = permuted(labels, orders[a]);
    if (const double share = closed_share(other); share > best_share) {
      best = std::move(other);
      best_share = share;
    }
  }
  return best;
}

io::Image slices_reversed(const io::Image &labels) {
  io::Image out = labels;
  const std::size_t plane = labels.size[0] * labels.size[1], last = labels.size[2] - 1;
  for (std::size_t k = 0; k <= last; ++k)
    std::copy_n(labels.voxels.begin() + static_cast<long>(k * plane), plane, out.voxels.begin() + static_cast<long>((last - k) * plane));
  for (auto &row : out.affine) {
    row[3] += static_cast<double>(last) * row[2];
    row[2] = -row[2];
  }
  return out;
}

double base_at_end(const io::Image &labels) {
  const std::vector<SliceCount> slices = count_slices(labels);
  std::size_t first = slices.size(), last = 0;
  for (std::size_t k = 0; k < slices.size(); ++k)
    if (slices[k].cavity + slices[k].wall > 0) {
      first = std::min(first, k);
      last = k;
    }
  if (first >= last)
    return 0;
  const double middle = 0.5 * static_cast<double>(first + last), half = 0.5 * static_cast<double>(last - first);
  // Mean height, from -1 to 1, of what each slice shows.
  const auto height = [&](const auto &amount) {
    double sum = 0, weighted = 0;
    for (std::size_t k = first; k <= last; ++k) {
      sum += amount(slices[k]);
      weighted += amount(slices[k]) * (static_cast<double>(k) - middle) / half;
    }
    return sum > 0 ? weighted / sum : 0;
  };
  const double cavity = height([](const SliceCount &s) { return static_cast<double>(s.cavity); });
  const double right = height([](const SliceCount &s) { return static_cast<double>(s.right); });
  const double capped = (slices[last].cavity == 0 ? -1 : 0) - (slices[first].cavity == 0 ? -1 : 0);
  return cavity + right + 0.5 * capped;
}

io::Vector3 slice_normal(const io::Image &labels) {
  const auto column = [&](std::size_t a) { return io::Vector3{labels.affine[0][a], labels.affine[1][a], labels.affine[2][a]}; };
  const io::Vector3 normal = io::normalized(io::cross(column(0), column(1)));
  return io::dot(normal, column(2)) < 0 ? -1.0 * normal : normal;
}

io::Vector3 centroid(const io::Image &labels, int label, std::size_t first, std::size_t last) {
  double i_sum = 0, j_sum = 0, k_sum = 0, count = 0;
  for (std::size_t k = first; k <= last; ++k)
    for (std::size_t j = 0; j < labels.size[1]; ++j)
      for (std::size_t i = 0; i < labels.size[0]; ++i)
        if (label_at(labels, i, j, k) == label) {
          i_sum += static_cast<double>(i);
          j_sum += static_cast<double>(j);
          k_sum += static_cast<double>(k);
          ++count;
        }
  CORVIVO_ASSERT(count > 0, "no voxel to take the centroid of");
  return labels.point(i_sum / count, j_sum / count, k_sum / count);
}

double label_volume(const io::Image &labels, int label) {
  return voxel_mL(labels) * static_cast<double>(std::count(labels.voxels.begin(), labels.voxels.end(), static_cast<float>(label)));
}

BasePlane find_base_plane(const io::Image &labels) {
  const std::vector<SliceCount> slices = count_slices(labels);
  BasePlane base;
  std::vector<std::size_t> closed, open;
  for (std::size_t k = 0; k < slices.size(); ++k)
    if (slices[k].closed())
      closed.push_back(k);
  if (closed.size() < 4)
    throw io::CaseError(labels.source + ": the cavity is enclosed by wall in " + std::to_string(closed.size()) + " slices" +
                        (closed.empty() ? "" : " (" + slice_list(closed) + ", counted from the apex)") +
                        "; a mesh needs at least four: is this a short-axis stack, and are the labels right?");
  for (std::size_t k = closed.front(); k <= closed.back(); ++k)
    if (!slices[k].closed())
      open.push_back(k);
  if (!open.empty())
    throw io::CaseError(labels.source + ": the wall is open in slice " + slice_list(open) + " (counted from the apex, " +
                        std::to_string(slices[open.front()].leaks) +
                        " cavity voxels touch what is not wall), between closed slices; close the wall there in the segmentation");
  base.slice = closed.back();
  base.first = closed.front();
  while (base.first > 0 && slices[base.first - 1].wall > 0)
    --base.first;
  base.closed_slices = closed.size();
  place_above(labels, slices, base);
  return base;
}

BasePlane lowered(const io::Image &labels, const BasePlane &base, std::size_t slice) {
  CORVIVO_ASSERT(slice < base.slice && slice > base.first, "a base plane is lowered within its ventricle");
  BasePlane low = base;
  low.slice = slice;
  low.closed_slices -= base.slice - slice;
  place_above(labels, count_slices(labels), low);
  return low;
}

} // namespace corvivo::mesh
