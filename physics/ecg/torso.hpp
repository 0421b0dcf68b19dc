#pragma once
/// Where the electrodes of a 12-lead electrocardiogram lie around a heart whose torso was not imaged.
#include <mesh/heart_mesh.hpp>

#include <array>
#include <string>
#include <vector>

namespace corvivo::physics {

enum Electrode : std::size_t { RA, LA, LL, V1, V2, V3, V4, V5, V6, electrodes };
extern const std::array<const char *, 12> lead_names; ///< I II III aVR aVL aVF V1 ... V6

/// Positions (mm, in the mesh's space). A standing adult torso of average size is laid around the left ventricle by the heart's own axes:
/// its long axis (apex to base) points to the right, back and up as in the mean of adult hearts, and the right ventricle lies to the right
/// and front (azimuth and elevation of the axis after Engblom et al., J Electrocardiol 38:172, 2005). So the positions follow the heart,
/// not the patient's chest. Empty when the mesh has no long axis.
std::vector<mesh::Vector3> standard_electrodes(const mesh::HeartMesh &mesh);

/// The 12 leads (mV) from the potentials of the nine electrodes, Wilson's central terminal as reference of V1 ... V6.
std::array<double, 12> leads(const std::array<double, electrodes> &potential);

} // namespace corvivo::physics
