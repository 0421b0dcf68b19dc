#include <tests/io/report_sample.hpp>

#include <cmath>

namespace corvivo::test {

namespace {

constexpr double pi = 3.14159265358979323846;

/// Truncated ellipsoidal shell as triangles, activated from the endocardium near the apex.
io::Grid ellipsoid_surface() {
  io::Grid grid;
  constexpr int rings = 60, around = 96;
  std::vector<double> activation;
  const auto add_sheet = [&](double a, double c, bool outwards) {
    const std::size_t first = grid.points.size();
    for (int i = 0; i <= rings; ++i)
      for (int j = 0; j < around; ++j) {
        const double polar = (1 - double(i) / rings) * 0.62 * pi, angle = 2 * pi * j / around;
        const double depth = outwards ? 18.0 : 0.0;
        grid.points.push_back({a * std::sin(polar) * std::cos(angle), a * std::sin(polar) * std::sin(angle), -c * std::cos(polar)});
        activation.push_back(8 + depth + 42 * (1 - std::cos(angle - 0.4)) / 2 * std::sin(polar) +
                             26 * std::pow(1 - std::cos(polar), 1.2) / 1.37);
      }
    for (int i = 0; i < rings; ++i)
      for (int j = 0; j < around; ++j) {
        const std::size_t p = first + i * around + j, q = first + i * around + (j + 1) % around, r = p + around, s = q + around;
        grid.add_cell(io::CellType::triangle, std::array<std::size_t, 3>{p, q, s});
        grid.add_cell(io::CellType::triangle, std::array<std::size_t, 3>{p, s, r});
      }
    return first;
  };
  const std::size_t endo = add_sheet(24, 44, false), epi = add_sheet(34, 53, true);
  for (int j = 0; j < around; ++j) { // the rim
    const std::size_t p = endo + j, q = endo + (j + 1) % around, r = epi + j, s = epi + (j + 1) % around;
    grid.add_cell(io::CellType::triangle, std::array<std::size_t, 3>{p, q, s});
    grid.add_cell(io::CellType::triangle, std::array<std::size_t, 3>{p, s, r});
  }
  grid.point_data.push_back({"activation_time [ms]", 1, activation});
  return grid;
}

/// A beat drawn by hand: filling, isovolumic phases, ejection.
io::TimeSeries beat(double edv, double esv, double systolic, double shift) {
  io::TimeSeries series;
  for (const auto &[name, unit] :
       {std::pair{"time", "ms"}, {"volume_lv", "mL"}, {"pressure_lv", "mmHg"}, {"pressure_aorta", "mmHg"}, {"pressure_la", "mmHg"}})
    series.add_column(name, unit);
  double aorta = 84;
  for (int i = 0; i <= 400; ++i) {
    const double t = 2.0 * i, phase = (t - 60 - shift) / 290;
    const double push = phase > 0 && phase < 1 ? std::pow(std::sin(pi * std::pow(phase, 0.8)), 1.2) : 0;
    const double ejected = std::min(1.0, std::max(0.0, (t - 100 - shift) / 210));
    const double refilled = std::min(1.0, std::max(0.0, (t - 390 - shift) / 330));
    const double smooth = ejected * ejected * (3 - 2 * ejected), refill = std::sqrt(refilled) * (0.8 + 0.2 * refilled);
    const double volume = edv - (edv - esv) * (smooth - refill);
    const double passive = 3 + 6 * std::pow((volume - esv) / (edv - esv), 2);
    const double pressure = passive + (systolic - 9) * push;
    aorta = std::max(pressure - 1, aorta - 2.0 * 0.105); // follows the ventricle up, then runs off
    series.append_row({t, volume, pressure, aorta, passive + 2});
  }
  return series;
}

/// Every segment shortens and thickens with the volume, the apex a little more.
io::TimeSeries segment_strains(const io::TimeSeries &beat) {
  io::TimeSeries strains;
  strains.add_column("time", "ms");
  for (const char *direction : {"longitudinal_", "circumferential_", "radial_"})
    for (int segment = 1; segment <= 17; ++segment)
      strains.add_column(direction + std::to_string(segment), "1");
  const std::vector<double> &time = beat.column("time"), &volume = beat.column("volume_lv");
  for (std::size_t i = 0; i < time.size(); ++i) {
    std::vector<double> row{time[i]};
    for (const double size : {-0.3, -0.42, 0.7})
      for (int segment = 1; segment <= 17; ++segment)
        row.push_back(size * (1 - volume[i] / volume[0]) * (1 + 0.01 * segment));
    strains.append_row(row);
  }
  return strains;
}

io::TimeSeries twelve_leads() {
  io::TimeSeries ecg;
  ecg.add_column("time", "ms");
  const std::vector<std::string> leads{"I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"};
  const double r[] = {0.7, 1.1, 0.4, -0.9, 0.2, 0.8, 0.2, 0.5, 0.9, 1.5, 1.3, 1.0};
  const double s[] = {-0.1, -0.15, -0.1, 0.1, -0.1, -0.1, -1.0, -1.4, -0.9, -0.5, -0.2, -0.1};
  for (const std::string &lead : leads)
    ecg.add_column(lead, "mV");
  const auto bump = [](double t, double centre, double width) { return std::exp(-0.5 * std::pow((t - centre) / width, 2)); };
  for (int i = 0; i <= 800; ++i) {
    std::vector<double> row{double(i)};
    for (std::size_t k = 0; k < leads.size(); ++k)
      row.push_back(r[k] * bump(i, 42, 9) + s[k] * bump(i, 66, 10) + 0.28 * r[k] * bump(i, 310, 42));
    ecg.append_row(row);
  }
  return ecg;
}

void add(io::Quantities &all, const std::string &stage, const std::string &name, double value, const std::string &unit,
         std::optional<double> sd = {}, const std::string &warning = "") {
  all.set({name, value, unit, stage, sd, {}, warning});
}

io::Quantities quantities() {
  io::Quantities q;
  add(q, "segmentation", "lv_edv", 162.68451234, "mL", 4.1, "below the base plane; 14.2 mL above it are cut off");
  add(q, "segmentation", "lv_esv", 69.3021, "mL", 3.2);
  add(q, "segmentation", "lv_sv", 93.38241234, "mL", 5.2);
  add(q, "segmentation", "lv_ef", 57.4009, "%", 2.4);
  add(q, "segmentation", "lv_mass", 128.84, "g");
  add(q, "mesh", "mesh_cells", 20742, "1");
  add(q, "mesh", "mesh_lv_cavity_volume", 161.09, "mL");
  add(q, "mesh", "mesh_volume_error", -0.98, "%");
  for (int segment = 1; segment <= 17; ++segment) // thicker at the septum and the base, as hearts are
    add(q, "fibres", "aha_thickness_" + std::to_string(segment), segment == 17 ? 5.2 : 10.6 - 0.25 * segment + (segment % 6 == 2), "mm");
  add(q, "electrophysiology", "activation_time_total", 94.3, "ms");
  add(q, "electrophysiology", "qrs_duration", 88, "ms");
  add(q, "electrophysiology", "conduction_velocity_error_expected", 2.1, "%");
  add(q, "mechanics", "sim_lv_edv", 163.4, "mL");
  add(q, "mechanics", "sim_lv_esv", 76.0, "mL");
  add(q, "mechanics", "sim_lv_ef", 53.488372, "%", {}, "2.1 points lower when the mesh is halved; depends on the assumed cuff pressure");
  add(q, "mechanics", "sim_lv_peak_pressure", 118.22, "mmHg");
  add(q, "mechanics", "sim_lv_edp", 8.9, "mmHg");
  add(q, "mechanics", "sim_aortic_systolic", 116.1, "mmHg");
  add(q, "mechanics", "sim_aortic_diastolic", 79.3, "mmHg");
  add(q, "mechanics", "sim_lv_dpdt_max", 1520, "mmHg/s");
  add(q, "mechanics", "sim_stroke_work", 1.31, "J");
  add(q, "mechanics", "sim_gls", -14.2, "%");
  add(q, "mechanics", "sim_mapse", 9.6, "mm");
  add(q, "mechanics", "sim_lv_esp", 97.0, "mmHg");
  add(q, "mechanics", "sim_lv_isovolumic_peak", 262.0, "mmHg");
  add(q, "mechanics", "sim_lv_ees", 1.888, "mmHg/mL");
  add(q, "mechanics", "sim_arterial_elastance", 1.1098, "mmHg/mL");
  add(q, "mechanics", "sim_va_coupling", 0.5878, "1");
  add(q, "mechanics", "sim_lv_edpvr_alpha", 4.9e-13, "1");
  add(q, "mechanics", "sim_lv_edpvr_beta", 6.03, "1");
  add(q, "mechanics", "sim_lv_edpvr_v30", 195.0, "mL");
  add(q, "mechanics", "blood_volume_drift", 3.1e-10, "mL");
  add(q, "surrogate", "surrogate_error", 0.42, "%");
  add(q, "surrogate", "surrogate_speedup", 5230, "1");
  add(q, "calibration", "measured_lv_edv", 162.68451234, "mL", 4.1);
  add(q, "calibration", "fit_lv_edv", 162.1, "mL");
  add(q, "calibration", "measured_lv_esv", 69.3021, "mL", 3.2);
  add(q, "calibration", "fit_lv_esv", 69.9, "mL");
  add(q, "calibration", "measured_systolic_pressure", 120, "mmHg", 5, "assumed, not measured in this patient");
  add(q, "calibration", "fit_systolic_pressure", 119.2, "mmHg");
  add(q, "calibration", "measured_diastolic_pressure", 80, "mmHg", 5, "assumed, not measured in this patient");
  add(q, "calibration", "fit_diastolic_pressure", 80.4, "mmHg");
  add(q, "calibration", "measured_lv_edp", 8, "mmHg", 3, "assumed, not measured in this patient");
  add(q, "calibration", "fit_lv_edp", 8.7, "mmHg");
  add(q, "calibration", "param_systemic_resistance", 0.8421, "mmHg*s/mL", 0.04);
  add(q, "calibration", "param_arterial_compliance", 1.38, "mL/mmHg", 0.12);
  add(q, "calibration", "param_lv_contractility", 2.61, "mmHg/mL", 0.21);
  add(q, "calibration", "param_lv_passive_elastance", 0.071, "mmHg/mL", 0.024);
  add(q, "calibration", "param_blood_volume", 4920, "mL", 180);
  return q;
}

io::LabelPicture labels(const std::string &title, double scale) {
  io::LabelPicture picture{title, {}, {{1, "RV cavity"}, {2, "LV myocardium"}, {3, "LV cavity"}}};
  io::Image &image = picture.labels;
  image.size = {64, 64, 8};
  image.affine = {{{-1.4, 0, 0, 0}, {0, -1.4, 0, 0}, {0, 0, -8, 0}}};
  image.voxels.resize(64 * 64 * 8);
  for (std::size_t k = 0; k < 8; ++k)
    for (std::size_t j = 0; j < 64; ++j)
      for (std::size_t i = 0; i < 64; ++i) {
        const double size = 1 - 0.085 * double(k), d = std::hypot(double(i) - 36, double(j) - 33),
                     right = std::hypot(double(i) - 20, 0.8 * (double(j) - 30));
        float &voxel = image.voxels[image.index(i, j, k)];
        voxel = d < 13 * scale * size ? 3 : d < 13 * scale * size + 7 / scale ? 2 : right < 12 * scale * size ? 1 : 0;
      }
  return picture;
}

io::RunRecord record() {
  io::RunRecord r;
  r.case_name = "01_patient_heartbeat";
  r.resolved_case = "corvivo: 1\ntitle: \"Patient 1\"\nmesh:\n  element_size: 3 mm\n";
  r.case_hash = "3f786850e387550fdab836ed7e6dc881de23001b";
  r.command = "corvivo run case.yaml";
  r.version = "0.1.0", r.git_hash = "58f8219", r.started = "2026-03-14T09:26:53Z";
  r.machine = "node7", r.processor = "Xeon, 2 cores", r.system = "Linux 6.1 x86_64";
  r.libraries = {{"deal.II", "9.4.1"}, {"PETSc", "3.18.4"}, {"LibTorch", "1.13.1"}, {"VTK", "9.1.0"}, {"CGAL", "5.5.1"}};
  r.seed = 7, r.ranks = 2;
  r.stages = {{"segmentation", 1.21}, {"mesh", 14.8},        {"fibres", 6.2},      {"electrophysiology", 96.4},
              {"surrogate", 61.0},    {"calibration", 12.7}, {"mechanics", 243.9}, {"prognosis", 0.01, true}};
  return r;
}

} // namespace

io::ReportData sample_report() {
  io::ReportData data;
  data.title = "Patient 1: one heartbeat from a clinical MRI";
  data.patient = {{"Exam", "3 T cine MRI, short axis"},
                  {"Heart rate", "72 bpm"},
                  {"Age", "60 years", true},
                  {"Sex", "male", true},
                  {"Cuff pressure", "120/80 mmHg", true}};
  data.quantities = quantities();
  calibration::ClinicalData clinical;
  clinical.age = 60, clinical.sex = "male", clinical.diabetes = false, clinical.assumed = {"age", "sex", "diabetes"};
  clinical.atrium = {{41.2, 10.3}, {34.4, 8.6}, {174.49, 1.7}, "frame 0"};
  io::Quantities prognosis;
  data.scores = calibration::prognose(clinical, data.quantities, prognosis);
  for (io::Quantity q : prognosis.all()) {
    q.stage = "prognosis";
    data.quantities.set(q);
  }
  io::add_reference_ranges(data.quantities);
  data.heartbeat = beat(163.4, 76, 118, 0);
  data.segment_strains = segment_strains(data.heartbeat);
  data.fitted = beat(162.1, 69.9, 119, 12);
  data.ecg = twelve_leads();
  data.activation = io::SurfacePicture{ellipsoid_surface(), "activation_time [ms]", {0, 0, 1}, {1, 0.3, 0}};
  data.segmentation = {labels("End-diastole", 1.0), labels("End-systole", 0.72)};
  data.parameters = {
      {"systemic_resistance", "Systemic arterial resistance", 0.8, 0.4, 1.6, "well determined", true},
      {"arterial_compliance", "Systemic arterial compliance", 1.2, 0.6, 3, "well determined", true},
      {"lv_contractility", "LV contractility (active elastance)", 2.5, 1, 5, "well determined", true},
      {"lv_passive_elastance", "LV passive elastance", 0.08, 0.03, 0.2, "hangs on the assumed end-diastolic pressure", false},
      {"blood_volume", "Total blood volume", 5000, 4000, 6500, "correlated with passive elastance (-0.93)", false}};
  data.notes = {"Made-up data: this page shows the layout, not a patient."};
  data.record = record();
  return data;
}

} // namespace corvivo::test
