#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/report/record.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cmath>

using namespace corvivo;
using namespace corvivo::io;

namespace {

RunRecord sample(const std::string &name) {
  RunRecord r = start_record();
  r.case_name = name;
  r.resolved_case = "corvivo: 1\n";
  r.seed = 1234567890123;
  r.ranks = 2;
  r.stages = {{"mesh", 3.25}, {"mechanics", 100.5, true}};
  return r;
}

Quantities results(double ef) {
  Quantities q;
  Quantity &first = q.set({"lv_ef", ef, "%", "segmentation"});
  first.uncertainty = 2.5;
  first.reference_range = ReferenceRange{48, 71, "Petersen's"};
  q.set({"a_very_first_name", 0.1 + 0.2, "1", "mesh"}).warning = "mind; DROP TABLE runs;--";
  q.set({"maggic", std::nan(""), "1", "prognosis"});
  return q;
}

/// First column of every row.
std::vector<std::string> query(const std::string &path, const std::string &sql) {
  sqlite3 *database = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  std::vector<std::string> rows;
  const auto add = [](void *all, int, char **values, char **) {
    static_cast<std::vector<std::string> *>(all)->push_back(values[0] ? values[0] : "NULL");
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), add, &rows, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
  sqlite3_close(database);
  return rows;
}

} // namespace

TEST(RunRecordFile, ReadsBackWhatWasWritten) {
  const RunRecord record = sample("patient \"one\"");
  EXPECT_EQ(to_json(run_record_from_json(to_json(record))), to_json(record));
  EXPECT_EQ(run_record_from_json(to_json(record)).seed, 1234567890123);
  EXPECT_DOUBLE_EQ(wall_time(record), 103.75);
}

TEST(RunRecordFile, KnowsThisProgramAndItsLibraries) {
  const RunRecord record = start_record();
  EXPECT_FALSE(record.version.empty() || record.git_hash.empty() || record.machine.empty());
  for (const char *library : {"deal.II", "PETSc", "VTK", "CGAL", "LibTorch"})
    EXPECT_FALSE(record.libraries.at(library).empty()) << library;
  ASSERT_EQ(record.started.size(), 20u);
  EXPECT_EQ(record.started.back(), 'Z');
}

TEST(RunRecordFile, RefusesOtherFiles) {
  for (const char *text : {"", "{", "{}", "[1]", "{\"case\": 3}"})
    EXPECT_THROW(run_record_from_json(text), CaseError) << text;
}

TEST(ResearchDatabase, KeepsEveryRunWithEveryDigit) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("results.sqlite");
  const std::int64_t first = append_to_database(path, sample("a"), results(59.8)),
                     second = append_to_database(path, sample("b"), results(61.1));
  EXPECT_EQ(second, first + 1);
  const StoredRun stored = read_from_database(path, first);
  EXPECT_EQ(to_json(stored.quantities), to_json(results(59.8)));
  EXPECT_EQ(stored.record.case_name, "a");
  EXPECT_EQ(to_json(read_from_database(path, second).quantities), to_json(results(61.1)));
}

TEST(ResearchDatabase, AnswersTheUsualQuestionsInOneLine) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("results.sqlite");
  append_to_database(path, sample("a"), results(50));
  append_to_database(path, sample("a"), results(55));
  append_to_database(path, sample("b"), results(65));
  EXPECT_EQ(query(path, "SELECT value FROM newest_quantities WHERE name = 'lv_ef' ORDER BY case_name"),
            (std::vector<std::string>{"55.0", "65.0"}));
  EXPECT_EQ(query(path, "SELECT count(*) FROM quantities WHERE value IS NULL"), std::vector<std::string>{"3"}) << "NaN is NULL";
  EXPECT_EQ(query(path, "SELECT sum(seconds) FROM stages WHERE NOT reused"), std::vector<std::string>{"9.75"});
  EXPECT_EQ(query(path, "SELECT count(*) FROM runs WHERE failure IS NULL"), std::vector<std::string>{"3"});
}

TEST(ResearchDatabase, LeavesOtherFilesAlone) {
  const test::TemporaryFolder folder;
  write_file(folder.file("text.sqlite"), std::string(2000, 'x'));
  EXPECT_THROW(append_to_database(folder.file("text.sqlite"), sample("a"), {}), CaseError);
  EXPECT_EQ(read_file(folder.file("text.sqlite")), std::string(2000, 'x'));
  query(folder.file("other.sqlite"), "CREATE TABLE notes(text)");
  EXPECT_THROW(append_to_database(folder.file("other.sqlite"), sample("a"), {}), CaseError);
  EXPECT_EQ(query(folder.file("other.sqlite"), "SELECT name FROM sqlite_master"), std::vector<std::string>{"notes"});
}

TEST(ResearchDatabase, RefusesWhatItCannotDo) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(append_to_database(folder.file("no/such/folder/x.sqlite"), sample("a"), {}), CaseError);
  EXPECT_THROW(read_from_database(folder.file("absent.sqlite"), 1), CaseError);
  const std::string path = folder.file("results.sqlite");
  append_to_database(path, sample("a"), {});
  EXPECT_THROW(read_from_database(path, 99), CaseError);
  query(path, "PRAGMA user_version = 2");
  EXPECT_THROW(append_to_database(path, sample("a"), {}), CaseError) << "written by a newer version";
}
