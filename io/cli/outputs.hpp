#pragma once
/// What a run leaves beside its stages: results.json, report.html, case.resolved.yaml, run.json, timeseries.csv, thumbnail.png.
#include <io/cli/case.hpp>
#include <io/cli/pipeline.hpp>
#include <io/report/report.hpp>

namespace corvivo::cli {

class Outputs {
public:
  Outputs(Case &options, const Pipeline &pipeline, const std::filesystem::path &case_file);
  /// What was typed, where that was not `corvivo run CASE`.
  void set_command(const std::string &command) { record_.command = command; }
  /// Collective; called at the end of a run, good or bad. `failed_stage` and `sentence` are empty when everything went well.
  void write(const std::string &failed_stage, const std::string &sentence);

private:
  io::ReportData report_data(const io::Quantities &quantities) const;
  void write_thumbnail() const;
  void add_pictures(io::ReportData &data) const;
  void add_waves(io::ReportData &data, const io::SurfacePicture &map) const;
  void add_scenarios(io::ReportData &data) const;
  void add_clinical_facts(io::ReportData &data) const;
  std::string inputs_text() const;
  bool finished(const std::string &stage) const;
  std::filesystem::path file(const std::string &stage, const std::string &name) const { return pipeline_.folder(stage) / name; }

  Case &options_;
  const Pipeline &pipeline_;
  io::RunRecord record_;
};

} // namespace corvivo::cli
