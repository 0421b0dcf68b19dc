#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/formats/label_image.hpp>
#include <io/formats/voxel_data.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>
#include <zlib.h>

using namespace corvivo;
using test::TemporaryFolder;

namespace {

const std::string voxels{0, 1, 2, 3, 0, 1, 2, 3}; // 2 x 2 x 2

std::string zlib_stream(const std::string &bytes) {
  std::string out(compressBound(bytes.size()), '\0');
  uLongf size = out.size();
  compress(reinterpret_cast<Bytef *>(out.data()), &size, reinterpret_cast<const Bytef *>(bytes.data()), bytes.size());
  out.resize(size);
  return out;
}

class Files {
public:
  io::Image read(const std::string &name, const std::string &content) {
    io::write_file(folder_.file(name), content);
    return io::read_label_image(folder_.file(name));
  }
  std::string complaint(const std::string &name, const std::string &content) {
    try {
      read(name, content);
    } catch (const io::CaseError &error) {
      return error.what();
    }
    return "";
  }
  std::string file(const std::string &name) const { return folder_.file(name); }

private:
  TemporaryFolder folder_;
};

std::string nrrd(const std::string &space, const std::string &more = "encoding: raw\n", const std::string &data = voxels) {
  return "NRRD0004\n# made by hand\ntype: unsigned char\ndimension: 3\nspace: " + space +
         "\nsizes: 2 2 2\nspace directions: (1.5,0,0) (0,1.25,0.5) (0,-0.5,8)\nkinds: domain domain domain\nspace origin: (10,20,30)\n"
         "Segment0_Name:=LV\n" +
         more + "\n" + data;
}

std::string mha(const std::string &more = "", const std::string &data = voxels) {
  return "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n" + more +
         "TransformMatrix = 1 0 0 0 0 1 0 -1 0\nOffset = 10 20 30\nCenterOfRotation = 0 0 0\nElementSpacing = 1.5 1.25 8\nDimSize = 2 2 2\n"
         "ElementType = MET_UCHAR\nElementDataFile = LOCAL\n" +
         data;
}

void expect_point(const io::Image &image, const io::Vector3 &expected) {
  const io::Vector3 found = image.point(1, 1, 1);
  for (std::size_t a = 0; a < 3; ++a)
    EXPECT_DOUBLE_EQ(found[a], expected[a]);
}

} // namespace

TEST(NrrdImages, InLpsAreTurnedToRasOnce) {
  Files files;
  const io::Image ras = files.read("a.nrrd", nrrd("right-anterior-superior")), lps = files.read("b.nrrd", nrrd("left-posterior-superior"));
  EXPECT_EQ(ras.voxels[7], 3);
  EXPECT_DOUBLE_EQ(ras.voxel_volume(), 1.5 * (1.25 * 8 + 0.25));
  expect_point(ras, {11.5, 20.75, 38.5});
  expect_point(lps, {-11.5, -20.75, 38.5});
  EXPECT_TRUE(lps.oriented);
}

TEST(NrrdImages, MayBeCompressedBigEndianOrDetached) {
  Files files;
  EXPECT_EQ(files.read("a.nrrd", nrrd("RAS", "encoding: gzip\n", io::deflate_bytes(voxels))).voxels[7], 3);
  std::string shorts;
  for (const char v : voxels)
    shorts += std::string{'\0', v};
  const std::string header = "NRRD0004\ntype: int16\ndimension: 3\nsizes: 2 2 2\nspacings: 1 1 8\nendian: big\nencoding: raw\n\n";
  const io::Image image = files.read("b.nrrd", header + shorts);
  EXPECT_EQ(image.voxels[6], 2);
  EXPECT_FALSE(image.oriented) << "spacings only";
  io::write_file(files.file("c.raw"), voxels);
  EXPECT_EQ(files.read("c.nhdr", nrrd("RAS", "encoding: raw\ndata file: c.raw\n", "")).voxels[5], 1);
}

TEST(MetaImages, AreLpsWithAxesInTheColumnsOfTheirMatrix) {
  Files files;
  const io::Image image = files.read("a.mha", mha());
  EXPECT_EQ(image.voxels[7], 3);
  EXPECT_DOUBLE_EQ(image.voxel_volume(), 15);
  expect_point(image, {-11.5, -12, 31.25}); // LPS: 10 + 1.5, 20 - 8, 30 + 1.25
}

TEST(MetaImages, MayBeCompressedOrDetached) {
  Files files;
  const std::string packed = zlib_stream(voxels);
  EXPECT_EQ(
      files.read("a.mha", mha("CompressedData = True\nCompressedDataSize = " + std::to_string(packed.size()) + "\n", packed)).voxels[6], 2);
  io::write_file(files.file("b.raw"), voxels);
  std::string detached = mha("", "");
  detached.replace(detached.find("LOCAL"), 5, "b.raw");
  EXPECT_EQ(files.read("b.mhd", detached).voxels[6], 2);
}

TEST(BadNrrdAndMetaImages, AreRefusedWithASentence) {
  Files files;
  EXPECT_SAYS(files.complaint("a.nrrd", nrrd("scanner-xyz")), "its space is 'scanner-xyz'");
  EXPECT_SAYS(files.complaint("a.nrrd", nrrd("RAS", "encoding: bzip2\n")), "expected raw or gzip");
  EXPECT_SAYS(files.complaint("a.nrrd", nrrd("RAS", "encoding: raw\n", "abc")), "truncated");
  EXPECT_SAYS(files.complaint("a.nrrd", nrrd("RAS", "encoding: raw\n", voxels + "x")), "more follow");
  EXPECT_SAYS(files.complaint("a.nrrd", nrrd("RAS", "encoding: gzip\n", io::deflate_bytes(voxels).substr(0, 15))), "truncated");
  EXPECT_SAYS(files.complaint("a.nrrd", "NRRD0004\ntype: float\n"), "no end");
  EXPECT_SAYS(files.complaint("a.nrrd", "NRRD0004\ndimension: 5\n\n"), "5 dimensions");
  EXPECT_SAYS(files.complaint("a.nrrd", "something else"), "does not start with 'NRRD'");
  EXPECT_SAYS(files.complaint("a.mha", mha("", "abc")), "truncated");
  EXPECT_SAYS(files.complaint("a.mha", mha("CompressedData = True\n", "notzlib!")), "damaged");
  EXPECT_SAYS(files.complaint("a.mha", mha("ElementNumberOfChannels = 3\n")), "one channel");
  EXPECT_SAYS(files.complaint("a.mha", "hello"), "no MetaImage header");
  EXPECT_SAYS(files.complaint("a.jpg", "hello"), "expected .nii");
}

TEST(BadNrrdAndMetaImages, NeverCrashWhenBitsFlip) {
  Files files;
  const std::string whole[] = {nrrd("LPS", "encoding: gzip\n", io::deflate_bytes(voxels)),
                               mha("CompressedData = True\n", zlib_stream(voxels))};
  unsigned state = 12345;
  for (int trial = 0; trial < 200; ++trial) {
    std::string bytes = whole[trial % 2];
    for (int flips = 0; flips < 2; ++flips) {
      state = state * 1664525U + 1013904223U;
      bytes[(state >> 8) % bytes.size()] ^= static_cast<char>(1U << (state >> 29));
    }
    try {
      const io::Image image = files.read(trial % 2 ? "m.mha" : "m.nrrd", bytes);
      EXPECT_EQ(image.voxels.size(), image.size[0] * image.size[1] * image.size[2]);
    } catch (const io::CaseError &) {
    }
  }
}
