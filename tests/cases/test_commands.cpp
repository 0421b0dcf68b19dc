// What each command prints and writes when all is well, from any folder and by any path.
#include <tests/cases/program.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/text.hpp>
#include <io/base/version.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace corvivo::test;
using corvivo::io::read_file;
namespace fs = std::filesystem;

namespace {
const fs::path source = CORVIVO_SOURCE_DIR;
const std::string heartbeat = (source / "cases" / "01_patient_heartbeat" / "case.yaml").string();
} // namespace

TEST(Commands, CheckAcceptsTheCasesOfTheProject) {
  for (const auto &entry : fs::directory_iterator(source / "cases"))
    if (fs::exists(entry.path() / "case.yaml")) {
      const Outcome outcome = run_program({"check", entry.path().string()});
      EXPECT_EQ(outcome.status, 0) << outcome.err;
      EXPECT_NE(outcome.out.find("a good case"), std::string::npos);
    }
}

TEST(Commands, TheReferencePageIsWhatTheProgramSays) {
  const Outcome outcome = run_program({"explain", "--markdown"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(outcome.out == read_file((source / "cases" / "REFERENCE.md").string()))
      << "cases/REFERENCE.md is old; ./run docs writes it anew";
}

TEST(Commands, VersionNamesTheProgramAndItsVersion) {
  const Outcome outcome = run_program({"--version"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "corvivo " + corvivo::io::version() + "\n");
}

TEST(Commands, ExplainTellsKeysAndResults) {
  EXPECT_NE(run_program({"explain", "lv_ef"}).out.find("lv_ef [%]"), std::string::npos);
  EXPECT_NE(run_program({"explain", "tension_fit_scale_2"}).out.find("tension_fit_scale_* [1]"), std::string::npos);
  const std::string key = run_program({"explain", "mesh.element_size"}).out;
  for (const char *part : {"unit mm", "[0.05, 20]", "default 4 mm"})
    EXPECT_NE(key.find(part), std::string::npos) << key;
}

TEST(Commands, ListNamesEveryKindOfModel) {
  const std::string all = run_program({"list"}).out;
  for (const char *part : {"ionic_models\n", "ten_tusscher_2006_epi", "materials\n", "holzapfel_ogden", "guccione", "active_tensions\n",
                           "land_2017", "scores\n", "laci", "maggic"})
    EXPECT_NE(all.find(part), std::string::npos) << part;
  const std::string one = run_program({"list", "materials"}).out;
  EXPECT_EQ(one.find("land_2017"), std::string::npos);
}

TEST(Commands, HelpNamesEveryCommandAndExitStatus) {
  const Outcome outcome = run_program({"help"});
  EXPECT_EQ(outcome.status, 0);
  for (const char *part : {"corvivo run", "corvivo check", "corvivo explain", "exit status: 0 done"})
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part;
  EXPECT_EQ(run_program({}).status, 1) << "nothing to do is a mistake";
}

TEST(SmallRuns, AnyPathToTheSameCaseKeepsItsStages) {
  const TemporaryFolder folder;
  const fs::path home = folder.path() / "a folder with blanks" / "patient";
  fs::create_directories(home);
  const std::string file = write_case(home).string();
  EXPECT_EQ(run_program({"run", "patient"}, home.parent_path()).status, 0);
  EXPECT_TRUE(fs::exists(home.parent_path() / "results" / "patient" / "report.html")) << "the default is results/<folder of the case>";
  const std::string output = (home.parent_path() / "results" / "patient").string() + "/";
  const Outcome again = run_program({"run", file, "--output", output}, folder.path());
  EXPECT_EQ(count(again.err, "kept"), 1u) << again.err;
}

TEST(SmallRuns, CasesOfOneFolderHaveResultsOfTheirOwn) {
  const TemporaryFolder folder;
  const fs::path home = folder.path() / "patient";
  fs::create_directory(home);
  fs::rename(write_case(home), home / "rest.yaml");
  EXPECT_EQ(run_program({"run", "patient/rest.yaml"}, folder.path()).status, 0);
  EXPECT_TRUE(fs::exists(folder.path() / "results" / "patient_rest" / "report.html"));
  EXPECT_FALSE(fs::exists(folder.path() / "results" / "patient"));
}

TEST(SmallRuns, ASecondRunIntoTheSameFolderIsRefusedUntilTheFirstEnds) {
  const TemporaryFolder folder;
  const std::vector<std::string> run = {"run", write_case(folder.path()).string(), "--output", "out"};
  EXPECT_EQ(run_program(run, folder.path()).status, 0);
  const std::string before = read_file(folder.file("out/results.json"));
  const int other_run = open(folder.file("out/.lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(other_run, LOCK_EX | LOCK_NB), 0) << "the first run has let go of it";
  const Outcome refused = run_program(run, folder.path());
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find("another run is writing into this output folder"), std::string::npos) << refused.err;
  EXPECT_EQ(run_program(run, folder.path(), 2).status, 1) << "and on every rank";
  EXPECT_EQ(read_file(folder.file("out/results.json")), before);
  close(other_run); // as the system does for a run that died
  EXPECT_EQ(run_program(run, folder.path()).status, 0);
}

TEST(SmallRuns, LeaveTheFolderOfTheCaseAlone) {
  const TemporaryFolder folder;
  const fs::path home = folder.path() / "patient";
  fs::create_directory(home);
  write_case(home);
  EXPECT_EQ(run_program({"run", "patient"}, folder.path()).status, 0);
  EXPECT_EQ(std::distance(fs::directory_iterator(home), fs::directory_iterator()), 1);
}

TEST(SmallRuns, AChangedInputRunsItsStageAgainAndForceRunsAll) {
  const TemporaryFolder folder;
  const std::string file = write_case(folder.path()).string();
  const std::vector<std::string> run = {"run", file, "--output", "out"};
  const auto with = [&](const std::vector<std::string> &more) {
    std::vector<std::string> words = run;
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words, folder.path());
  };
  EXPECT_EQ(count(with({}).err, "kept"), 0u);
  EXPECT_EQ(count(with({}).err, "kept"), 1u);
  EXPECT_EQ(count(with({"--set", "segmentation.labels.rv_cavity=0"}).err, "kept"), 0u);
  EXPECT_FALSE(results_of(folder.path() / "out").has("rv_edv"));
  EXPECT_EQ(count(with({"--force"}).err, "kept"), 0u);
}

TEST(SmallRuns, MeshStopsAtTheMeshOfACaseWithoutFibres) {
  const TemporaryFolder folder;
  const std::string file = write_case(folder.path(), "mesh: {element_size: 12 mm, facet_distance: 1 mm}\n").string();
  EXPECT_EQ(run_program({"mesh", file, "--output", "out"}, folder.path()).status, 0);
  EXPECT_TRUE(fs::exists(folder.path() / "out" / "stages" / "mesh" / "mesh.vtu"));
}

TEST(SmallRuns, DamagedFilesOfAnEarlierRunAreMadeAnew) {
  const TemporaryFolder folder;
  const std::vector<std::string> run = {"run", write_case(folder.path()).string(), "--output", "out"};
  EXPECT_EQ(run_program(run, folder.path()).status, 0);
  for (const char *damage : {"", "[]", "{\"hash\": 3}"}) {
    corvivo::io::write_file(folder.file("out/stages/segmentation/stage.json"), damage);
    corvivo::io::write_file(folder.file("out/results.sqlite"), "no database");
    const Outcome outcome = run_program(run, folder.path());
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(count(outcome.err, "kept"), 0u) << outcome.err;
    EXPECT_EQ(count(outcome.err, "warning: "), 1u) << "of the database: " << outcome.err;
    EXPECT_TRUE(results_of(folder.path() / "out").has("lv_ef"));
  }
}

TEST(Commands, DicomWantsAFolderAndAKeyForItsExport) {
  TemporaryFolder folder;
  const auto refuses = [&](const std::vector<std::string> &words, const std::string &sentence) {
    const Outcome outcome = run_program(words, folder.path());
    EXPECT_EQ(outcome.status, 1);
    EXPECT_NE(outcome.err.find(sentence), std::string::npos) << outcome.err;
  };
  refuses({"dicom"}, "expected one folder");
  refuses({"dicom", "."}, "holds no DICOM image");
  refuses({"dicom", ".", "--output", "out"}, "needs both --output DIR and --key FILE");
}
