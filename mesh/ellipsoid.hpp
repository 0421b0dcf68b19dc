#pragma once
/// Truncated ellipsoids of revolution: an idealised left ventricle for verification.
#include <mesh/generate.hpp>

namespace corvivo::mesh {

/// Endocardium and epicardium are x^2/rs^2 + y^2/rs^2 + z^2/rl^2 = 1, cut at z = base_z; the apex points to -z.
/// Defaults: Land 2015, Proc R Soc A 471:20150641, problems 2 and 3.
struct EllipsoidOptions {
  double endocardium_short_radius = 7, endocardium_long_radius = 17; ///< mm
  double epicardium_short_radius = 10, epicardium_long_radius = 20;  ///< mm
  double base_z = 5;                                                 ///< mm
  double element_size = 2;                                           ///< mm
  double facet_distance = 0.05;                                      ///< mm
  void describe(io::Schema &schema);
};

/// As `make_left_ventricle`; both apices are nodes. Throws CaseError for radii that leave no wall and for elements too large.
HeartMesh make_ellipsoid(const EllipsoidOptions &options, io::Quantities &quantities);

/// The cavity below the base plane, mm^3: integral of pi rs^2 (1 - z^2/rl^2) from -rl to base_z.
double exact_cavity_volume(const EllipsoidOptions &options);
double exact_wall_volume(const EllipsoidOptions &options);

} // namespace corvivo::mesh
