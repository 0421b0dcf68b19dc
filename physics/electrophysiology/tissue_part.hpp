#pragma once
/// Parts of the tissue that differ from the rest: scar, its border zone, layers of the wall.
#include <mesh/fibres.hpp>
#include <mesh/heart_mesh.hpp>
#include <physics/electrophysiology/ionic/ionic_model.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace corvivo::physics {

struct PartBall {
  mesh::Vector3 centre{0, 0, 0}; ///< mm
  double radius = 10;            ///< mm
  void describe(io::Schema &schema);
};

struct PartBox {
  mesh::Vector3 minimum{0, 0, 0}, maximum{10, 10, 10}; ///< mm
  void describe(io::Schema &schema);
};

/// A layer of the wall, by the depth that fibres have: 0 at the endocardium, 1 at the epicardium.
struct PartLayer {
  double from = 0, to = 1;
  void describe(io::Schema &schema);
};

/// Cells of the mesh whose centre lies in the region, the ball, the box and the layer, as many of them as are given.
struct TissuePart {
  std::string name = "part";
  std::string region; ///< of the mesh; empty: any
  std::optional<PartBall> ball;
  std::optional<PartBox> box;
  std::optional<PartLayer> layer;
  double conduction = 1;            ///< factor on the diffusivity
  std::string ionic_model_name;     ///< empty: the cells of the rest
  std::unique_ptr<IonicModel> cell; ///< null: as the name says
  void describe(io::Schema &schema);
};

/// What the parts make of a mesh.
struct Heterogeneity {
  std::vector<double> conduction; ///< of each cell of the mesh
  std::vector<std::uint8_t> kind; ///< of each node: 0, or 1 + the number of the part (among those with cells of their own) that holds most
                                  ///< of the volume around it; empty without such parts
};

/// The last part that covers a place counts. `together`: so many cells in turn, the parts of one element, belong where their common centre
/// lies. Throws CaseError for a region that the mesh does not have and for a part that covers nothing.
Heterogeneity find_parts(const std::vector<TissuePart> &parts, const mesh::HeartMesh &mesh, const std::vector<double> &depth,
                         std::size_t together = 1);

} // namespace corvivo::physics
