#include <io/base/errors.hpp>
#include <mesh/generate_parts.hpp>

#include <CGAL/Exact_predicates_inexact_constructions_kernel.h>
#include <CGAL/Labeled_mesh_domain_3.h>
#include <CGAL/Mesh_complex_3_in_triangulation_3.h>
#include <CGAL/Mesh_criteria_3.h>
#include <CGAL/Mesh_domain_with_polyline_features_3.h>
#include <CGAL/Mesh_triangulation_3.h>
#include <CGAL/Random.h>
#include <CGAL/make_mesh_3.h>

#include <algorithm>
#include <map>

namespace corvivo::mesh::detail {

namespace {

using Kernel = CGAL::Exact_predicates_inexact_constructions_kernel;
using Domain = CGAL::Mesh_domain_with_polyline_features_3<CGAL::Labeled_mesh_domain_3<Kernel>>;
using Triangulation = CGAL::Mesh_triangulation_3<Domain, CGAL::Default, CGAL::Sequential_tag>::type;
using Complex = CGAL::Mesh_complex_3_in_triangulation_3<Triangulation, Domain::Corner_index, Domain::Curve_index>;
using Criteria = CGAL::Mesh_criteria_3<Triangulation>;

/// Labels outside the tissue differ by what they are next to, so that each boundary facet names its surface.
enum Label { outside = 0, wall = 1, cavity = 2, above = 3, right_cavity = 4 };

Vector3 vector(const Kernel::Point_3 &p) {
  return {p.x(), p.y(), p.z()};
}
Kernel::Point_3 point(const Vector3 &v) {
  return {v[0], v[1], v[2]};
}

int label(const ImplicitVentricle &shape, const Vector3 &p) {
  if (shape.above_base(p) > 0)
    return above;
  if (shape.epicardium(p) > 0)
    return outside;
  if (shape.right && shape.right(p) < 0)
    return right_cavity;
  return shape.endocardium(p) < 0 ? cavity : wall;
}

/// One polyline per rim: CGAL accepts closed curves.
void add_features(Domain &domain, const std::vector<std::vector<Vector3>> &rims, const std::vector<Vector3> &corners) {
  std::vector<std::vector<Kernel::Point_3>> curves;
  for (const auto &rim : rims) {
    curves.emplace_back();
    for (const Vector3 &p : rim)
      curves.back().push_back(point(p));
    curves.back().push_back(curves.back().front());
  }
  domain.add_features(curves.begin(), curves.end());
  for (const Vector3 &corner : corners)
    domain.add_corner(point(corner));
}

/// Bound of a circumradius: `usual`, less where the wall is thin. An edge that crosses the wall lies on a circle at least half as wide as
/// the wall is thick, so that bounds below half the thickness leave none.
class RadiusBound {
public:
  using FT = Kernel::FT;
  RadiusBound(const ImplicitVentricle &shape, double usual, int layers) : shape_(&shape), usual_(usual), layers_(layers) {}
  FT operator()(const Kernel::Point_3 &p, int, const Domain::Index &) const {
    if (layers_ == 0)
      return usual_;
    const Thickness through = thickness(*shape_, vector(p));
    return std::min(usual_, std::max(0.95 * through.distance / (through.left ? layers_ : 1), 0.1 * usual_));
  }

private:
  const ImplicitVentricle *shape_;
  double usual_;
  int layers_;
};

Complex make_complex(const ImplicitVentricle &shape, const MeshOptions &options, const std::vector<std::vector<Vector3>> &rims) {
  namespace with = CGAL::parameters;
  CGAL::get_default_random() = CGAL::Random(0);
  CGAL::Random seeded(0);
  const auto labels = [&shape](const Kernel::Point_3 &p) { return label(shape, vector(p)); };
  const auto not_tissue = [](int which) { return which != wall; };
  Domain domain(labels, Kernel::Sphere_3(point(shape.centre), shape.radius * shape.radius), 1e-6, not_tissue, &seeded);
  add_features(domain, rims, shape.corners);
  // CGAL bounds circumradii (0.58 and 0.61 edges of a regular triangle and tetrahedron) from above; with these bounds the median edge of a
  // heart-sized ventricle at h = 4 mm is 4.2 mm.
  const double h = options.element_size;
  const Criteria criteria(with::edge_size = RadiusBound(shape, h, options.wall_layers), with::facet_angle = 30,
                          with::facet_size = RadiusBound(shape, 0.75 * h, options.wall_layers),
                          with::facet_distance = options.facet_distance, with::cell_radius_edge_ratio = 2,
                          with::cell_size = RadiusBound(shape, 0.8 * h, options.wall_layers));
  return CGAL::make_mesh_3<Complex>(domain, criteria, with::no_perturb(), with::no_exude(), with::manifold());
}

Hold hold_of(std::vector<int> surfaces, int dimension) {
  constexpr std::array<Hold, 4> holds{Hold::endocardium, Hold::epicardium, Hold::base, Hold::right};
  constexpr std::array<Hold, 4> rims{Hold::endocardium_rim, Hold::epicardium_rim, Hold::fixed, Hold::right_rim};
  if (surfaces.empty())
    return Hold::inside;
  if (surfaces.size() == 2 && dimension == 1) {
    std::sort(surfaces.begin(), surfaces.end(), [](int a, int b) { return (a == base) < (b == base); });
    if (surfaces[1] == base)
      return rims[static_cast<std::size_t>(surfaces[0])];
  }
  return surfaces.size() > 1 || dimension < 2 ? Hold::fixed : holds[static_cast<std::size_t>(surfaces[0])];
}

/// Surface of a facet of the complex: what the wall's neighbour there is.
int surface_of(const Complex &complex, const Complex::Facet &facet) {
  const auto patch = complex.surface_patch_index(facet);
  const int other = patch.first == wall ? patch.second : patch.first;
  return other == cavity ? endocardium_lv : other == right_cavity ? endocardium_rv : other == outside ? epicardium : base;
}

} // namespace

Thickness thickness(const ImplicitVentricle &shape, const Vector3 &point) {
  const double left = std::abs(shape.endocardium(point)), outside = std::abs(shape.epicardium(point));
  if (!shape.right)
    return {left + outside, true};
  const double right = std::abs(shape.right(point));
  const double farthest = std::max({left, right, outside});
  return {left + right + outside - farthest, farthest != left || left == right};
}

RawMesh tetrahedralise(const ImplicitVentricle &shape, const MeshOptions &options, const std::vector<std::vector<Vector3>> &rims) {
  const Complex complex = make_complex(shape, options, rims);
  if (complex.number_of_cells_in_complex() == 0)
    throw io::CaseError("mesh: no tetrahedra fit into the wall; choose a smaller element_size");
  RawMesh raw;
  HeartMesh &mesh = raw.mesh;
  mesh.surface_names = {"endocardium_lv", "epicardium", "base"};
  mesh.region_names = {"lv_wall"};
  if (shape.right) {
    mesh.surface_names.push_back("endocardium_rv");
    mesh.region_names.push_back("rv_wall");
  }
  std::map<Complex::Vertex_handle, std::size_t> number; // only looked up, never walked: addresses decide nothing
  std::vector<int> dimension;
  for (auto cell = complex.cells_in_complex_begin(); cell != complex.cells_in_complex_end(); ++cell) {
    std::array<std::size_t, 4> nodes{};
    for (int i = 0; i < 4; ++i) {
      const auto vertex = cell->vertex(i);
      const auto [place, added] = number.emplace(vertex, mesh.nodes.size());
      if (added) {
        mesh.nodes.push_back(vector(complex.triangulation().geom_traits().construct_point_3_object()(vertex->point())));
        dimension.push_back(complex.in_dimension(vertex));
      }
      nodes[i] = place->second;
    }
    mesh.tetrahedra.push_back(nodes);
  }
  mesh.region.assign(mesh.tetrahedra.size(), 0);

  std::map<std::array<std::size_t, 3>, int> patch;
  for (auto facet = complex.facets_in_complex_begin(); facet != complex.facets_in_complex_end(); ++facet) {
    std::array<std::size_t, 3> nodes{};
    bool known = true;
    for (int i = 0; i < 3; ++i) {
      const auto found = number.find(facet->first->vertex((facet->second + 1 + i) % 4));
      known = known && found != number.end();
      nodes[i] = known ? found->second : 0;
    }
    std::sort(nodes.begin(), nodes.end());
    if (known)
      patch[nodes] = surface_of(complex, *facet);
  }
  mesh.triangles = boundary_faces(mesh.tetrahedra);
  std::vector<std::vector<int>> surfaces(mesh.nodes.size());
  for (const auto &t : mesh.triangles) {
    auto nodes = t;
    std::sort(nodes.begin(), nodes.end());
    const auto found = patch.find(nodes);
    if (found == patch.end())
      throw io::CaseError("mesh: the wall is too thin for its elements; choose a smaller element_size");
    mesh.surface.push_back(found->second);
    for (const std::size_t n : t)
      if (std::find(surfaces[n].begin(), surfaces[n].end(), found->second) == surfaces[n].end())
        surfaces[n].push_back(found->second);
  }
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n)
    raw.hold.push_back(hold_of(surfaces[n], dimension[n]));
  return raw;
}

} // namespace corvivo::mesh::detail
