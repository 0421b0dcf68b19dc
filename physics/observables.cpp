#include <physics/observables.hpp>

#include <physics/beats.hpp>
#include <physics/elastances.hpp>
#include <physics/energy_balance.hpp>
#include <physics/simulation.hpp>

#include <io/base/units.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace corvivo::physics {

using io::operator+;
using io::operator-;
using io::operator*;

namespace {

using io::Vector3;

/// Length of F a, with F of the tetrahedron's vertices from `from` to `to`.
double stretch(const std::array<std::size_t, 4> &cell, const std::vector<Vector3> &from, const std::vector<Vector3> &to, const Vector3 &a) {
  const Vector3 e0 = from[cell[1]] - from[cell[0]], e1 = from[cell[2]] - from[cell[0]], e2 = from[cell[3]] - from[cell[0]];
  const double volume = io::dot(e0, io::cross(e1, e2));
  const Vector3 image = (io::dot(a, io::cross(e1, e2)) / volume) * (to[cell[1]] - to[cell[0]]) +
                        (io::dot(a, io::cross(e2, e0)) / volume) * (to[cell[2]] - to[cell[0]]) +
                        (io::dot(a, io::cross(e0, e1)) / volume) * (to[cell[3]] - to[cell[0]]);
  return io::norm(image);
}

double cell_volume(const std::array<std::size_t, 4> &cell, const std::vector<Vector3> &x) {
  return io::dot(x[cell[1]] - x[cell[0]], io::cross(x[cell[2]] - x[cell[0]], x[cell[3]] - x[cell[0]])) / 6;
}

double largest(const std::vector<double> &values) {
  return *std::max_element(values.begin(), values.end());
}
double smallest(const std::vector<double> &values) {
  return *std::min_element(values.begin(), values.end());
}

/// Area of the closed loop that (volume, pressure) runs, mmHg mL; positive when work is done on the blood.
double loop_area(const std::vector<double> &volume, const std::vector<double> &pressure) {
  double area = 0;
  for (std::size_t i = 0; i < volume.size(); ++i) {
    const std::size_t next = (i + 1) % volume.size();
    area -= 0.5 * (pressure[i] + pressure[next]) * (volume[next] - volume[i]);
  }
  return area;
}

/// mmHg/s, 0 without any.
double steepest_rise(const std::vector<double> &time, const std::vector<double> &pressure) {
  const std::size_t at = steepest_rise_at(time, pressure);
  return at == 0 ? 0 : (pressure[at] - pressure[at - 1]) / (time[at] - time[at - 1]) * 1000;
}

/// Pressure of a ventricle where it first exceeds that of its atrium.
double pressure_at_inflow_closure(const io::TimeSeries &series, const std::string &ventricle, const std::string &atrium) {
  const auto &pressure = series.column("pressure_" + ventricle);
  if (!series.has("pressure_" + atrium))
    return pressure.front();
  const auto &before = series.column("pressure_" + atrium);
  for (std::size_t i = 0; i < pressure.size(); ++i)
    if (pressure[i] > before[i])
      return pressure[i];
  return pressure.front();
}

} // namespace

double relaxation_time(const std::vector<double> &time, const std::vector<double> &pressure, double end_diastolic_pressure) {
  double n = 0, t = 0, tt = 0, y = 0, ty = 0;
  for (std::size_t i = steepest_fall_at(time, pressure);
       i > 0 && i < time.size() && pressure[i] > std::max(0.0, end_diastolic_pressure + 5); ++i) {
    const double log_pressure = std::log(pressure[i]);
    n += 1, t += time[i], tt += time[i] * time[i], y += log_pressure, ty += time[i] * log_pressure;
  }
  const double slope = (n * ty - t * y) / (n * tt - t * t);
  return n >= 3 && slope < 0 ? -1 / slope : std::nan("");
}

WallStrainMeter::WallStrainMeter(mesh::HeartMesh end_diastole, const mesh::Fibres &fibres, std::vector<int> segments)
    : mesh_(std::move(end_diastole)), fibres_(fibres), segments_(std::move(segments)) {
  CORVIVO_ASSERT(segments_.empty() || segments_.size() == mesh_.tetrahedra.size(), "segments and mesh have different cells");
  const auto right = std::find(mesh_.region_names.begin(), mesh_.region_names.end(), "rv_wall") - mesh_.region_names.begin();
  for (std::size_t c = 0; c < mesh_.tetrahedra.size(); ++c)
    if (mesh_.region[c] != right)
      cells_.push_back(c);
  find_slices();
  find_rim();
}

void WallStrainMeter::find_slices() {
  std::vector<char> left(mesh_.nodes.size(), 0);
  for (const std::size_t c : cells_)
    for (const std::size_t node : mesh_.tetrahedra[c])
      left[node] = 1;
  const double length = io::dot(mesh_.base_centre - mesh_.apex, mesh_.long_axis);
  double heights[2] = {};
  for (std::size_t node = 0; length > 0 && node < mesh_.nodes.size(); ++node) {
    if (!left[node])
      continue;
    const double height = io::dot(mesh_.nodes[node] - mesh_.apex, mesh_.long_axis) / length;
    if (height > 0.2 && height < 0.4) {
      apical_.push_back(node);
      heights[0] += height;
    } else if (height > 0.6 && height < 0.8) {
      basal_.push_back(node);
      heights[1] += height;
    }
  }
  if (!apical_.empty() && !basal_.empty())
    distance_ = length * (heights[1] / basal_.size() - heights[0] / apical_.size());
}

/// A node stands for half of the two edges that meet in it, so that its neighbours' distances do not weigh.
void WallStrainMeter::find_rim() {
  if (!mesh_.has_surface("endocardium_lv"))
    return;
  std::vector<std::array<std::size_t, 3>> endocardium;
  for (std::size_t t = 0; t < mesh_.triangles.size(); ++t)
    if (mesh_.surface[t] == mesh_.surface_index("endocardium_lv"))
      endocardium.push_back(mesh_.triangles[t]);
  double length = 0;
  for (const auto &[a, b] : mesh::rim_edges(endocardium)) {
    const double half = 0.5 * io::norm(mesh_.nodes[b] - mesh_.nodes[a]);
    rim_.insert(rim_.end(), {{a, half}, {b, half}});
    length += 2 * half;
  }
  for (auto &[node, share] : rim_)
    share /= length;
}

/// Mean right-handed rotation (radians) about the long axis of the slice around its own centre.
double WallStrainMeter::rotation(const std::vector<Vector3> &vertices, const std::vector<std::size_t> &slice) const {
  Vector3 from{}, to{};
  for (const std::size_t node : slice) {
    from = from + (1.0 / slice.size()) * mesh_.nodes[node];
    to = to + (1.0 / slice.size()) * vertices[node];
  }
  double along = 0, across = 0; // the best rotation in the plane, least squares
  for (const std::size_t node : slice) {
    const Vector3 before = mesh_.nodes[node] - from, after = vertices[node] - to;
    const Vector3 flat_before = before - io::dot(before, mesh_.long_axis) * mesh_.long_axis;
    const Vector3 flat_after = after - io::dot(after, mesh_.long_axis) * mesh_.long_axis;
    along += io::dot(flat_before, flat_after);
    across += io::dot(mesh_.long_axis, io::cross(flat_before, flat_after));
  }
  return std::atan2(across, along);
}

double WallStrainMeter::torsion(const std::vector<Vector3> &vertices) const {
  if (!(distance_ > 0))
    return 0;
  // Seen from the apex one looks along the long axis, so counter-clockwise is the negative right-handed rotation about it.
  const double turn = -(rotation(vertices, apical_) - rotation(vertices, basal_));
  return turn * 180 / std::acos(-1.0) / (distance_ / 10);
}

WallStrain WallStrainMeter::measure(const std::vector<Vector3> &vertices) const {
  WallStrain strain;
  double total = 0;
  std::array<double, mesh::aha_count> volumes{};
  const auto add = [](DirectionalStrain &to, double weight, const DirectionalStrain &of) {
    to.longitudinal += weight * of.longitudinal;
    to.circumferential += weight * of.circumferential;
    to.radial += weight * of.radial;
  };
  const auto scale = [](DirectionalStrain &one, double volume) { // NaN without any
    for (double *component : {&one.longitudinal, &one.circumferential, &one.radial})
      *component /= volume;
  };
  for (const std::size_t c : cells_) {
    const auto &cell = mesh_.tetrahedra[c];
    Vector3 longitudinal{}, transmural{};
    for (const std::size_t node : cell) {
      longitudinal = longitudinal + fibres_.longitudinal[node];
      transmural = transmural + fibres_.transmural[node];
    }
    transmural = io::normalized(transmural);
    longitudinal = io::normalized(longitudinal - io::dot(longitudinal, transmural) * transmural);
    const double volume = cell_volume(cell, mesh_.nodes);
    const DirectionalStrain here{stretch(cell, mesh_.nodes, vertices, longitudinal) - 1,
                                 stretch(cell, mesh_.nodes, vertices, io::cross(longitudinal, transmural)) - 1,
                                 stretch(cell, mesh_.nodes, vertices, transmural) - 1};
    total += volume;
    add(strain, volume, here);
    if (const int segment = segments_.empty() ? 0 : segments_[c]; segment > 0) {
      volumes[static_cast<std::size_t>(segment - 1)] += volume;
      add(strain.segments[static_cast<std::size_t>(segment - 1)], volume, here);
    }
  }
  scale(strain, total);
  for (std::size_t s = 0; s < volumes.size(); ++s)
    scale(strain.segments[s], volumes[s]);
  strain.torsion = torsion(vertices);
  for (const auto &[node, share] : rim_)
    strain.mitral_descent -= share * io::dot(vertices[node] - mesh_.nodes[node], mesh_.long_axis);
  return strain;
}

namespace {

using Setter = std::function<void(const std::string &, double, const std::string &)>;

/// What both ventricles have, of "lv" or "rv" with its atrium.
void observe_ventricle(const io::TimeSeries &series, const std::string &ventricle, const std::string &atrium, const Setter &set) {
  const auto &volume = series.column("volume_" + ventricle), &pressure = series.column("pressure_" + ventricle);
  const std::string prefix = "sim_" + ventricle;
  const double edv = volume.front(), esv = smallest(volume);
  set(prefix + "_edv", edv, "mL");
  set(prefix + "_esv", esv, "mL");
  set(prefix + "_volume_max", largest(volume), "mL");
  set(prefix + "_volume_end", volume.back(), "mL");
  set(prefix + "_sv", edv - esv, "mL");
  set(prefix + "_ef", 100 * (edv - esv) / edv, "%");
  set(prefix + "_peak_pressure", largest(pressure), "mmHg");
  set(prefix + "_edp", pressure_at_inflow_closure(series, ventricle, atrium), "mmHg");
  set(prefix + "_dpdt_max", steepest_rise(series.column("time"), pressure), "mmHg/s");
  set(ventricle == "lv" ? "sim_stroke_work" : prefix + "_stroke_work", loop_area(volume, pressure) * io::kPa_per_mmHg * 1e-3,
      "J"); // kPa mL = 1e-3 J
}

/// How the left ventricle relaxes.
void observe_relaxation(const io::TimeSeries &series, const Setter &set) {
  const auto &time = series.column("time"), &pressure = series.column("pressure_lv");
  if (const std::size_t fall = steepest_fall_at(time, pressure); fall > 0)
    set("sim_lv_dpdt_min", 1000 * (pressure[fall] - pressure[fall - 1]) / (time[fall] - time[fall - 1]), "mmHg/s");
  if (const double tau = relaxation_time(time, pressure, pressure_at_inflow_closure(series, "lv", "la")); std::isfinite(tau))
    set("sim_lv_tau", tau, "ms");
}

void observe_strains(const io::TimeSeries &series, const Setter &set) {
  const auto &volume = series.column("volume_lv"), &torsion = series.column("torsion");
  const std::size_t end_systole = static_cast<std::size_t>(std::min_element(volume.begin(), volume.end()) - volume.begin());
  set("sim_gls", 100 * smallest(series.column("strain_longitudinal")), "%");
  set("sim_gcs", 100 * smallest(series.column("strain_circumferential")), "%");
  set("sim_wall_thickening", 100 * series.column("strain_radial")[end_systole], "%");
  set("sim_torsion", *std::max_element(torsion.begin(), torsion.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }),
      "deg/cm");
  set("sim_mapse", largest(series.column("mitral_descent")), "mm");
}

/// End-systolic elastance of the left ventricle against that of the arteries.
void observe_end_systole(const io::TimeSeries &series, double stroke_volume, const Setter &set) {
  const auto &time = series.column("time"), &pressure = series.column("pressure_lv");
  const std::size_t end = end_of_ejection(pressure, series.column("pressure_aorta"));
  if (end == pressure.size() || !(stroke_volume > 0))
    return;
  const double arterial = pressure[end] / stroke_volume;
  set("sim_lv_esp", pressure[end], "mmHg");
  set("sim_arterial_elastance", arterial, "mmHg/mL");
  const double peak = isovolumic_peak(time, pressure, pressure_at_inflow_closure(series, "lv", "la"));
  if (!(peak > pressure[end]))
    return;
  const double ventricular = (peak - pressure[end]) / stroke_volume;
  set("sim_lv_isovolumic_peak", peak, "mmHg");
  set("sim_lv_ees", ventricular, "mmHg/mL");
  set("sim_va_coupling", arterial / ventricular, "1");
}

/// The run begins in the passive balance of the first end diastole.
void observe_end_diastole(const HeartbeatResult &result, const Setter &set) {
  const double on_wall = result.series.column("pressure_lv").front() - result.pericardial_pressure;
  const EndDiastolicCurve curve = end_diastolic_curve(result.series.column("volume_lv").front(), on_wall, result.reference.volume[0]);
  if (result.pericardial_pressure > 0)
    set("sim_pericardial_pressure", result.pericardial_pressure, "mmHg");
  if (!std::isfinite(curve.beta))
    return;
  set("sim_lv_edpvr_alpha", curve.alpha, "1");
  set("sim_lv_edpvr_beta", curve.beta, "1");
  set("sim_lv_edpvr_v30", curve.v30, "mL");
}

/// What the emulators foresaw against the last beat that they started.
void observe_emulators(const HeartbeatResult &result, const Setter &set) {
  if (result.emulated.empty())
    return;
  double beats = 0;
  for (const EmulatedStart &start : result.emulated)
    beats += start.beats;
  set("sim_emulator_starts", static_cast<double>(result.emulated.size()), "1");
  set("sim_emulator_beats", beats, "1");
  const EmulatedStart &last = result.emulated.back();
  if (result.partial && last.beat + 1 == result.beat_starts.size())
    return;
  const io::TimeSeries beat = beat_of(result.series, result.beat_starts, last.beat);
  const BeatVolumes volumes = volumes_of(beat, result.cavities);
  PerCavity stroke_miss, end_miss;
  for (std::size_t k = 0; k < result.cavities; ++k) {
    stroke_miss[k] = 100 * (volumes.stroke()[k] / last.stroke[k] - 1);
    end_miss[k] = 100 * (beat.column(k == 0 ? "volume_lv" : "volume_rv").back() / last.end_diastolic[k] - 1);
  }
  set("sim_emulator_sv_error", of_largest_size(stroke_miss), "%");
  set("sim_emulator_edv_error", of_largest_size(end_miss), "%");
}

} // namespace

void observe(const HeartbeatResult &result, io::Quantities &quantities) {
  CORVIVO_ASSERT(result.series.rows() > 0, "a heartbeat without a first instant");
  const io::TimeSeries series = beat_of(result.series, result.beat_starts, result.beat_starts.size() - 1);
  const Setter set = [&](const std::string &name, double value, const std::string &unit) {
    io::Quantity &quantity = quantities.set(name, value, unit);
    quantity.stage = "mechanics";
    if (result.partial)
      quantity.warning = "of a beat that stopped early: " + result.failure;
    else
      quantity.warning = result.remark;
  };
  observe_ventricle(series, "lv", "la", set);
  set("sim_aortic_systolic", largest(series.column("pressure_aorta")), "mmHg");
  set("sim_aortic_diastolic", smallest(series.column("pressure_aorta")), "mmHg");
  observe_relaxation(series, set);
  observe_end_systole(series, quantities.value("sim_lv_sv"), set);
  observe_end_diastole(result, set);
  if (result.cavities == 2) {
    observe_ventricle(series, "rv", "ra", set);
    set("sim_pulmonary_systolic", largest(series.column("pressure_artery_pulmonary")), "mmHg");
    set("sim_pulmonary_diastolic", smallest(series.column("pressure_artery_pulmonary")), "mmHg");
    set("sim_sv_difference", quantities.value("sim_lv_sv") - quantities.value("sim_rv_sv"), "mL");
  }
  observe_strains(series, set);
  set("sim_min_det_f", result.min_det_f, "1");
  const auto &blood = result.series.column("blood_volume");
  double drift = 0;
  for (const double total : blood)
    drift = std::max(drift, std::abs(total - blood.front()));
  set("blood_volume_drift", drift, "mL");
  set("sim_energy_balance", energy_imbalance(series), "%");
  set("sim_beats", static_cast<double>(result.beat_starts.size()), "1");
  observe_emulators(result, set);
  if (const std::optional<BeatChange> change = last_change(result.series, result.beat_starts, result.cavities)) {
    set("sim_limit_cycle_sv_change", of_largest_size(change->stroke_volume), "%");
    set("sim_limit_cycle_edv_change", of_largest_size(change->end_diastolic_volume), "%");
  }
}

} // namespace corvivo::physics
