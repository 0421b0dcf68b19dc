#pragma once
/// The Purkinje network: fractal trees on the endocardium, whose ends excite the muscle.
#include <io/base/grid.hpp>
#include <mesh/heart_mesh.hpp>
#include <physics/electrophysiology/stimulus.hpp>

namespace corvivo::physics {

/// How one tree grows and conducts. Its shape is chosen for the published coverage, see PurkinjeTree.
struct PurkinjeTreeOptions {
  std::string surface = "endocardium_lv"; ///< or "endocardium_rv"
  double height = 0.85, angle = 0;        ///< of the root, as of StimulusSite
  double initial_length = 10;             ///< mm of the trunk, which leads from the root towards the apex
  double length = 8, deviation = 2;       ///< mm of a branch: mean and standard deviation
  double segment = 1;                     ///< mm by which a branch grows at a time
  double branching_angle = 45;            ///< deg by which each of two branches turns off their mother's direction
  double repulsion = 0.1;                 ///< weight of the direction away from the nearest other branch, in each segment
  int generations = 16;                   ///< of branches after the trunk
  double velocity = 2;                    ///< m/s
  double junction_delay = 3;              ///< ms
  double start = 0;                       ///< ms at the root
  double radius = 2;                      ///< mm of the ball of tissue that a junction excites
  void describe(io::Schema &schema);
};

struct PurkinjeOptions {
  int seed = 1;                           ///< of the random numbers of all trees
  std::vector<PurkinjeTreeOptions> trees; ///< see planted_trees()
  void describe(io::Schema &schema);
  /// `trees`; where none is given one with the defaults on each endocardium of the mesh.
  std::vector<PurkinjeTreeOptions> planted_trees(const mesh::HeartMesh &mesh) const;
  /// Throws CaseError for numbers with which no tree can grow.
  void check() const;
};

/// An end of a tree: a Purkinje-muscle junction.
struct PurkinjeJunction {
  std::size_t node = 0; ///< of the tree
  double time = 0;      ///< ms at which it excites the muscle
};

/// A tree of straight segments whose nodes lie on a triangulated surface.
///
/// It grows as described by Ijiri et al., IEEE Comput Graph Appl 28:59, 2008, and Sahli Costabal, Hurtado & Kuhl, J Biomech 49:2455, 2016.
/// The tips of one generation take turns, each adding one segment: the direction d of the last one becomes (d + w g) / |d + w g|, g being
/// the unit vector away from the nearest node of any branch but its own and its mother, the step is made in the tangent plane and taken to
/// the nearest point of the surface. A tip stops where it would leave the surface, or come nearer than a segment to another branch (its
/// mother and its sibling excepted); one that has reached its length (normally distributed, at least two segments) branches in two, turned
/// by plus and minus the branching angle. All ends are junctions. Conduction back from the muscle into the tree is left out.
///
/// With the default numbers a left ventricle of 90 mL has about 2500 segments and 200 junctions, and the endocardium lies within
/// 11.6 +- 1.5 mm of them (100 seeds; the paper's trees: 11 +- 3 mm). At 2 m/s it is activated in 63 to 68 ms, from the default sites in
/// 125.
struct PurkinjeTree {
  std::string name;                 ///< for messages
  std::string surface;              ///< that it grows on
  std::vector<mesh::Vector3> nodes; ///< mm; the root first
  std::vector<std::size_t> parent;  ///< of each node, earlier in the list; of the root the root
  std::vector<double> arrival;      ///< ms, of each node: start + way from the root / velocity
  std::vector<PurkinjeJunction> junctions;
  double radius = 0; ///< mm
};

/// The trees one after the other; those on one surface avoid each other. Serial. Throws CaseError for a mesh without such a surface or
/// without axes, a root beside the surface and numbers with which no tree can grow.
std::vector<PurkinjeTree> grow_purkinje(const mesh::HeartMesh &mesh, const PurkinjeOptions &options);

/// One stimulus for each junction: nodes of `mesh` in its ball, each left to the junction that fires first, so that none is stimulated
/// twice; junctions without any left are silent, as those in tissue that is not `excitable` (per node). Throws CaseError for a ball without
/// nodes.
std::vector<Stimulus> junction_stimuli(const std::vector<PurkinjeTree> &trees, const mesh::HeartMesh &mesh,
                                       const std::vector<char> &excitable);

/// Distance (mm) from the nodes of the surfaces that carry trees to the nearest junction on the same surface.
struct PurkinjeCoverage {
  static constexpr double reach = 14; ///< mm: Sahli Costabal's trees leave no place farther off than 11 +- 3
  double largest = 0, percentile_95 = 0;
  double reached = 0; ///< share of those nodes that lie within `reach`
};
PurkinjeCoverage coverage(const std::vector<PurkinjeTree> &trees, const mesh::HeartMesh &mesh);

/// Lines with "arrival_time [ms]" and "junction [1]" (1 at ends) at the nodes and "tree [1]" (from 1) of each line.
io::Grid to_grid(const std::vector<PurkinjeTree> &trees);

} // namespace corvivo::physics
