#include <io/base/text.hpp>
#include <io/report/html.hpp>
#include <tests/io/html_checker.hpp>
#include <tests/io/report_sample.hpp>

#include <gtest/gtest.h>

#include <cmath>

using namespace corvivo;
using namespace corvivo::io;
using test::check_html;
using test::CheckedPage;
using test::Element;
using test::sample_report;

namespace {

/// The number that a person reads, and half of its last digit.
struct Read {
  double value, half_digit;
};

Read read_number(std::string text) {
  const auto replace = [&](const std::string &from, const std::string &to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from))
      text.replace(at, from.size(), to);
  };
  replace("\xE2\x88\x92", "-");
  replace("\xE2\x80\xAF", "");
  const auto dot = text.find('.'), exponent = text.find('e');
  const int power = exponent == std::string::npos ? 0 : std::stoi(text.substr(exponent + 1));
  const int decimals = dot == std::string::npos ? 0 : static_cast<int>(std::min(exponent, text.size()) - dot - 1);
  return {std::stod(text), 0.5 * std::pow(10.0, power - decimals)};
}

std::size_t count(const std::string &text, const std::string &part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++n;
  return n;
}

std::string attribute(const Element &element, const std::string &name) {
  const auto found = element.attributes.find(name);
  return found == element.attributes.end() ? "" : found->second;
}

void expect_well_formed(const std::string &page) {
  for (const std::string &error : check_html(page).errors)
    ADD_FAILURE() << error;
}

} // namespace

TEST(Report, IsWellFormed) {
  expect_well_formed(report_html(sample_report()));
}

TEST(Report, TheCheckerItselfFindsMistakes) {
  for (const char *body : {"<div><p></div></p>", "<p><div></div></p>", "<a b=\"1\" b=\"2\"></a>", "<i id=\"x\"></i><i id=\"x\"></i>",
                           "<div>", "a & b", "x < y"})
    EXPECT_FALSE(check_html(std::string("<!DOCTYPE html>") + body).errors.empty()) << body;
}

TEST(Report, ShowsTheNumbersOfTheResults) {
  const ReportData data = sample_report();
  const CheckedPage page = check_html(report_html(data));
  std::map<std::string, int> shown;
  for (const Element *element : page.all("data")) {
    const Quantity *q = data.quantities.find(attribute(*element, "data-name"));
    ASSERT_TRUE(q) << attribute(*element, "data-name");
    EXPECT_EQ(std::stod(attribute(*element, "value")), q->value) << q->name << ": every digit";
    ++shown[q->name];
    if (element->text == "preserved")
      continue;
    const Read read = read_number(element->text);
    EXPECT_NEAR(read.value, q->value, read.half_digit * (1 + 1e-9)) << q->name << " is shown as " << element->text;
  }
  for (const Quantity &q : data.quantities.all())
    EXPECT_TRUE(shown[q.name] > 0 || !std::isfinite(q.value)) << q.name;
}

TEST(Report, CarriesResultsJsonUnchanged) {
  const ReportData data = sample_report();
  const CheckedPage page = check_html(report_html(data));
  bool found = false;
  for (const Element *script : page.all("script")) {
    EXPECT_EQ(attribute(*script, "type"), "application/json") << "nothing on the page runs";
    if (attribute(*script, "id") == "results") {
      EXPECT_EQ(to_json(quantities_from_json(script->text)), to_json(data.quantities));
      found = true;
    }
    if (attribute(*script, "id") == "run") {
      EXPECT_EQ(to_json(run_record_from_json(script->text)), to_json(data.record));
    }
  }
  EXPECT_TRUE(found);
}

TEST(Report, LoadsNothingFromAnywhere) {
  const std::string html = report_html(sample_report());
  const CheckedPage page = check_html(html);
  for (const Element &element : page.elements)
    for (const char *name : {"src", "href", "srcset", "action", "data", "xlink:href", "poster", "background"}) {
      const std::string value = attribute(element, name);
      EXPECT_TRUE(value.empty() || value.rfind("data:", 0) == 0 || value[0] == '#') << name << "=" << value.substr(0, 80);
    }
  for (const char *part : {"http:", "https:", "@import", "url(", "//cdn", "<iframe", "<object"})
    EXPECT_EQ(html.find(part), std::string::npos) << part;
}

TEST(Report, EveryPictureHasWordsForThoseWhoDoNotSeeIt) {
  const CheckedPage page = check_html(report_html(sample_report()));
  EXPECT_GT(page.all("img").size(), 3u);
  for (const Element *image : page.all("img"))
    EXPECT_FALSE(attribute(*image, "alt").empty());
  for (const Element *picture : page.all("svg"))
    EXPECT_TRUE(!attribute(*picture, "aria-label").empty() || attribute(*picture, "aria-hidden") == "true");
}

TEST(Report, EscapesWhateverTheUserWrites) {
  const std::string evil = "<script>alert('x')</script>\"><img src=x onerror=\"y\"> & \x01 \xff </style>";
  ReportData data = sample_report();
  const std::size_t scripts = count(report_html(data), "<script"), images = check_html(report_html(data)).all("img").size();
  data.title = evil;
  data.patient.push_back({evil, evil, true});
  data.notes = {evil};
  data.failures = {{evil, evil}};
  data.parameters.front().meaning = data.parameters.front().identifiability = evil;
  data.comparison = {{evil, "measured_lv_edv", "", ""}};
  data.segmentation.front().title = evil;
  data.segmentation.front().names.front().second = evil;
  for (std::string *text :
       {&data.record.case_name, &data.record.resolved_case, &data.record.machine, &data.record.command, &data.record.started})
    *text = evil;
  data.record.stages.front().stage = evil;
  data.record.libraries[evil] = evil;
  for (std::string *text : {&data.scores.front().title, &data.scores.front().meaning, &data.scores.front().warning,
                            &data.scores.front().cohort, &data.scores.front().unit, &data.scores.back().warning})
    *text = evil;
  data.quantities.set({evil, 1.5, evil, evil, 0.5, ReferenceRange{0, 1, evil}, evil});
  for (Grid::Array &array : data.activation->grid.point_data)
    array.name = evil;
  data.activation->array = evil;
  TimeSeries ecg;
  ecg.add_column("time", "ms");
  ecg.add_column(evil, "mV");
  ecg.append_row({0, 0});
  ecg.append_row({100, 1});
  data.ecg = ecg;
  std::string page;
  try {
    page = report_html(data);
  } catch (const std::exception &error) {
    FAIL() << error.what(); // bytes that are not UTF-8 must not stop a report
  }
  expect_well_formed(page);
  EXPECT_EQ(count(page, "<script"), scripts);
  EXPECT_EQ(check_html(page).all("img").size(), images);
  for (const Element &element : check_html(page).elements)
    EXPECT_EQ(element.attributes.count("onerror"), 0u);
}

TEST(Report, MeasuredEcgStandsBesideTheSimulatedOneWithItsMarks) {
  ReportData data = sample_report();
  data.measured_ecg = data.ecg;
  for (const auto &[name, value] : {std::pair{"qrs_duration", 92.5}, {"qt_interval", 391.5}, {"r_amplitude_V4", 1.52}})
    data.quantities.set(Quantity{std::string("ecg_") + name, value, value < 2 ? "mV" : "ms", "ecg", 3.5});
  data.quantities.set({"ecg_beats", 52, "1", "ecg"});
  data.quantities.set({"ecg_beats_averaged", 50, "1", "ecg"});
  const std::string both = report_html(data);
  expect_well_formed(both);
  for (const char *part : {"id=\"ecg-measured\"", "id=\"ecg\"", "50 of 52 beats", "data-name=\"ecg_qt_interval\"", "R, simulated"})
    EXPECT_NE(both.find(part), std::string::npos) << part;
  EXPECT_EQ(count(both, "<path class=\"mark\""), 36u) << "onset, end and end of T in each of twelve leads";
  data.ecg = {};
  const std::string alone = report_html(data);
  expect_well_formed(alone);
  EXPECT_EQ(alone.find("R, simulated"), std::string::npos);
  EXPECT_NE(alone.find("simulated ECG"), std::string::npos) << "it is not part of this run";
}

TEST(Report, ShowsTheStrainsOfEverySegment) {
  ReportData data = sample_report();
  const std::string page = report_html(data);
  const std::string strain = page.substr(page.find("id=\"strain\""), page.find("id=\"scores\"") - page.find("id=\"strain\""));
  EXPECT_EQ(count(strain, "of the 17 segments"), 3u) << "a bull's-eye for each direction";
  EXPECT_EQ(count(strain, "<polyline"), 17u) << "a curve for each segment";
  // 76 of 163.4 mL: a radial strain of the 17th of 0.7 * 0.5349 * 1.17, the longitudinal one of the first of -0.3 * 0.5349 * 1.01.
  EXPECT_NE(strain.find("segment 17: 43.8 %"), std::string::npos);
  EXPECT_NE(strain.find("segment 1: -16.2 %"), std::string::npos);
  data.segment_strains = {};
  const std::string without = report_html(data);
  expect_well_formed(without);
  EXPECT_NE(without.find("Strains by AHA segment are not available"), std::string::npos);
  data.heartbeat = {};
  EXPECT_EQ(report_html(data).find("id=\"strain\""), std::string::npos) << "of no heartbeat nothing is missed";
}

TEST(Report, DrawsBothPressureVolumeRelationsAtTheLoop) {
  ReportData data = sample_report();
  const auto loop = [&] {
    const std::string page = report_html(data);
    const std::size_t from = page.find("Pressure and volume");
    return page.substr(from, page.find("</figure>", from) - from);
  };
  EXPECT_EQ(count(loop(), "<polyline"), 4u) << "two loops, ESPVR, EDPVR";
  EXPECT_NE(loop().find("ESPVR, single beat"), std::string::npos);
  EXPECT_NE(loop().find("EDPVR, Klotz"), std::string::npos);
  data.quantities.set("sim_lv_ees", std::nan(""), "mmHg/mL");
  EXPECT_EQ(count(loop(), "<polyline"), 3u);
  data.quantities = {};
  EXPECT_EQ(count(loop(), "<polyline"), 2u);
}

TEST(Report, OfAnEmptyRunSaysWhatIsNotThere) {
  const std::string page = report_html({});
  expect_well_formed(page);
  for (const char *part : {"Not part of this run", "ECG", "3-D heartbeat", "calibration", "scores", "not medical advice"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
}

TEST(Report, OfAPartialRunShowsWhatThereIsAndWhatFailed) {
  ReportData data = sample_report();
  data.heartbeat = {};
  data.ecg = {};
  data.activation.reset();
  data.scores.clear();
  data.failures = {{"mechanics", "Newton did not converge at 212 ms; residuals 3.1, 2.9, 2.9"}};
  const std::string page = report_html(data);
  expect_well_formed(page);
  EXPECT_NE(page.find("mechanics failed."), std::string::npos);
  EXPECT_NE(page.find("Newton did not converge at 212 ms"), std::string::npos);
  EXPECT_NE(page.find("id=\"key\""), std::string::npos);
  EXPECT_NE(page.find("id=\"heartbeat\""), std::string::npos) << "the fitted circulation is still drawn";
  EXPECT_EQ(page.find("id=\"ecg\""), std::string::npos);
}

TEST(Report, SurvivesEachPartMissingAlone) {
  const std::vector<std::function<void(ReportData &)>> removals{[](ReportData &d) { d.quantities = {}; },
                                                                [](ReportData &d) { d.heartbeat = {}; },
                                                                [](ReportData &d) { d.segment_strains = {}; },
                                                                [](ReportData &d) { d.fitted = {}; },
                                                                [](ReportData &d) { d.ecg = {}; },
                                                                [](ReportData &d) { d.activation = {}; },
                                                                [](ReportData &d) { d.segmentation = {}; },
                                                                [](ReportData &d) { d.parameters = {}; },
                                                                [](ReportData &d) { d.scores = {}; },
                                                                [](ReportData &d) { d.record = {}; },
                                                                [](ReportData &d) { d.patient = {}; },
                                                                [](ReportData &d) { d.activation->array = "nothing"; }};
  for (std::size_t i = 0; i < removals.size(); ++i) {
    ReportData data = sample_report();
    removals[i](data);
    SCOPED_TRACE(i);
    expect_well_formed(report_html(data));
  }
}

TEST(Report, ValuesThatAreNotNumbersAreSaidToBeMissing) {
  ReportData data = sample_report();
  data.quantities.set("lv_ef", std::nan(""), "%");
  data.quantities.set("sim_lv_edv", HUGE_VAL, "mL");
  const std::string page = report_html(data);
  expect_well_formed(page);
  EXPECT_EQ(page.find(">nan<"), std::string::npos);
  EXPECT_EQ(page.find(">inf<"), std::string::npos);
}

TEST(Report, MarksWhereTheThreeDimensionalModelDiffers) {
  ReportData data;
  data.quantities.set("measured_lv_esv", 70, "mL").uncertainty = 3;
  data.quantities.set("fit_lv_esv", 71, "mL");
  data.quantities.set("sim_lv_esv", 80, "mL");
  const std::string page = report_html(data);
  EXPECT_NE(page.find("chip agrees"), std::string::npos) << "1 mL is within 3 mL";
  EXPECT_NE(page.find("chip differs"), std::string::npos) << "10 mL is more than twice 3 mL";
}

TEST(Report, ComparesTheVolumeOfTheMeshWithThatBelowTheBase) {
  ReportData data;
  data.quantities.set("lv_edv_below_base", 160, "mL");
  data.quantities.set("lv_ef", 61, "%");
  data.quantities.set("lv_ef_below_base", 60, "%");
  data.quantities.set("measured_lv_edv", 174, "mL").uncertainty = 3;
  data.quantities.set("measured_lv_edp", 8, "mmHg").uncertainty = 3;
  data.quantities.set("fit_lv_edv", 173, "mL");
  data.quantities.set("fit_lv_ef", 59, "%");
  data.quantities.set("sim_lv_edv", 161, "mL");
  data.quantities.set("sim_lv_ef", 58, "%");
  const std::vector<ComparisonRow> rows = comparison_rows(data.quantities);
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[0].label, "LV end-diastolic volume, whole cavity");
  EXPECT_EQ(rows[0].simulated, "");
  EXPECT_EQ(rows[1].label, "LV end-diastolic volume below the base plane");
  EXPECT_EQ(rows[1].measured, "lv_edv_below_base");
  EXPECT_EQ(rows[1].simulated, "sim_lv_edv");
  EXPECT_EQ(rows[2].measured, "measured_lv_edp");
  EXPECT_EQ(rows[3].fitted, "fit_lv_ef");
  EXPECT_EQ(rows[4].measured, "lv_ef_below_base");
  EXPECT_EQ(rows[4].simulated, "sim_lv_ef");
  expect_well_formed(report_html(data));
}

TEST(Report, ComparesTheMeshWithNoVolumeOfTheWholeCavity) {
  ReportData data; // the volume at end-systole was stated by the case, without a label map
  data.quantities.set("lv_edv_below_base", 160, "mL");
  data.quantities.set("measured_lv_esv", 70, "mL").uncertainty = 3;
  data.quantities.set("fit_lv_esv", 71, "mL");
  data.quantities.set("sim_lv_esv", 57, "mL");
  const std::vector<ComparisonRow> rows = comparison_rows(data.quantities);
  ASSERT_GE(rows.size(), 2u);
  EXPECT_EQ(rows[0].measured, "measured_lv_esv");
  EXPECT_EQ(rows[0].simulated, "");
  EXPECT_EQ(rows[1].label, "LV end-systolic volume below the base");
  EXPECT_EQ(rows[1].measured, "");
  EXPECT_EQ(rows[1].simulated, "sim_lv_esv");
  expect_well_formed(report_html(data));
}

TEST(Report, ShowsWhatChangedAndWhatCameOfIt) {
  ReportData data = sample_report();
  data.quantities.set("whatif_before_rest_lv_edp", 8.5, "mmHg").uncertainty = 2;
  data.quantities.set("whatif_after_rest_lv_edp", 7.25, "mmHg").uncertainty = 2;
  data.quantities.set("whatif_change_rest_lv_edp", -1.25, "mmHg").uncertainty = 0.3;
  data.scenarios.push_back({"rest",
                            "Three <days> in bed",
                            "total_blood_volume -10 %, heart_rate +5 %",
                            "by the full model: far",
                            {{"lv_edp", "whatif_before_rest_lv_edp", "whatif_after_rest_lv_edp", "whatif_change_rest_lv_edp"}}});
  const std::string page = report_html(data);
  expect_well_formed(page);
  for (const char *part : {"Rest: Total blood volume \xE2\x88\x92"
                           "10\xC2\xA0%, Heart rate +5\xC2\xA0%",
                           "Three &lt;days&gt; in bed", "Answered by the full model: far.", "data-name=\"whatif_change_rest_lv_edp\""})
    EXPECT_NE(page.find(part), std::string::npos) << part;
}

TEST(Report, ComparesTheNamesThatACalibrationGives) {
  ReportData data;
  data.quantities.set("measured_systolic_pressure", 120, "mmHg").warning = "assumed, not measured in this patient";
  data.quantities.set("fit_systolic_pressure", 119, "mmHg");
  data.quantities.set("fit_surrogate_systolic_pressure", 118.5, "mmHg");
  data.quantities.set("sim_aortic_systolic", 117, "mmHg");
  data.quantities.set("param_compliance", 1.5, "mL/mmHg").uncertainty = 0.1;
  data.quantities.set("identifiability_compliance", 0.62, "1");
  const std::vector<ComparisonRow> rows = comparison_rows(data.quantities);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].simulated, "sim_aortic_systolic");
  const ParameterRow parameter = parameter_rows({{"compliance", "mL/mmHg", "Arterial compliance", 0.5, 3, 1.2}}, data.quantities).at(0);
  EXPECT_FALSE(parameter.well_determined);
  EXPECT_EQ(parameter.identifiability, "posterior 62 % as wide as the prior");
  const std::string page = report_html(data);
  expect_well_formed(page);
  for (const char *part : {"<th class=\"num\">Surrogate</th>", "chip assumed", "62 % as wide"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
}

TEST(Report, DrawsSeriesInWhateverUnitTheyCome) {
  ReportData seconds = sample_report(), plain = sample_report();
  TimeSeries series;
  for (const auto &column : plain.heartbeat.columns())
    series.add_column(column.name, column.name == "time" ? "s" : column.unit);
  for (std::size_t row = 0; row < plain.heartbeat.rows(); ++row) {
    std::vector<double> values;
    for (const auto &column : plain.heartbeat.columns())
      values.push_back(column.values[row] * (column.name == "time" ? 1e-3 : 1));
    series.append_row(values);
  }
  seconds.heartbeat = series;
  const auto words = [](const ReportData &data) { // ticks, axis labels and legends; points may differ in the last printed digit
    std::vector<std::string> all;
    const CheckedPage page = check_html(report_html(data));
    for (const Element *element : page.all("text"))
      all.push_back(element->text);
    return all;
  };
  EXPECT_EQ(words(seconds), words(plain));
}

TEST(Report, ReferenceRangesKeepThoseThatAStageGave) {
  Quantities q;
  q.set("qrs_duration", 40, "ms");
  q.set("lv_edv", 100, "mL").reference_range = ReferenceRange{1, 2, "own"};
  q.set("sim_lv_edv", 90, "mL");
  q.set("sim_lv_edp", 1, "kPa");
  add_reference_ranges(q);
  EXPECT_EQ(side_of(*q.find("qrs_duration")), Side::below);
  EXPECT_EQ(q.find("lv_edv")->reference_range->source, "own");
  EXPECT_EQ(q.find("sim_lv_edv")->reference_range->source, "own; of the whole cavity") << "said once, by the stage that measures";
  EXPECT_FALSE(q.find("sim_lv_edp")->reference_range) << "another unit";
}

TEST(ReportNumbers, ReadWell) {
  EXPECT_EQ(display_number(174.49), "174.5");
  EXPECT_EQ(display_number(8), "8");
  EXPECT_EQ(display_number(0.0123), "0.0123");
  EXPECT_EQ(display_number(-18.24), "\xE2\x88\x92"
                                    "18.2");
  EXPECT_EQ(display_number(20742), "20\xE2\x80\xAF"
                                   "742");
  EXPECT_EQ(display_number(1234567), "1\xE2\x80\xAF"
                                     "234\xE2\x80\xAF"
                                     "567");
  EXPECT_EQ(display_number(3.1e-10), "3.1e-10");
  EXPECT_EQ(display_number(0), "0");
  EXPECT_EQ(display_short(2.5), "2.5");
  EXPECT_EQ(display_short(80), "80");
  EXPECT_EQ(display_uncertainty(5.91), "5.9");
  EXPECT_EQ(display_uncertainty(0.04), "0.040");
  EXPECT_EQ(display_uncertainty(180), "180");
  EXPECT_EQ(display_name("sim_lv_peak_pressure"), "3-D: LV peak pressure");
  EXPECT_EQ(display_name("rv_something_new"), "RV something new");
}
