#include <io/base/errors.hpp>
#include <io/base/schema.hpp>
#include <io/base/text.hpp>
#include <mesh/quality.hpp>
#include <physics/electrophysiology/tissue_part.hpp>

#include <algorithm>

namespace corvivo::physics {

using namespace io;
using mesh::HeartMesh;
using mesh::Vector3;

void PartBall::describe(Schema &schema) {
  schema.vector("centre", centre, "mm", "Middle of the ball.");
  schema.quantity("radius", radius, "mm", positive, "Radius of the ball.");
}

void PartBox::describe(Schema &schema) {
  schema.vector("minimum", minimum, "mm", "Corner of least coordinates.");
  schema.vector("maximum", maximum, "mm", "Corner of greatest coordinates.");
}

void PartLayer::describe(Schema &schema) {
  schema.quantity("from", from, "1", between(0, 1), "Depth where the layer begins: 0 endocardium.");
  schema.quantity("to", to, "1", between(0, 1), "Depth where it ends: 1 epicardium.");
}

void TissuePart::describe(Schema &schema) {
  schema.text("name", name, "Name of the part, for messages.");
  schema.text("region", region, "Region of the mesh (scar, border_zone, lv_wall ...); empty: any.");
  schema.optional_section("ball", ball, "Only within this ball.");
  schema.optional_section("box", box, "Only within this box.");
  schema.optional_section("layer", layer, "Only in this layer of the wall.");
  schema.quantity("conduction", conduction, "1", between(0, 100),
                  "Factor on the conductivities there; velocity grows with its square root. 0: nothing conducts, as in dense scar.");
  schema.optional_model("cell", ionic_model_name, cell, ionic_models(),
                        "Myocytes of this part: a variant of the model of electrophysiology.cell, with the keys that stand there.");
}

namespace {

bool covers(const TissuePart &part, int region, const Vector3 &place, double depth, int of_region) {
  if (!part.region.empty() && region != of_region)
    return false;
  if (part.ball && norm(place - part.ball->centre) > part.ball->radius)
    return false;
  if (part.layer && (depth < part.layer->from || depth > part.layer->to))
    return false;
  for (std::size_t d = 0; part.box && d < 3; ++d)
    if (place[d] < part.box->minimum[d] || place[d] > part.box->maximum[d])
      return false;
  return true;
}

/// For each cell of the mesh the last part that covers it, from 1; 0: none.
std::vector<std::size_t> part_of_cells(const std::vector<TissuePart> &parts, const HeartMesh &mesh, const std::vector<double> &depth,
                                       std::size_t together) {
  const double share = 0.25 / static_cast<double>(together); // of a corner of a cell
  std::vector<std::size_t> part(mesh.tetrahedra.size(), 0);
  for (std::size_t p = 0; p < parts.size(); ++p) {
    int region = -1;
    if (!parts[p].region.empty()) {
      const auto found = std::find(mesh.region_names.begin(), mesh.region_names.end(), parts[p].region);
      if (found == mesh.region_names.end())
        throw CaseError("electrophysiology.tissue: part '" + parts[p].name + "' is region '" + parts[p].region +
                        "', which the mesh does not have; it has " + join(mesh.region_names, ", "));
      region = static_cast<int>(found - mesh.region_names.begin());
    }
    std::size_t covered = 0;
    for (std::size_t first = 0; first < mesh.tetrahedra.size(); first += together) {
      Vector3 centre{};
      double at = 0;
      for (std::size_t c = first; c < first + together; ++c)
        for (const std::size_t node : mesh.tetrahedra[c]) {
          centre = centre + share * mesh.nodes[node];
          at += depth.empty() ? 0 : share * depth[node];
        }
      if (covers(parts[p], mesh.region[first], centre, at, region)) {
        std::fill_n(part.begin() + static_cast<std::ptrdiff_t>(first), together, p + 1);
        ++covered;
      }
    }
    if (covered == 0)
      throw CaseError("electrophysiology.tissue: part '" + parts[p].name +
                      "' covers no element of the mesh; move it into the mesh or make it larger than an element");
  }
  return part;
}

} // namespace

Heterogeneity find_parts(const std::vector<TissuePart> &parts, const HeartMesh &mesh, const std::vector<double> &depth,
                         std::size_t together) {
  Heterogeneity found;
  const std::vector<std::size_t> part = part_of_cells(parts, mesh, depth, together);
  std::vector<std::uint8_t> kind_of_part{0};
  std::uint8_t kinds = 1;
  for (const TissuePart &p : parts)
    kind_of_part.push_back(p.ionic_model_name.empty() ? std::uint8_t{0} : kinds++);
  for (const std::size_t p : part)
    found.conduction.push_back(p == 0 ? 1.0 : parts[p - 1].conduction);
  if (kinds == 1)
    return found;
  std::vector<double> share(mesh.nodes.size() * kinds, 0.0);
  for (std::size_t c = 0; c < part.size(); ++c)
    if (found.conduction[c] > 0)
      for (const std::size_t node : mesh.tetrahedra[c])
        share[kinds * node + kind_of_part[part[c]]] += mesh::cell_volume(mesh, c);
  for (std::size_t node = 0; node < mesh.nodes.size(); ++node) {
    const auto begin = share.begin() + static_cast<std::ptrdiff_t>(kinds * node);
    found.kind.push_back(static_cast<std::uint8_t>(std::max_element(begin, begin + kinds) - begin));
  }
  return found;
}

} // namespace corvivo::physics
