/// Recorded signals: built ones read back, bad ones refused with a sentence, and PhysioNet's own where they are there.
#include <io/base/text.hpp>
#include <io/formats/wfdb.hpp>
#include <tests/io/wfdb_sample.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using namespace corvivo;
using test::complaint;
using test::shared;
using test::TemporaryFolder;
using test::wfdb_sample;
using test::WfdbSample;

namespace {

io::SignalRecord read(const WfdbSample &sample) {
  return io::read_wfdb(
      sample.header, [&](const std::string &) { return sample.bytes; }, "sample.hea");
}

std::string refusal(const WfdbSample &sample) {
  return complaint([&] { read(sample); });
}

/// The sample with one piece of its header replaced.
WfdbSample changed(const std::string &from, const std::string &to, int format = 16) {
  WfdbSample sample = wfdb_sample(format, {{100, -200, 300, 5}, {7, 8, 9, -10}});
  const std::size_t at = sample.header.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  sample.header.replace(at, from.size(), to);
  return sample;
}

std::string bytes_of(const std::vector<unsigned> &words) {
  std::string bytes;
  for (const unsigned word : words)
    bytes += {static_cast<char>(word & 0xffU), static_cast<char>(word >> 8)};
  return bytes;
}

} // namespace

TEST(WfdbRecords, AreReadAsTheyWereWritten) {
  const std::vector<std::vector<int>> stored = {{0, 1, -1, 2047, -2047}, {100, -2000, 3, 4, 5}, {-2048, 7, 8, -9, 10}};
  for (const int format : {16, 212})
    for (const bool full : {true, false}) {
      const io::SignalRecord record = read(wfdb_sample(format, stored, full));
      EXPECT_EQ(record.name, "sample");
      EXPECT_EQ(record.frequency, 500);
      ASSERT_EQ(record.signals.size(), 3u);
      EXPECT_EQ(record.signals[1].description, full ? "lead 2" : "");
      for (std::size_t s = 0; s < 3; ++s)
        for (std::size_t i = 0; i < 5; ++i)
          if (format == 212 && stored[s][i] == -2048)
            EXPECT_TRUE(std::isnan(record.signals[s].values[i])) << "the number that stands for no sample";
          else
            EXPECT_DOUBLE_EQ(record.signals[s].values[i], stored[s][i] / 200.0) << format << " " << s << " " << i;
    }
}

TEST(WfdbRecords, HaveGainsBaselinesUnitsOffsetsAndComments) {
  WfdbSample sample = wfdb_sample(16, {{100, 200, 300}});
  sample.header =
      "# made for a test\r\nname 1 1e3/1000(0) 3 10:00:00 01/10/1990\r\nsample.dat 16+4 50(20)/uV 12 1024 100 600 0 chest lead \r\n"
      "# age: 81\n#\n";
  sample.bytes = "abcd" + sample.bytes;
  const io::SignalRecord record = read(sample);
  EXPECT_EQ(record.frequency, 1000);
  EXPECT_EQ(record.signals[0].unit, "uV");
  EXPECT_EQ(record.signals[0].description, "chest lead");
  EXPECT_DOUBLE_EQ(record.signals[0].values[2], (300 - 20) / 50.0) << "the baseline in brackets, not the converter's zero";
  EXPECT_EQ(record.comments, (std::vector<std::string>{"made for a test", "age: 81"}));
}

TEST(WfdbRecords, MayLieInSeveralFiles) {
  const TemporaryFolder folder;
  const WfdbSample first = wfdb_sample(16, {{1, 2, 3}, {4, 5, 6}}, false), second = wfdb_sample(212, {{-7, 8, 9}}, false);
  io::write_file(folder.file("a.dat"), first.bytes);
  io::write_file(folder.file("b.dat"), second.bytes);
  io::write_file(folder.file("r.hea"), "r 3 250\na.dat 16 1\na.dat 16 1\nb.dat 212 1\n");
  const io::SignalRecord record = io::read_wfdb(folder.file("r.hea"));
  ASSERT_EQ(record.samples(), 3u) << "counted in the files, where the header does not say";
  EXPECT_EQ(record.signals[1].values, (std::vector<double>{4, 5, 6}));
  EXPECT_EQ(record.signals[2].values, (std::vector<double>{-7, 8, 9}));
  EXPECT_EQ(io::wfdb_files(folder.file("r.hea")), (std::vector<std::string>{folder.file("a.dat"), folder.file("b.dat")}));
}

TEST(WfdbRecords, AnnotationsHaveTimesTextsAndLongIntervals) {
  const auto marks = io::read_wfdb_annotations(
      bytes_of({28U << 10 | 18, 63U << 10 | 3, 0x4e28U, 0x0000U, 59U << 10, 1U, 5U, 5U << 10 | 7, 60U << 10 | 2, 8U << 10 | 300, 0U}),
      "a.atr");
  ASSERT_EQ(marks.size(), 3u);
  EXPECT_EQ(marks[0].sample, 18u);
  EXPECT_EQ(marks[0].text, "(N");
  EXPECT_FALSE(is_beat(marks[0]));
  EXPECT_EQ(marks[1].sample, 18u + 65536u + 5u + 7u) << "the high half of a long interval stands first";
  EXPECT_TRUE(is_beat(marks[1]) && marks[1].code == 5);
  EXPECT_EQ(marks[2].sample, marks[1].sample + 300);
}

TEST(BadWfdbRecords, AreRefusedWithASentence) {
  EXPECT_SAYS(refusal({"", ""}), "holds no line of a WFDB header");
  EXPECT_SAYS(refusal({"just a text\n", ""}), "sample.hea:1: the number of signals is 'a', expected a number");
  EXPECT_SAYS(refusal(changed("sample 2", "sample/3 2")), "record of several segments");
  EXPECT_SAYS(refusal(changed("sample 2 500", "sample 2 nan")), "sampling frequency is 'nan'");
  EXPECT_SAYS(refusal(changed("sample 2 500", "sample 2 0")), "expected samples per second above 0");
  EXPECT_SAYS(refusal(changed("sample 2 500 4", "sample 3 500 4")), "announces 3 signals and describes 2");
  EXPECT_SAYS(refusal(changed("sample 2 500 4", "sample 2 500 5")), "sample.dat holds 4; is it truncated?");
  EXPECT_SAYS(refusal(changed("sample 2 500 4", "sample 2 500 2000000000")), "is it truncated?") << "no memory is taken for them";
  EXPECT_SAYS(refusal(changed("dat 16 ", "dat 80 ")), "sample.hea:2: the signal's format is '80', expected 16 or 212");
  EXPECT_SAYS(refusal(changed("dat 16 ", "dat 16x4 ")), "several samples a frame or a skew");
  EXPECT_SAYS(refusal(changed("dat 16 ", "dat 212 ")), "signals of one file have different formats");
  EXPECT_SAYS(refusal(changed("16 200 ", "16 0 ")), "the gain is 0, so the signal's size is not known");
  EXPECT_SAYS(refusal(changed("16 200 ", "16 nan ")), "the gain is 'nan'");
  EXPECT_SAYS(refusal(changed("16 200 ", "16 200(x) ")), "the baseline is 'x'");
  EXPECT_SAYS(refusal(changed("0 100 ", "0 101 ")), "signal 'lead 1' begins with 100 in sample.dat, the header says 101");
  EXPECT_SAYS(refusal(changed("100 205 ", "100 206 ")), "signal 'lead 1' has the checksum 205 in sample.dat, the header says 206");
  EXPECT_SAYS(refusal(changed("sample.dat", "../sample.dat")), "expected the name of a file beside the header");
  WfdbSample short_line = wfdb_sample(16, {{1, 2}});
  short_line.header = "sample 1\nsample.dat 16\n";
  EXPECT_SAYS(refusal(short_line), "expected file, format and gain");
}

TEST(BadWfdbRecords, OfFilesThatAreNotThereOrDamagedAnnotationsAreRefused) {
  const TemporaryFolder folder;
  io::write_file(folder.file("r.hea"), "r 1 250 3\nr.dat 16 200\n");
  EXPECT_SAYS(complaint([&] { io::read_wfdb(folder.file("r.hea")); }), "should be in 'r.dat' beside it, which is not there");
  EXPECT_SAYS(complaint([&] { io::read_wfdb(folder.file("none.hea")); }), "none.hea: cannot be read");
  EXPECT_SAYS(complaint([] { io::read_wfdb_annotations(bytes_of({1U << 10 | 18}), "a.atr"); }), "a.atr: ends without the mark");
  EXPECT_SAYS(complaint([] { io::read_wfdb_annotations(bytes_of({1U << 10 | 18, 63U << 10 | 9, 0U}), "a.atr"); }), "runs over its end");
  EXPECT_SAYS(complaint([] {
                io::read_wfdb_annotations(bytes_of({1U << 10 | 18, 59U << 10, 0xffffU, 0xfff0U, 1U << 10 | 1, 0U}), "a.atr");
              }),
              "lies before the one ahead of it");
}

// PTB Diagnostic ECG Database (Bousseljot et al., Biomed Tech 40:S1-317, 1995) and MIT-BIH Arrhythmia Database (Moody & Mark, IEEE Eng Med
// Biol 20:45, 2001). Their checksums are held against every sample by the reader itself.
TEST(PhysioNetRecords, OfFormat16InTwoFilesObeysEinthoven) {
  const auto path = shared("data/ecg/s0010_re.hea");
  SKIP_WITHOUT(path);
  const io::SignalRecord record = io::read_wfdb(path.string());
  ASSERT_EQ(record.signals.size(), 15u);
  EXPECT_EQ(record.samples(), 38400u);
  EXPECT_EQ(record.signals[14].file, "s0010_re.xyz");
  EXPECT_DOUBLE_EQ(record.signals[0].values[0], -489 / 2000.0);
  EXPECT_EQ(record.comments.front(), "age: 81");
  double residual = 0;
  for (std::size_t i = 0; i < record.samples(); ++i)
    residual = std::max(residual, std::abs(record.signals[2].values[i] - record.signals[1].values[i] + record.signals[0].values[i]));
  EXPECT_LE(residual, 2.0001 / 2000) << "III = II - I within two stored numbers";
}

TEST(PhysioNetRecords, OfFormat212HasItsAnnotatedBeats) {
  const auto path = shared("data/ecg/100.hea");
  SKIP_WITHOUT(path);
  const io::SignalRecord record = io::read_wfdb(path.string());
  ASSERT_EQ(record.signals.size(), 2u);
  EXPECT_EQ(record.samples(), 650000u);
  EXPECT_DOUBLE_EQ(record.signals[1].values[0], (1011 - 1024) / 200.0) << "the converter's zero is the baseline";
  const auto marks = io::read_wfdb_annotations(io::read_file(shared("data/ecg/100.atr").string()), "100.atr");
  const auto of = [&](int code) {
    return std::count_if(marks.begin(), marks.end(), [&](const io::Annotation &a) { return a.code == code; });
  };
  EXPECT_EQ(of(1), 2239) << "normal beats, as the database's own table has them";
  EXPECT_EQ(of(8), 33) << "atrial premature beats";
  EXPECT_EQ(of(5), 1) << "ventricular premature beat";
  EXPECT_EQ(std::count_if(marks.begin(), marks.end(), io::is_beat), 2273);
  EXPECT_LT(marks.back().sample, 650000u);
}
