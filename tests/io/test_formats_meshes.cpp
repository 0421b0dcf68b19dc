// Meshes and surfaces that others made: every format against VTK's own reader or against the text of its specification.
#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/formats/mesh_files.hpp>
#include <io/formats/vtu.hpp>
#include <tests/io/mesh_samples.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>
#include <vtkCellData.h>
#include <vtkNew.h>
#include <vtkPLYReader.h>
#include <vtkPointData.h>
#include <vtkPolyData.h>
#include <vtkPolyDataReader.h>
#include <vtkPolyDataWriter.h>
#include <vtkSTLReader.h>
#include <vtkSTLWriter.h>
#include <vtkXMLPolyDataReader.h>
#include <vtkXMLPolyDataWriter.h>

#include <cmath>
#include <set>

using namespace corvivo;
using io::operator-;
using test::complaint;
using test::shared;
using test::TemporaryFolder;

namespace {

template <class Reader> vtkSmartPointer<vtkPolyData> by_vtk(const std::string &path) {
  vtkNew<Reader> reader;
  reader->SetFileName(path.c_str());
  reader->Update();
  return reader->GetOutput();
}

void expect_same(const io::Grid &grid, vtkPolyData *expected, double tolerance) {
  ASSERT_EQ(static_cast<vtkIdType>(grid.points.size()), expected->GetNumberOfPoints());
  ASSERT_EQ(static_cast<vtkIdType>(grid.cells()), expected->GetNumberOfPolys());
  for (std::size_t p = 0; p < grid.points.size(); ++p)
    for (int a = 0; a < 3; ++a)
      EXPECT_NEAR(grid.points[p][static_cast<std::size_t>(a)], expected->GetPoint(static_cast<vtkIdType>(p))[a], tolerance);
  for (std::size_t c = 0; c < grid.cells(); ++c) {
    vtkIdType count = 0;
    const vtkIdType *ids = nullptr;
    expected->GetCellPoints(static_cast<vtkIdType>(c), count, ids);
    ASSERT_EQ(count, 3);
    for (std::size_t n = 0; n < 3; ++n)
      EXPECT_EQ(grid.cell_points[3 * c + n], static_cast<std::size_t>(ids[n]));
  }
}

double tetrahedra_volume(const io::Grid &grid) {
  double volume = 0;
  for (std::size_t c = 0; c < grid.cells(); ++c) {
    const std::size_t *n = grid.cell_points.data() + grid.cell_offsets[c];
    const auto &p = grid.points;
    if (grid.cell_types[c] == io::CellType::tetrahedron)
      volume += std::abs(io::dot(p[n[1]] - p[n[0]], io::cross(p[n[2]] - p[n[0]], p[n[3]] - p[n[0]]))) / 6;
  }
  return volume;
}

} // namespace

TEST(SurfaceFiles, OfCobivecoAreWhatVtkReads) {
  const auto folder = shared("data/biventricle_surfaces");
  SKIP_WITHOUT(folder);
  for (const char *name : {"geo1/heart.vtp", "geo1/heart_for_UVC.vtp"}) {
    const std::string path = (folder / name).string();
    const io::Grid grid = io::read_mesh(path);
    const auto expected = by_vtk<vtkXMLPolyDataReader>(path);
    expect_same(grid, expected, 0);
    const io::Grid::Array *classes = grid.find_point_data("class");
    ASSERT_NE(classes, nullptr);
    for (std::size_t p = 0; p < grid.points.size(); ++p)
      ASSERT_EQ(classes->values[p], expected->GetPointData()->GetArray("class")->GetComponent(static_cast<vtkIdType>(p), 0));
  }
  for (const char *name : {"heart_base", "heart_endo_lv", "heart_endo_rv", "heart_epi"}) {
    const std::string path = (folder / "geo2" / (std::string(name) + ".ply")).string();
    expect_same(io::read_mesh(path), by_vtk<vtkPLYReader>(path), 0);
  }
}

TEST(SurfaceFiles, OfPatient1AreWhatVtkReads) {
  const auto folder = shared("data/patient1/vtk");
  SKIP_WITHOUT(folder);
  for (const char *name : {"LV_ENDOCARDIAL", "RV_ENDOCARDIAL", "EPICARDIAL"}) {
    const std::string path = (folder / ("patient1_" + std::string(name) + "_000.vtk")).string();
    expect_same(io::read_mesh(path), by_vtk<vtkPolyDataReader>(path), 1e-12);
  }
}

TEST(SurfaceFiles, ThatVtkWroteComeBackFromEveryEncoding) {
  const auto source = shared("data/patient1/vtk/patient1_LV_ENDOCARDIAL_000.vtk");
  SKIP_WITHOUT(source);
  TemporaryFolder folder;
  const auto surface = by_vtk<vtkPolyDataReader>(source.string());
  for (const int mode : {0, 1, 2})
    for (const bool packed : {false, true})
      for (const bool base64 : {false, true}) {
        vtkNew<vtkXMLPolyDataWriter> writer;
        writer->SetFileName(folder.file("a.vtp").c_str());
        writer->SetInputData(surface);
        writer->SetDataMode(mode); // ascii, binary, appended
        writer->SetEncodeAppendedData(base64);
        if (!packed)
          writer->SetCompressorTypeToNone();
        writer->SetHeaderTypeToUInt64();
        writer->Write();
        expect_same(io::read_mesh(folder.file("a.vtp")), surface, mode == 0 ? 1e-9 : 0);
      }
  vtkNew<vtkPolyDataWriter> legacy;
  for (const int version : {42, 51}) {
    legacy->SetFileVersion(version);
    legacy->SetFileName(folder.file("a.vtk").c_str());
    legacy->SetInputData(surface);
    legacy->SetFileTypeToBinary();
    legacy->Write();
    expect_same(io::read_mesh(folder.file("a.vtk")), surface, 0);
  }
  for (const bool binary : {false, true}) {
    vtkNew<vtkSTLWriter> stl;
    stl->SetFileName(folder.file("a.stl").c_str());
    stl->SetInputData(surface);
    binary ? stl->SetFileTypeToBinary() : stl->SetFileTypeToASCII();
    stl->Write();
    const io::Grid grid = io::read_mesh(folder.file("a.stl"));
    const auto expected = by_vtk<vtkSTLReader>(folder.file("a.stl"));
    EXPECT_EQ(static_cast<vtkIdType>(grid.cells()), expected->GetNumberOfPolys());
    EXPECT_EQ(static_cast<vtkIdType>(grid.points.size()), expected->GetNumberOfPoints()) << "both merge equal corners";
  }
}

TEST(GmshFiles, OfEveryKindGiveTheSameMesh) {
  for (const std::string &content : test::gmsh_samples()) {
    io::MeshNames names;
    const io::Grid grid = io::read_gmsh(content, "a.msh", &names);
    ASSERT_EQ(grid.points.size(), 5U);
    ASSERT_EQ(grid.cells(), 3U);
    EXPECT_EQ(grid.cell_points, (std::vector<std::size_t>{2, 1, 0, 0, 1, 2, 3, 1, 2, 3, 4}));
    EXPECT_EQ(grid.find_cell_data("region [1]")->values, (std::vector<double>{7, 1, 1}));
    EXPECT_EQ(grid.points[4], (io::Vector3{1, 1, 1.5}));
    ASSERT_EQ(names.size(), 2U);
    EXPECT_EQ(names[0].name, "endocardium_lv");
    EXPECT_EQ(names[1].dimension, 3);
  }
}

TEST(GmshFiles, ComeBack) {
  TemporaryFolder folder;
  const io::Grid grid = test::sample_mesh();
  io::write_gmsh(grid, {{3, 0, "lv_wall"}, {3, 1, "scar"}}, folder.file("a.msh"));
  io::MeshNames names;
  const io::Grid back = io::read_mesh(folder.file("a.msh"), &names);
  EXPECT_EQ(back.points, grid.points);
  EXPECT_EQ(back.cell_types, grid.cell_types);
  EXPECT_EQ(back.cell_points, grid.cell_points);
  EXPECT_EQ(back.find_cell_data("region [1]")->values, grid.find_cell_data("region [1]")->values);
  EXPECT_EQ(names[1].name, "scar");
  EXPECT_EQ(back.find_cell_data("fibre [1]")->values, grid.find_cell_data("fibre [1]")->values);
  EXPECT_EQ(back.find_point_data("depth [1]")->values, grid.find_point_data("depth [1]")->values);
}

TEST(OpencarpFiles, ComeBackWithFibresAndTags) {
  TemporaryFolder folder;
  const io::Grid grid = test::sample_mesh();
  io::write_mesh(grid, {}, folder.file("a.pts"));
  EXPECT_EQ(io::read_file(folder.file("a.elem")).substr(0, 15), "2\nTt 0 1 2 3 0\n");
  EXPECT_EQ(io::read_file(folder.file("a.surf")), "1\nTr 2 1 0\n");
  const io::Grid back = io::read_mesh(folder.file("a.elem"));
  ASSERT_EQ(back.points.size(), grid.points.size());
  for (std::size_t p = 0; p < grid.points.size(); ++p)
    for (std::size_t a = 0; a < 3; ++a)
      EXPECT_NEAR(back.points[p][a], grid.points[p][a], 1e-15 * 10) << "millimetres to micrometres and back: one rounding each";
  EXPECT_EQ(back.cells(), 2U) << "tetrahedra only";
  EXPECT_EQ(back.find_cell_data("region [1]")->values, (std::vector<double>{0, 1}));
  EXPECT_EQ(back.find_cell_data("fibre [1]")->values, (std::vector<double>{1, 0, 0, 0, 1, 0}));
}

TEST(XdmfFiles, OfAmbitAreItsHeart) {
  const auto folder = shared("data/heart3d_mesh");
  SKIP_WITHOUT(folder);
  const io::Grid heart = io::read_mesh((folder / "heart3D_domain.xdmf").string()),
                 boundary = io::read_mesh((folder / "heart3D_boundary.xdmf").string()),
                 coarse = io::read_mesh((folder / "heart3Dcoarse_domain.xdmf").string());
  EXPECT_EQ(heart.points.size(), 2609U) << "README: 2609 and 624 nodes";
  EXPECT_EQ(coarse.points.size(), 624U);
  EXPECT_EQ(boundary.points, heart.points);
  const io::Grid::Array *tags = boundary.find_cell_data("region [1]");
  ASSERT_NE(tags, nullptr);
  EXPECT_GE(std::set<double>(tags->values.begin(), tags->values.end()).size(), 4U);
  EXPECT_EQ(boundary.cell_types.front(), io::CellType::triangle);
  EXPECT_NEAR(tetrahedra_volume(coarse) / tetrahedra_volume(heart), 1, 0.05) << "the same body, coarser";
}

TEST(BadMeshFiles, AreRefusedWithASentence) {
  const auto says = [](const auto &read, const std::string &content, const std::string &part) {
    EXPECT_SAYS(complaint([&] { read(content, "a"); }), part);
  };
  const auto gmsh = [](const std::string &content, const std::string &path) { return io::read_gmsh(content, path); };
  const std::string msh = test::gmsh_samples()[0];
  const auto changed = [](std::string text, const std::string &from, const std::string &to) {
    return text.replace(text.find(from), from.size(), to);
  };
  says(gmsh, "hello", "does not begin with $MeshFormat");
  says(gmsh, changed(msh, "2.2 0 8", "3.0 0 8"), "expected 2.2 or 4.1");
  says(gmsh, changed(msh, "$EndElements", "$EndNothing"), "does not end; is it truncated?");
  says(gmsh, changed(msh, "$Nodes\n5", "$Nodes\n500000000"), "more nodes or elements than the file has room for");
  says(gmsh, changed(msh, "2 2 7 7 3 2 1", "2 2 7 7 3 2 9"), "names node 9, which the file does not have");
  says(gmsh, changed(msh, "1 2 2 7 7", "1 3 2 7 7"), "Gmsh type 3");
  says(gmsh, changed(msh, "5 1 1 1.5", "5 1 nan 1.5"), "not a number");
  const auto carp = [](const std::string &points, const std::string &elements, const std::string &fibres) {
    return complaint([&] { io::read_opencarp(points, elements, fibres, "a"); });
  };
  const std::string points = "4\n0 0 0\n1000 0 0\n0 1000 0\n0 0 1000\n", elements = "1\nTt 0 1 2 3 1\n";
  EXPECT_EQ(carp(points, elements, "1\n1 0 0\n"), "");
  EXPECT_SAYS(carp("900000000\n0 0 0\n", elements, ""), "number of its points, or is truncated");
  EXPECT_SAYS(carp(points, "1\nTt 1 2 3 4 1\n", ""), "counted from 1?");
  EXPECT_SAYS(carp(points, "1\nHx 0 1 2 3 1\n", ""), "kind 'Hx'");
  EXPECT_SAYS(carp(points, elements, "1\n1 0\n"), "ends too early");
  EXPECT_SAYS(carp(points, elements, "3\n1 0 0\n"), "should begin with 1 (fibres) or 2");
  EXPECT_SAYS(carp(points, elements, "1\n1 0 0\n1 0 0\n"), "do not belong together");
  says(io::read_xdmf, "<Xdmf><Domain/></Xdmf>", "has no 'Grid'");
  says(io::read_xdmf, changed(test::xdmf_sample(), "Format=\"XML\"", "Format=\"HDF\""), "another file ('HDF')");
  says(io::read_xdmf, changed(test::xdmf_sample(), "Dimensions=\"4 3\"", "Dimensions=\"400000 3\""),
       "announces 400000 3 numbers and has 12");
  says(io::read_xdmf, test::xdmf_sample().substr(0, 200), "not whole XML");
  says(io::read_vtk_legacy, "hello", "does not begin with '# vtk DataFile Version'");
  says(io::read_vtk_legacy, test::legacy_sample().substr(0, 110), "there are no polygons and no cells");
  says(io::read_vtk_legacy, test::legacy_sample().substr(0, 200), "is it truncated or damaged?");
  says(io::read_vtk_legacy, changed(test::legacy_sample(), "POLYDATA", "STRUCTURED_POINTS"), "expected POLYDATA or UNSTRUCTURED_GRID");
  says(io::read_ply, "plx", "does not begin with 'ply'");
  says(io::read_ply, changed(test::ply_sample(), "element vertex 4", "element vertex 4000000"), "more elements than it has room for");
  says(io::read_ply, changed(test::ply_sample(), "3 0 1 2", "3 0 1 8"), "names point 8");
  says(io::read_stl, "solid a\nvertex 0 0 x", "a vertex has no three numbers");
  says(io::read_stl, "solid a\nfacet", "does not end with 'endsolid'");
  says(io::read_stl, std::string(83, 'x'), "neither STL text nor");
  EXPECT_SAYS(complaint([] { io::read_mesh("no.obj"); }), "cannot be read");
  TemporaryFolder folder;
  io::write_file(folder.file("a.obj"), "v 0 0 0");
  EXPECT_SAYS(complaint([&] { io::read_mesh(folder.file("a.obj")); }), "not a kind of mesh that can be read; expected .vtu");
  EXPECT_SAYS(complaint([&] { io::write_mesh({}, {}, folder.file("a.obj")); }), "expected .vtu, .msh or .pts");
}
