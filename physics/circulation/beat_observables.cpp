#include <physics/circulation/limit_cycle.hpp>

#include <io/base/errors.hpp>
#include <io/base/units.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using namespace circulation_index;

namespace {

/// A column of a periodic beat, one value a substep (the value at the end of the beat is that at its start and not repeated).
using Samples = std::vector<double>;

/// Largest value, refined by the parabola through the largest sample and its neighbours.
double maximum(const Samples &v) {
  const std::size_t n = v.size(), i = std::max_element(v.begin(), v.end()) - v.begin();
  const double left = v[(i + n - 1) % n], right = v[(i + 1) % n];
  const double slope = 0.5 * (right - left), curvature = left - 2 * v[i] + right;
  return curvature < 0 ? v[i] - 0.5 * slope * slope / curvature : v[i];
}

double minimum(Samples v) {
  for (double &x : v)
    x = -x;
  return -maximum(v);
}

double mean(const Samples &v) {
  double sum = 0;
  for (const double x : v)
    sum += x;
  return sum / v.size();
}

Samples rate(const Samples &v, double step) {
  Samples result(v.size());
  for (std::size_t i = 0; i < v.size(); ++i)
    result[i] = (v[(i + 1) % v.size()] - v[i]) / step;
  return result;
}

/// Loop integral of p dV, mmHg mL.
double loop_area(const Samples &p, const Samples &v) {
  double area = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const std::size_t j = (i + 1) % p.size();
    area -= 0.5 * (p[i] + p[j]) * (v[j] - v[i]);
  }
  return area;
}

struct Beat {
  double step;
  std::vector<Samples> columns;
  const Samples &operator[](const std::string &name) const {
    const auto names = ClosedLoop::column_names();
    const auto found = std::find_if(names.begin(), names.end(), [&](const auto &entry) { return entry.first == name; });
    CORVIVO_ASSERT(found != names.end(), "no column " + name);
    return columns[found - names.begin()];
  }
};

Beat every_substep(const LimitCycle &cycle) {
  const ClosedLoop circulation(cycle.circulation);
  const double period = cycle.circulation.heart_period;
  const int count = static_cast<int>(std::ceil(period / cycle.circulation.time_step - 1e-9));
  Beat beat{period / count, std::vector<Samples>(ClosedLoop::column_names().size())};
  for (Samples &samples : beat.columns)
    samples.reserve(count);
  CirculationState state = cycle.start_state;
  for (int n = 0; n < count; ++n) {
    const std::vector<double> row = circulation.columns(n * beat.step, state);
    for (std::size_t i = 0; i < row.size(); ++i)
      beat.columns[i].push_back(row[i]);
    circulation.advance(state, n * beat.step, beat.step);
  }
  return beat;
}

/// Every observable of a beat, in its order; `beat` null gives the names only.
struct Entry {
  const char *name, *unit;
  double (*of)(const Beat &);
};

constexpr double J_per_mmHg_mL = io::kPa_per_mmHg * 1e-3; // 1 kPa mL = 1 mJ

const std::vector<Entry> &entries() {
  static const std::vector<Entry> list{
      {"lv_edv", "mL", [](const Beat &b) { return maximum(b["volume_lv"]); }},
      {"lv_esv", "mL", [](const Beat &b) { return minimum(b["volume_lv"]); }},
      {"lv_sv", "mL", [](const Beat &b) { return maximum(b["volume_lv"]) - minimum(b["volume_lv"]); }},
      {"lv_ef", "%", [](const Beat &b) { return 100 * (1 - minimum(b["volume_lv"]) / maximum(b["volume_lv"])); }},
      {"lv_peak_pressure", "mmHg", [](const Beat &b) { return maximum(b["pressure_lv"]); }},
      {"lv_dpdt_max", "mmHg/s", [](const Beat &b) { return maximum(rate(b["pressure_lv"], b.step)); }},
      {"aortic_systolic", "mmHg", [](const Beat &b) { return maximum(b["pressure_aorta"]); }},
      {"aortic_diastolic", "mmHg", [](const Beat &b) { return minimum(b["pressure_aorta"]); }},
      {"aortic_mean", "mmHg", [](const Beat &b) { return mean(b["pressure_aorta"]); }},
      {"la_pressure_mean", "mmHg", [](const Beat &b) { return mean(b["pressure_la"]); }},
      {"ra_pressure_mean", "mmHg", [](const Beat &b) { return mean(b["pressure_ra"]); }},
      {"la_volume_min", "mL", [](const Beat &b) { return minimum(b["volume_la"]); }},
      {"la_volume_max", "mL", [](const Beat &b) { return maximum(b["volume_la"]); }},
      {"rv_edv", "mL", [](const Beat &b) { return maximum(b["volume_rv"]); }},
      {"rv_esv", "mL", [](const Beat &b) { return minimum(b["volume_rv"]); }},
      {"rv_peak_pressure", "mmHg", [](const Beat &b) { return maximum(b["pressure_rv"]); }},
      {"pulmonary_systolic", "mmHg", [](const Beat &b) { return maximum(b["pressure_artery_pulmonary"]); }},
      {"pulmonary_diastolic", "mmHg", [](const Beat &b) { return minimum(b["pressure_artery_pulmonary"]); }},
      {"pulmonary_mean", "mmHg", [](const Beat &b) { return mean(b["pressure_artery_pulmonary"]); }},
      {"cardiac_output", "L/min", [](const Beat &b) { return 0.06 * mean(b["flow_aortic"]); }},
      {"stroke_work", "J", [](const Beat &b) { return J_per_mmHg_mL * loop_area(b["pressure_lv"], b["volume_lv"]); }}};
  return list;
}

} // namespace

Observables beat_observables(const LimitCycle &cycle) {
  const Beat beat = every_substep(cycle);
  Observables observables;
  for (const Entry &entry : entries())
    observables.set(entry.name, entry.of(beat), entry.unit);
  const ClosedLoop circulation(cycle.circulation);
  observables.set("lv_edp", circulation.lv_pressure(cycle.end_diastolic_time, cycle.end_diastolic_state), "mmHg");
  return observables;
}

std::vector<io::Quantity> beat_observable_names() {
  std::vector<io::Quantity> names;
  for (const Entry &entry : entries())
    names.push_back({entry.name, 0.0, entry.unit});
  names.push_back({"lv_edp", 0.0, "mmHg"});
  return names;
}

} // namespace corvivo::physics
