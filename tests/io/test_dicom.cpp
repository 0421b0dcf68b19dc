#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/text.hpp>
#include <io/base/time_series.hpp>
#include <io/formats/dicom.hpp>
#include <io/formats/dicom_structure.hpp>
#include <io/formats/keyed_code.hpp>
#include <io/formats/label_image.hpp>
#include <io/formats/voxel_data.hpp>
#include <tests/io/dicom_sample.hpp>
#include <tests/io/mutations.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace corvivo;
using io::operator-;
using test::complaint;
using test::dicom_element;
using test::dicom_file;
using test::DicomSample;
using test::shared;
using test::TemporaryFolder;

namespace {

/// Two slices of three phases, in files whose names and order say nothing.
void write_cine(const TemporaryFolder &folder, const std::function<void(DicomSample &)> &change = {}) {
  for (int slice = 0; slice < 2; ++slice)
    for (int phase = 0; phase < 3; ++phase) {
      DicomSample sample;
      sample.position = "10\\20\\" + std::to_string(30 - 8 * slice);
      sample.trigger = std::to_string(100 * phase);
      sample.instance = 1 + (2 - phase) * 2 + slice; // the other way round than time
      if (change)
        change(sample);
      io::write_file(folder.file("f" + std::to_string(7 * (3 * slice + phase) % 6)), dicom_file(sample));
    }
}

std::vector<io::DicomSeries> read(const TemporaryFolder &folder) {
  std::vector<std::string> notes;
  return io::read_dicom_folder(folder.path(), notes);
}

const std::string key = "0123456789abcdef0123456789abcdef";

/// The exam of patient1, unpacked; empty when it cannot be.
class Patient1 {
public:
  Patient1() {
    const auto tar = shared("data/patient1/patient1_cine_dicom_11series_25frames.tar.xz");
    if (std::filesystem::exists(tar) && std::system(("tar xf '" + tar.string() + "' -C '" + folder_.path().string() + "'").c_str()) == 0)
      series = io::read_dicom_folder(folder_.path(), notes);
  }
  std::vector<io::DicomSeries> series;
  std::vector<std::string> notes;

private:
  TemporaryFolder folder_;
};

std::vector<std::string> split(const std::string &line) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, ',');)
    cells.push_back(cell);
  return cells;
}

} // namespace

TEST(KeyedCodes, AreTheOnesOfTheirStandards) {
  const auto hex = [](const std::string &bytes) {
    std::string text;
    for (const char c : bytes) {
      char two[3];
      std::snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(c));
      text += two;
    }
    return text;
  };
  // FIPS 180-4 examples
  EXPECT_EQ(hex(io::sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(io::sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(io::sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  // RFC 4231, cases 1, 2 and 6
  EXPECT_EQ(hex(io::hmac_sha256(std::string(20, '\x0b'), "Hi There")), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(io::hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(io::hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(KeyedCodes, RepeatForOneKeyAndDifferForAnother) {
  EXPECT_EQ(io::patient_code(key, "HOSP-4711"), io::patient_code(key, "HOSP-4711"));
  EXPECT_NE(io::patient_code(key, "HOSP-4711"), io::patient_code(key, "HOSP-4712"));
  EXPECT_NE(io::patient_code(key, "HOSP-4711"), io::patient_code(key + "x", "HOSP-4711"));
  EXPECT_EQ(io::patient_code(key, "HOSP-4711").size(), 17U);
  EXPECT_EQ(io::keyed_uid(key, "1.2.3").rfind("2.25.", 0), 0U);
  EXPECT_LE(io::keyed_uid(key, "1.2.3").size(), 64U) << "DICOM's longest UID";
  EXPECT_SAYS(complaint([] { io::patient_code("short", "x"); }), "expected 16 or more");
}

TEST(DicomFolders, BecomeSlicesAndPhasesInOrder) {
  TemporaryFolder folder;
  write_cine(folder);
  io::write_file(folder.file("notes.txt"), "not DICOM");
  std::vector<std::string> notes;
  const auto all = io::read_dicom_folder(folder.path(), notes);
  ASSERT_EQ(all.size(), 1U);
  const io::DicomSeries &series = all.front();
  EXPECT_EQ(series.slices(), 2U);
  EXPECT_EQ(series.phases, 3U);
  EXPECT_DOUBLE_EQ(series.pitch, 8);
  EXPECT_EQ(series.trigger_times(), (std::vector<double>{0, 100, 200}));
  EXPECT_DOUBLE_EQ(series.rr_interval(), 829);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_SAYS(notes[0], "1 files that are not DICOM");
  const io::Image image = io::read_dicom_phase(series, 1);
  EXPECT_EQ(image.size, (std::array<std::size_t, 3>{4, 3, 2}));
  EXPECT_FLOAT_EQ(image.voxels[5], 4005) << "slice at z = 22 comes first along row x column; its phase 1 is instance 4";
  const io::Vector3 p = image.point(1, 1, 1); // LPS (10 + 1.5, 20 + 1.25, 30): the header's spacing is rows first
  EXPECT_NEAR(p[0], -11.5, 1e-12);
  EXPECT_NEAR(p[1], -21.25, 1e-12);
  EXPECT_NEAR(p[2], 30, 1e-12);
  EXPECT_SAYS(io::series_table(all), "829");
}

TEST(DicomFolders, TakeTheRateWhereThereIsNoInterval) {
  DicomSample sample;
  sample.interval = "";
  sample.heart_rate = "75";
  const io::DicomImage image = io::read_dicom_header(dicom_file(sample), "a.dcm");
  EXPECT_DOUBLE_EQ(image.rr_interval, 800);
  EXPECT_EQ(image.rr_source, "HeartRate");
}

TEST(DicomFolders, WithSliceSeriesBecomeStacks) {
  TemporaryFolder folder;
  for (int slice = 0; slice < 3; ++slice) {
    DicomSample sample;
    sample.series = "1.2.3." + std::to_string(slice);
    sample.series_number = 3 - slice;
    sample.position = "10\\20\\" + std::to_string(9 * slice);
    io::write_file(folder.file("s" + std::to_string(slice)), dicom_file(sample));
  }
  const auto series = read(folder);
  EXPECT_EQ(series.size(), 3U);
  const auto joined = io::joined_stacks(series);
  ASSERT_EQ(joined.size(), 1U);
  EXPECT_EQ(joined[0].slices(), 3U);
  EXPECT_DOUBLE_EQ(joined[0].pitch, 9);
}

TEST(BadDicom, IsRefusedWithASentence) {
  const auto file = [](const std::function<void(DicomSample &)> &change) {
    return complaint([&] {
      DicomSample sample;
      change(sample);
      io::read_dicom_header(dicom_file(sample), "a.dcm");
    });
  };
  EXPECT_EQ(file([](DicomSample &) {}), "");
  EXPECT_SAYS(file([](DicomSample &s) { s.position = ""; }), "no position, orientation or pixel spacing");
  EXPECT_SAYS(file([](DicomSample &s) { s.position = "nan\\0\\0"; }), "(0020,0032) does not hold the numbers");
  EXPECT_SAYS(file([](DicomSample &s) { s.orientation = "1\\0\\0\\1\\0\\0"; }), "not perpendicular");
  EXPECT_SAYS(file([](DicomSample &s) { s.orientation = "3\\0\\0\\0\\1\\0"; }), "unit vectors");
  EXPECT_SAYS(file([](DicomSample &s) { s.spacing = "0\\1"; }), "cannot be a heart's");
  EXPECT_SAYS(file([](DicomSample &s) { s.columns = 0; }), "expected 1 to 8192");
  EXPECT_SAYS(file([](DicomSample &s) { s.more = dicom_element(0x28, 8, "IS", "25"); }), "several frames");
  const std::string whole = dicom_file({});
  EXPECT_SAYS(complaint([&] { io::read_dicom_header(whole.substr(0, whole.size() - 5), "a.dcm"); }), "does not fit into the file");
  EXPECT_SAYS(complaint([&] { io::read_dicom_header("hello", "a.dcm"); }), "is not a DICOM file");
  EXPECT_SAYS(file([](DicomSample &s) { s.run_length = true; }), "expected little endian without compression");
  std::string big_endian = whole;
  big_endian.replace(whole.find("1.2.840.10008.1.2.1"), 19, "1.2.840.10008.1.2.2");
  EXPECT_SAYS(complaint([&] { io::read_dicom_header(big_endian, "a.dcm"); }), "transfer syntax '1.2.840.10008.1.2.2'");
  std::string huge = whole;
  const std::size_t rows = huge.find(std::string("\x28\x00\x10\x00US\x02\x00", 8));
  huge.replace(rows + 8, 2, "\xff\x1f");
  EXPECT_SAYS(complaint([&] { io::read_dicom_pixels(huge, "a.dcm"); }), "truncated");
}

TEST(BadDicom, FoldersAreRefusedWithASentence) {
  TemporaryFolder nothing, mixed, missing, uneven;
  EXPECT_SAYS(complaint([&] { read(nothing); }), "no DICOM image");
  std::vector<std::string> notes;
  EXPECT_SAYS(complaint([&] { io::read_dicom_folder(nothing.path() / "none", notes); }), "is no folder");
  write_cine(mixed);
  DicomSample other;
  other.patient = "HOSP-4712";
  other.series = "9.9";
  io::write_file(mixed.file("other"), dicom_file(other));
  EXPECT_SAYS(complaint([&] { read(mixed); }), "images of 2 patients");
  write_cine(missing);
  std::filesystem::remove(missing.file("f0"));
  EXPECT_SAYS(complaint([&] { read(missing); }), "a file is missing or double");
  write_cine(uneven);
  DicomSample far;
  far.position = "10\\20\\90";
  io::write_file(uneven.file("far"), dicom_file(far));
  EXPECT_SAYS(complaint([&] { read(uneven); }), "not evenly spaced");
}

// What a hospital's file says about a person, and where: names, dates, numbers, places, free text, private elements.
TEST(DicomExport, CarriesNothingThatIdentifies) {
  TemporaryFolder in, out;
  write_cine(in);
  io::export_dicom(read(in), key, out.path());
  const std::string identifying[] = {
      "Doe",        "Jane",    "JANEDOE",    "HOSP-4711", "20240704",   "20250514", "19500102", "104455",   "ACC-123456",
      "Elsewhere",  "House",   "MRSTATION9", "Operator",  "OTHER-ID-9", "074Y",     "mayor",    "SERIAL",   "protocol",
      "STUDY-0815", "comment", "1.2.3.4",    "1.2.3.555", "1.2.3.666",  "SIEMENS",  "PRIVATE",  "1.2.3.99", in.path().filename().string()};
  int files = 0;
  for (const auto &entry : std::filesystem::recursive_directory_iterator(out.path())) {
    if (!entry.is_regular_file())
      continue;
    ++files;
    std::string bytes = io::read_file(entry.path().string());
    if (io::is_gzip(bytes))
      bytes = io::inflate_bytes(bytes, 1 << 20, "a");
    for (const std::string &text : identifying)
      EXPECT_EQ(bytes.find(text), std::string::npos) << text << " in " << entry.path();
    if (entry.path().extension() != ".dcm")
      continue;
    EXPECT_EQ(bytes.find(std::string("\x21\x00\x10\x00", 4)), std::string::npos) << "no private element";
    EXPECT_EQ(bytes.find(std::string("\x29\x00", 2) + std::string("\x10\x00", 2)), std::string::npos);
    for (const char *vr : {"DA", "DT", "TM", "AS"})
      EXPECT_EQ(bytes.find(vr), std::string::npos) << "no element of this kind";
    EXPECT_SAYS(bytes, io::patient_code(key, "HOSP-4711"));
  }
  EXPECT_EQ(files, 6 + 2) << "six images, one volume, one table";
}

TEST(DicomExport, KeepsGeometryTimingAndPixels) {
  TemporaryFolder in, out;
  write_cine(in);
  const auto before = read(in);
  io::export_dicom(before, key, out.path());
  std::vector<std::string> notes;
  const auto after = io::read_dicom_folder(out.path() / "dicom", notes);
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].trigger_times(), before[0].trigger_times());
  EXPECT_EQ(after[0].rr_interval(), before[0].rr_interval());
  for (std::size_t phase = 0; phase < 3; ++phase) {
    const io::Image first = io::read_dicom_phase(before[0], phase), second = io::read_dicom_phase(after[0], phase),
                    volume = io::read_image((out.path() / "series_01.nii.gz").string(), static_cast<int>(phase) + 1);
    EXPECT_EQ(first.voxels, second.voxels);
    EXPECT_EQ(first.affine, second.affine);
    EXPECT_EQ(first.voxels, volume.voxels);
    EXPECT_EQ(first.affine, volume.affine);
  }
}

// README of the exam: one row a series in patient1_series_timing.csv, made with another DICOM reader.
TEST(Patient1Dicom, HasTheSeriesTableOfItsReadme) {
  const auto table = shared("data/patient1/patient1_series_timing.csv");
  SKIP_WITHOUT(table);
  const Patient1 patient;
  ASSERT_EQ(patient.series.size(), 11U);
  std::ifstream in(table);
  std::string line;
  std::getline(in, line);
  int compared = 0;
  while (std::getline(in, line)) {
    const auto cells = split(line);
    const std::string folder = "/" + cells[0] + "/";
    for (const io::DicomSeries &series : patient.series) {
      const io::DicomImage &first = series.image(0, 0);
      if (first.file.find(folder) == std::string::npos)
        continue;
      ++compared;
      EXPECT_EQ(series.phases, 25U);
      EXPECT_EQ(std::to_string(first.columns), cells[4]);
      EXPECT_EQ(std::to_string(first.rows), cells[5]);
      EXPECT_NEAR(series.rr_interval(), std::stod(cells[6]), 0.5);
      EXPECT_NEAR(60000 / series.rr_interval(), std::stod(cells[7]), 0.06) << "printed to 0.1";
      const auto times = series.trigger_times();
      EXPECT_NEAR(times[1] - times[0], std::stod(cells[8]), 0.02);
      EXPECT_NEAR(times.back(), std::stod(cells[9]), 0.02);
      for (std::size_t a = 0; a < 3; ++a) {
        EXPECT_NEAR(first.position[a], std::stod(cells[10 + a]), 1e-3);
        EXPECT_NEAR(first.row[a], std::stod(cells[13 + a]), 1e-5);
        EXPECT_NEAR(first.column[a], std::stod(cells[16 + a]), 1e-5);
      }
    }
  }
  EXPECT_EQ(compared, 11);
}

TEST(Patient1Dicom, LiesUnderItsLabelMapWithinOnePixel) {
  const auto path = shared("data/patient1/patient1_sax_ed.nii.gz");
  SKIP_WITHOUT(path);
  const Patient1 patient;
  const io::Image labels = io::read_label_image(path.string());
  int short_axis = 0;
  for (const io::DicomSeries &series : patient.series) {
    const io::Image image = io::dicom_geometry(series);
    if (std::abs(io::dot(io::normalized(image.point(0, 0, 1) - image.point(0, 0, 0)),
                         io::normalized(labels.point(0, 0, 1) - labels.point(0, 0, 0)))) < 0.99)
      continue;
    ++short_axis;
    for (const auto &[i, j] : {std::pair<double, double>{20, 10}, {0, 0}, {255, 207}}) {
      const io::Vector3 voxel = labels.voxel(image.point(i, j, 0));
      EXPECT_NEAR(voxel[0], i, 0.05) << "README: in plane the voxel grid is the pixel grid";
      EXPECT_NEAR(voxel[1], j, 0.05);
    }
    if (series.image(0, 0).file.find("/Se2/") == std::string::npos)
      continue;
    EXPECT_NEAR(labels.voxel(image.point(20, 10, 0))[2], 4, 0.01) << "slice 4 is series Se2";
    const io::Image pixels = io::read_dicom_phase(series, 24); // end-diastole
    double blood = 0, wall = 0, bloods = 0, walls = 0;
    for (std::size_t j = 0; j < 208; ++j)
      for (std::size_t i = 0; i < 256; ++i) {
        const float label = labels.voxels[labels.index(i, j, 4)], value = pixels.voxels[pixels.index(i, j, 0)];
        (label == 3 ? blood : wall) += label == 3 || label == 2 ? value : 0;
        bloods += label == 3;
        walls += label == 2;
      }
    EXPECT_GT(blood / bloods, 2 * wall / walls) << "blood is bright in a cine, muscle dark: half a heart beside it would not show this";
  }
  EXPECT_EQ(short_axis, 6);
}

TEST(Patient1Dicom, JoinsItsShortAxisStack) {
  const Patient1 patient;
  if (patient.series.empty())
    GTEST_SKIP() << "needs the DICOM of " << shared("data/patient1") << ", which is not there";
  const auto joined = io::joined_stacks(patient.series);
  EXPECT_EQ(joined.size(), 6U);
  std::size_t most = 0;
  double pitch = 0, rr = 0;
  for (const auto &series : joined)
    if (series.slices() > most) {
      most = series.slices();
      pitch = series.pitch;
      rr = series.rr_interval();
    }
  EXPECT_EQ(most, 6U);
  EXPECT_NEAR(rr, 828.8, 0.1) << "README: short-axis mean over 776 to 863 ms";
  EXPECT_NEAR(pitch, 17.7, 0.05) << "README of the data: slices 17.7 mm apart";
}

TEST(MutatedDicom, IsReadOrRefusedWithASentence) {
  const test::MutatedFormat format = test::mutated_dicom();
  for (const std::string &sample : format.samples)
    EXPECT_NO_THROW(format.read(sample));
  const test::MutationCount result = test::read_mutated(format, 500, 20260101);
  EXPECT_EQ(result.failure, "");
  EXPECT_GT(result.refused, 100U);
  EXPECT_GT(result.read, 5U);
}
