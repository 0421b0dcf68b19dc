#include <mesh/measures.hpp>

#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/units.hpp>
#include <mesh/shape_interpolation.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh {

namespace {

struct Sample {
  double thickness = 0, weight = 0;
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
          samples.push_back({-shape.epicardium(p), 1 / crossings});
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

std::optional<LeftVentricleMeasures> measure_phase(const io::Image &labels, const BasePlane &base) {
  try {
    return measure(interpolate_shape(labels, base));
  } catch (const io::CaseError &error) {
    io::warn(labels.phase + ": no thickness, length and sphericity: " + error.what());
    return std::nullopt;
  }
}

} // namespace

LeftVentricleMeasures measure(const HeartShape &shape) {
  std::vector<Sample> samples = endocardium_samples(shape);
  CORVIVO_ASSERT(!samples.empty(), "a shape without endocardium");
  std::sort(samples.begin(), samples.end(), [](const Sample &a, const Sample &b) { return a.thickness < b.thickness; });
  LeftVentricleMeasures m;
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
  if (ed)
    add_phase(*ed, "ed", quantities);
  const auto es = segmentation.es ? measure_phase(*segmentation.es, *segmentation.base_es) : std::nullopt;
  if (!es)
    return;
  add_phase(*es, "es", quantities);
  if (ed)
    quantities.set("lv_wall_thickening", 100 * (es->thickness_mean / ed->thickness_mean - 1), "%");
}

double body_surface(double height, double weight) {
  CORVIVO_ASSERT(height > 0 && weight > 0, "height and weight must be positive");
  return std::sqrt(height * weight / 3600);
}

void add_indexed_measures(double height, double weight, io::Quantities &quantities) {
  const double surface = body_surface(height, weight);
  quantities.set("body_surface", surface, "m^2");
  for (const std::string name : {"lv_edv", "lv_esv", "lv_sv", "lv_mass", "rv_edv", "rv_esv"})
    if (quantities.has(name)) {
      io::Quantity &entry = quantities.set(name + "_index", quantities.value(name) / surface, name == "lv_mass" ? "g/m^2" : "mL/m^2");
      if (name == "lv_mass")
        entry.reference_range = io::ReferenceRange{28, 71, petersen};
    }
}

} // namespace corvivo::mesh
