// Anatomy from a case file: regions of an infarct, and the same mesh however often and on how many ranks it is made.
#include <io/base/hash.hpp>
#include <mesh/heart_mesh.hpp>
#include <mesh/tissue.hpp>
#include <tests/cases/program.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/text.hpp>

#include <gtest/gtest.h>

#include <set>

using namespace corvivo::test;
using namespace corvivo;
namespace fs = std::filesystem;

TEST(AnatomyRuns, CarryTheRegionsOfAnInfarctIntoTheMesh) {
  const fs::path map = shared("data/emidec_scar/samplePositive_gt.nii.gz");
  SKIP_WITHOUT(map);
  TemporaryFolder folder;
  io::write_file(folder.file("case.yaml"), "corvivo: 1\ntitle: Infarct\nsegmentation:\n  ed: " + fs::absolute(map).string() +
                                               "\n  labels: emidec\nmesh:\n  element_size: 5 mm\n");
  const Outcome outcome = run_program({"mesh", "case.yaml", "--output", "made"}, folder.path());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const io::Quantities results = results_of(folder.path() / "made");
  const mesh::HeartMesh mesh = mesh::load((folder.path() / "made" / "stages" / "mesh" / "mesh.vtu").string());
  EXPECT_NEAR(results.value("mesh_scar_volume") + results.value("scar_volume_cut_off"), 19.5, 0.05 * 19.5) << "mL, README of the data";
  for (const std::string name : {"scar", "no_reflow"})
    EXPECT_NEAR(mesh::region_volume(mesh, name), results.value("mesh_" + name + "_volume"), 1e-9) << name;
}

TEST(AnatomyRuns, GiveTheSameMeshInThreeRunsAndOnTwoRanks) {
  TemporaryFolder folder;
  write_case(folder.path(), "mesh:\n  element_size: 5 mm\n");
  std::set<std::string> hashes;
  for (const int ranks : {1, 1, 1, 2}) {
    const Outcome outcome = run_program({"mesh", "case.yaml", "--output", "made", "--force"}, folder.path(), ranks);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    hashes.insert(io::file_hash((folder.path() / "made" / "stages" / "mesh" / "mesh.vtu").string()));
  }
  EXPECT_EQ(hashes.size(), 1u) << "equal bytes";
}
