// A cohort of small synthetic hearts, one of them broken: nobody stops the others, and table, database and page say the same.
#include <tests/cases/program.hpp>
#include <tests/io/html_checker.hpp>
#include <tests/mesh/synthetic_stack.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/csv.hpp>
#include <io/base/text.hpp>
#include <io/formats/label_image.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <sqlite3.h>

using namespace corvivo::test;
using corvivo::io::read_file;
namespace fs = std::filesystem;

namespace {

using Row = std::map<std::string, std::string>;
using Rows = std::map<std::string, Row>; // by id

/// What cohort.csv says.
Rows table_of(const fs::path &output) {
  const auto rows = corvivo::io::read_csv(read_file((output / "cohort.csv").string()), "cohort.csv");
  Rows out;
  for (std::size_t r = 1; r < rows.size(); ++r) {
    EXPECT_EQ(rows[r].fields.size(), rows[0].fields.size());
    for (std::size_t c = 0; c < rows[r].fields.size(); ++c)
      out[rows[r].fields[0]][rows[0].fields[c]] = rows[r].fields[c];
  }
  return out;
}

/// What one query of cohort.sqlite gives; the first column names the row.
Rows database_of(const fs::path &output, const std::string &query) {
  sqlite3 *database = nullptr;
  Rows out;
  EXPECT_EQ(sqlite3_open_v2((output / "cohort.sqlite").c_str(), &database, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  const auto take = [](void *rows, int count, char **values, char **names) {
    for (int c = 0; c < count; ++c)
      (*static_cast<Rows *>(rows))[values[0]][names[c]] = values[c] ? values[c] : "";
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(database, query.c_str(), take, &out, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
  sqlite3_close(database);
  return out;
}

void write_heart(const fs::path &folder, const std::string &id, double inner, double outer) {
  SyntheticHeart heart;
  heart.inner_radius = inner, heart.outer_radius = outer;
  corvivo::io::write_nifti(heart.image(), (folder / (id + "_ed.nii.gz")).string());
  heart.inner_radius = 0.8 * inner, heart.outer_radius = 0.97 * outer;
  corvivo::io::write_nifti(heart.image(), (folder / (id + "_es.nii.gz")).string());
}

/// Coarse, so that a heart takes a second or two.
const std::vector<std::string> coarse = {"--set", "mesh.element_size=9 mm",           "--set", "mesh.facet_distance=1 mm",
                                         "--set", "mesh.shape.lattice_spacing=2.5 mm"};

std::vector<std::string> cohort(const std::string &output, std::vector<std::string> more = {}) {
  std::vector<std::string> words = {"cohort", "list.csv", "--output", output};
  words.insert(words.end(), coarse.begin(), coarse.end());
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

class Cohorts : public testing::Test {
protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    write_heart(folder(), "a", 22, 31);
    write_heart(folder(), "b", 30, 38);
    write_heart(folder(), "d", 20, 35);
    corvivo::io::write_file((folder() / "c_ed.nii.gz").string(), read_file((folder() / "a_ed.nii.gz").string()).substr(0, 300));
    corvivo::io::write_file((folder() / "list.csv").string(), "id,ed,es,group,labels\n"
                                                              "a,a_ed.nii.gz,a_es.nii.gz,usual,acdc\n"
                                                              "b,b_ed.nii.gz,b_es.nii.gz,\"large, thin\",acdc\n"
                                                              "c,c_ed.nii.gz,,usual,acdc\n"
                                                              "d,d_ed.nii.gz,d_es.nii.gz,thick,acdc\n");
    first_ = run_program(cohort("first", {"--jobs", "2"}), folder());
  }
  static void TearDownTestSuite() { folder_.reset(); }
  static fs::path folder() { return folder_->path(); }
  static Rows table() { return table_of(folder() / "first"); }

  static std::unique_ptr<TemporaryFolder> folder_;
  static Outcome first_;
};
std::unique_ptr<TemporaryFolder> Cohorts::folder_;
Outcome Cohorts::first_;

TEST_F(Cohorts, GoOnWhenOnePatientIsBroken) {
  ASSERT_EQ(first_.status, 0) << first_.err;
  EXPECT_SAYS(first_.err, "4 patients: 3 done, 1 refused");
  Rows rows = table();
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows["c"]["status"], "refused");
  EXPECT_SAYS(rows["c"]["sentence"], "c_ed.nii.gz");
  EXPECT_EQ(rows["c"]["lv_edv [mL]"], "");
  for (const char *id : {"a", "b", "d"}) {
    EXPECT_EQ(rows[id]["status"], "done") << rows[id]["sentence"];
    EXPECT_TRUE(fs::exists(folder() / "first" / "patients" / id / "report.html"));
  }
  EXPECT_EQ(rows["b"]["group"], "large, thin");
}

TEST_F(Cohorts, HoldEveryQuantityOfEveryPatient) {
  Rows rows = table();
  for (const char *id : {"a", "b", "d"}) {
    const corvivo::io::Quantities results = results_of(folder() / "first" / "patients" / id);
    for (const auto &q : results.all()) {
      const std::string field = rows[id][q.name + " [" + q.unit + "]"];
      const double read = field.empty() ? std::nan("") : std::stod(field);
      EXPECT_TRUE(read == q.value || (std::isnan(read) && !std::isfinite(q.value))) << id << " " << q.name << ": " << field;
    }
  }
  EXPECT_GT(std::stod(rows["b"]["lv_edv [mL]"]), std::stod(rows["a"]["lv_edv [mL]"]));
  EXPECT_GT(std::stod(rows["d"]["lv_wall_thickness_ed [mm]"]), std::stod(rows["a"]["lv_wall_thickness_ed [mm]"]) + 3);
  EXPECT_EQ(rows["a"]["mesh_edges_across_wall [1]"], "0");
}

TEST_F(Cohorts, SayTheSameInTableAndDatabase) {
  Rows rows = table(), stored = database_of(folder() / "first", "SELECT * FROM patients");
  Rows units = database_of(folder() / "first", "SELECT name, unit FROM columns");
  ASSERT_EQ(stored.size(), rows.size());
  for (auto &[id, row] : rows) {
    EXPECT_EQ(stored[id].size(), row.size());
    for (auto &[name, value] : stored[id]) {
      const std::string column = units.count(name) ? name + " [" + units[name]["unit"] + "]" : name;
      ASSERT_TRUE(row.count(column)) << column;
      if (units.count(name) && !value.empty())
        EXPECT_NEAR(std::stod(value), std::stod(row[column]), 1e-12 * std::abs(std::stod(value)))
            << id << " " << name; // SQLite prints 15 digits
      else
        EXPECT_EQ(value, row[column]) << id << " " << name;
    }
  }
}

TEST_F(Cohorts, SayTheSameOnThePage) {
  const std::string page = read_file((folder() / "first" / "cohort.html").string());
  const CheckedPage checked = check_html(page);
  EXPECT_TRUE(checked.errors.empty()) << corvivo::io::join(checked.errors, "\n");
  for (const char *part : {"http:", "https:", "@import", "url(", "<iframe", "<script"})
    EXPECT_EQ(page.find(part), std::string::npos) << part;
  for (const Element *image : checked.all("img"))
    EXPECT_EQ(image->attributes.at("src").rfind("data:image/png;base64,", 0), 0u);
  EXPECT_EQ(checked.all("img").size(), 3u) << "a picture of each mesh";
  for (const Element *link : checked.all("a"))
    EXPECT_TRUE(fs::exists(folder() / "first" / link->attributes.at("href"))) << link->attributes.at("href");
  Rows rows = table();
  std::multiset<std::string> shown, expected;
  for (const Element *data : checked.all("data"))
    if (data->attributes.at("data-name") == "lv_edv")
      shown.insert(data->attributes.at("value"));
  for (const char *id : {"a", "b", "d"})
    expected.insert(rows[id]["lv_edv [mL]"]);
  EXPECT_EQ(shown, expected);
  EXPECT_SAYS(page, "c_ed.nii.gz");
  EXPECT_SAYS(page, "large, thin");
}

TEST_F(Cohorts, KeepFinishedPatientsWhenTheyAreKilledAndRunAgain) {
  const auto words = cohort("killed");
  ASSERT_TRUE(kill_when_there(folder() / "killed" / "patients" / "b" / "case.yaml", words, folder(), 300));
  EXPECT_TRUE(fs::exists(folder() / "killed" / "patients" / "a" / "outcome.json"));
  EXPECT_FALSE(fs::exists(folder() / "killed" / "patients" / "b" / "outcome.json"));
  const Outcome resumed = run_program(words, folder());
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_SAYS(resumed.err, "finished and kept, inputs unchanged: 1 of 4 patients");
  Rows again = table_of(folder() / "killed");
  for (const auto &[id, row] : table())
    for (const auto &[column, value] : row)
      if (column.find("time_") == std::string::npos && column.find("run_") == std::string::npos &&
          column.find("memory") == std::string::npos && column != "sentence") {
        EXPECT_EQ(again[id][column], value) << id << " " << column << ": the same program on the same inputs";
      }
  const Outcome third = run_program(words, folder());
  EXPECT_SAYS(third.err, "finished and kept, inputs unchanged: 4 of 4 patients");
}

TEST_F(Cohorts, RunAgainThePatientWhoseMapChanged) {
  const TemporaryFolder place;
  for (const char *name : {"a_ed.nii.gz", "b_ed.nii.gz"})
    fs::copy(folder() / name, place.path() / name);
  corvivo::io::write_file(place.file("list.csv"), "id,ed,labels\na,a_ed.nii.gz,acdc\nb,b_ed.nii.gz,acdc\n");
  corvivo::io::write_file(place.file("anatomy.yaml"), "corvivo: 1\ntitle: Volumes only\nsegmentation: {}\n");
  const std::vector<std::string> words = {"cohort", "list.csv", "--output", "out", "--case", "anatomy.yaml", "--jobs", "2"};
  ASSERT_EQ(run_program(words, place.path()).status, 0);
  const Rows before = table_of(place.path() / "out");
  fs::copy(folder() / "d_ed.nii.gz", place.path() / "b_ed.nii.gz", fs::copy_options::overwrite_existing);
  const Outcome again = run_program(words, place.path());
  EXPECT_SAYS(again.err, "inputs unchanged: 1 of 2 patients");
  const Rows after = table_of(place.path() / "out");
  EXPECT_EQ(after.at("a").at("lv_edv [mL]"), before.at("a").at("lv_edv [mL]"));
  EXPECT_NE(after.at("b").at("lv_edv [mL]"), before.at("b").at("lv_edv [mL]"));
}

TEST_F(Cohorts, StopPatientsThatTakeTooLongOrTooMuch) {
  const Outcome slow = run_program(cohort("slow", {"--jobs", "4", "--time-limit", "0.05 s"}), folder());
  EXPECT_EQ(slow.status, 2) << "no patient has a result: " << slow.err;
  EXPECT_EQ(count(slow.err, "timed out: was not done after"), 4u) << slow.err;
  const Outcome large = run_program(cohort("large", {"--jobs", "4", "--memory-limit", "0.02 GB"}), folder());
  EXPECT_GE(count(large.err, "out of memory: held more than"), 3u) << large.err;
}

TEST_F(Cohorts, OverTwoRanksAreTheSame) {
  const Outcome two = run_program(cohort("two"), folder(), 2);
  ASSERT_EQ(two.status, 0) << two.err;
  Rows rows = table_of(folder() / "two");
  for (const auto &[id, row] : table())
    for (const char *column : {"status", "lv_edv [mL]", "lv_ef [%]", "mesh_cells [1]", "mesh_lv_cavity_volume [mL]"})
      EXPECT_EQ(rows[id][column], row.at(column)) << id << " " << column;
}

TEST_F(Cohorts, PrintAScriptForSlurmWhoseTasksRunOnePatientEach) {
  const Outcome printed = run_program(cohort("array", {"--slurm", "--time-limit", "90 min"}), folder());
  ASSERT_EQ(printed.status, 0) << printed.err;
  EXPECT_SAYS(printed.out, "#SBATCH --array=1-4\n");
  EXPECT_SAYS(printed.out, "#SBATCH --time=01:40:00\n");
  corvivo::io::write_file((folder() / "array.sh").string(), printed.out);
  const std::string script = (folder() / "array.sh").string();
  ASSERT_EQ(std::system(("SLURM_ARRAY_TASK_ID=2 bash " + script + " 2>" + script + ".log").c_str()), 0) << read_file(script + ".log");
  EXPECT_FALSE(fs::exists(folder() / "array" / "cohort.csv")) << "a task gathers nothing";
  ASSERT_EQ(std::system(("bash " + script + " gather 2>" + script + ".log").c_str()), 0) << read_file(script + ".log");
  Rows rows = table_of(folder() / "array");
  EXPECT_EQ(rows["b"]["status"], "done");
  EXPECT_EQ(rows["a"]["status"], "not run");
  // submitting: what sbatch is told, by one that writes it down
  corvivo::io::write_file((folder() / "sbatch").string(), "#!/bin/bash\necho \"$@\" >> " + script + ".submitted\necho 4711\n");
  fs::permissions(folder() / "sbatch", fs::perms::owner_all);
  ASSERT_EQ(std::system(("PATH=" + folder().string() + ":$PATH bash " + script + " > /dev/null").c_str()), 0);
  EXPECT_SAYS(read_file(script + ".submitted"), "--parsable " + script);
  EXPECT_SAYS(read_file(script + ".submitted"), "--dependency=afterany:4711");
}

} // namespace
