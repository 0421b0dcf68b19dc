#pragma once
/// The parts of the page, in its order; each gives a whole `<section>` or nothing.
#include <io/report/html.hpp>
#include <io/report/report.hpp>

#include <array>

namespace corvivo::io {

std::string key_numbers_section(const ReportData &data);
std::string heartbeat_section(const ReportData &data);
std::string strains_section(const ReportData &data);
std::string scores_section(const ReportData &data);
std::string comparison_section(const ReportData &data);
std::string parameters_section(const ReportData &data);
std::string scenarios_section(const ReportData &data);
std::string segmentation_section(const ReportData &data);
std::string wall_section(const ReportData &data);
std::string activation_section(const ReportData &data);
std::string waves_section(const ReportData &data);
std::string measured_ecg_section(const ReportData &data);
std::string ecg_section(const ReportData &data);
std::string all_results_section(const ReportData &data);
std::string run_section(const ReportData &data);
std::string report_style();

/// `<section id="..."><h2>...</h2>...</section>`
std::string section(const std::string &id, const std::string &heading, const std::string &content);
/// `<span class="chip ...">...</span>`
std::string chip(const std::string &kind, const std::string &text);
/// `<td>` of a table whose rows become blocks on a narrow screen, where `heading` stands before the content.
std::string cell(const std::string &heading, const std::string &content, const char *kind = "num");
/// The colours of a scale with its numbers and what it shows; `step` of the lines, 0 without any.
std::string colour_bar(const std::array<double, 2> &range, const std::string &what, double step);
/// A quantity whose warning says that something it depends on is assumed.
bool is_assumed(const Quantity &quantity);

} // namespace corvivo::io
