#include <mesh/measures.hpp>

#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/units.hpp>
#include <mesh/coordinates.hpp>
#include <mesh/segments.hpp>
#include <mesh/shape_interpolation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::mesh {

namespace {

struct Sample {
  double thickness = 0, weight = 0;
  Vector3 place{};
};

/// One sample for each lattice edge that the endocardium crosses. A plane with unit normal n crosses |n_x| + |n_y| + |n_z| edges per
/// lattice square of its area.
std::vector<Sample> endocardium_samples(const HeartShape &shape) {
  std::vector<Sample> samples;
  const std::array<std::size_t, 3> stride{1, shape.size[0], shape.size[0] * shape.size[1]};
  const double low = shape.above_base(shape.cavity_apex) + 5;
  for (std::size_t k = 1; k + 1 < shape.size[2]; ++k)
    for (std::size_t j = 1; j + 1 < shape.size[1]; ++j)
      for (std::size_t i = 1; i + 1 < shape.size[0]; ++i) {
        const std::size_t v = shape.index(i, j, k);
        const auto value = [&](std::size_t at) { return double(shape.endocardium_field[at]); };
        Vector3 slope{};
        for (std::size_t a = 0; a < 3; ++a)
          slope[a] = 0.5 * (value(v + stride[a]) - value(v - stride[a]));
        const double steep = io::norm(slope);
        for (std::size_t a = 0; a < 3; ++a) {
          const double here = value(v), next = value(v + stride[a]);
          if ((here < 0) == (next < 0) || !(steep > 0))
            continue;
          const Vector3 p = shape.node(i, j, k) + (here / (here - next) * shape.spacing) * shape.axes[a];
          if (const double height = shape.above_base(p); height > 0 || height < low)
            continue;
          const double crossings = (std::abs(slope[0]) + std::abs(slope[1]) + std::abs(slope[2])) / steep;
          samples.push_back({-shape.epicardium(p), 1 / crossings, p});
        }
      }
  return samples;
}

/// Thickness below which the given share of the (sorted) surface lies.
double percentile(const std::vector<Sample> &sorted, double share) {
  double total = 0, sum = 0;
  for (const Sample &s : sorted)
    total += s.weight;
  for (const Sample &s : sorted)
    if ((sum += s.weight) >= share * total)
      return s.thickness;
  return sorted.back().thickness;
}

/// Mean thickness of each segment.
std::array<double, 16> by_segment(const HeartShape &shape, const std::vector<Sample> &samples, const Vector3 &to_septum) {
  std::array<double, 16> sums{}, weights{};
  const Vector3 axis = io::normalized(shape.long_axis), septum = io::normalized(to_septum - io::dot(to_septum, axis) * axis);
  const Vector3 inferior = io::cross(septum, axis);
  const double bottom = io::dot(shape.cavity_apex - shape.apex, axis), top = io::dot(shape.base_centre - shape.apex, axis);
  for (const Sample &s : samples) {
    const Vector3 p = s.place - shape.apex;
    const double angle = std::atan2(io::dot(p, inferior), io::dot(p, septum)) + M_PI / 3; // the septum's middle is at pi/3
    const int segment = aha_segment((io::dot(p, axis) - bottom) / (top - bottom), angle);
    if (segment > 16)
      continue;
    sums[static_cast<std::size_t>(segment - 1)] += s.weight * s.thickness;
    weights[static_cast<std::size_t>(segment - 1)] += s.weight;
  }
  for (std::size_t s = 0; s < sums.size(); ++s)
    sums[s] = weights[s] > 0 && io::norm(septum) > 0.5 ? sums[s] / weights[s] : std::numeric_limits<double>::quiet_NaN();
  return sums;
}

const std::string ubachs = "Ubachs 2009, J Cardiovasc Magn Reson 11(Suppl 1):P61, 50 healthy, mean +- 2 SD";
const std::string kawel = "Kawel 2012, Circ Cardiovasc Imaging 5:500, MESA, mid-ventricular, women and men, mean +- 2 SD";
const std::string petersen = "Petersen 2017, J Cardiovasc Magn Reson 19:18, UK Biobank, women and men, mean +- 2 SD";

void add_phase(const LeftVentricleMeasures &m, const std::string &phase, io::Quantities &quantities) {
  io::Quantity &thickness = quantities.set("lv_wall_thickness_" + phase, m.thickness_mean, "mm");
  if (phase == "ed")
    thickness.reference_range = io::ReferenceRange{3.5, 8.5, kawel};
  quantities.set("lv_wall_thickness_max_" + phase, m.thickness_thick, "mm");
  quantities.set("lv_length_" + phase, m.length, "mm");
  quantities.set("lv_sphericity_" + phase, m.sphericity, "1");
}

void add_segments(const LeftVentricleMeasures &m, const std::string &phase, io::Quantities &quantities) {
  for (std::size_t s = 0; s < m.segment_thickness.size(); ++s)
    if (!std::isnan(m.segment_thickness[s])) {
      io::Quantity &q = quantities.set("segment_thickness_" + phase + "_" + std::to_string(s + 1), m.segment_thickness[s], "mm");
      if (phase == "ed" && s >= 6 && s < 12)
        q.reference_range = io::ReferenceRange{3.5, 8.5, kawel};
    }
}

/// By segments of the same number, which need not be the same muscle: the base comes down in systole.
void add_segment_thickening(const LeftVentricleMeasures &ed, const LeftVentricleMeasures &es, io::Quantities &quantities) {
  for (std::size_t s = 0; s < ed.segment_thickness.size(); ++s) {
    const double before = ed.segment_thickness[s], after = es.segment_thickness[s];
    if (std::isnan(before) || std::isnan(after))
      continue;
    const std::string number = std::to_string(s + 1);
    io::Quantity &q = quantities.set("segment_thickening_" + number, after - before, "mm");
    const double mean = s < 6 ? 4.3 : s < 12 ? 4.4 : 3.2; // basal, middle, apical; 1.4 is the SD of each
    q.reference_range = io::ReferenceRange{mean - 2.8, mean + 2.8, ubachs};
    quantities.set("segment_thickening_percent_" + number, 100 * (after / before - 1), "%");
  }
}

std::optional<LeftVentricleMeasures> measure_phase(const io::Image &labels, const BasePlane &base) {
  try {
    const HeartShape shape = interpolate_shape(labels, base);
    const LabelInsertions septum = find_insertions(labels, base.first, base.slice);
    return measure(shape, septum.slices > 0 ? septum.to_septum : shape.to_right_ventricle);
  } catch (const io::CaseError &error) {
    io::warn(labels.phase + ": no thickness, length and sphericity: " + error.what());
    return std::nullopt;
  }
}

} // namespace

LeftVentricleMeasures measure(const HeartShape &shape, const Vector3 &to_septum) {
  std::vector<Sample> samples = endocardium_samples(shape);
  CORVIVO_ASSERT(!samples.empty(), "a shape without endocardium");
  std::sort(samples.begin(), samples.end(), [](const Sample &a, const Sample &b) { return a.thickness < b.thickness; });
  LeftVentricleMeasures m;
  m.segment_thickness = by_segment(shape, samples, to_septum);
  double weights = 0;
  for (const Sample &s : samples) {
    m.thickness_mean += s.weight * s.thickness;
    weights += s.weight;
  }
  m.thickness_mean /= weights;
  m.thickness_thin = percentile(samples, 0.01);
  m.thickness_thick = percentile(samples, 0.99);
  m.length = io::norm(shape.base_centre - shape.cavity_apex);
  m.sphericity = io::mm3_per_mL * shape.cavity_volume / (M_PI / 6 * std::pow(m.length, 3));
  return m;
}

void add_shape_measures(const Segmentation &segmentation, io::Quantities &quantities) {
  const auto ed = measure_phase(segmentation.ed, segmentation.base_ed);
  if (ed) {
    add_phase(*ed, "ed", quantities);
    add_segments(*ed, "ed", quantities);
  }
  const auto es = segmentation.es ? measure_phase(*segmentation.es, *segmentation.base_es) : std::nullopt;
  if (!es)
    return;
  add_phase(*es, "es", quantities);
  add_segments(*es, "es", quantities);
  if (!ed)
    return;
  quantities.set("lv_wall_thickening", 100 * (es->thickness_mean / ed->thickness_mean - 1), "%");
  add_segment_thickening(*ed, *es, quantities);
}

double body_surface(double height, double weight) {
  CORVIVO_ASSERT(height > 0 && weight > 0, "height and weight must be positive");
  return std::sqrt(height * weight / 3600);
}

void add_indexed_measures(double height, double weight, io::Quantities &quantities) {
  const double surface = body_surface(height, weight);
  quantities.set("body_surface", surface, "m^2");
  for (const std::string name : {"lv_edv", "lv_esv", "lv_sv", "lv_mass", "rv_edv", "rv_esv", "rv_sv", "la_volume_max"})
    if (quantities.has(name)) {
      io::Quantity &entry = quantities.set(name + "_index", quantities.value(name) / surface, name == "lv_mass" ? "g/m^2" : "mL/m^2");
      if (name == "lv_mass")
        entry.reference_range = io::ReferenceRange{28, 71, petersen};
    }
}

} // namespace corvivo::mesh
