#pragma once
/// What a clinician reads off the shapes of a patient's phases: thickness, length, roundness, and values per body surface.
#include <io/base/quantity.hpp>
#include <mesh/heart_shape.hpp>
#include <mesh/segmentation.hpp>

#include <array>
#include <optional>

namespace corvivo::mesh {

/// Of one left ventricle below its base plane.
struct LeftVentricleMeasures {
  double thickness_mean = 0, thickness_thin = 0, thickness_thick = 0; ///< mm; over the endocardium: mean, 1st and 99th percentile
  double length = 0;                                                  ///< mm, centre of the cavity at the base to the lowest cavity
  /// Cavity over the sphere whose diameter is `length`: 1 for a ball, about 0.3 for a healthy ventricle.
  double sphericity = 0;
  /// mm, mean of AHA segments 1 to 16, at [segment - 1]; NaN where the surface has no sample, all of them without a direction of the
  /// septum.
  std::array<double, 16> segment_thickness{};
};

/// Thickness: distance from each point of the endocardium (where lattice edges cross its zero) to the epicardium, weighted so that every
/// direction of the surface counts by its area. Places within 5 mm of the cavity's apex are left out, where the stack shows least.
/// `to_septum`: from the axis to the middle of the septum; zero where it is not known.
LeftVentricleMeasures measure(const HeartShape &shape, const Vector3 &to_septum = {});

/// Sets `lv_wall_thickness_ed lv_wall_thickness_max_ed lv_length_ed` [mm] `lv_sphericity_ed` [1], the same with `_es`, `lv_wall_thickening`
/// [%] (of the mean thickness) where there is an end-systolic map; where the maps show the septum also `segment_thickness_ed_1` .. `_16`,
/// `segment_thickness_es_1` .. [mm], `segment_thickening_1` .. [mm] and `segment_thickening_percent_1` .. [%]. A phase whose shape cannot
/// be made is left out with a warning.
void add_shape_measures(const Segmentation &segmentation, io::Quantities &quantities);

/// Body surface, m^2: sqrt(height weight / 3600).   Mosteller, N Engl J Med 317:1098, 1987.   `height` in cm, `weight` in kg.
double body_surface(double height, double weight);

/// Sets `body_surface` [m^2] and for each of lv_edv, lv_esv, lv_sv, lv_mass, rv_edv, rv_esv, rv_sv, la_volume_max that is there
/// `<name>_index` (per m^2).
void add_indexed_measures(double height, double weight, io::Quantities &quantities);

} // namespace corvivo::mesh
