#include <io/cli/outputs.hpp>

#include <calibration/calibrate.hpp>
#include <io/base/errors.hpp>
#include <io/base/hash.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/formats/vtu.hpp>
#include <io/report/surface_picture.hpp>
#include <mesh/heart_mesh.hpp>
#include <mesh/segmentation.hpp>
#include <physics/simulation.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::cli {

namespace fs = std::filesystem;

Outputs::Outputs(Case &options, const Pipeline &pipeline, const fs::path &case_file)
    : options_(options), pipeline_(pipeline), record_(io::start_record()) {
  record_.case_name = case_name(case_file);
  record_.resolved_case = inputs_text();
  record_.case_hash = io::content_hash(record_.resolved_case);
  record_.command = "corvivo run " + case_file.string();
  record_.ranks = io::ranks(pipeline.communicator());
  if (options_.surrogate)
    record_.seed = options_.surrogate->seed;
}

std::string Outputs::inputs_text() const {
  return io::resolved_case([this](io::Schema &schema) { options_.describe(schema); });
}

bool Outputs::finished(const std::string &stage) const {
  const auto &records = pipeline_.records();
  return std::any_of(records.begin(), records.end(), [&](const StageRecord &record) { return record.name == stage; });
}

void Outputs::write(const std::string &failed_stage, const std::string &sentence) {
  io::on_rank_0(pipeline_.communicator(), [&] {
    io::Quantities quantities = pipeline_.quantities();
    record_.stages.clear();
    double memory = 0;
    for (const StageRecord &stage : pipeline_.records()) {
      record_.stages.push_back({stage.name, stage.seconds, stage.kept});
      memory = std::max(memory, stage.memory_peak);
    }
    quantities.set({"memory_peak", memory, "GB", "run"});
    record_.failure = failed_stage.empty() ? "" : failed_stage + ": " + sentence;
    io::add_reference_ranges(quantities);
    const fs::path &output = pipeline_.output();
    io::write_file((output / "results.json").string(), io::to_json(quantities));
    io::write_file((output / "case.resolved.yaml").string(), record_.resolved_case);
    io::write_file((output / "run.json").string(), io::to_json(record_));
    io::ReportData data = report_data(quantities);
    if (!failed_stage.empty())
      data.failures.push_back({failed_stage, sentence});
    if (data.heartbeat.rows() > 0)
      io::write_file((output / "timeseries.csv").string(), io::to_csv(data.heartbeat));
    const fs::path body = file("mechanics", "mechanics.csv");
    if (finished("mechanics") && data.heartbeat.rows() == 0)
      io::write_file((output / "timeseries.csv").string(), io::read_file(body.string()));
    io::write_file((output / "report.html").string(), io::report_html(data));
    write_thumbnail();
    try {
      io::append_to_database((output / "results.sqlite").string(), record_, quantities);
    } catch (const io::CaseError &error) { // everything else is written: a damaged list of runs must not make this run a failure
      io::warn(error.what());
    }
  });
}

io::ReportData Outputs::report_data(const io::Quantities &quantities) const {
  io::ReportData data;
  data.title = options_.title;
  data.quantities = quantities;
  data.record = record_;
  if (!options_.patient.empty())
    data.patient.push_back({"Patient", options_.patient});
  if (options_.clinical)
    add_clinical_facts(data);
  const auto series = [&](const std::string &stage, const std::string &name) {
    const fs::path csv = file(stage, name);
    return finished(stage) && fs::exists(csv) ? io::time_series_from_csv(csv.string()) : io::TimeSeries();
  };
  if (finished("calibration"))
    data.parameters =
        io::parameter_rows(calibration::CalibrationResult::load(file("calibration", "calibration.json")).posterior.space, quantities);
  data.fitted = series("calibration", "fitted_beat.csv");
  data.heartbeat = series("heartbeat", "heartbeat.csv");
  if (finished("heartbeat"))
    data.segment_strains = physics::load_segment_strains(pipeline_.folder("heartbeat").string());
  data.ecg = series("electrophysiology", "ecg.csv");
  data.measured_ecg = series("ecg", "beat.csv");
  if (finished("prognosis"))
    data.scores = calibration::scores_from_json(io::read_file(file("prognosis", "scores.json").string()));
  if (finished("whatif"))
    add_scenarios(data);
  add_pictures(data);
  return data;
}

void Outputs::add_scenarios(io::ReportData &data) const {
  const auto result = calibration::WhatIfResult::from_json(io::read_file(file("whatif", "whatif.json").string()));
  for (const calibration::ScenarioResult &s : result.scenarios) {
    io::ScenarioTable table{s.name, s.meaning, s.changes, s.by_surrogate ? "by the surrogate" : "by the full model: " + s.why_full, {}};
    if (s.failed_draws > 0)
      table.model += "; " + std::to_string(s.failed_draws) + " of " + std::to_string(s.draws) + " draws failed and are left out";
    for (const calibration::Effect &e : s.effects) {
      const std::string tail = s.name + "_" + e.output;
      table.lines.push_back({e.output, "whatif_before_" + tail, "whatif_after_" + tail, "whatif_change_" + tail});
    }
    data.scenarios.push_back(std::move(table));
  }
}

void Outputs::add_clinical_facts(io::ReportData &data) const {
  const calibration::ClinicalData &clinical = *options_.clinical;
  const auto assumed = [&](const std::string &key) {
    return std::find(clinical.assumed.begin(), clinical.assumed.end(), key) != clinical.assumed.end();
  };
  data.patient.push_back({"Age", clinical.age ? io::fixed(*clinical.age, 0) + " years" : "not known", assumed("age")});
  data.patient.push_back({"Sex", clinical.sex.empty() ? "not known" : clinical.sex, assumed("sex")});
  if (clinical.systolic_pressure)
    data.patient.push_back({"Systolic pressure", io::fixed(*clinical.systolic_pressure, 0) + " mmHg", assumed("systolic_pressure")});
}

void Outputs::write_thumbnail() const {
  if (!finished("mesh"))
    return;
  const mesh::HeartMesh heart = mesh::load(file("mesh", "mesh.vtu").string());
  io::SurfacePicture picture;
  picture.array = "thickness [mm]";
  picture.base_direction = heart.long_axis;
  picture.to_right_ventricle = heart.to_right_ventricle;
  if (const fs::path coordinates = file("fibres", "coordinates.vtu"); finished("fibres") && fs::exists(coordinates))
    picture.grid = io::read_vtu(coordinates.string());
  if (!picture.grid.find_point_data(picture.array)) { // no thickness known: the bare body
    picture.grid = mesh::to_grid(heart);
    picture.grid.point_data.push_back({picture.array, 1, std::vector<double>(picture.grid.points.size(), std::nan(""))});
  }
  constexpr std::size_t size = 160; // pixels
  io::write_file((pipeline_.output() / "thumbnail.png").string(), io::thumbnail(picture, size));
}

/// At most `shown` of the saved fields of the potential, evenly spread; potential at points; premature stimuli.
void Outputs::add_waves(io::ReportData &data, const io::SurfacePicture &map) const {
  constexpr std::size_t shown = 12;
  const auto table = [&](const char *name) {
    return fs::exists(file("electrophysiology", name)) ? io::time_series_from_csv(file("electrophysiology", name).string())
                                                       : io::TimeSeries();
  };
  data.potential_points = table("points.csv");
  data.vulnerability = table("vulnerability.csv");
  std::vector<std::pair<double, std::string>> saved;
  if (fs::exists(file("electrophysiology", "voltage.pvd")))
    saved = io::read_pvd(file("electrophysiology", "voltage.pvd").string());
  const io::Grid::Array *activation = map.grid.find_point_data(map.array);
  for (std::size_t f = 0, last = -1; f < shown && !saved.empty(); ++f) {
    const std::size_t at = saved.size() <= shown ? f : f * (saved.size() - 1) / (shown - 1);
    if (at >= saved.size() || at == last)
      continue;
    last = at;
    const io::Grid grid = io::read_vtu((pipeline_.folder("electrophysiology") / saved[at].second).string());
    const io::Grid::Array *voltage = grid.find_point_data("voltage [mV]");
    if (!voltage || !activation || voltage->values.size() != activation->values.size())
      continue;
    data.potential.push_back({saved[at].first, voltage->values});
    for (std::size_t i = 0; i < activation->values.size(); ++i)
      if (std::isnan(activation->values[i]))
        data.potential.back().values[i] = std::nan("");
  }
}

void Outputs::add_pictures(io::ReportData &data) const {
  if (finished("electrophysiology")) {
    io::SurfacePicture picture;
    picture.grid = io::read_vtu(file("electrophysiology", "activation_map.vtu").string());
    if (finished("mesh")) {
      const mesh::HeartMesh heart = mesh::load(file("mesh", "mesh.vtu").string());
      picture.base_direction = heart.long_axis;
      picture.to_right_ventricle = heart.to_right_ventricle;
    }
    add_waves(data, picture);
    data.activation = std::move(picture);
  }
  if (finished("segmentation")) {
    const mesh::Segmentation segmentation = mesh::load_segmentation(pipeline_.folder("segmentation"));
    const std::vector<std::pair<int, std::string>> names = {
        {mesh::lv_cavity, "LV cavity"}, {mesh::lv_wall, "LV wall"}, {mesh::rv_cavity, "RV cavity"}};
    data.segmentation.push_back({"End-diastole", segmentation.ed, names});
    if (segmentation.es)
      data.segmentation.push_back({"End-systole", *segmentation.es, names});
    data.notes.insert(data.notes.end(), segmentation.notes.begin(), segmentation.notes.end());
  }
}

} // namespace corvivo::cli
