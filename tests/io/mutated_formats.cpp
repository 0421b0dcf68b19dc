#include <tests/io/mesh_samples.hpp>
#include <tests/io/mutations.hpp>
#include <tests/io/wfdb_sample.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/formats/label_image.hpp>
#include <io/formats/mesh_data.hpp>
#include <io/formats/mesh_files.hpp>
#include <io/formats/vtu.hpp>
#include <io/formats/wfdb.hpp>
#include <tests/support/temporary_folder.hpp>

namespace corvivo::test {

namespace {

/// What a reader promises about every image that it returns.
void check_image(const io::Image &image) {
  CORVIVO_ASSERT(image.voxels.size() == image.size[0] * image.size[1] * image.size[2], "the wrong number of voxels");
  CORVIVO_ASSERT(image.voxel_volume() > 0, "an image without volume");
}
void check_mesh(const io::Grid &grid) {
  io::check_grid(grid, "mutated");
  for (const std::size_t point : grid.cell_points)
    CORVIVO_ASSERT(point < grid.points.size(), "a cell with a point that is not there");
}

io::Image sample_image() {
  io::Image image;
  image.size = {5, 4, 3};
  image.affine = {{{-1.5, 0, 0.25, 10}, {0, -1.5, 0.5, 20}, {0.25, 0.5, 8, -30}}};
  for (int v = 0; v < 60; ++v)
    image.voxels.push_back(static_cast<float>(v * v % 5));
  return image;
}

/// The bytes that `write` puts into a file.
template <class Write> std::string written(const std::string &name, const Write &write) {
  TemporaryFolder folder;
  write(folder.file(name));
  return io::read_file(folder.file(name));
}

MutatedFormat nifti(bool zipped) {
  io::Image image = sample_image();
  std::vector<std::string> samples;
  for (const bool version_2 : {false, true}) {
    image.affine[0][0] = version_2 ? -1.0 / 3 : -1.5;
    samples.push_back(written(zipped ? "a.nii.gz" : "a.nii", [&](const std::string &path) { io::write_nifti(image, path); }));
  }
  return {zipped ? "NIfTI, zipped" : "NIfTI", samples,
          [](const std::string &content) { check_image(io::read_nifti(content, "mutated.nii", 1)); }};
}

const std::string voxels{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3};

MutatedFormat nrrd() {
  const std::string head = "NRRD0004\ntype: unsigned char\nspace: left-posterior-superior\n", tail = "\nspace origin: (10,20,30)\n";
  const std::string three = head + "dimension: 3\nsizes: 2 2 4\nspace directions: (1.5,0,0) (0,1.25,0.5) (0,-0.5,8)" + tail,
                    four = head + "dimension: 4\nsizes: 2 2 2 2\nspace directions: none (1.5,0,0) (0,1.25,0.5) (0,-0.5,8)" + tail;
  return {
      "NRRD",
      {three + "encoding: raw\n\n" + voxels, four + "encoding: raw\n\n" + voxels, three + "encoding: gzip\n\n" + io::deflate_bytes(voxels)},
      [](const std::string &content) { check_image(io::read_nrrd(content, "mutated.nrrd", 1)); }};
}

MutatedFormat meta_image() {
  const auto file = [](const std::string &more, const std::string &data) {
    return "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n" + more +
           "TransformMatrix = 1 0 0 0 0 1 0 -1 0\nOffset = 10 20 30\nElementSpacing = 1.5 1.25 8\nDimSize = 2 2 4\n"
           "ElementType = MET_UCHAR\nElementDataFile = LOCAL\n" +
           data;
  };
  return {"MetaImage", {file("", voxels), file("CompressedData = True\n", io::deflate_bytes(voxels))}, [](const std::string &content) {
            check_image(io::read_meta_image(content, "mutated.mha", 1));
          }};
}

std::string text_vtu(const std::string &format, const std::string &points, const std::string &attributes) {
  return "<?xml version=\"1.0\"?>\n<VTKFile type=\"UnstructuredGrid\" version=\"0.1\" byte_order=\"LittleEndian\"" + attributes +
         ">\n<UnstructuredGrid><Piece NumberOfPoints=\"4\" NumberOfCells=\"1\">\n<Points><DataArray type=\"Float64\" "
         "NumberOfComponents=\"3\" format=\"" +
         format + "\">" + points +
         "</DataArray></Points>\n<Cells><DataArray type=\"Int32\" Name=\"connectivity\" format=\"ascii\">0 1 2 3</DataArray>"
         "<DataArray type=\"Int32\" Name=\"offsets\" format=\"ascii\">4</DataArray><DataArray type=\"UInt8\" Name=\"types\" "
         "format=\"ascii\">10</DataArray></Cells></Piece></UnstructuredGrid></VTKFile>\n";
}

MutatedFormat vtu() {
  return {"VTU",
          {written("a.vtu", [](const std::string &path) { io::write_vtu(sample_mesh(), path); }),
           text_vtu("ascii", "0 0 0 1 0 0 0 1 0 0 0 1", "")},
          [](const std::string &content) { check_mesh(io::read_vtk_xml(content, "mutated.vtu")); }};
}

/// 84 bytes and 50 for each of two triangles.
std::string binary_stl() {
  std::string bytes(80, ' ');
  bytes += std::string("\2\0\0\0", 4);
  for (int triangle = 0; triangle < 2; ++triangle) {
    for (int n = 0; n < 12; ++n) {
      const float x = static_cast<float>(n * n % 5 + triangle);
      bytes.append(reinterpret_cast<const char *>(&x), 4);
    }
    bytes += std::string(2, '\0');
  }
  return bytes;
}

std::vector<std::string> gmsh_files() {
  std::vector<std::string> all = gmsh_samples();
  all.push_back(written("a.msh", [](const std::string &path) { io::write_gmsh(sample_mesh(), {{3, 1, "scar"}}, path); }));
  return all;
}

template <class Read> MutatedFormat mesh(const std::string &name, const std::vector<std::string> &samples, const Read &read) {
  return {name, samples, [read](const std::string &content) { check_mesh(read(content, "mutated.mesh")); }};
}

/// Three files in one text, so that each of them is changed in turn.
MutatedFormat opencarp() {
  const std::string sample = "4\n0 0 0\n1000 0 0\n0 1000 0\n0 0 1000\n|1\nTt 0 1 2 3 1\n|2\n1 0 0 0 1 0\n";
  return mesh("openCARP", {sample}, [](const std::string &content, const std::string &path) {
    const std::size_t first = std::min(content.find('|'), content.size()), second = std::min(content.find('|', first + 1), content.size());
    return io::read_opencarp(content.substr(0, first), first < content.size() ? content.substr(first + 1, second - first - 1) : "",
                             second < content.size() ? content.substr(second + 1) : "", path);
  });
}

/// Header and numbers in one text; every file of the header has the same bytes.
MutatedFormat wfdb() {
  std::vector<std::string> samples;
  for (const int format : {16, 212}) {
    const WfdbSample sample = wfdb_sample(format, {{0, 5, -7, 2000, 3, 4, 1}, {-1024, 1, 2, 900, 4, 3, 2}});
    samples.push_back(sample.header + "|" + sample.bytes);
    samples.push_back(wfdb_sample(format, {{1, 2, 3, 4}}, false).header + "|" + wfdb_sample(format, {{1, 2, 3, 4}}, false).bytes);
  }
  return {"WFDB", samples, [](const std::string &content) {
            const std::size_t bar = std::min(content.find('|'), content.size());
            const std::string bytes = bar < content.size() ? content.substr(bar + 1) : "";
            const io::SignalRecord record = io::read_wfdb(
                content.substr(0, bar), [&](const std::string &) { return bytes; }, "mutated.hea");
            CORVIVO_ASSERT(record.frequency > 0 && !record.signals.empty(), "a record without signals");
            for (const io::RecordedSignal &signal : record.signals)
              CORVIVO_ASSERT(signal.values.size() == record.samples() && signal.gain != 0, "signals of different lengths");
          }};
}

MutatedFormat annotations() {
  std::string sample;
  for (const unsigned word :
       {1U << 10 | 200, 63U << 10 | 3, 0x4e28U, 0x0000U, 59U << 10, 1U, 5U, 5U << 10 | 7, 62U << 10 | 1, 1U << 10 | 300, 0U})
    sample += {static_cast<char>(word & 0xffU), static_cast<char>(word >> 8)};
  return {"WFDB annotations", {sample}, [](const std::string &content) {
            std::size_t before = 0;
            for (const io::Annotation &annotation : io::read_wfdb_annotations(content, "mutated.atr")) {
              CORVIVO_ASSERT(annotation.sample >= before, "annotations out of order");
              before = annotation.sample;
            }
          }};
}

} // namespace

std::vector<MutatedFormat> mutated_formats() {
  const std::string vtp =
      "<VTKFile type=\"PolyData\" version=\"0.1\"><PolyData><Piece NumberOfPoints=\"3\" NumberOfPolys=\"1\"><Points><DataArray "
      "type=\"Float32\" NumberOfComponents=\"3\" format=\"ascii\">0 0 0 1 0 0 0 1 0</DataArray></Points><Polys><DataArray "
      "type=\"Int64\" Name=\"connectivity\" format=\"ascii\">0 1 2</DataArray><DataArray type=\"Int64\" Name=\"offsets\" "
      "format=\"ascii\">3</DataArray></Polys></Piece></PolyData></VTKFile>";
  const std::string stl =
      "solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\nendsolid a\n";
  return {nifti(false),
          nifti(true),
          nrrd(),
          meta_image(),
          vtu(),
          mesh("VTP", {vtp}, io::read_vtk_xml),
          mesh("legacy VTK", {legacy_sample()}, io::read_vtk_legacy),
          mesh("PLY", {ply_sample()}, io::read_ply),
          mesh("STL", {stl, binary_stl()}, io::read_stl),
          mesh("Gmsh", gmsh_files(), [](const std::string &content, const std::string &path) { return io::read_gmsh(content, path); }),
          mesh("XDMF", {xdmf_sample()}, io::read_xdmf),
          opencarp(),
          wfdb(),
          annotations()};
}

} // namespace corvivo::test
