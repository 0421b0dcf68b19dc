#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/formats/label_image.hpp>
#include <io/formats/voxel_data.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>
#include <vtkDataArray.h>
#include <vtkImageData.h>
#include <vtkNIFTIImageReader.h>
#include <vtkNew.h>
#include <vtkPointData.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

using namespace corvivo;
using io::operator+;
using io::operator-;
using io::operator*;
using test::complaint;
using test::shared;
using test::TemporaryFolder;

namespace {

/// The sentence of the CaseError that `work` throws; empty when it throws none.
io::Image small_image() {
  io::Image image;
  image.size = {3, 4, 5};
  image.affine = {{{-1.5, 0, 0.25, 10}, {0, -1.5, 0.5, 20}, {0.25, 0.5, 8, -30}}};
  for (int v = 0; v < 60; ++v)
    image.voxels.push_back(static_cast<float>(v % 4));
  return image;
}

/// Bytes of a NIfTI-1 file whose numbers tests then change.
class NiftiFile {
public:
  explicit NiftiFile(const io::Image &image = small_image()) {
    io::write_nifti(image, folder_.file("image.nii"));
    bytes = io::read_file(folder_.file("image.nii"));
  }
  template <class Number> NiftiFile &put(std::size_t offset, Number value) {
    std::memcpy(bytes.data() + offset, &value, sizeof value);
    return *this;
  }
  NiftiFile &rows(const std::array<std::array<float, 4>, 3> &sform) {
    std::memcpy(bytes.data() + 280, sform.data(), 48);
    return *this;
  }
  io::Image read(const std::string &name = "changed.nii") const {
    io::write_file(folder_.file(name), bytes);
    return io::read_label_image(folder_.file(name));
  }
  std::string complaint() const {
    return ::complaint([&] { read(); });
  }
  std::string bytes;

private:
  TemporaryFolder folder_;
};

double label_volume(const io::Image &image, float label) {
  return 1e-3 * image.voxel_volume() * static_cast<double>(std::count(image.voxels.begin(), image.voxels.end(), label));
}

/// mL of a label as VTK's reader sees it: spacing from pixdim, so an opinion that does not share our code.
/// mL of labels 0 to 3, by another reader.
std::array<double, 4> vtk_label_volumes(const std::string &path) {
  vtkNew<vtkNIFTIImageReader> reader;
  reader->SetFileName(path.c_str());
  reader->Update();
  const double *spacing = reader->GetOutput()->GetSpacing();
  vtkDataArray *values = reader->GetOutput()->GetPointData()->GetScalars();
  std::array<double, 4> volumes{};
  for (vtkIdType v = 0; v < values->GetNumberOfTuples(); ++v)
    volumes.at(static_cast<std::size_t>(values->GetComponent(v, 0))) += 1e-3 * spacing[0] * spacing[1] * spacing[2];
  return volumes;
}

} // namespace

TEST(NiftiImages, ComeBackToTheSameBits) {
  TemporaryFolder folder;
  for (const char *name : {"a.nii", "a.nii.gz"})
    for (const bool doubles : {false, true})
      for (const bool floats : {false, true}) {
        io::Image image = small_image();
        if (doubles)
          image.affine[0][0] = -1.0 / 3; // needs NIfTI-2
        if (floats)
          image.voxels[7] = -0.1F;
        io::write_nifti(image, folder.file(name));
        const io::Image back = io::read_image(folder.file(name));
        EXPECT_EQ(back.size, image.size);
        EXPECT_EQ(back.affine, image.affine);
        EXPECT_EQ(back.voxels, image.voxels);
        EXPECT_TRUE(back.notes.empty());
        EXPECT_TRUE(back.oriented);
      }
}

TEST(NiftiImages, OfBothByteOrdersAndEveryNumberTypeAreTheSame) {
  const io::Image image = small_image();
  const struct {
    short code, bits;
  } types[] = {{2, 8}, {256, 8}, {4, 16}, {512, 16}, {8, 32}, {768, 32}, {16, 32}, {64, 64}, {1024, 64}, {1280, 64}};
  for (const auto &type : types)
    for (const bool big : {false, true}) {
      NiftiFile file(image);
      file.put<short>(70, type.code).put<short>(72, type.bits);
      file.bytes.resize(352);
      for (const float value : image.voxels) {
        char one[8] = {};
        const auto whole = static_cast<long long>(value);
        const double real = static_cast<double>(value);
        std::memcpy(one,
                    type.code == 16   ? static_cast<const void *>(&value)
                    : type.code == 64 ? static_cast<const void *>(&real)
                                      : &whole,
                    8U / (type.code == 16 ? 2 : 1));
        file.bytes.append(one, static_cast<std::size_t>(type.bits / 8));
      }
      if (big) { // every field that the reader uses, and the voxels
        const auto swap = [&](std::size_t offset, std::size_t size, std::size_t count) {
          for (std::size_t i = 0; i < count; ++i)
            std::reverse(file.bytes.begin() + static_cast<long>(offset + i * size),
                         file.bytes.begin() + static_cast<long>(offset + (i + 1) * size));
        };
        swap(0, 4, 1), swap(40, 2, 8), swap(70, 2, 2), swap(76, 4, 8), swap(108, 4, 3), swap(252, 2, 2), swap(256, 4, 18);
        swap(352, static_cast<std::size_t>(type.bits / 8), image.voxels.size());
      }
      const io::Image back = file.read();
      EXPECT_EQ(back.voxels, image.voxels) << "type " << type.code << (big ? " big endian" : "");
      EXPECT_EQ(back.affine, image.affine);
    }
}

TEST(NiftiImages, AreScaledBySlopeAndIntercept) {
  EXPECT_EQ(NiftiFile().put<float>(112, 2).put<float>(116, 1).read().voxels[3], 7);
  EXPECT_EQ(NiftiFile().put<float>(112, 0).put<float>(116, 5).read().voxels[3], 3) << "slope 0 means: as stored";
  EXPECT_EQ(NiftiFile().put<float>(112, std::nanf("")).read().voxels[3], 3);
}

TEST(NiftiImages, WithAnAffineThatCarriesNoSpacingTakePixdimAndSaySo) {
  const io::Image image =
      NiftiFile().rows({{{-1, 0, 0, 0}, {0, -1, 0, 0}, {0, 0, 1, 0}}}).put<float>(80, 1.5F).put<float>(84, 1.25F).put<float>(88, 10).read();
  EXPECT_DOUBLE_EQ(image.voxel_volume(), 18.75);
  EXPECT_FALSE(image.oriented);
  ASSERT_EQ(image.notes.size(), 1U);
  EXPECT_SAYS(image.notes[0], "carries no spacing");
}

TEST(NiftiImages, WhoseAffineAndPixdimDisagreeSaySo) {
  const io::Image image = NiftiFile().put<float>(88, 4).read();
  EXPECT_NEAR(image.spacing(2), std::sqrt(64 + 0.3125), 1e-12);
  ASSERT_EQ(image.notes.size(), 1U);
  EXPECT_SAYS(image.notes[0], "contradicts itself");
}

TEST(NiftiImages, UseTheQuaternionWhereThereIsNoAffine) {
  // 90 degrees about z: i goes to +y, j to -x; qfac -1 mirrors k
  NiftiFile file;
  const float half = std::sqrt(0.5F);
  file.put<short>(254, 0).put<short>(252, 1).put<float>(76, -1).put<float>(80, 2).put<float>(84, 3).put<float>(88, 4);
  file.put<float>(256, 0).put<float>(260, 0).put<float>(264, half).put<float>(268, 7);
  const io::Image image = file.read();
  const io::Vector3 p = image.point(1, 1, 1);
  EXPECT_NEAR(p[0], 7 - 3, 1e-6); // the quaternion is stored in single precision
  EXPECT_NEAR(p[1], 2, 1e-6);
  EXPECT_NEAR(p[2], -4, 1e-6);
}

TEST(NiftiImages, OfThePatientHaveTheirMirroredAffine) {
  const auto path = shared("data/patient1/patient1_sax_ed.nii.gz");
  SKIP_WITHOUT(path);
  const io::Image image = io::read_label_image(path.string());
  EXPECT_LT(image.determinant(), 0);
  EXPECT_NEAR(image.spacing(0), 1.40625, 1e-5);
  EXPECT_NEAR(image.spacing(2), 8, 1e-5);
  EXPECT_TRUE(image.notes.empty()) << "sform and qform agree";
  // README: slices step by 8 mm along (0.4796, -0.6187, -0.6223) in LPS
  const io::Vector3 step = image.point(0, 0, 1) - image.point(0, 0, 0);
  EXPECT_NEAR(step[0], -8 * 0.4796, 1e-3);
  EXPECT_NEAR(step[1], 8 * 0.6187, 1e-3);
  EXPECT_NEAR(step[2], -8 * 0.6223, 1e-3);
  // label map against the fitted mesh, 178.96 mL, and the README's -0.9 % (printed to 0.1 %)
  EXPECT_NEAR(label_volume(image, 3) / 178.96 - 1, -0.009, 0.0006);
}

TEST(NiftiImages, OfAcdcHaveTheirTrueVolumes) {
  const auto folder = shared("data/acdc_masks");
  SKIP_WITHOUT(folder);
  int compared = 0;
  for (const auto &entry : std::filesystem::directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (path.find("_gt.nii.gz") == std::string::npos)
      continue;
    const io::Image image = io::read_label_image(path);
    const auto expected = vtk_label_volumes(path);
    for (const std::size_t label : {1, 2, 3}) // an apical map may lack one
      EXPECT_NEAR(label_volume(image, static_cast<float>(label)), expected[label], 1e-6 * expected[label]) << path;
    EXPECT_EQ(image.notes.size(), 1U) << "the header trap: " << path;
    ++compared;
  }
  EXPECT_EQ(compared, 200);
}

TEST(NiftiImages, OfEmidecHaveTheVolumesOfItsReadme) {
  const auto path = shared("data/emidec_scar/samplePositive_gt.nii.gz");
  SKIP_WITHOUT(path);
  const io::Image image = io::read_label_image(path.string());
  const double expected[] = {114.9, 118.4, 19.5, 0.7}; // mL, printed to 0.1
  for (int label = 1; label <= 4; ++label)
    EXPECT_NEAR(label_volume(image, static_cast<float>(label)), expected[label - 1], 0.05001);
}

TEST(NiftiImages, WithNanInTheirSformSaySoAndTakeTheQform) {
  for (const std::size_t place : {280, 292}) { // a direction, the position
    const io::Image image = NiftiFile().put<float>(place, std::nanf("")).put<short>(252, 1).read();
    ASSERT_FALSE(image.notes.empty());
    EXPECT_SAYS(image.notes.front(), "the sform holds a number that is NaN or infinite; the qform is used");
  }
  EXPECT_SAYS(NiftiFile().rows({{{1, 0, 0, 0}, {1, 0, 0, 0}, {0, 0, 8, 0}}}).put<short>(252, 1).read().notes.front(),
              "the sform is singular; the qform is used");
  io::Image image = small_image();
  image.affine[1][1] = std::nan("");
  EXPECT_SAYS(complaint([&] { (void)image.voxel({0, 0, 0}); }), "NaN or infinite");
}

TEST(BadNiftiImages, AreRefusedWithASentence) {
  EXPECT_SAYS(complaint([] { io::read_label_image("no-such-file.nii"); }), "cannot be read");
  const float nan = std::nanf("");
  EXPECT_SAYS(NiftiFile().put<float>(88, nan).complaint(), "no spacing along axis 3");
  EXPECT_SAYS(NiftiFile().put<float>(80, 0).complaint(), "no spacing along axis 1");
  EXPECT_SAYS(NiftiFile().put<float>(284, nan).complaint(), "not a number");
  EXPECT_SAYS(NiftiFile().put<short>(42, 32767).put<short>(44, 32767).complaint(), "more than any heart needs");
  EXPECT_SAYS(NiftiFile().put<short>(42, -3).complaint(), "at least one along each axis");
  EXPECT_SAYS(NiftiFile().put<short>(42, 4).complaint(), "truncated");
  EXPECT_SAYS(NiftiFile().put<short>(42, 2).complaint(), "more follow");
  EXPECT_SAYS(NiftiFile().put<short>(40, 9).complaint(), "dimensions");
  EXPECT_SAYS(NiftiFile().put<short>(40, 4).put<short>(48, 25).complaint(), "holds 25 phases; say which one");
  EXPECT_SAYS(NiftiFile().put<short>(70, 128).complaint(), "NIfTI type 128");
  EXPECT_SAYS(NiftiFile().put<short>(72, 16).complaint(), "bits a voxel");
  EXPECT_SAYS(NiftiFile().put<float>(108, 1e9F).complaint(), "start at byte");
  EXPECT_SAYS(NiftiFile().put<int>(0, 349).complaint(), "not a NIfTI file");
  EXPECT_SAYS(NiftiFile().put<char>(345, 'i').complaint(), "single .nii");
  EXPECT_SAYS(NiftiFile().put<float>(112, 0.5F).complaint(), "whole numbers from 0 to 65535");
  EXPECT_SAYS(NiftiFile().put<float>(112, 1).put<float>(116, -2).complaint(), "whole numbers from 0 to 65535");
  EXPECT_SAYS(NiftiFile().rows({{{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}}}).complaint(), "cannot be a heart's");
  EXPECT_SAYS(NiftiFile().rows({{{1, 1, 0, 0}, {0, 0, 0, 0}, {0, 0, 8, 0}}}).complaint(), "same way");
  NiftiFile cut;
  cut.bytes.resize(100);
  EXPECT_SAYS(cut.complaint(), "too few");
}

TEST(BadNiftiImages, ThatAreDamagedGzipAreRefusedWithASentence) {
  TemporaryFolder folder;
  io::write_nifti(small_image(), folder.file("whole.nii.gz"));
  const std::string whole = io::read_file(folder.file("whole.nii.gz"));
  const auto read_as = [&](const std::string &bytes) {
    io::write_file(folder.file("bad.nii.gz"), bytes);
    return complaint([&] { io::read_label_image(folder.file("bad.nii.gz")); });
  };
  EXPECT_EQ(read_as(whole), "");
  EXPECT_SAYS(read_as(whole.substr(0, whole.size() / 2)), "truncated");
  EXPECT_SAYS(read_as(whole.substr(0, whole.size() - 4)), "truncated");
  std::string checksum = whole;
  checksum[whole.size() - 6] = static_cast<char>(checksum[whole.size() - 6] ^ 1);
  EXPECT_SAYS(read_as(checksum), "damaged");
  EXPECT_SAYS(read_as(""), "is empty");
}

TEST(BadNiftiImages, NeverCrashWhenBitsFlipOrBytesAreMissing) {
  std::mt19937 random(20260101); // fixed: a failure can be repeated
  const NiftiFile plain;
  const std::string zipped = io::deflate_bytes(plain.bytes);
  int refused = 0;
  for (int trial = 0; trial < 400; ++trial) {
    NiftiFile file;
    file.bytes = trial % 2 ? zipped : plain.bytes;
    const int changes = 1 + trial % 4;
    for (int c = 0; c < changes; ++c) {
      const std::size_t at = random() % std::min<std::size_t>(file.bytes.size(), 360); // most of the header's bytes matter
      file.bytes[at] = static_cast<char>(file.bytes[at] ^ (1 << random() % 8));
    }
    if (trial % 5 == 0)
      file.bytes.resize(random() % file.bytes.size());
    try {
      const io::Image image = file.read("mutated.nii");
      EXPECT_EQ(image.voxels.size(), image.size[0] * image.size[1] * image.size[2]);
      EXPECT_GT(image.voxel_volume(), 0);
    } catch (const io::CaseError &) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 100) << "a test that changes nothing would prove nothing";
}
