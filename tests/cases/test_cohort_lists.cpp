// Lists of patients, and processes that end in every way.
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/cli/cohort_list.hpp>
#include <io/cli/patient_process.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

using namespace corvivo;
using namespace corvivo::test;
namespace fs = std::filesystem;

namespace {

bool any_key(const std::string &column) {
  if (column.rfind("mesh.", 0) != 0)
    throw io::CaseError("no key named '" + column + "'");
  return column == "mesh.import.file";
}

std::vector<cli::CohortEntry> read(const TemporaryFolder &folder, const std::string &table) {
  io::write_file(folder.file("list.csv"), table);
  return cli::read_cohort(folder.file("list.csv"), any_key);
}

std::string complaint_of(const std::string &table) {
  const TemporaryFolder folder;
  return complaint([&] { read(folder, table); });
}

bool has(const cli::CohortEntry &entry, const std::string &setting) {
  return std::find(entry.overrides.begin(), entry.overrides.end(), setting) != entry.overrides.end();
}

TEST(CohortLists, TakePathsFromBesideTheTableAndKeysOfTheCase) {
  const TemporaryFolder folder;
  const auto entries = read(folder, "id;ed;es;group;labels;mesh.element_size;height;mesh.import.file\n"
                                    "p1;maps/one.nii.gz;;DCM;acdc;4 mm;180 cm;../m.vtu\n"
                                    "# a remark\n"
                                    "p2;\"/data/it's; here.nii\";e.nii;;mnms;;;\n");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].id, "p1");
  EXPECT_EQ(entries[0].group, "DCM");
  EXPECT_TRUE(has(entries[0], "segmentation.ed=\"" + folder.file("maps/one.nii.gz") + "\""));
  EXPECT_TRUE(has(entries[0], "segmentation.labels=acdc"));
  EXPECT_TRUE(has(entries[0], "mesh.element_size=4 mm"));
  EXPECT_TRUE(has(entries[0], "clinical.height=180 cm"));
  EXPECT_TRUE(has(entries[0], "mesh.import.file=\"" + (folder.path() / "../m.vtu").lexically_normal().string() + "\""));
  EXPECT_EQ(entries[0].overrides.size(), 5u) << "an empty cell says nothing";
  EXPECT_TRUE(has(entries[1], "segmentation.ed=\"/data/it's; here.nii\""));
  EXPECT_EQ(entries[1].place, folder.file("list.csv") + ":4");
}

TEST(CohortLists, AreRefusedWithAllTheirMistakes) {
  const std::string said = complaint_of("id,ed,gruop,mesch.element_size\n../p,a.nii,x,1\np,b.nii,x,1\np,c.nii,x,1\nq,d.nii\n");
  EXPECT_SAYS(said, "list.csv:1: unknown column 'gruop'; did you mean 'group'?");
  EXPECT_SAYS(said, "list.csv:1: column 'mesch.element_size': no key named");
  EXPECT_SAYS(said, "list.csv:2: found id '../p', expected letters");
  EXPECT_SAYS(said, "list.csv:4: id 'p' was given before");
  EXPECT_SAYS(said, "list.csv:5: found 2 fields, expected 4");
  EXPECT_SAYS(complaint_of("name,es\n"), "found no column 'id'");
  EXPECT_SAYS(complaint_of("id,ed\n"), "found only the header");
  EXPECT_SAYS(complaint_of(""), "found no line");
  EXPECT_SAYS(complaint_of("id,ed\np,\"a.nii\n"), "list.csv:2:3: a quote that is never closed");
  EXPECT_SAYS(complaint([] { cli::read_cohort("/nowhere/list.csv", any_key); }), "found nothing there");
}

TEST(CohortLists, FindTheMapsOfAFolder) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "patient001");
  for (const char *name : {"patient001/patient001_frame01_gt.nii.gz", "patient001/patient001_frame12_gt.nii.gz",
                           "patient001/patient001_frame01.nii.gz", "patient002_frame01_gt.nii.gz", "x_ed.nrrd", "x_es.nrrd", "y_es.nii"})
    io::write_file(folder.file(name), "");
  io::write_file(folder.file("patient001/Info.cfg"), "ED: 12\nES: 1\nGroup: DCM\nHeight: 184.0\nNbFrame: 30\nWeight: 95.0\n");
  const auto entries = cli::read_cohort(folder.path(), any_key);
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[0].group, "DCM");
  EXPECT_TRUE(has(entries[0], "segmentation.ed=\"" + folder.file("patient001/patient001_frame12_gt.nii.gz") + "\"")) << "as the file says";
  EXPECT_TRUE(has(entries[0], "segmentation.es=\"" + folder.file("patient001/patient001_frame01_gt.nii.gz") + "\""));
  EXPECT_TRUE(has(entries[0], "clinical.weight=95.0 kg"));
  EXPECT_SAYS(entries[1].refusal, "no patient002.cfg and no Info.cfg");
  EXPECT_TRUE(has(entries[2], "segmentation.ed=\"" + folder.file("x_ed.nrrd") + "\""));
  EXPECT_SAYS(entries[3].refusal, "no y_ed beside it");
  const TemporaryFolder empty;
  EXPECT_SAYS(complaint([&] { cli::read_cohort(empty.path(), any_key); }), "found no label maps");
}

cli::ProcessEnd end_of(const std::string &script, const cli::ProcessLimits &limits = {}) {
  const TemporaryFolder folder;
  cli::PatientProcess process({"/bin/bash", "-c", script}, folder.file("log.txt"), limits);
  for (;;) {
    if (const auto end = process.poll())
      return *end;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

TEST(PatientProcesses, TellHowTheyEnded) {
  EXPECT_EQ(end_of("exit 0").status, "done");
  const auto refused = end_of("echo '  a note'; echo 'corvivo: x.nii: found A' >&2; echo '  and B' >&2; exit 1");
  EXPECT_EQ(refused.status, "refused");
  EXPECT_EQ(refused.sentence, "x.nii: found A\n  and B");
  EXPECT_EQ(end_of("echo 'corvivo: the numerics failed: no' >&2; exit 2").status, "failed");
  const auto bug = end_of("echo 'corvivo: this is a bug of ours' >&2; echo ----- >&2; echo MPI_ABORT was invoked >&2; exit 3");
  EXPECT_EQ(bug.status, "crashed");
  EXPECT_EQ(bug.sentence.rfind("this is a bug of ours; its messages", 0), 0u) << bug.sentence;
  const auto broken = end_of("kill -SEGV $$");
  EXPECT_EQ(broken.status, "crashed");
  EXPECT_SAYS(broken.sentence, "was ended by signal 11 (Segmentation fault)");
  EXPECT_SAYS(end_of("kill -KILL $$").sentence, "ran out of memory");
  EXPECT_EQ(end_of("exit 1").status, "crashed") << "without a sentence nothing was refused";
  EXPECT_EQ(end_of("echo 'corvivo: this is a bug of ours: std::bad_alloc' >&2; exit 3").status, "out of memory");
  const auto late = end_of("exec sleep 60", {0.1, 0});
  EXPECT_EQ(late.status, "timed out");
  EXPECT_LT(late.seconds, 30);
}

TEST(PatientProcesses, DoNotSeeWhatMpirunToldTheCohort) {
  setenv("OMPI_COMM_WORLD_SIZE", "2", 1);
  setenv("PMIX_RANK", "1", 1);
  const auto end = end_of("test -z \"$OMPI_COMM_WORLD_SIZE$PMIX_RANK\" && test -n \"$PATH\"");
  unsetenv("OMPI_COMM_WORLD_SIZE");
  unsetenv("PMIX_RANK");
  EXPECT_EQ(end.status, "done");
}

} // namespace
