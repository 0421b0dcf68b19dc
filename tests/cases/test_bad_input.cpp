// Bad input at the command line: exit status 1 and a sentence that says where, what was found and what to do.
#include <tests/cases/program.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/text.hpp>

#include <gtest/gtest.h>

using namespace corvivo::test;
using corvivo::io::read_file;
using corvivo::io::write_file;
namespace fs = std::filesystem;

namespace {

void expect_refusal(const Outcome &outcome, const std::vector<std::string> &parts) {
  EXPECT_EQ(outcome.status, 1) << outcome.err;
  for (const std::string &part : parts)
    EXPECT_NE(outcome.err.find(part), std::string::npos) << "expected '" << part << "' in:\n" << outcome.err;
}

/// `corvivo check` on this text.
Outcome check(const TemporaryFolder &folder, const std::string &text) {
  write_file(folder.file("case.yaml"), text);
  return run_program({"check", "case.yaml"}, folder.path());
}

/// A MetaImage of 8 x 8 x 6 voxels with these labels by turns.
void write_map(const fs::path &file, const std::vector<char> &labels) {
  std::string voxels;
  for (int i = 0; i < 8 * 8 * 6; ++i)
    voxels += labels[i % labels.size()];
  write_file(file.string(),
             "ObjectType = Image\nNDims = 3\nDimSize = 8 8 6\nElementSpacing = 1.5 1.5 8\nTransformMatrix = 1 0 0 0 1 0 0 0 1\n"
             "Offset = 0 0 0\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n" +
                 voxels);
}

} // namespace

TEST(BadCases, EveryMistakeOfAFileIsReportedAtOnceWithItsPlace) {
  const TemporaryFolder folder;
  const Outcome outcome = check(folder, "corvivo: 1\n"
                                        "title: Bad\n"
                                        "clinical: {age: 50, sex: man, height: 300 cm, wheight: 70 kg}\n"
                                        "circulation:\n"
                                        "  heart_period: 3 mmHg\n"
                                        "  time_step: 5 ms\n"
                                        "mesch: {}\n");
  expect_refusal(
      outcome,
      {"case.yaml:3:17: clinical.age: found '50' without a unit", "case.yaml:3:26: clinical.sex: found 'man'; did you mean 'male'?",
       "case.yaml:3:39: clinical.height: found '300 cm', expected a value in [50, 250] cm",
       "case.yaml:3:47: clinical.wheight: unknown key; did you mean 'height'?", "case.yaml:5:17: circulation.heart_period: found '3 mmHg'",
       "case.yaml:6:14: circulation.time_step: found '5 ms'", "case.yaml:7:1: mesch: unknown key; did you mean 'mesh'?"});
}

TEST(BadCases, AHeartbeatThatCouldNotRelaxAndKeysWithoutEffectAreRefused) {
  const TemporaryFolder folder;
  write_map(folder.path() / "a.mha", {0, 1, 2});
  const std::string patient =
      "corvivo: 1\ntitle: t\nsegmentation: {ed: a.mha, labels: {lv_cavity: 1, lv_wall: 2}}\nmesh: {}\nfibres: {}\n"
      "surrogate: {seed: 1}\ncalibration:\n  seed: 1\n  measurements:\n    heart_rate: {value: 70 1/min, sd: 3 1/min}\n"
      "    systolic_pressure: {value: 120 mmHg, sd: 5 mmHg}\n    diastolic_pressure: {value: 75 mmHg, sd: 5 mmHg}\n    lv_edp: {value: 8 "
      "mmHg, sd: 3 mmHg}\n";
  expect_refusal(check(folder, patient + "electrophysiology: {stop_when_activated: true}\nheartbeat: {}\n"),
                 {"electrophysiology.stop_when_activated: found beside a heartbeat"});
  expect_refusal(check(folder, patient + "electrophysiology: {}\nheartbeat: {end_diastolic_pressure: 80 mmHg}\n"),
                 {"heartbeat.end_diastolic_pressure: unknown key"});
  expect_refusal(check(folder, patient + "electrophysiology: {velocity: {along: 60 m/s}}\n"),
                 {"electrophysiology.velocity.along: found '60 m/s'"});
  expect_refusal(check(folder, patient + "electrophysiology: {boxes: [{minimum: [5 mm, 0 mm, 0 mm], maximum: [1 mm, 1 mm, 1 mm]}]}\n"),
                 {"found a box from 5 to 1 mm along x; expected the minimum first"});
  expect_refusal(check(folder, patient + "electrophysiology: {duration: 1e12 ms}\n"), {"expected a thousand million steps at most"});
}

TEST(BadCases, ANewerFormatIsRefusedWithASentence) {
  const TemporaryFolder folder;
  expect_refusal(check(folder, "corvivo: 2\ntitle: From the future\n"),
                 {"case.yaml:1:10: corvivo: found case format 2", "try a newer corvivo"});
}

TEST(BadCases, WhatOneSectionNeedsOfAnotherIsCheckedBeforeTheRun) {
  const TemporaryFolder folder;
  expect_refusal(check(folder, "corvivo: 1\ntitle: Gaps\nmesh: {}\nclinical: {assumed: [agee]}\n"),
                 {"mesh: needs a section 'segmentation'", "assumed: found 'agee'; did you mean 'age'?"});
  expect_refusal(check(folder, "corvivo: 1\ntitle: No volumes\nsurrogate: {seed: 1}\ncalibration:\n  seed: 1\n  measurements:\n"
                               "    heart_rate: {value: 70 1/min, sd: 3 1/min}\n    systolic_pressure: {value: 70 mmHg, sd: 5 mmHg}\n"
                               "    diastolic_pressure: {value: 75 mmHg, sd: 5 mmHg}\n    lv_edp: {value: 8 mmHg, sd: 3 mmHg}\n"),
                 {"case.yaml: calibration.measurements.lv_edv: missing", "case.yaml: calibration.measurements.lv_esv: missing",
                  "are the two swapped?"});
}

TEST(BadCases, APointMayNotTakeTheNameOfAnotherResult) {
  const TemporaryFolder folder;
  const std::string file = write_case(folder.path(), "mesh: {}\nfibres: {}\nelectrophysiology:\n  points:\n"
                                                     "    - {name: total, position: [0 mm, 0 mm, 0 mm]}\n"
                                                     "    - {name: p1, position: [0 mm, 0 mm, 0 mm]}\n"
                                                     "    - {name: p1, position: [1 mm, 0 mm, 0 mm]}\n")
                               .string();
  expect_refusal(run_program({"check", file}),
                 {"the name 'total', but the result activation_time_total is already that of the whole tissue",
                  "the name 'p1', but the result activation_time_p1 is already that of another point"});
}

TEST(BadCases, ElectrodesAreGivenAllOrNoneAndElectrogramsHaveNamesOfTheirOwn) {
  const TemporaryFolder folder;
  const std::string sections = "mesh: {}\nfibres: {}\nelectrophysiology:\n"
                               "  electrodes: {RA: [1 mm, 2 mm, 3 mm], V6: [4 mm, 5 mm, 6 mm]}\n"
                               "  electrograms:\n    - {name: tip, position: [0 mm, 0 mm, 0 mm]}\n"
                               "    - {name: tip, position: [1 mm, 0 mm, 0 mm]}\n";
  expect_refusal(run_program({"check", write_case(folder.path(), sections).string()}),
                 {"electrophysiology.electrodes: found no place of LA, LL, V1, V2, V3, V4, V5; expected all nine",
                  "the name 'tip', which electrograms.csv has a column of already"});
  expect_refusal(run_program({"check", write_case(folder.path(), sections + "  torso: {}\n").string()}),
                 {"electrophysiology.torso.surface: missing"});
}

TEST(BadCases, AThresholdOfTheBorderZoneAboveThatOfTheScarIsRefused) {
  const TemporaryFolder folder;
  const std::string file = write_case(folder.path()).string();
  expect_refusal(
      run_program({"check", file, "--set", "segmentation.late_enhancement={image: late.nii, rule: deviations, scar: 2, border: 5}"},
                  folder.path()),
      {"segmentation.late_enhancement.border: found 5, expected less than that of the scar, 2"});
  expect_refusal(
      run_program({"check", file, "--set", "segmentation.late_enhancement={image: late.nii, rule: deviations, scar: 5}"}, folder.path()),
      {"late.nii, found nothing there"});
}

TEST(BadCases, AMissingFileAndAFolderWithoutACaseAreNamed) {
  const TemporaryFolder folder;
  expect_refusal(run_program({"run", "nowhere.yaml"}, folder.path()), {"nowhere.yaml: cannot be read"});
  expect_refusal(run_program({"run", "."}, folder.path()), {"case.yaml: cannot be read"});
  const std::string file = write_case(folder.path()).string();
  expect_refusal(run_program({"check", file, "--set", "segmentation.ed=a.nii", "--set", "segmentation.es=b.nii"}, folder.path()),
                 {"a.nii, found nothing there", "b.nii, found nothing there"});
}

TEST(BadCases, AnOutputFolderThatCannotBeMadeIsNamed) {
  const TemporaryFolder folder;
  write_case(folder.path());
  write_file(folder.file("file"), "");
  expect_refusal(run_program({"run", "case.yaml", "--output", "file/results"}, folder.path()),
                 {"file/results", "the output folder cannot be made", "--output DIR"});
}

TEST(BadCommandLines, UnknownCommandsOptionsKeysAndKindsGetAHint) {
  expect_refusal(run_program({"runn", "case.yaml"}), {"no command named 'runn'; did you mean 'run'?"});
  expect_refusal(run_program({"run", "a", "b"}), {"expected one case file, found 2 arguments"});
  expect_refusal(run_program({"run", "--outputt", "x", "a"}), {"outputt", "try 'corvivo help'"});
  expect_refusal(run_program({"explain", "mesh.element_sise"}), {"no key named 'mesh.element_sise'; did you mean 'mesh.element_size'?"});
  expect_refusal(run_program({"explain", "lv_eff"}), {"'lv_eff'; did you mean 'lv_ef'?"});
  expect_refusal(run_program({"list", "nothing"}), {"no kind 'nothing'", "materials"});
}

TEST(BadCommandLines, OverridesAreCheckedLikeTheFile) {
  const TemporaryFolder folder;
  const std::string file = write_case(folder.path()).string();
  expect_refusal(run_program({"check", file, "--set", "mesh"}), {"--set mesh: expected key.path=value"});
  expect_refusal(run_program({"check", file, "--set", "mesh.element_size=3 kg", "--set", "mesh.colour=red"}),
                 {"mesh.element_size: found '3 kg', expected a number with unit 'mm'", "mesh.colour: unknown key"});
}

TEST(BadCommandLines, AStageThatTheCaseLacksIsNamed) {
  const TemporaryFolder folder;
  const std::string file = write_case(folder.path()).string();
  expect_refusal(run_program({"calibrate", file}, folder.path()), {"the case has no section 'calibration' for the stage 'calibration'"});
  write_file(folder.file("bare.yaml"), "corvivo: 1\ntitle: Bare\n");
  expect_refusal(run_program({"run", "bare.yaml"}, folder.path()), {"the case has no section that a stage is run for"});
  expect_refusal(run_program({"prognose", file}, folder.path()), {"the case has no section 'clinical' for the stage 'prognosis'"});
  expect_refusal(run_program({"report", file, "--output", "nowhere"}, folder.path()), {"nowhere: no finished stages to report on"});
}

TEST(BadCommandLines, ACohortWithoutLabelNumbersSaysWhereTheyGo) {
  const TemporaryFolder folder;
  write_file(folder.file("list.csv"), "id,ed\none,map.nii\n");
  expect_refusal(run_program({"cohort", "list.csv"}, folder.path()),
                 {"list.csv:2: ", "segmentation.labels.lv_cavity: missing", "try a column 'labels' with the convention of the maps (acdc"});
}

TEST(BadLabelMaps, MissingTruncatedAndCorruptFilesAreNamed) {
  const TemporaryFolder folder;
  const std::string file = write_case(folder.path()).string();
  const auto run_with = [&](const std::string &map) {
    return run_program({"run", file, "--set", "segmentation.ed=" + map}, folder.path());
  };
  expect_refusal(run_with(folder.file("nowhere.nii.gz")), {"nowhere.nii.gz", "cannot be read"});
  const std::string whole = read_file((patient_data() / "patient1_sax_ed.nii.gz").string());
  write_file(folder.file("half.nii.gz"), whole.substr(0, whole.size() / 2));
  expect_refusal(run_with(folder.file("half.nii.gz")), {"half.nii.gz"});
  std::string broken = whole;
  for (std::size_t i = broken.size() / 3; i < broken.size() / 3 + 200; ++i)
    broken[i] = static_cast<char>(broken[i] ^ 0x5a);
  write_file(folder.file("broken.nii.gz"), broken);
  expect_refusal(run_with(folder.file("broken.nii.gz")), {"broken.nii.gz"});
}

TEST(BadLabelMaps, LabelsThatTheMapLacksAreNamed) {
  const TemporaryFolder folder;
  const std::string file = write_case(folder.path()).string();
  expect_refusal(run_program({"run", file, "--set", "segmentation.labels.lv_wall=7"}, folder.path()),
                 {"patient1_sax_ed.nii.gz: no voxel has label 7"});
  expect_refusal(run_program({"run", file, "--set", "segmentation.labels={lv_cavity: 2, lv_wall: 3}"}, folder.path()),
                 {"patient1_sax_ed.nii.gz: the cavity is enclosed by wall in 0 slices; a mesh needs at least four"});
  write_map(folder.path() / "no_cavity.mha", {0, 2, 0, 1});
  expect_refusal(run_program({"run", file, "--set", "segmentation.ed=" + folder.file("no_cavity.mha")}, folder.path()),
                 {"no_cavity.mha: no voxel has label 3 (left-ventricular cavity)"});
  write_map(folder.path() / "empty.mha", {0});
  expect_refusal(run_program({"run", file, "--set", "segmentation.ed=" + folder.file("empty.mha")}, folder.path()), {"empty.mha"});
}

TEST(BadLabelMaps, TheReportOfARefusedRunSaysWhy) {
  const TemporaryFolder folder;
  const std::string file = write_case(folder.path()).string();
  expect_refusal(run_program({"run", file, "--set", "segmentation.labels.lv_wall=7", "--output", "out"}, folder.path()), {});
  EXPECT_NE(read_file(folder.file("out/report.html")).find("patient1_sax_ed.nii.gz"), std::string::npos);
}
