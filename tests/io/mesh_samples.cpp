#include <tests/io/mesh_samples.hpp>

#include <array>

namespace corvivo::test {

namespace {

template <class Number> void put(std::string &bytes, Number value) {
  bytes.append(reinterpret_cast<const char *>(&value), sizeof value);
}

const std::string names = "$PhysicalNames\n2\n2 7 \"endocardium_lv\"\n3 1 \"lv_wall\"\n$EndPhysicalNames\n";
constexpr double points[5][3] = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 1.5}};

std::string text_2() {
  return "$MeshFormat\n2.2 0 8\n$EndMeshFormat\n" + names +
         "$Nodes\n5\n1 0 0 0\n2 1 0 0\n3 0 1 0\n4 0 0 1\n5 1 1 1.5\n$EndNodes\n$Elements\n4\n4 15 2 9 9 1\n1 2 2 7 7 3 2 1\n2 4 2 1 1 1 2 "
         "3 4\n"
         "3 4 2 1 1 2 3 4 5\n$EndElements\n";
}

std::string binary_2() {
  std::string nodes, elements;
  for (int n = 0; n < 5; ++n) {
    put(nodes, n + 1);
    for (const double x : points[n])
      put(nodes, x);
  }
  for (const int value : {2, 1, 2, 1, 7, 7, 3, 2, 1, 4, 2, 2, 2, 1, 1, 1, 2, 3, 4, 3, 1, 1, 2, 3, 4, 5})
    put(elements, value);
  std::string one;
  put(one, 1);
  return "$MeshFormat\n2.2 1 8\n" + one + "\n$EndMeshFormat\n" + names + "$Nodes\n5\n" + nodes + "\n$EndNodes\n$Elements\n3\n" + elements +
         "\n$EndElements\n";
}

std::string text_4() {
  return "$MeshFormat\n4.1 0 8\n$EndMeshFormat\n" + names +
         "$Entities\n1 0 1 1\n11 0 0 0 0\n5 0 0 0 1 1 1.5 1 7 0\n6 0 0 0 1 1 1.5 1 1 1 5\n$EndEntities\n"
         "$Nodes\n1 5 1 5\n3 6 0 5\n1\n2\n3\n4\n5\n0 0 0\n1 0 0\n0 1 0\n0 0 1\n1 1 1.5\n$EndNodes\n"
         "$Elements\n3 4 1 4\n0 11 15 1\n4 1\n2 5 2 1\n1 3 2 1\n3 6 4 2\n2 1 2 3 4\n3 2 3 4 5\n$EndElements\n";
}

std::string binary_4() {
  using Wide = long long;
  std::string one, entities, nodes, elements;
  put(one, 1);
  for (const Wide count : {0, 0, 1, 1})
    put(entities, count);
  for (const int entity : {5, 6}) {
    put(entities, entity);
    for (const double x : {0.0, 0.0, 0.0, 1.0, 1.0, 1.5})
      put(entities, x);
    put(entities, Wide{1});
    put(entities, entity == 5 ? 7 : 1);
    put(entities, Wide{entity == 5 ? 0 : 1});
    if (entity == 6)
      put(entities, 5);
  }
  for (const Wide value : {1, 5, 1, 5})
    put(nodes, value);
  for (const int value : {3, 6, 0})
    put(nodes, value);
  for (const Wide value : {5, 1, 2, 3, 4, 5})
    put(nodes, value);
  for (const auto &point : points)
    for (const double x : point)
      put(nodes, x);
  for (const Wide value : {2, 3, 1, 3})
    put(elements, value);
  for (const int value : {2, 5, 2})
    put(elements, value);
  for (const Wide value : {1, 1, 3, 2, 1})
    put(elements, value);
  for (const int value : {3, 6, 4})
    put(elements, value);
  for (const Wide value : {2, 2, 1, 2, 3, 4, 3, 2, 3, 4, 5})
    put(elements, value);
  return "$MeshFormat\n4.1 1 8\n" + one + "\n$EndMeshFormat\n" + names + "$Entities\n" + entities + "\n$EndEntities\n$Nodes\n" + nodes +
         "\n$EndNodes\n$Elements\n" + elements + "\n$EndElements\n";
}

} // namespace

io::Grid sample_mesh() {
  io::Grid grid;
  for (const auto &point : points)
    grid.points.push_back({point[0] / 3, point[1], point[2]});
  grid.add_cell(io::CellType::tetrahedron, std::array<std::size_t, 4>{0, 1, 2, 3});
  grid.add_cell(io::CellType::tetrahedron, std::array<std::size_t, 4>{1, 2, 3, 4});
  grid.add_cell(io::CellType::triangle, std::array<std::size_t, 3>{2, 1, 0});
  grid.point_data = {{"depth [1]", 1, {0, 0.25, 0.5, 0.75, 1}}};
  grid.cell_data = {{"fibre [1]", 3, {1, 0, 0, 0, 1, 0, 0, 0, 1}}, {"region [1]", 1, {0, 1, -1}}};
  return grid;
}

std::vector<std::string> gmsh_samples() {
  return {text_2(), binary_2(), text_4(), binary_4()};
}

std::string xdmf_sample() {
  return "<Xdmf Version=\"3.0\"><Domain><Grid Name=\"Grid\">\n<Geometry GeometryType=\"XYZ\"><DataItem Dimensions=\"4 3\" "
         "Format=\"XML\">\n0 0 0\n1 "
         "0 0\n0 1 0\n0 0 1\n</DataItem></Geometry>\n<Topology TopologyType=\"Tetrahedron\" NumberOfElements=\"1\"><DataItem "
         "Dimensions=\"1 4\" "
         "Format=\"XML\">0 1 2 3</DataItem></Topology>\n<Attribute Name=\"tags\" Center=\"Cell\"><DataItem Dimensions=\"1\" "
         "Format=\"XML\">4</DataItem></Attribute></Grid></Domain></Xdmf>\n";
}

std::string legacy_sample() {
  return "# vtk DataFile Version 5.1\ntitle\nASCII\nDATASET POLYDATA\nPOINTS 4 double\n0 0 0 1 0 0 0 1 0\n0 0 1\nMETADATA\nINFORMATION "
         "0\n\n"
         "POLYGONS 3 6\nOFFSETS vtktypeint64\n0 3 6\nCONNECTIVITY vtktypeint64\n0 1 2 1 2 3\nCELL_DATA 2\nSCALARS class int "
         "1\nLOOKUP_TABLE "
         "default\n4 5\nPOINT_DATA 4\nFIELD FieldData 1\nclass 1 4 float\n1 2 3 4\n";
}

std::string ply_sample() {
  return "ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\nproperty uchar class\nelement "
         "face "
         "2\nproperty list uchar int vertex_indices\nend_header\n0 0 0 1\n1 0 0 1\n0 1 0 2\n0 0 1 2\n3 0 1 2\n3 1 2 3\n";
}

} // namespace corvivo::test
