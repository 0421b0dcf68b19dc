#pragma once
/// Where and when the tissue is stimulated.
#include <mesh/heart_mesh.hpp>

#include <string>
#include <vector>

namespace corvivo::io {
class Schema;
}

namespace corvivo::physics {

/// A ball on the endocardium, placed by the heart's own axes.
struct StimulusSite {
  std::string name = "site";
  double height = 0.5; ///< along the long axis, 0 at the apex, 1 at the base
  double angle = 0;    ///< deg around the long axis from the side of the right ventricle, positive towards anterior
  double radius = 3;   ///< mm
  double start = 0;    ///< ms
  void describe(io::Schema &schema);
};

/// A box of space (slab).
struct StimulusBox {
  mesh::Vector3 minimum{0, 0, 0}, maximum{1.5, 1.5, 1.5}; ///< mm
  double start = 0;                                       ///< ms
  void describe(io::Schema &schema);
};

/// A stimulus on the mesh itself: the points within `radius` of `centre`, or within the box.
struct Stimulus {
  std::string name;
  bool ball = true;
  mesh::Vector3 centre{}, minimum{}, maximum{};
  double radius = 0;
  double start = 0, duration = 2, amplitude = 0; ///< ms, ms, mV/ms (depolarising)
  bool covers(const mesh::Vector3 &point) const;
};

/// Where the left ventricle is first activated in isolated human hearts: high anterior paraseptal, central septal and posterior paraseptal
/// endocardium (Durrer et al., Circulation 41:899, 1970), with the lateral free wall and the apex reached through the conduction system
/// within the first 15 ms.
std::vector<StimulusSite> default_stimulus_sites();

/// The node of surface `endocardium_lv` nearest to the site's height and angle. Throws CaseError for a mesh without that surface or a long
/// axis.
mesh::Vector3 endocardial_point(const mesh::HeartMesh &mesh, const StimulusSite &site);

} // namespace corvivo::physics
