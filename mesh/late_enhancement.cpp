#include <mesh/late_enhancement.hpp>

#include <io/base/errors.hpp>
#include <io/base/schema.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <io/formats/label_image.hpp>
#include <mesh/coordinates.hpp>
#include <mesh/pieces.hpp>
#include <mesh/segments.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace corvivo::mesh {

using io::print_number;

void RemoteOptions::describe(io::Schema &schema) {
  schema.integer("label", label, 0, 65535, "Number in the label map of wall that is known to be healthy; 0: none.");
  schema.integers("segments", segments, 1, static_cast<int>(aha_count), "AHA segments that are known to be healthy, 1 to 17.");
}

void LateEnhancementOptions::describe(io::Schema &schema) {
  schema.file("image", image, "Late-gadolinium image in the patient's position: .nii, .nii.gz, .nrrd or .mha, on any grid.", true);
  schema.integer("frame", frame, 0, 10000, "Which volume of the image where the file holds several, counted from 1.");
  schema.choice("rule", rule, {"deviations", "maximum"},
                "deviations: brighter than the mean of remote muscle and so many of its standard deviations (Kim 1999). maximum: brighter "
                "than a share of the largest intensity in the wall (full width at half maximum, Amado 2004). Volumes by both differ.",
                true);
  schema.required_quantity("scar", scar, "1", io::positive,
                           "Wall at least so bright is scar: standard deviations (5 or 6 agree with manual outlines), or a share of the "
                           "maximum (0.5).",
                           "Flett 2010; Amado 2004");
  schema.optional_quantity("border", border, "1", io::positive,
                           "Wall at least so bright, and no scar, is border zone (2 to 3 standard deviations; 0.35 of the maximum); "
                           "without, there is none.",
                           "Roes 2009");
  schema.choice("above", above, {"zero", "remote"},
                "What shares of the maximum are counted from: zero, or the mean of remote muscle, as images with an offset "
                "(phase-sensitive ones) need.");
  schema.section("remote", remote,
                 "Healthy muscle that the image is compared with; without, the darker part of the wall's histogram, of which more than "
                 "half must be healthy.");
  schema.quantity("smallest_island", smallest_island, "mL", io::not_negative,
                  "Pieces of scar and border zone smaller than this are taken for noise; 0: all stay. This project's choice.");
  schema.choice("uncovered", uncovered, {"refused", "healthy"},
                "What to do when the image does not show the whole wall below the base: refuse it, or take the rest for healthy.");
}

void LateEnhancementOptions::check(const LabelNumbers &labels) const {
  std::vector<std::string> complaints;
  const auto complain = [&](const std::string &sentence) { complaints.push_back("segmentation.late_enhancement" + sentence); };
  if (labels.scar > 0 || labels.border_zone > 0)
    complain(": found beside " + (labels.convention.empty() ? "labels" : "the labels of '" + labels.convention + "'") +
             " that name scar or border zone themselves; expected one of the two: spell the labels out with the scar among more_lv_wall "
             "to use the image");
  if (border && *border >= scar)
    complain(".border: found " + print_number(*border) + ", expected less than that of the scar, " + print_number(scar) +
             ": the border zone is darker; are the two swapped?");
  if (rule == "maximum" && scar >= 1)
    complain(".scar: found " + print_number(scar) + " under rule: maximum, expected a share below 1; try 0.5, or rule: deviations");
  if (rule == "deviations" && scar < 1)
    complain(".scar: found " + print_number(scar) +
             " under rule: deviations, expected 1 standard deviation or more; try 5, or rule: maximum");
  if (rule == "deviations" && above == "remote")
    complain(".above: found beside rule: deviations, which always counts from the remote mean; leave it out");
  if (remote.label > 0 && !remote.segments.empty())
    complain(".remote: found both label and segments, expected one of them");
  if (!complaints.empty())
    throw io::CaseError(io::join(complaints, "\n"));
}

RemoteIntensity remote_intensity(std::vector<double> intensities, const std::string &source) {
  CORVIVO_ASSERT(intensities.size() > 1, "a wall has voxels");
  std::sort(intensities.begin(), intensities.end());
  const std::size_t half = intensities.size() / 2;
  std::size_t shortest = 0;
  for (std::size_t i = 0; i + half < intensities.size(); ++i)
    if (intensities[i + half] - intensities[i] < intensities[shortest + half] - intensities[shortest])
      shortest = i;
  constexpr double quartile = 0.6745, cut = 2, left_by_cut = 0.8796; // of a normal distribution: SD within +- 2 SD
  RemoteIntensity found;
  found.mean = 0.5 * (intensities[shortest] + intensities[shortest + half]);
  found.deviation = 0.5 * (intensities[shortest + half] - intensities[shortest]) / quartile;
  for (int round = 0; round < 200; ++round) {
    const auto from = std::lower_bound(intensities.begin(), intensities.end(), found.mean - cut * found.deviation);
    const auto to = std::upper_bound(intensities.begin(), intensities.end(), found.mean + cut * found.deviation);
    const std::size_t before = found.voxels;
    found.voxels = static_cast<std::size_t>(to - from);
    const auto count = static_cast<double>(found.voxels);
    const double mean = std::accumulate(from, to, 0.0) / count;
    const double squares = std::accumulate(from, to, 0.0, [&](double sum, double x) { return sum + (x - mean) * (x - mean); });
    const double deviation = std::sqrt(squares / count) / left_by_cut;
    const bool same = found.voxels == before && mean == found.mean;
    found.mean = mean;
    found.deviation = deviation;
    if (same)
      break;
  }
  const auto darker = std::lower_bound(intensities.begin(), intensities.end(), found.mean - 3 * found.deviation) - intensities.begin();
  if (const double share = static_cast<double>(darker) / static_cast<double>(intensities.size()); share > 0.1)
    throw io::CaseError(source + ": " + io::fixed(100 * share, 0) +
                        " % of the wall is much darker than most of it, so that more than half of it seems to be enhanced and the healthy "
                        "muscle cannot be told by itself; give segmentation.late_enhancement.remote a label or segments");
  return found;
}

namespace {

std::string volume_text(std::size_t voxels, const io::Image &labels) {
  return io::fixed(static_cast<double>(voxels) * labels.voxel_volume() / io::mm3_per_mL, 1) + " mL";
}

/// The image with an affine that can be compared with the label map's. Where a header gives no directions, the two must be of one grid.
io::Image read_beside(const io::Image &file, const LateEnhancementOptions &options, std::vector<std::string> &notes) {
  io::Image image = io::read_image(options.image.string(), options.frame);
  if (image.oriented && file.oriented)
    return image;
  bool same = image.size == file.size;
  for (int axis = 0; axis < 3; ++axis)
    same = same && std::abs(image.spacing(axis) - file.spacing(axis)) < 1e-3 * file.spacing(axis);
  if (!same)
    throw io::CaseError(image.source + ": its header or that of " + file.source +
                        " gives no believable position, and their voxels differ, so that one cannot be laid on the other; expected the "
                        "image on the grid of the label map, or headers with a position");
  image.affine = file.affine;
  notes.push_back("the late-enhancement image is laid on the label map voxel by voxel, for a header gives no position");
  return image;
}

/// From lowest to highest point, "[a, b] x [c, d] x [e, f] mm".
template <class Points> std::string extent(const Points &each_point) {
  Vector3 low{1e300, 1e300, 1e300}, high{-1e300, -1e300, -1e300};
  each_point([&](const Vector3 &p) {
    for (std::size_t a = 0; a < 3; ++a) {
      low[a] = std::min(low[a], p[a]);
      high[a] = std::max(high[a], p[a]);
    }
  });
  std::vector<std::string> axes;
  for (std::size_t a = 0; a < 3; ++a)
    axes.push_back("[" + io::fixed(low[a], 0) + ", " + io::fixed(high[a], 0) + "]");
  return io::join(axes, " x ") + " mm";
}

/// The voxels of the wall that the image shows, and its intensity at each.
struct Wall {
  std::vector<std::size_t> voxel; ///< of the label map
  std::vector<double> intensity;
};

void check_cover(const io::Image &labels, const io::Image &image, std::size_t missing, std::size_t all,
                 const LateEnhancementOptions &options, std::vector<std::string> &notes) {
  if (missing == 0)
    return;
  const double share = 100.0 * static_cast<double>(missing) / static_cast<double>(all);
  const std::string what =
      image.source + ": the late-enhancement image does not show " + io::fixed(share, 1) + " % of the wall below the base plane";
  if (share > 50) {
    const std::string wall = extent([&](const auto &add) {
      for (std::size_t v = 0; v < labels.voxels.size(); ++v)
        if (std::lround(labels.voxels[v]) == lv_wall)
          add(labels.point(double(v % labels.size[0]), double(v / labels.size[0] % labels.size[1]),
                           double(v / (labels.size[0] * labels.size[1]))));
    });
    const std::string box = extent([&](const auto &add) {
      for (int corner = 0; corner < 8; ++corner)
        add(image.point(corner & 1 ? double(image.size[0]) - 1 : 0, corner & 2 ? double(image.size[1]) - 1 : 0,
                        corner & 4 ? double(image.size[2]) - 1 : 0));
    });
    throw io::CaseError(what + ": it reaches over " + box + ", the wall over " + wall +
                        " (right, front, up); are both of one exam of one patient, and both headers right (LPS taken for RAS)?");
  }
  if (share > 1 && options.uncovered == "refused")
    throw io::CaseError(what + "; expected all of it; try an image of the whole ventricle, or segmentation.late_enhancement.uncovered: "
                               "healthy, which takes the rest for healthy");
  notes.push_back("the late-enhancement image does not show " + io::fixed(share, 1) +
                  " % of the wall below the base plane: taken for healthy");
}

Wall wall_of(const io::Image &labels, const BasePlane &base, const io::Image &image, const io::Image &tissue,
             const LateEnhancementOptions &options, std::vector<std::string> &notes) {
  Wall wall;
  std::size_t missing = 0, all = 0, nan = 0;
  for (std::size_t k = 0; k < labels.size[2]; ++k)
    for (std::size_t j = 0; j < labels.size[1]; ++j)
      for (std::size_t i = 0; i < labels.size[0]; ++i) {
        const std::size_t v = labels.index(i, j, k);
        if (std::lround(labels.voxels[v]) != lv_wall || std::lround(tissue.voxels[v]) != healthy_wall)
          continue;
        const bool below = k <= base.slice;
        all += below;
        const Vector3 at = image.voxel(labels.point(double(i), double(j), double(k)));
        bool inside = true;
        for (std::size_t a = 0; a < 3; ++a)
          inside = inside && at[a] > -0.5 - 1e-6 && at[a] < double(image.size[a]) - 0.5 + 1e-6;
        if (!inside) {
          missing += below;
          continue;
        }
        const auto nearest = [&](std::size_t a) {
          return std::min(image.size[a] - 1, static_cast<std::size_t>(std::max(0.0, std::round(at[a]))));
        };
        const auto intensity = static_cast<double>(image.voxels[image.index(nearest(0), nearest(1), nearest(2))]);
        nan += !std::isfinite(intensity);
        wall.voxel.push_back(v);
        wall.intensity.push_back(intensity);
      }
  check_cover(labels, image, missing, all, options, notes);
  if (nan > 0)
    throw io::CaseError(image.source + ": " + std::to_string(nan) +
                        " voxels of the wall have no intensity (NaN or infinite); expected a number in each: export the image again");
  const auto [least, most] = std::minmax_element(wall.intensity.begin(), wall.intensity.end());
  if (*least == *most)
    throw io::CaseError(image.source + ": every voxel of the wall has the intensity " + print_number(*least) +
                        ", in which no scar can be seen; expected a late-gadolinium image: is it another file, or empty?");
  return wall;
}

/// AHA segment of each voxel of the wall.
std::vector<int> segments_of(const io::Image &labels, const BasePlane &base, const Wall &wall) {
  const LabelInsertions septum = find_insertions(labels, base.first, base.slice);
  if (septum.slices == 0)
    throw io::CaseError(labels.source +
                        ": segmentation.late_enhancement.remote.segments are counted from where the right ventricle is attached, which "
                        "this label map does not show; give remote a label, or leave it out");
  const std::vector<SliceCount> counts = count_slices(labels);
  const Vector3 up = slice_normal(labels), inferior = cross(septum.to_septum, up);
  std::size_t lowest = base.slice;
  std::vector<Vector3> centre(labels.size[2]);
  for (std::size_t k = labels.size[2]; k-- > 0;)
    if (counts[k].cavity > 0) {
      centre[k] = centroid(labels, lv_cavity, k, k);
      lowest = std::min(lowest, k);
    }
  const double slices = static_cast<double>(base.slice - lowest + 1);
  std::vector<int> segments;
  for (const std::size_t v : wall.voxel) {
    const std::size_t i = v % labels.size[0], j = v / labels.size[0] % labels.size[1], k = v / (labels.size[0] * labels.size[1]);
    const Vector3 p = labels.point(double(i), double(j), double(k)) - centre[std::max(k, lowest)];
    const double height = k < lowest ? -1.0 : (static_cast<double>(k - lowest) + 0.5) / slices;
    const double angle = std::atan2(dot(p, inferior), dot(p, septum.to_septum)) + M_PI / 3; // the septum's middle is at pi/3
    segments.push_back(k > base.slice ? 0 : aha_segment(height, angle));
  }
  return segments;
}

RemoteIntensity remote_of(const Wall &wall, const io::Image &labels, const BasePlane &base, const io::Image &file, const io::Image &image,
                          const RemoteOptions &options) {
  if (options.label == 0 && options.segments.empty())
    return remote_intensity(wall.intensity, image.source);
  std::vector<double> chosen;
  std::string what;
  if (options.label > 0) {
    LabelNumbers only;
    only.scar = options.label;
    const io::Image marked = tissue_map(labels, file, only);
    for (std::size_t n = 0; n < wall.voxel.size(); ++n)
      if (std::lround(marked.voxels[wall.voxel[n]]) == scarred_wall)
        chosen.push_back(wall.intensity[n]);
    what = "label: found " + std::to_string(options.label) + ", which ";
  } else {
    const std::vector<int> segments = segments_of(labels, base, wall);
    for (std::size_t n = 0; n < wall.voxel.size(); ++n)
      if (std::find(options.segments.begin(), options.segments.end(), segments[n]) != options.segments.end())
        chosen.push_back(wall.intensity[n]);
    what = "segments: those named ";
  }
  constexpr std::size_t fewest = 20; // voxels: their SD is then known to a sixth
  if (chosen.size() < fewest)
    throw io::CaseError(file.source + ": segmentation.late_enhancement.remote." + what + "hold" + (options.label > 0 ? "s " : " ") +
                        std::to_string(chosen.size()) + " voxels of the healthy wall that the image shows; expected at least " +
                        std::to_string(fewest) + " to measure mean and noise by; name another place, or none");
  const auto count = static_cast<double>(chosen.size());
  RemoteIntensity found{std::accumulate(chosen.begin(), chosen.end(), 0.0) / count, 0, chosen.size()};
  for (const double x : chosen)
    found.deviation += (x - found.mean) * (x - found.mean) / (count - 1);
  found.deviation = std::sqrt(found.deviation);
  return found;
}

LateEnhancement thresholds(const RemoteIntensity &remote, const Wall &wall, const std::string &source,
                           const LateEnhancementOptions &options) {
  LateEnhancement found{remote, *std::max_element(wall.intensity.begin(), wall.intensity.end()), 0, std::nullopt};
  const auto text = [](double value) { return print_number(std::round(1e3 * value) / 1e3); };
  if (options.rule == "deviations") {
    if (!(remote.deviation > 0))
      throw io::CaseError(source + ": all " + std::to_string(remote.voxels) + " voxels of remote muscle have the intensity " +
                          text(remote.mean) +
                          ", so that no standard deviation can be counted in; expected an image with its noise; try "
                          "rule: maximum");
    found.scar_above = remote.mean + options.scar * remote.deviation;
    if (options.border)
      found.border_above = remote.mean + *options.border * remote.deviation;
    return found;
  }
  if (options.above == "zero" && *std::min_element(wall.intensity.begin(), wall.intensity.end()) < 0)
    throw io::CaseError(source +
                        ": the wall has negative intensities, as phase-sensitive images do, of whose maximum no share can be taken; "
                        "try segmentation.late_enhancement.above: remote, or rule: deviations");
  const double from = options.above == "zero" ? 0 : remote.mean;
  found.scar_above = from + options.scar * (found.maximum - from);
  if (options.border)
    found.border_above = from + *options.border * (found.maximum - from);
  for (const auto &[key, threshold] : {std::pair{"scar", found.scar_above}, {"border", found.border_above.value_or(INFINITY)}})
    if (threshold <= remote.mean + 2 * remote.deviation)
      throw io::CaseError(source + ": segmentation.late_enhancement." + key + ": the threshold of " + text(threshold) +
                          " (the maximum is " + text(found.maximum) + ") lies within the range of healthy muscle, " + text(remote.mean) +
                          " +- 2 x " + text(remote.deviation) +
                          ": nothing is enhanced, or the image has an offset; try above: remote, a larger share, " +
                          "rule: deviations, or leave late_enhancement out of a heart without scar");
  return found;
}

/// Voxels of pieces smaller than `least` voxels leave the mask. Returns how many did.
std::size_t remove_islands(std::vector<char> &mask, const io::Image &labels, double least) {
  const Pieces found = find_pieces(mask, labels.size, Neighbours::faces);
  std::size_t removed = 0;
  for (std::size_t v = 0; v < mask.size(); ++v)
    if (mask[v] && static_cast<double>(found.sizes[static_cast<std::size_t>(found.piece[v])]) < least) {
      mask[v] = 0;
      ++removed;
    }
  return removed;
}

struct Classes {
  std::vector<char> scar, damaged; ///< of each voxel of the map; damaged: scar or border zone
  std::size_t islands = 0;         ///< voxels that were left out
  std::size_t scars() const { return static_cast<std::size_t>(std::count(scar.begin(), scar.end(), 1)); }
};

/// By thresholds that lie `shift` higher.
Classes classify(const Wall &wall, const io::Image &labels, const LateEnhancement &found, double shift, double smallest_island) {
  Classes classes;
  classes.scar.assign(labels.voxels.size(), 0);
  classes.damaged = classes.scar;
  for (std::size_t n = 0; n < wall.voxel.size(); ++n) {
    classes.scar[wall.voxel[n]] = wall.intensity[n] >= found.scar_above + shift;
    classes.damaged[wall.voxel[n]] = wall.intensity[n] >= found.border_above.value_or(found.scar_above) + shift;
  }
  const double least = smallest_island * io::mm3_per_mL / labels.voxel_volume() - 1e-9;
  remove_islands(classes.scar, labels, least);
  classes.islands = remove_islands(classes.damaged, labels, least);
  return classes;
}

} // namespace

LateEnhancement mark_enhanced(const io::Image &labels, const BasePlane &base, const io::Image &file, const LateEnhancementOptions &options,
                              io::Image &tissue, std::vector<std::string> &notes) {
  const io::Image image = read_beside(file, options, notes);
  const Wall wall = wall_of(labels, base, image, tissue, options, notes);
  const LateEnhancement found = thresholds(remote_of(wall, labels, base, file, image, options.remote), wall, image.source, options);
  const Classes classes = classify(wall, labels, found, 0, options.smallest_island);
  for (const std::size_t v : wall.voxel)
    if (classes.damaged[v])
      tissue.voxels[v] = static_cast<float>(classes.scar[v] ? scarred_wall : border_zone_wall);
  const auto text = [](double value) { return print_number(std::round(10 * value) / 10); };
  const RemoteIntensity &remote = found.remote;
  notes.push_back("late enhancement: remote muscle has " + text(remote.mean) + " +- " + text(remote.deviation) + " (" +
                  volume_text(remote.voxels, labels) + "), the maximum is " + text(found.maximum) + "; scar from " +
                  text(found.scar_above) + (found.border_above ? ", border zone from " + text(*found.border_above) : "") + "; " +
                  volume_text(classes.islands, labels) + " in islands smaller than " + print_number(options.smallest_island) +
                  " mL were left out");
  const auto shifted = [&](double shift) {
    return volume_text(classify(wall, labels, found, shift, options.smallest_island).scars(), labels);
  };
  notes.push_back("late enhancement: " + volume_text(classes.scars(), labels) + " of scar; with thresholds one standard deviation of the " +
                  "remote muscle lower " + shifted(-remote.deviation) + ", higher " + shifted(remote.deviation));
  return found;
}

} // namespace corvivo::mesh
