// Table, database, page and pictures of a cohort that was made up.
#include <tests/io/html_checker.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/csv.hpp>
#include <io/base/text.hpp>
#include <io/report/cohort.hpp>
#include <io/report/group_plot.hpp>
#include <io/report/surface_picture.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace corvivo;
using namespace corvivo::test;

namespace {

/// Two groups of nine: volumes 100 ... 108 and 200 ... 208, and one patient of the first that stands out.
io::Cohort made_up() {
  io::Cohort cohort;
  cohort.title = "Cohort <b>&";
  for (int i = 0; i < 18; ++i) {
    io::CohortPatient p{"p" + std::to_string(i), i < 9 ? "A" : "B & C", "done", ""};
    p.quantities.set("lv_edv", (i < 9 ? 100 : 200) + i % 9, "mL").reference_range = io::ReferenceRange{93, 218, "somewhere"};
    p.quantities.set("lv_ef", i == 3 ? 20 : 60 + 0.1 * (i % 9), "%");
    if (i == 5)
      p.quantities.set("rv_edv", std::numeric_limits<double>::quiet_NaN(), "mL");
    cohort.patients.push_back(p);
  }
  cohort.patients.push_back({"bad", "A", "refused", "bad.nii: found \"nothing\", expected a map;\nand a <second> line"});
  return cohort;
}

TEST(CohortTable, QuotesWhatHoldsCommasAndLines) {
  const auto rows = io::read_csv(io::cohort_csv(made_up()), "t");
  ASSERT_EQ(rows.size(), 20u);
  EXPECT_EQ(rows[0].fields[7], "lv_edv [mL]");
  EXPECT_EQ(rows[19].fields[3], "bad.nii: found \"nothing\", expected a map;\nand a <second> line");
  EXPECT_EQ(rows[1].fields[7], "100");
  EXPECT_EQ(rows[6].fields[9], "") << "not a number";
  EXPECT_EQ(rows[19].fields[7], "") << "not there";
}

TEST(CohortTable, IsRefusedByAFolderThatIsNotThere) {
  EXPECT_SAYS(complaint([] { io::write_cohort_database("/nowhere/cohort.sqlite", made_up()); }), "/nowhere/cohort.sqlite");
}

TEST(CohortOutliers, AreThoseFarFromTheMedianOfTheirGroup) {
  const auto found = io::find_outliers(made_up(), {"lv_edv", "lv_ef"});
  ASSERT_EQ(found.size(), 1u) << "200 mL is far from group A, but no patient of A has it";
  EXPECT_EQ(found[0].patient, 3u);
  EXPECT_EQ(found[0].quantity, "lv_ef");
  EXPECT_DOUBLE_EQ(found[0].median, 60.4);
  // deviations of 20, 60, 60.1, 60.2, 60.4 ... 60.8 from 60.4: 40.4, 0.4, 0.3, 0.2, 0, 0.1, 0.2, 0.3, 0.4; their median is 0.3
  EXPECT_NEAR(found[0].score, -40.4 / (1.4826 * 0.3), 1e-6);
}

TEST(CohortPage, IsGoodHtmlThatLoadsNothing) {
  const std::string page = io::cohort_html(made_up());
  const CheckedPage checked = check_html(page);
  EXPECT_TRUE(checked.errors.empty()) << io::join(checked.errors, "\n");
  for (const char *part : {"http:", "https:", "@import", "url(", "<script"})
    EXPECT_EQ(page.find(part), std::string::npos) << part;
  EXPECT_SAYS(page, "Cohort &lt;b&gt;&amp;");
  EXPECT_SAYS(page, "and a &lt;second&gt; line");
  EXPECT_SAYS(page, "p3: 20"); // what its dot shows
  EXPECT_EQ(check_html(io::cohort_html({})).errors.size(), 0u) << "nobody at all";
}

TEST(GroupPlot, DrawsADotForEachValueAndABoxForEachGroup) {
  const auto checked = check_html(
      "<!DOCTYPE html>" + io::group_plot({"EDV [mL]", "EDV", 90, 150}, {{"A", {{"x", 100}, {"y", 200}, {"z", std::nan("")}}}, {"B", {}}}));
  EXPECT_TRUE(checked.errors.empty());
  EXPECT_EQ(checked.all("circle").size(), 2u);
  EXPECT_EQ(checked.all("rect").size(), 2u) << "the healthy band and one box";
  EXPECT_SAYS(io::group_plot({}, {{"A", {}}}), "no data");
}

TEST(GroupPlot, QuantilesAreThoseOfLinearInterpolation) {
  EXPECT_DOUBLE_EQ(io::quantile({4, 1, 3, 2}, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(io::quantile({4, 1, 3, 2}, 0.25), 1.75); // numpy.quantile([1, 2, 3, 4], 0.25)
  EXPECT_TRUE(std::isnan(io::quantile({}, 0.5)));
}

} // namespace
