// Patients of ACDC measured here against what put them into their group (Bernard 2018, IEEE Trans Med Imaging 37:2514, section II.A):
// NOR normal; DCM ejection fraction below 40 % and a large ventricle; HCM a wall above 15 mm; RV a large right ventricle or a low right
// ejection fraction; MINF ejection fraction below 40 % after an infarct.
#include <mesh/measures.hpp>
#include <mesh/segmentation.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/log.hpp>
#include <io/base/text.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace corvivo::mesh {
namespace {

using Values = std::map<std::string, std::vector<double>>; // by group

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return 0.5 * (values[(values.size() - 1) / 2] + values[values.size() / 2]);
}

struct Info {
  std::string group, ed, es;
};

Info info_of(const std::filesystem::path &file) {
  Info info;
  std::istringstream words(io::read_file(file.string()));
  for (std::string key, value; words >> key >> value;)
    (key == "Group:" ? info.group : key == "ED:" ? info.ed : key == "ES:" ? info.es : key) = value;
  return info;
}

class DiseaseGroups : public testing::Test {
protected:
  /// Every fourth patient: five of each group.
  static void SetUpTestSuite() {
    io::set_quiet(true);
    const auto folder = test::shared("data/acdc_masks");
    for (int patient = 2; std::filesystem::exists(folder) && patient <= 100; patient += 4) {
      char name[16];
      std::snprintf(name, sizeof name, "patient%03d", patient);
      const Info info = info_of(folder / (std::string(name) + ".cfg"));
      const auto map = [&](const std::string &frame) {
        return folder / (std::string(name) + "_frame" + (frame.size() < 2 ? "0" : "") + frame + "_gt.nii.gz");
      };
      SegmentationOptions options;
      options.ed = map(info.ed), options.es = map(info.es);
      options.labels = {3, 2, {}, 1};
      io::Quantities quantities;
      add_shape_measures(segment(options, quantities), quantities);
      for (const io::Quantity &q : quantities.all())
        measured_[q.name][info.group].push_back(q.value);
    }
    io::set_quiet(false);
  }
  void SetUp() override { SKIP_WITHOUT(test::shared("data/acdc_masks")); }
  static const Values &of(const std::string &quantity) { return measured_.at(quantity); }
  static double median_of(const std::string &quantity, const std::string &group) { return median(of(quantity).at(group)); }

  static std::map<std::string, Values> measured_;
};
std::map<std::string, Values> DiseaseGroups::measured_;

TEST_F(DiseaseGroups, HaveFivePatientsEach) {
  for (const char *group : {"NOR", "MINF", "DCM", "HCM", "RV"})
    EXPECT_EQ(of("lv_edv").at(group).size(), 5u) << group;
}

TEST_F(DiseaseGroups, DilatedHeartsAreLargeAndEjectLittle) {
  for (const double ef : of("lv_ef").at("DCM"))
    EXPECT_LT(ef, 40) << "the group's criterion";
  for (const double ef : of("lv_ef").at("NOR"))
    EXPECT_GT(ef, 50) << "the group's criterion";
  for (const char *other : {"NOR", "HCM", "RV", "MINF"})
    EXPECT_GT(median_of("lv_edv", "DCM"), median_of("lv_edv", other)) << other;
  EXPECT_GT(median_of("lv_edv", "DCM"), 1.5 * median_of("lv_edv", "NOR"));
}

TEST_F(DiseaseGroups, HypertrophicHeartsAreThick) {
  // One of the five reads 11.8 mm by the shortest way through its mask's wall: the criterion was read by hand, not from these masks.
  EXPECT_GT(median_of("lv_wall_thickness_max_ed", "HCM"), 15) << "mm, the group's criterion";
  for (const char *other : {"NOR", "DCM", "RV", "MINF"})
    EXPECT_GT(median_of("lv_wall_thickness_max_ed", "HCM"), median_of("lv_wall_thickness_max_ed", other) + 3) << "mm, " << other;
}

TEST_F(DiseaseGroups, RightVentriclesOfTheRightGroupAreLarge) {
  for (const char *other : {"NOR", "HCM", "MINF"})
    EXPECT_GT(median_of("rv_edv", "RV"), median_of("rv_edv", other)) << other;
  EXPECT_LT(median_of("rv_ef", "RV"), median_of("rv_ef", "NOR"));
}

} // namespace
} // namespace corvivo::mesh
