#include <io/base/csv.hpp>
#include <io/base/errors.hpp>
#include <io/base/hash.hpp>
#include <io/base/headed_file.hpp>
#include <io/base/parallel.hpp>
#include <io/base/quantity.hpp>
#include <io/base/text.hpp>
#include <io/base/time_series.hpp>
#include <io/base/version.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace corvivo::io;
using corvivo::test::TemporaryFolder;

namespace {

std::string csv_error(const TemporaryFolder &folder, const std::string &content) {
  write_file(folder.file("t.csv"), content);
  try {
    time_series_from_csv(folder.file("t.csv"));
  } catch (const CaseError &error) {
    return error.what();
  }
  return "nothing was thrown";
}

} // namespace

TEST(QuantitySet, KeepsItsOrderAndReplacesByName) {
  Quantities quantities;
  quantities.set("lv_edv", 150, "mL");
  quantities.set("lv_ef", 60, "%");
  quantities.set("lv_edv", 160, "mL");
  EXPECT_EQ(quantities.all().size(), 2u);
  EXPECT_EQ(quantities.all().front().name, "lv_edv");
  EXPECT_EQ(quantities.value("lv_edv"), 160);
  EXPECT_EQ(quantities.find("rv_edv"), nullptr);
  EXPECT_THROW(quantities.value("rv_edv"), Bug);
}

TEST(QuantitySet, ReadsBackFromJson) {
  Quantities quantities;
  Quantity &q = quantities.set("laci", 1.0 / 3, "%");
  q.stage = "prognosis", q.uncertainty = 0.1,
  q.reference_range = ReferenceRange{-std::numeric_limits<double>::infinity(), 17.3, "Pezel \"2022\""};
  q.warning = "µ and\nlines";
  quantities.set("nothing", std::nan(""), "1").uncertainty = std::nan("");
  const Quantities again = quantities_from_json(to_json(quantities));
  const Quantity &r = again.all().front();
  EXPECT_EQ(r.value, 1.0 / 3) << "to the last bit";
  EXPECT_EQ(r.stage, "prognosis");
  EXPECT_EQ(*r.uncertainty, 0.1);
  EXPECT_EQ(r.reference_range->low, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(r.reference_range->high, 17.3);
  EXPECT_EQ(r.warning, "µ and\nlines");
  EXPECT_TRUE(std::isnan(again.value("nothing")));
  EXPECT_FALSE(again.find("nothing")->uncertainty);
  EXPECT_EQ(to_json(again), to_json(quantities));
}

TEST(QuantitySet, WritesTextThatIsNotUtf8) {
  Quantities quantities;
  quantities.set("a", 1, "1").warning = "from a name in Latin-1: M\xFCller";
  EXPECT_NO_THROW(quantities_from_json(to_json(quantities)));
}

TEST(QuantitySet, RefusesJsonOfAnotherKind) {
  for (const char *bad :
       {"", "[]", "{}", "{\"quantities\": 3}", "{\"quantities\": [3]}", "{\"quantities\": [{\"name\": \"a\"}]}",
        "{\"quantities\": [{\"name\": \"a\", \"value\": \"b\", \"unit\": \"1\", \"stage\": \"\"}]}", "{\"quantities\": ["})
    EXPECT_THROW(quantities_from_json(bad), CaseError) << bad;
}

TEST(TimeSeriesCsv, ReadsBackToTheSameBits) {
  const TemporaryFolder folder;
  TimeSeries series;
  series.add_column("time", "ms");
  series.add_column("pressure_lv", "mmHg");
  series.append_row({0, 1.0 / 3});
  series.append_row({0.1, -1e-300});
  series.add_column("late", "1");
  series.append_row({0.2, std::numeric_limits<double>::infinity(), 5});
  write_file(folder.file("t.csv"), "# a comment\n" + to_csv(series));
  const TimeSeries again = time_series_from_csv(folder.file("t.csv"));
  ASSERT_EQ(again.rows(), 3u);
  EXPECT_EQ(again.columns()[1].unit, "mmHg");
  EXPECT_EQ(again.column("time"), series.column("time"));
  EXPECT_EQ(again.column("pressure_lv"), series.column("pressure_lv"));
  EXPECT_TRUE(std::isnan(again.column("late")[0])) << "there was no value yet";
  EXPECT_EQ(again.column("late")[2], 5);
}

TEST(TimeSeriesCsv, ReadsWhatSpreadsheetsWrite) {
  const TemporaryFolder folder;
  write_file(folder.file("t.csv"), "\xEF\xBB\xBFtime [ms], pressure\r\n 1, 2 \r\n\r\n3,4");
  const TimeSeries series = time_series_from_csv(folder.file("t.csv"));
  EXPECT_EQ(series.columns()[0].name, "time");
  EXPECT_EQ(series.columns()[0].unit, "ms");
  EXPECT_EQ(series.columns()[1].name, "pressure");
  EXPECT_EQ(series.columns()[1].unit, "1");
  EXPECT_EQ(series.column("pressure"), (std::vector<double>{2, 4}));
}

TEST(TimeSeriesCsv, SaysWhereItIsWrong) {
  const TemporaryFolder folder;
  EXPECT_NE(csv_error(folder, "a,b\n1,2\n3\n").find("t.csv:3:1: found 1 values, expected 2"), std::string::npos);
  EXPECT_NE(csv_error(folder, "a,b\n1,2,\n").find("t.csv:2:1: found 3 values, expected 2"), std::string::npos);
  EXPECT_NE(csv_error(folder, "a,b\n1, two\n").find("t.csv:2:4: found 'two', expected a number"), std::string::npos);
  EXPECT_NE(csv_error(folder, "a,b\n1,\n").find("t.csv:2:3: found '', expected a number"), std::string::npos);
  EXPECT_NE(csv_error(folder, "a,b,a\n").find("t.csv:1:5: found 'a'"), std::string::npos);
  EXPECT_NE(csv_error(folder, "a,,b\n").find("t.csv:1:3: found ''"), std::string::npos);
  EXPECT_NE(csv_error(folder, "").find("empty"), std::string::npos);
  EXPECT_THROW(time_series_from_csv(folder.file("none.csv")), CaseError);
}

TEST(TimeSeriesTable, HoldsItsPromises) {
  TimeSeries series;
  series.add_column("a", "1");
  EXPECT_THROW(series.add_column("a", "1"), Bug);
  EXPECT_THROW(series.add_column("b,c", "1"), Bug);
  EXPECT_THROW(series.append_row({1, 2}), Bug);
  EXPECT_THROW(series.column("b"), Bug);
}

TEST(Files, AreWrittenWholeOrNotAtAll) {
  const TemporaryFolder folder;
  const std::string path = folder.file("result.json"), bytes("a\0b\r\n", 5);
  write_file(path, bytes);
  EXPECT_EQ(read_file(path), bytes) << "bytes as they are";
  EXPECT_THROW(write_file(path + "/below", "x"), CaseError) << "a file is no folder";
  EXPECT_THROW(write_file(folder.file("none/x"), "x"), CaseError);
  std::filesystem::create_directory(folder.file("taken"));
  EXPECT_THROW(write_file(folder.file("taken"), "x"), CaseError) << "a folder of that name";
  std::size_t entries = 0;
  for (const auto &entry : std::filesystem::directory_iterator(folder.path()))
    entries += !entry.path().empty();
  EXPECT_EQ(entries, 2u) << "nothing half-written stays";
  EXPECT_THROW(read_file(folder.path().string()), CaseError);
}

TEST(Files, HeadedFilesComeBackAsTheyWereAndSayWhatIsWrong) {
  const TemporaryFolder folder;
  const std::string path = folder.file("numbers.bin");
  write_headed_file(path, "corvivo numbers 1", {"{\"n\": 3}", to_bytes(std::vector<double>{1.5, -2, 10})}); // 10 is a line break in a byte
  const HeadedFile file = read_headed_file(path, "corvivo numbers 1", "saved numbers");
  EXPECT_EQ(file.heading, "{\"n\": 3}");
  EXPECT_EQ(numbers_of<double>(file, 1, 2), (std::vector<double>{-2, 10}));
  EXPECT_NO_THROW(check_length(file, 24, path, "saved numbers"));
  EXPECT_THROW(check_length(file, 32, path, "saved numbers"), CaseError);
  EXPECT_THROW(read_headed_file(path, "corvivo numbers 2", "saved numbers"), CaseError);
  write_file(path, "corvivo numbers 1\nno end");
  EXPECT_THROW(read_headed_file(path, "corvivo numbers 1", "saved numbers"), CaseError);
}

TEST(Text, SuggestsTheNearestName) {
  EXPECT_EQ(did_you_mean("presure", {"volume", "pressure"}), "; did you mean 'pressure'?");
  EXPECT_EQ(did_you_mean("xyzzy", {"volume", "pressure"}), "; expected one of volume, pressure");
  EXPECT_EQ(did_you_mean("x", {}), "");
  EXPECT_EQ(join({"", "a", ""}, ","), ",a,");
  EXPECT_EQ(fixed(3.14159, 2), "3.14");
}

TEST(Hashes, AreSha1) { // FIPS 180-1, appendix A and B
  EXPECT_EQ(content_hash("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(content_hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  EXPECT_EQ(content_hash(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST(Version, IsThatOfTheProject) {
  EXPECT_FALSE(version().empty());
  EXPECT_FALSE(git_hash().empty());
}

TEST(Ranks, ShareWhatRank0HoldsAndWhatEachHolds) {
  const std::string mine = "rank " + std::to_string(rank()) + std::string(static_cast<std::size_t>(rank()), '!');
  EXPECT_EQ(broadcast(mine, MPI_COMM_WORLD), "rank 0");
  EXPECT_EQ(broadcast(std::vector<double>(static_cast<std::size_t>(3 - rank()), 7.5), MPI_COMM_WORLD),
            (std::vector<double>{7.5, 7.5, 7.5}));
  const auto all = all_gather(mine, MPI_COMM_WORLD);
  ASSERT_EQ(static_cast<int>(all.size()), ranks());
  for (int i = 0; i < ranks(); ++i)
    EXPECT_EQ(all[static_cast<std::size_t>(i)], "rank " + std::to_string(i) + std::string(static_cast<std::size_t>(i), '!'));
}

TEST(Ranks, AnErrorOnRank0ReachesEveryRank) {
  EXPECT_THROW(on_rank_0(MPI_COMM_WORLD, [] { throw CaseError("wrong"); }), CaseError);
  EXPECT_THROW(on_rank_0(MPI_COMM_WORLD, [] { throw std::out_of_range("ours"); }), Bug);
  try {
    on_rank_0(MPI_COMM_WORLD, [] { throw SolveError("no convergence", {1.0, 0.5}); });
    FAIL() << "the error was lost";
  } catch (const SolveError &error) {
    EXPECT_STREQ(error.what(), "no convergence; residuals: 1 0.5");
    EXPECT_EQ(error.residuals().size(), rank() == 0 ? 2u : 0u);
  }
  int ran = 0;
  on_rank_0(MPI_COMM_WORLD, [&] { ran = 1; });
  EXPECT_EQ(ran, rank() == 0 ? 1 : 0);
}

TEST(Csv, GivesBackWhatItWrote) {
  std::string line;
  const std::vector<std::string> written = {"plain", "", "a, b", "say \"so\"", " blanks ", "two\nlines", "#5"};
  for (const std::string &text : written)
    line += (line.empty() ? "" : ",") + csv_field(text);
  const auto rows = read_csv(line + "\n", "t");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].fields, written);
}

TEST(Csv, ForgivesWhatSpreadsheetsAndPeopleWrite) {
  const auto rows = read_csv("\xef\xbb\xbf id ; ed\r\n# a remark\r\n\r\np 1;\t\"a;b.nii\" ;\r\n", "t");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].fields, (std::vector<std::string>{"id", "ed"}));
  EXPECT_EQ(rows[1].fields, (std::vector<std::string>{"p 1", "a;b.nii", ""}));
  EXPECT_EQ(rows[1].line, 4u);
}
