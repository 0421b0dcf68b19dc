// Anatomy from a case file: regions of an infarct, and the same mesh however often and on how many ranks it is made.
#include <io/base/hash.hpp>
#include <io/base/text.hpp>
#include <io/formats/label_image.hpp>
#include <mesh/heart_mesh.hpp>
#include <mesh/tissue.hpp>
#include <tests/cases/program.hpp>
#include <tests/mesh/synthetic_stack.hpp>
#include <tests/support/temporary_folder.hpp>

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

namespace {

/// A case of a cohort of made-up hearts, one of which is no heart.
void write_cohort(const TemporaryFolder &folder) {
  std::string list = "id,group,ed\n";
  int number = 0;
  for (const double size : {0.9, 1.0, 1.1})
    for (const double thickness : {7.0, 9.0}) {
      SyntheticHeart heart;
      heart.inner_radius *= size;
      heart.inner_length *= size;
      heart.outer_radius = heart.inner_radius + thickness;
      heart.outer_length = heart.inner_length + thickness;
      const std::string name = "heart" + std::to_string(++number) + ".nii.gz";
      io::write_nifti(heart.image(), folder.file(name));
      list += "h" + std::to_string(number) + "," + (thickness > 8 ? "thick" : "thin") + "," + name + "\n";
    }
  io::write_file(folder.file("broken.nii.gz"), "no image");
  io::write_file(folder.file("list.csv"), list + "bad,thin,broken.nii.gz\n");
  io::write_file(
      folder.file("case.yaml"),
      "corvivo: 1\ntitle: Made-up hearts\nshapes:\n  hearts: list.csv\n  labels: acdc\n  samples: 3\n  distance: 2\n  seed: 7\n");
}

} // namespace

TEST(ShapeRuns, GiveModesScoresPicturesAndNewHeartsThatMesh) {
  TemporaryFolder folder;
  write_cohort(folder);
  const Outcome outcome = run_program({"shapes", "case.yaml", "--output", "made"}, folder.path());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const io::Quantities results = results_of(folder.path() / "made");
  EXPECT_EQ(results.value("shape_hearts"), 6);
  EXPECT_EQ(results.value("shape_hearts_refused"), 1) << "one bad heart stops nothing";
  EXPECT_LE(results.value("shape_modes"), 3) << "size and thickness, and what pixels make of them";
  EXPECT_LT(results.value("shape_reconstruction_error"), 1.5) << "mm, of pixels of 1.5 mm";
  const fs::path stage = folder.path() / "made" / "stages" / "shapes";
  EXPECT_NE(io::read_file((stage / "refused.csv").string()).find("list.csv:8: bad: "), std::string::npos);
  EXPECT_EQ(count(io::read_file((stage / "scores.csv").string()), "\n"), 7u) << "a header and six hearts";
  EXPECT_GE(count(io::read_file((stage / "shapes.html").string()), "<svg"), 2u) << "a picture of each mode, and the scores";
  EXPECT_EQ(count(io::read_file((stage / "samples" / "samples.csv").string()), "heart_000"), 6u) << "id and file of three hearts";
  const Outcome two = run_program({"shapes", "case.yaml", "--output", "two"}, folder.path(), 2);
  ASSERT_EQ(two.status, 0) << two.err;
  EXPECT_EQ(io::file_hash((stage / "model.bin").string()),
            io::file_hash((folder.path() / "two" / "stages" / "shapes" / "model.bin").string()));
  io::write_file(folder.file("new.yaml"), "corvivo: 1\ntitle: A new heart\nsegmentation:\n  ed: made/stages/shapes/samples/heart_0001.vtp\n"
                                          "  labels: {lv_cavity: 3, lv_wall: 2}\nmesh:\n  element_size: 5 mm\n");
  const Outcome meshed = run_program({"mesh", "new.yaml", "--output", "new"}, folder.path());
  ASSERT_EQ(meshed.status, 0) << meshed.err;
  EXPECT_LT(results_of(folder.path() / "new").value("mesh_volume_error"), 3) << "%";
  EXPECT_GE(results_of(folder.path() / "new").value("mesh_min_dihedral_angle"), 8) << "degrees";
}

TEST(ShapeRuns, OfTooFewHeartsAreRefusedWithASentence) {
  TemporaryFolder folder;
  write_cohort(folder);
  io::write_file(folder.file("list.csv"), "id,ed\na,heart1.nii.gz\nb,broken.nii.gz\n");
  const Outcome outcome = run_program({"shapes", "case.yaml", "--output", "made"}, folder.path());
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("found 1 hearts that can be used; expected at least"), std::string::npos) << outcome.err;
}
