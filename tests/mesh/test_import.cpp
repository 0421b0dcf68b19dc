#include <io/base/errors.hpp>
#include <io/formats/vtu.hpp>
#include <mesh/ellipsoid.hpp>
#include <mesh/fibres.hpp>
#include <mesh/import.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <cmath>

using namespace corvivo;
using mesh::operator-;
using mesh::operator+;
using mesh::operator*;
using test::shared;
using test::TemporaryFolder;

namespace {

std::string complaint(const mesh::ImportOptions &options) {
  try {
    mesh::import_mesh(options);
  } catch (const io::CaseError &error) {
    return error.what();
  }
  return "";
}

const mesh::HeartMesh &ellipsoid() {
  static const mesh::HeartMesh mesh = [] {
    io::Quantities quantities;
    mesh::EllipsoidOptions options;
    options.element_size = 4;
    options.facet_distance = 0.3;
    return mesh::make_ellipsoid(options, quantities);
  }();
  return mesh;
}

/// Written in a format, read back.
mesh::ImportedMesh round_trip(const std::string &ending, const mesh::HeartMesh &mesh) {
  TemporaryFolder folder;
  const mesh::Fibres fibres = mesh::uniform_fibres(mesh, {0, 0.6, 0.8}, {1, 0, 0});
  io::MeshNames names;
  const io::Grid grid = mesh::export_grid(mesh, &fibres, names);
  io::write_mesh(grid, names, folder.file("a" + ending));
  mesh::ImportOptions options;
  options.file = folder.file("a" + ending);
  if (ending != ".msh") { // only Gmsh's files hold names
    for (const io::MeshName &n : names)
      (n.dimension == 2 ? options.surfaces : options.regions).push_back({n.number, n.name});
  }
  if (ending == ".pts") { // openCARP's have no surfaces
    io::write_vtu(grid, folder.file("surfaces.vtu"));
    options.boundary = folder.file("surfaces.vtu");
  }
  return mesh::import_mesh(options);
}

mesh::ImportOptions ambit() {
  mesh::ImportOptions options;
  options.file = shared("data/heart3d_mesh/heart3D_domain.xdmf");
  options.boundary = shared("data/heart3d_mesh/heart3D_boundary.xdmf");
  options.surfaces = {{1, "endocardium_lv"}, {2, "endocardium_rv"}, {3, "epicardium"}, {4, "base"}};
  return options;
}

} // namespace

TEST(ImportedMeshes, ComeBackFromEveryFormatThatIsWritten) {
  mesh::HeartMesh two_regions = ellipsoid();
  two_regions.region_names.push_back("scar");
  for (std::size_t c = 0; c < two_regions.region.size() / 3; ++c)
    two_regions.region[c] = 1;
  for (const char *ending : {".vtu", ".msh", ".pts"}) {
    const mesh::ImportedMesh back = round_trip(ending, two_regions);
    ASSERT_EQ(back.mesh.nodes.size(), two_regions.nodes.size());
    for (std::size_t n = 0; n < back.mesh.nodes.size(); ++n)
      EXPECT_LT(io::norm(back.mesh.nodes[n] - two_regions.nodes[n]), 1e-12) << "openCARP's are in micrometres";
    EXPECT_EQ(back.mesh.tetrahedra, two_regions.tetrahedra);
    ASSERT_EQ(back.mesh.triangles.size(), two_regions.triangles.size());
    for (std::size_t c = 0; c < back.mesh.region.size(); ++c)
      ASSERT_EQ(back.mesh.region_names[static_cast<std::size_t>(back.mesh.region[c])],
                two_regions.region_names[static_cast<std::size_t>(two_regions.region[c])]);
    for (const std::string &name : two_regions.surface_names)
      EXPECT_TRUE(back.mesh.has_surface(name)) << name << " " << ending;
    EXPECT_NEAR(mesh::cavity_volume(back.mesh, "endocardium_lv"), mesh::cavity_volume(two_regions, "endocardium_lv"), 1e-6);
    ASSERT_EQ(back.fibre.size(), back.mesh.tetrahedra.size());
    EXPECT_LT(io::norm(back.fibre[7] - io::Vector3{0, 0.6, 0.8}), 1e-12);
    EXPECT_LT(io::norm(back.sheet[7] - io::Vector3{1, 0, 0}), 1e-12);
    EXPECT_LT(io::norm(back.mesh.long_axis - io::Vector3{0, 0, 1}), 0.02)
        << "the ellipsoid's apex points to -z; its rim is not sampled evenly";
    EXPECT_TRUE(back.notes.empty());
  }
}

TEST(ImportedMeshes, OfAmbitIsABiventricle) {
  SKIP_WITHOUT(ambit().file);
  const mesh::ImportedMesh heart = mesh::import_mesh(ambit());
  EXPECT_EQ(heart.mesh.nodes.size(), 2609U) << "README";
  EXPECT_EQ(heart.mesh.triangles.size(), 4448U);
  EXPECT_EQ(heart.mesh.surface_names.size(), 4U);
  const double left = mesh::cavity_volume(heart.mesh, "endocardium_lv"), right = mesh::cavity_volume(heart.mesh, "endocardium_rv");
  EXPECT_GT(left, 40e3) << "a human's, in mm^3";
  EXPECT_LT(left, 200e3);
  EXPECT_GT(right, 40e3);
  EXPECT_LT(right, 250e3);
  EXPECT_GT(io::norm(heart.mesh.to_right_ventricle), 0.99);
  EXPECT_LT(std::abs(io::dot(heart.mesh.to_right_ventricle, heart.mesh.long_axis)), 1e-9);
}

TEST(ImportedMeshes, TurnsCellsAndTakesItsUnit) {
  TemporaryFolder folder;
  io::MeshNames names;
  io::Grid grid = mesh::export_grid(ellipsoid(), nullptr, names);
  std::swap(grid.cell_points[0], grid.cell_points[1]);
  grid.points.push_back({9, 9, 9});
  for (io::Vector3 &p : grid.points)
    p = 0.1 * p; // centimetres
  io::write_gmsh(grid, names, folder.file("a.msh"));
  mesh::ImportOptions options;
  options.file = folder.file("a.msh");
  options.unit = 10;
  const mesh::ImportedMesh back = mesh::import_mesh(options);
  EXPECT_NEAR(mesh::wall_volume(back.mesh) / mesh::wall_volume(ellipsoid()), 1, 1e-12);
  ASSERT_EQ(back.notes.size(), 2U);
  EXPECT_SAYS(back.notes[0], "1 points that are no corner");
  EXPECT_SAYS(back.notes[1], "1 tetrahedra were inside out");
}

TEST(BadImports, AreRefusedWithASentence) {
  TemporaryFolder folder;
  io::MeshNames names;
  const io::Grid good = mesh::export_grid(ellipsoid(), nullptr, names);
  const auto with = [&](const io::Grid &grid, const io::MeshNames &of) {
    io::write_gmsh(grid, of, folder.file("a.msh"));
    mesh::ImportOptions options;
    options.file = folder.file("a.msh");
    return complaint(options);
  };
  EXPECT_EQ(with(good, names), "");
  EXPECT_SAYS(with(good, {}), "triangles have the numbers 1, 2, 3, which 'surfaces' does not name");
  io::MeshNames other = names;
  other.back().number = 9;
  EXPECT_SAYS(with(good, other), "tetrahedra have the numbers 1, which 'regions' does not name");
  io::Grid bare = good;
  bare.cell_types.pop_back();
  bare.cell_offsets.pop_back();
  bare.cell_points.resize(bare.cell_offsets.back());
  bare.cell_data[0].values.pop_back();
  EXPECT_SAYS(with(bare, names), "1 faces of the boundary belong to no surface");
  io::Grid flat = good;
  const std::size_t *n = flat.cell_points.data();
  flat.points[n[3]] = (1.0 / 3) * (flat.points[n[0]] + flat.points[n[1]] + flat.points[n[2]]);
  EXPECT_SAYS(with(flat, names), "is flat; repair the mesh");
  io::Grid triangles;
  triangles.points = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}};
  triangles.add_cell(io::CellType::triangle, std::array<std::size_t, 3>{0, 1, 2});
  EXPECT_SAYS(with(triangles, {}), "holds no tetrahedra");
  io::Grid twice = good;
  twice.add_cell(io::CellType::tetrahedron, std::vector<std::size_t>(n, n + 4));
  twice.cell_data[0].values.push_back(1);
  EXPECT_NE(with(twice, names), "") << "a cell that is there twice";
}
