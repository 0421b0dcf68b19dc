#include <physics/circulation/closed_loop.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using namespace circulation_index;

namespace {

constexpr double pi = 3.14159265358979323846;
constexpr std::array<std::size_t, most_cavities> ventricle_of_four{1, 3};

/// phi(t) of a chamber, 0 to 1.
double activation(const Chamber &chamber, double time, double period) {
  double t = std::fmod(time - chamber.contraction_start, period);
  if (t < 0)
    t += period;
  if (t < chamber.contraction_duration)
    return 0.5 * (1 - std::cos(pi * t / chamber.contraction_duration));
  t -= chamber.contraction_duration;
  return t < chamber.relaxation_duration ? 0.5 * (1 + std::cos(pi * t / chamber.relaxation_duration)) : 0.0;
}

double elastance(const Chamber &chamber, double time, double period) {
  return chamber.passive_elastance + chamber.active_elastance * activation(chamber, time, period);
}

/// atan(y); the series is exact to 1e-11 where it is used and several times faster, and valves are nearly always far from their threshold.
double arctangent(double y) {
  if (std::abs(y) < 30)
    return std::atan(y);
  const double r = 1 / y, r2 = r * r;
  return std::copysign(pi / 2, y) - r * (1 - r2 * (1.0 / 3 - r2 * (1.0 / 5 - r2 / 7)));
}

CirculationState moved(const CirculationState &state, double factor, const CirculationState &direction) {
  CirculationState result;
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = state[i] + factor * direction[i];
  return result;
}

/// Classical Runge-Kutta: y += h (k1 + 2 k2 + 2 k3 + k4) / 6.
void add_increment(CirculationState &state, double h, const std::array<CirculationState, 4> &k) {
  for (std::size_t i = 0; i < state.size(); ++i)
    state[i] += h / 6 * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]);
}

void require_finite(const CirculationState &state, double time) {
  if (!std::all_of(state.begin(), state.end(), [](double x) { return std::isfinite(x); }))
    throw io::SolveError("circulation: the state is no longer finite at " + io::fixed(1000 * time, 2) +
                         " ms; use a smaller circulation time step or parameters nearer to their defaults");
}

void check_chamber(const Chamber &chamber, double period, const std::string &name) {
  if (!(chamber.passive_elastance > 0) || !(chamber.active_elastance >= 0))
    throw io::CaseError("circulation: " + name + ": elastances must be positive");
  if (!(chamber.contraction_duration > 0) || !(chamber.relaxation_duration > 0) ||
      chamber.contraction_duration + chamber.relaxation_duration > period)
    throw io::CaseError("circulation: " + name + ": contraction and relaxation last " +
                        io::fixed(chamber.contraction_duration + chamber.relaxation_duration, 3) +
                        " s, expected more than 0 and at most the " + io::fixed(period, 3) + " s of a beat");
}

void check_circuit(const Circuit &circuit, const std::string &name) {
  for (const double value : {circuit.arterial_resistance, circuit.arterial_compliance, circuit.arterial_inertance,
                             circuit.venous_resistance, circuit.venous_compliance, circuit.venous_inertance})
    if (!(value > 0))
      throw io::CaseError("circulation: " + name + " circuit: found " + io::fixed(value, 4) +
                          ", expected positive resistances, compliances and inertances");
}

} // namespace

ClosedLoop::ClosedLoop(const CirculationOptions &options, const std::array<const VentricleLaw *, most_cavities> &laws)
    : options_(options), laws_(laws), log_resistance_ratio_(std::log(options.valve_closed_resistance / options.valve_open_resistance)) {
  check_chamber(options_.la, options_.heart_period, "left atrium");
  check_chamber(options_.lv, options_.heart_period, "left ventricle");
  check_chamber(options_.ra, options_.heart_period, "right atrium");
  check_chamber(options_.rv, options_.heart_period, "right ventricle");
  check_circuit(options_.systemic, "systemic");
  check_circuit(options_.pulmonary, "pulmonary");
  if (!(options_.valve_open_resistance > 0) || !(options_.valve_closed_resistance > options_.valve_open_resistance))
    throw io::CaseError("circulation: a closed valve must have a larger resistance than an open one, and both must be positive");
  if (!(options_.time_step > 0))
    throw io::CaseError("circulation: the time step must be positive");
}

ClosedLoop::Four ClosedLoop::elastances(double time) const {
  const double period = options_.heart_period;
  Four e{elastance(options_.la, time, period), elastance(options_.lv, time, period), elastance(options_.ra, time, period),
         elastance(options_.rv, time, period)};
  for (std::size_t k = 0; k < most_cavities; ++k)
    if (laws_[k])
      e[ventricle_of_four[k]] = laws_[k]->activity(time);
  return e;
}

ClosedLoop::Four ClosedLoop::chamber_pressures(double time, const CirculationState &state) const {
  return chamber_pressures(elastances(time), state);
}

ClosedLoop::Four ClosedLoop::chamber_pressures(const Four &e, const CirculationState &state) const {
  Four p{e[0] * (state[V_LA] - options_.la.unstressed_volume), e[1] * (state[V_LV] - options_.lv.unstressed_volume),
         e[2] * (state[V_RA] - options_.ra.unstressed_volume), e[3] * (state[V_RV] - options_.rv.unstressed_volume)};
  for (std::size_t k = 0; k < most_cavities; ++k)
    if (laws_[k])
      p[ventricle_of_four[k]] = laws_[k]->pressure(e[ventricle_of_four[k]], state[V_ventricle[k]]);
  return p;
}

double ClosedLoop::lv_pressure(double time, const CirculationState &state) const {
  return chamber_pressures(time, state)[1];
}

/// Q = drop / R, log R = log R_open + log(R_closed / R_open) H(-drop), H(x) = atan(100 pi x) / pi + 1/2, or a step (sharp valves).
double ClosedLoop::valve_flow(double drop, double *slope) const {
  if (!options_.smooth_valves) {
    const double resistance = drop > 0 ? options_.valve_open_resistance : options_.valve_closed_resistance;
    if (slope)
      *slope = 1 / resistance;
    return drop / resistance;
  }
  const double y = 100 * pi * drop;
  const double resistance = options_.valve_open_resistance * std::exp(log_resistance_ratio_ * (0.5 - arctangent(y) / pi));
  if (slope)
    *slope = (1 + drop * log_resistance_ratio_ * 100 / (1 + y * y)) / resistance;
  return drop / resistance;
}

ClosedLoop::Four ClosedLoop::valve_flows(const Four &p, const CirculationState &state, Four *slopes) const {
  const Four drops{p[0] - p[1], p[1] - state[p_AR_SYS], p[2] - p[3], p[3] - state[p_AR_PUL]};
  Four flows;
  for (std::size_t i = 0; i < 4; ++i)
    flows[i] = valve_flow(drops[i], slopes ? &(*slopes)[i] : nullptr);
  return flows;
}

/// The right-hand side, linear in (pressures, valve flows, state): the same function serves the state and its tangent.
CirculationState ClosedLoop::rates(const Four &p, const Four &q, const CirculationState &s) const {
  const Circuit &sys = options_.systemic, &pul = options_.pulmonary;
  return {s[Q_VEN_PUL] - q[0],
          q[0] - q[1],
          s[Q_VEN_SYS] - q[2],
          q[2] - q[3],
          (q[1] - s[Q_AR_SYS]) / sys.arterial_compliance,
          (s[Q_AR_SYS] - s[Q_VEN_SYS]) / sys.venous_compliance,
          (q[3] - s[Q_AR_PUL]) / pul.arterial_compliance,
          (s[Q_AR_PUL] - s[Q_VEN_PUL]) / pul.venous_compliance,
          (s[p_AR_SYS] - s[p_VEN_SYS] - sys.arterial_resistance * s[Q_AR_SYS]) / sys.arterial_inertance,
          (s[p_VEN_SYS] - p[2] - sys.venous_resistance * s[Q_VEN_SYS]) / sys.venous_inertance,
          (s[p_AR_PUL] - s[p_VEN_PUL] - pul.arterial_resistance * s[Q_AR_PUL]) / pul.arterial_inertance,
          (s[p_VEN_PUL] - p[0] - pul.venous_resistance * s[Q_VEN_PUL]) / pul.venous_inertance};
}

CirculationState ClosedLoop::rates(const Four &e, const CirculationState &state) const {
  const Four pressures = chamber_pressures(e, state);
  return rates(pressures, valve_flows(pressures, state), state);
}

int ClosedLoop::substeps(double dt) const {
  CORVIVO_ASSERT(dt >= 0, "the circulation only goes forward in time");
  return std::max(1, static_cast<int>(std::ceil(dt / options_.time_step - 1e-9)));
}

void ClosedLoop::advance(CirculationState &state, double time, double dt) const {
  const int count = substeps(dt);
  const double h = dt / count;
  Four at_start = elastances(time);
  for (int n = 0; n < count; ++n) {
    const Four at_middle = elastances(time + (n + 0.5) * h), at_end = elastances(time + (n + 1) * h);
    std::array<CirculationState, 4> k;
    k[0] = rates(at_start, state);
    k[1] = rates(at_middle, moved(state, h / 2, k[0]));
    k[2] = rates(at_middle, moved(state, h / 2, k[1]));
    k[3] = rates(at_end, moved(state, h, k[2]));
    add_increment(state, h, k);
    at_start = at_end;
  }
  require_finite(state, time + dt);
}

CavityMatrix ClosedLoop::advance_with_pressures(CirculationState &state, double time, double dt, const PerCavity &from, const PerCavity &to,
                                                std::size_t cavities) const {
  CORVIVO_ASSERT(elastic(), "slopes of a ventricle's law are not integrated");
  constexpr auto chamber = ventricle_of_four;
  const int count = substeps(dt);
  const double h = dt / count;
  using Tangents = std::array<CirculationState, most_cavities>; // d state / d to_j
  Tangents tangents{};
  const auto stage = [&](double fraction, const CirculationState &s, const Tangents &ds, CirculationState &k, Tangents &dk) {
    const Four e = elastances(time + fraction * dt);
    Four p = chamber_pressures(e, s), slopes;
    for (std::size_t i = 0; i < cavities; ++i)
      p[chamber[i]] = from[i] + fraction * (to[i] - from[i]);
    k = rates(p, valve_flows(p, s, &slopes), s);
    for (std::size_t j = 0; j < cavities; ++j) {
      Four dp{e[0] * ds[j][V_LA], e[1] * ds[j][V_LV], e[2] * ds[j][V_RA], e[3] * ds[j][V_RV]};
      for (std::size_t i = 0; i < cavities; ++i)
        dp[chamber[i]] = i == j ? fraction : 0.0;
      const Four dq{slopes[0] * (dp[0] - dp[1]), slopes[1] * (dp[1] - ds[j][p_AR_SYS]), slopes[2] * (dp[2] - dp[3]),
                    slopes[3] * (dp[3] - ds[j][p_AR_PUL])};
      dk[j] = rates(dp, dq, ds[j]);
    }
  };
  const auto moved_all = [&](double factor, const Tangents &direction) {
    Tangents result{};
    for (std::size_t j = 0; j < cavities; ++j)
      result[j] = moved(tangents[j], factor, direction[j]);
    return result;
  };
  for (int n = 0; n < count; ++n) {
    std::array<CirculationState, 4> k;
    std::array<Tangents, 4> dk;
    stage(double(n) / count, state, tangents, k[0], dk[0]);
    stage((n + 0.5) / count, moved(state, h / 2, k[0]), moved_all(h / 2, dk[0]), k[1], dk[1]);
    stage((n + 0.5) / count, moved(state, h / 2, k[1]), moved_all(h / 2, dk[1]), k[2], dk[2]);
    stage((n + 1.0) / count, moved(state, h, k[2]), moved_all(h, dk[2]), k[3], dk[3]);
    add_increment(state, h, k);
    for (std::size_t j = 0; j < cavities; ++j)
      add_increment(tangents[j], h, {dk[0][j], dk[1][j], dk[2][j], dk[3][j]});
  }
  require_finite(state, time + dt);
  CavityMatrix slope;
  for (std::size_t i = 0; i < cavities; ++i)
    for (std::size_t j = 0; j < cavities; ++j)
      slope[i][j] = tangents[j][V_ventricle[i]];
  return slope;
}

double ClosedLoop::total_volume(const CirculationState &state) const {
  const Circuit &sys = options_.systemic, &pul = options_.pulmonary;
  return state[V_LA] + state[V_LV] + state[V_RA] + state[V_RV] + sys.arterial_compliance * state[p_AR_SYS] +
         sys.venous_compliance * state[p_VEN_SYS] + pul.arterial_compliance * state[p_AR_PUL] + pul.venous_compliance * state[p_VEN_PUL];
}

CirculationState ClosedLoop::initial_state(double total) const {
  // Initial state of the public code (units as ours).
  CirculationState state{87.183, 118.52, 86.833, 166.177, 87.675, 35.898, 19.545, 15.004, 71.104, 94.039, 94.084, 473.279};
  const double factor = total / total_volume(state);
  for (std::size_t i = V_LA; i <= p_VEN_PUL; ++i)
    state[i] *= factor;
  return state;
}

std::vector<std::pair<std::string, std::string>> ClosedLoop::column_names() {
  return {{"volume_lv", "mL"},
          {"pressure_lv", "mmHg"},
          {"pressure_aorta", "mmHg"},
          {"volume_la", "mL"},
          {"pressure_la", "mmHg"},
          {"volume_rv", "mL"},
          {"pressure_rv", "mmHg"},
          {"volume_ra", "mL"},
          {"pressure_ra", "mmHg"},
          {"pressure_veins_systemic", "mmHg"},
          {"pressure_artery_pulmonary", "mmHg"},
          {"pressure_veins_pulmonary", "mmHg"},
          {"flow_mitral", "mL/s"},
          {"flow_aortic", "mL/s"},
          {"flow_tricuspid", "mL/s"},
          {"flow_pulmonary", "mL/s"},
          {"flow_arteries_systemic", "mL/s"},
          {"flow_veins_systemic", "mL/s"},
          {"flow_arteries_pulmonary", "mL/s"},
          {"flow_veins_pulmonary", "mL/s"}};
}

std::vector<double> ClosedLoop::columns(double time, const CirculationState &s, std::optional<double> lv_pressure,
                                        std::optional<double> rv_pressure) const {
  Four p = chamber_pressures(time, s);
  if (lv_pressure)
    p[1] = *lv_pressure;
  if (rv_pressure)
    p[3] = *rv_pressure;
  const Four q = valve_flows(p, s);
  return {s[V_LV],     p[1],         s[p_AR_SYS], s[V_LA], p[0], s[V_RV], p[3],        s[V_RA],      p[2],        s[p_VEN_SYS],
          s[p_AR_PUL], s[p_VEN_PUL], q[0],        q[1],    q[2], q[3],    s[Q_AR_SYS], s[Q_VEN_SYS], s[Q_AR_PUL], s[Q_VEN_PUL]};
}

} // namespace corvivo::physics
