#pragma once
/// Where and when the tissue is stimulated.
#include <mesh/heart_mesh.hpp>

#include <string>
#include <vector>

namespace corvivo::io {
class Schema;
}

namespace corvivo::physics {

/// A ball on an endocardium, placed by the heart's own axes.
struct StimulusSite {
  std::string name = "site";
  double height = 0.5;                    ///< along the long axis, 0 at the apex, 1 at the base
  double angle = 0;                       ///< deg around the long axis, positive towards anterior: see endocardial_place
  double radius = 3;                      ///< mm
  double start = 0;                       ///< ms
  std::string surface = "endocardium_lv"; ///< or "endocardium_rv"
  void describe(io::Schema &schema);
};

/// A box of space (slab).
struct StimulusBox {
  mesh::Vector3 minimum{0, 0, 0}, maximum{1.5, 1.5, 1.5}; ///< mm
  double start = 0;                                       ///< ms
  void describe(io::Schema &schema);
};

/// A ball of space.
struct StimulusBall {
  mesh::Vector3 centre{0, 0, 0}; ///< mm
  double radius = 2;             ///< mm
  double start = 0;              ///< ms
  void describe(io::Schema &schema);
};

/// All nodes of a named surface of the mesh.
struct StimulusSurface {
  std::string surface;
  double start = 0; ///< ms
  void describe(io::Schema &schema);
};

/// All nodes of a named region of the mesh.
struct StimulusRegion {
  std::string region;
  double start = 0; ///< ms
  void describe(io::Schema &schema);
};

/// A stimulus on the mesh itself: the points within `radius` of `centre`, within the box, or the nodes listed.
struct Stimulus {
  enum class Shape { ball, box, nodes };
  std::string name;
  Shape shape = Shape::ball;
  mesh::Vector3 centre{}, minimum{}, maximum{};
  double radius = 0;
  std::vector<std::size_t> nodes;                ///< of the HeartMesh, ascending
  double start = 0, duration = 2, amplitude = 0; ///< ms, ms, mV/ms (depolarising)
  bool by_nodes = false;                         ///< box, ball: every node inside takes the whole, instead of its volume's share
  bool spares_activated = false;                 ///< nodes that fired before `start` and have not recovered get nothing
  /// `mesh_node`: index of the point in the HeartMesh.
  bool covers(const mesh::Vector3 &point, std::size_t mesh_node) const;
};

/// Where the left ventricle is first activated in isolated human hearts: high anterior paraseptal, central septal and posterior paraseptal
/// endocardium (Durrer et al., Circulation 41:899, 1970), with the lateral free wall and the apex reached through the conduction system
/// within the first 15 ms.
std::vector<StimulusSite> default_stimulus_sites();
/// The same of the right one: near where its anterior papillary muscle meets the free wall, 5 to 10 ms after the left ventricle's onset.
std::vector<StimulusSite> default_right_stimulus_sites();

/// A node of an endocardium, and how far (mm) it lies from the height and angle that were asked for.
struct EndocardialPlace {
  mesh::Vector3 point{};
  double distance = 0;
};

/// The node of surface `endocardium_lv` or `endocardium_rv` nearest to the site's height and angle. On the left the angle is taken around
/// the long axis from the side of the right ventricle (the septum), on the right around
/// the line along the left ventricle's axis through the middle of the right endocardium, from the side of the left ventricle (the septum),
/// positive towards anterior. Throws CaseError for a mesh without that surface or a long axis.
EndocardialPlace endocardial_place(const mesh::HeartMesh &mesh, const StimulusSite &site, const std::string &surface);
/// On the site's own surface.
mesh::Vector3 endocardial_point(const mesh::HeartMesh &mesh, const StimulusSite &site);

} // namespace corvivo::physics
