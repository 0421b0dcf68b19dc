#pragma once
/// What a clinician reads off the shapes of a patient's phases: thickness, length, roundness, and values per body surface.
#include <io/base/quantity.hpp>
#include <mesh/heart_shape.hpp>
#include <mesh/segmentation.hpp>

#include <optional>

namespace corvivo::mesh {

/// Of one left ventricle below its base plane.
struct LeftVentricleMeasures {
  double thickness_mean = 0, thickness_thin = 0, thickness_thick = 0; ///< mm; over the endocardium: mean, 1st and 99th percentile
  double length = 0;                                                  ///< mm, centre of the cavity at the base to the lowest cavity
  /// Cavity over the sphere whose diameter is `length`: 1 for a ball, about 0.3 for a healthy ventricle.
  double sphericity = 0;
};

/// Thickness: distance from each point of the endocardium (where lattice edges cross its zero) to the epicardium, weighted so that every
/// direction of the surface counts by its area. Places within 5 mm of the cavity's apex are left out, where the stack shows least.
LeftVentricleMeasures measure(const HeartShape &shape);

/// Sets `lv_wall_thickness_ed lv_wall_thickness_max_ed lv_length_ed` [mm] `lv_sphericity_ed` [1], the same with `_es`, `lv_wall_thickening`
/// [%] (of the mean thickness) where there is an end-systolic map. A phase whose shape cannot be made is left out with a warning.
void add_shape_measures(const Segmentation &segmentation, io::Quantities &quantities);

/// Body surface, m^2: sqrt(height weight / 3600).   Mosteller, N Engl J Med 317:1098, 1987.   `height` in cm, `weight` in kg.
double body_surface(double height, double weight);

/// Sets `body_surface` [m^2] and for each of lv_edv, lv_esv, lv_sv, lv_mass, rv_edv, rv_esv that is there `<name>_index` (per m^2).
void add_indexed_measures(double height, double weight, io::Quantities &quantities);

} // namespace corvivo::mesh
