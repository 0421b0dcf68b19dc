// Several phases in one file, and files that ask for more than they hold.
#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/formats/label_image.hpp>
#include <io/formats/mesh_files.hpp>
#include <io/formats/voxel_data.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>
#include <sys/resource.h>

using namespace corvivo;
using test::complaint;
using test::TemporaryFolder;

namespace {

const std::string first_phase{0, 1, 2, 3, 0, 1, 2, 3}, second_phase{0, 0, 2, 3, 0, 0, 2, 3}; // 2 x 2 x 2

/// A NIfTI-1 file of two phases, each of 2 x 2 x 2 voxels.
std::string two_phases() {
  TemporaryFolder folder;
  io::Image image;
  image.size = {2, 2, 2};
  image.affine = {{{-1.5, 0, 0, 0}, {0, -1.5, 0, 0}, {0, 0, 8, 0}}};
  image.voxels.assign(first_phase.begin(), first_phase.end());
  io::write_nifti(image, folder.file("a.nii"));
  std::string bytes = io::read_file(folder.file("a.nii")) + second_phase;
  bytes.replace(40, 2, std::string{4, 0}); // dimensions
  bytes.replace(48, 2, std::string{2, 0}); // phases
  return bytes;
}

template <class Number> std::string with(std::string bytes, std::size_t offset, Number value) {
  return bytes.replace(offset, sizeof value, reinterpret_cast<const char *>(&value), sizeof value);
}

std::string four_dimensional_nrrd(bool phases_first) {
  std::string data;
  if (phases_first)
    for (std::size_t v = 0; v < 8; ++v)
      data += {first_phase[v], second_phase[v]};
  else
    data = first_phase + second_phase;
  const std::string vectors = "(1.5,0,0) (0,1.5,0) (0,0,8)";
  return "NRRD0005\ntype: uint8\ndimension: 4\nspace: RAS\nsizes: 2 2 2 2\nspace directions: " +
         (phases_first ? "none " + vectors : vectors + " none") + "\nencoding: raw\n\n" + data;
}

std::string four_dimensional_mha() {
  return "NDims = 4\nTransformMatrix = 1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1\nOffset = 1 2 3 0\nElementSpacing = 1.5 1.5 8 33\n"
         "DimSize = 2 2 2 2\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n" +
         first_phase + second_phase;
}

double memory_peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

} // namespace

TEST(Phases, OfOneFileAreChosenByNumber) {
  const std::vector<float> first(first_phase.begin(), first_phase.end()), second(second_phase.begin(), second_phase.end());
  const std::string nifti = two_phases(), zipped = io::deflate_bytes(nifti);
  EXPECT_EQ(io::read_nifti(nifti, "a", 1).voxels, first);
  EXPECT_EQ(io::read_nifti(nifti, "a", 2).voxels, second);
  EXPECT_EQ(io::read_nifti(zipped, "a", 2).voxels, second);
  for (const bool phases_first : {false, true}) {
    EXPECT_EQ(io::read_nrrd(four_dimensional_nrrd(phases_first), "a", 1).voxels, first);
    EXPECT_EQ(io::read_nrrd(four_dimensional_nrrd(phases_first), "a", 2).voxels, second);
  }
  const io::Image meta = io::read_meta_image(four_dimensional_mha(), "a", 2);
  EXPECT_EQ(meta.voxels, second);
  EXPECT_DOUBLE_EQ(meta.voxel_volume(), 18) << "1.5 x 1.5 x 8 mm, not the 33 ms of a phase";
}

TEST(Phases, MustBeChosenAndBeThere) {
  EXPECT_SAYS(complaint([] { io::read_nifti(two_phases(), "a.nii"); }), "holds 2 phases; say which one");
  EXPECT_SAYS(complaint([] { io::read_nrrd(four_dimensional_nrrd(true), "a.nrrd"); }), "holds 2 phases; say which one");
  EXPECT_SAYS(complaint([] { io::read_meta_image(four_dimensional_mha(), "a.mha", 3); }), "no phase 3; it holds 2");
  EXPECT_SAYS(complaint([] { io::read_nifti(with<short>(two_phases(), 48, -7), "a.nii", 1); }), "-7 phases");
  EXPECT_SAYS(complaint([] { io::read_nifti(two_phases().substr(0, 366), "a.nii", 1); }), "truncated");
}

TEST(Phases, ThatAreEmptyAreRefused) {
  TemporaryFolder folder;
  std::string bytes = two_phases();
  bytes.replace(bytes.size() - 8, 8, std::string(8, '\0'));
  io::write_file(folder.file("a.nii"), bytes);
  EXPECT_EQ(complaint([&] { io::read_label_image(folder.file("a.nii"), 1); }), "");
  EXPECT_SAYS(complaint([&] { io::read_label_image(folder.file("a.nii"), 2); }), "(phase 2): is empty: every voxel is background");
}

TEST(FloatMasks, AreLabelsWhenTheirValuesAreWhole) {
  TemporaryFolder folder;
  io::Image image;
  image.size = {2, 2, 2};
  image.affine = {{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 8, 0}}};
  image.voxels = {0, 1, 2, 300, 0, 1, 2, 3}; // 300 does not fit a byte: stored as float32
  io::write_nifti(image, folder.file("a.nii"));
  EXPECT_EQ(io::read_label_image(folder.file("a.nii")).voxels, image.voxels);
  image.voxels[1] = 0.9997F;
  io::write_nifti(image, folder.file("a.nii"));
  EXPECT_SAYS(complaint([&] { io::read_label_image(folder.file("a.nii")); }), "whole numbers from 0 to 65535");
}

TEST(NegativeSpacings, AreNamed) {
  const io::Image image = io::read_nifti(with<float>(two_phases(), 80, -1.5F), "a.nii", 1);
  ASSERT_EQ(image.notes.size(), 1U);
  EXPECT_SAYS(image.notes[0], "pixdim is negative along axis 1");
  EXPECT_DOUBLE_EQ(image.voxel_volume(), 18);
  std::string mha = four_dimensional_mha();
  mha.replace(mha.find("ElementSpacing = 1.5"), 20, "ElementSpacing = -1.");
  EXPECT_SAYS(complaint([&] { io::read_meta_image(mha, "a.mha", 1); }), "spacing along axis 1 is -1.000 mm; expected more than 0");
}

// The headers announce 0.4 to 3.2 GB. A reader that took the memory first would raise the peak of this process by as much.
TEST(HugeFiles, AreRefusedBeforeTheirMemoryIsTaken) {
  const double before = memory_peak_mb();
  std::string plain = with<short>(with<short>(with<short>(two_phases(), 42, 1000), 44, 1000), 46, 200);
  EXPECT_SAYS(complaint([&] { io::read_nifti(plain, "a.nii", 1); }), "truncated");
  const std::string zipped = io::deflate_bytes(plain);
  EXPECT_SAYS(complaint([&] { io::read_nifti(zipped, "a.nii.gz", 1); }), "truncated");
  EXPECT_SAYS(complaint([&] {
                io::read_nrrd("NRRD0004\ntype: double\nendian: little\ndimension: 3\nsizes: 800 800 600\nspacings: 1 1 1\n"
                              "encoding: gzip\n\n" +
                                  io::deflate_bytes(first_phase),
                              "a.nrrd");
              }),
              "truncated");
  EXPECT_SAYS(
      complaint([&] { io::read_nrrd("NRRD0004\ntype: double\ndimension: 3\nsizes: 1e300 1e300 1e300\nspacings: 1 1 1\n", "a.nrrd"); }),
      "no end");
  EXPECT_SAYS(complaint([&] { io::read_nrrd("NRRD0004\ntype: double\ndimension: 3\nsizes: 1e300 2 2\nspacings: 1 1 1\n\n", "a.nrrd"); }),
              "more than any heart needs");
  EXPECT_SAYS(complaint([&] { io::read_nrrd("NRRD0004\ntype: double\ndimension: 3\nsizes: 2.5 2 2\nspacings: 1 1 1\n\n", "a.nrrd"); }),
              "in whole numbers");
  EXPECT_SAYS(complaint([&] {
                io::read_vtk_xml("<VTKFile type=\"UnstructuredGrid\"><UnstructuredGrid><Piece NumberOfPoints=\"300000000\">"
                                 "<Points><DataArray type=\"Float64\" format=\"ascii\">0 0 0</DataArray></Points></Piece>"
                                 "</UnstructuredGrid></VTKFile>",
                                 "a.vtu");
              }),
              "announces 300000000 points and has 3 coordinates");
  EXPECT_LT(memory_peak_mb(), before + 60);
}

// 300 MB of zeros in 300 kB, behind a header that says 16 voxels.
TEST(ZipBombs, AreNotInflated) {
  const std::string megabyte = io::deflate_bytes(std::string(1U << 20U, '\0'));
  std::string bomb = io::deflate_bytes(two_phases());
  for (int member = 0; member < 300; ++member)
    bomb += megabyte; // gzip members follow each other
  ASSERT_LT(bomb.size(), 400000U);
  const double before = memory_peak_mb();
  EXPECT_SAYS(complaint([&] { io::read_nifti(bomb, "a.nii.gz", 1); }), "but more follow");
  EXPECT_SAYS(complaint([&] {
                io::read_nrrd("NRRD0004\ntype: uint8\ndimension: 3\nsizes: 2 2 2\nspacings: 1 1 8\nencoding: gzip\n\n" + bomb, "a.nrrd");
              }),
              "but more follow");
  EXPECT_SAYS(complaint([&] {
                io::read_meta_image("NDims = 3\nElementSpacing = 1 1 8\nCompressedData = True\nDimSize = 2 2 2\nElementType = "
                                    "MET_UCHAR\nElementDataFile = LOCAL\n" +
                                        bomb,
                                    "a.mha");
              }),
              "but more follow");
  EXPECT_LT(memory_peak_mb(), before + 20);
}
