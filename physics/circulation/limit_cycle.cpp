#include <physics/circulation/limit_cycle.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <deque>

namespace corvivo::physics {

using namespace circulation_index;

namespace {

double scale(std::size_t i) {
  return i >= p_AR_SYS && i <= p_VEN_PUL ? 10.0 : 100.0;
}

double change(const CirculationState &before, const CirculationState &after) {
  double largest = 0;
  for (std::size_t i = 0; i < before.size(); ++i)
    largest = std::max(largest, std::abs(after[i] - before[i]) / scale(i));
  return largest;
}

/// Solves the small symmetric positive system a x = b by Gaussian elimination with row pivoting.
std::vector<double> solve(std::vector<std::vector<double>> a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i)
      if (std::abs(a[i][k]) > std::abs(a[pivot][k]))
        pivot = i;
    std::swap(a[k], a[pivot]);
    std::swap(b[k], b[pivot]);
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = a[i][k] / a[k][k];
      for (std::size_t j = k; j < n; ++j)
        a[i][j] -= factor * a[k][j];
      b[i] -= factor * b[k];
    }
  }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t j = k + 1; j < n; ++j)
      b[k] -= a[k][j] * b[j];
    b[k] /= a[k][k];
  }
  return b;
}

/// Anderson's mixing (J ACM 12:547, 1965): the next start is the combination of former results, with weights that sum to one, whose
/// combined change is smallest. Weights that sum to one keep the blood volume, which is linear in the state.
class Mixing {
public:
  explicit Mixing(int memory) : memory_(static_cast<std::size_t>(memory)) {}
  /// Next start after a beat from `start` ended at `result`.
  CirculationState next(const CirculationState &start, const CirculationState &result) {
    CirculationState f;
    for (std::size_t i = 0; i < f.size(); ++i)
      f[i] = (result[i] - start[i]) / scale(i);
    if (has_last_) {
      remember(f, result);
    }
    last_f_ = f;
    last_result_ = result;
    has_last_ = true;
    return df_.empty() ? result : mixed(f, result);
  }

private:
  void remember(const CirculationState &f, const CirculationState &result) {
    CirculationState df, dg;
    for (std::size_t i = 0; i < f.size(); ++i) {
      df[i] = f[i] - last_f_[i];
      dg[i] = result[i] - last_result_[i];
    }
    df_.push_back(df);
    dg_.push_back(dg);
    if (df_.size() > memory_) {
      df_.pop_front();
      dg_.pop_front();
    }
  }
  CirculationState mixed(const CirculationState &f, const CirculationState &result) const {
    const std::size_t n = df_.size();
    std::vector<std::vector<double>> a(n, std::vector<double>(n, 0.0));
    std::vector<double> b(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j)
        for (std::size_t k = 0; k < f.size(); ++k)
          a[i][j] += df_[i][k] * df_[j][k];
      for (std::size_t k = 0; k < f.size(); ++k)
        b[i] += df_[i][k] * f[k];
    }
    for (std::size_t i = 0; i < n; ++i) // differences become parallel near the answer
      a[i][i] *= 1 + 1e-12;
    const std::vector<double> weights = solve(a, b);
    CirculationState next = result;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < next.size(); ++k)
        next[k] -= weights[i] * dg_[i][k];
    return next;
  }

  std::size_t memory_;
  std::deque<CirculationState> df_, dg_;
  CirculationState last_f_{}, last_result_{};
  bool has_last_ = false;
};

/// Volumes and pressures of vessels stay positive in any beat of a heart; a mixed start that breaks this is not used.
bool plausible(const CirculationState &state) {
  return std::all_of(state.begin(), state.begin() + Q_AR_SYS, [](double x) { return std::isfinite(x) && x > 0; });
}

struct Periodic {
  CirculationState state;
  int beats;
  double residual;
};

Periodic find_periodic(const ClosedLoop &circulation, const LimitCycleOptions &options, CirculationState state) {
  const double period = circulation.options().heart_period;
  Mixing mixing(options.mixed_beats);
  std::vector<double> residuals;
  for (int beat = 1; beat <= options.max_beats; ++beat) {
    CirculationState result = state;
    circulation.advance(result, 0, period);
    residuals.push_back(change(state, result));
    if (residuals.back() < options.tolerance)
      return {result, beat, residuals.back()};
    const bool worse = residuals.size() > 1 && residuals.back() > 10 * residuals[residuals.size() - 2];
    if (worse)
      mixing = Mixing(options.mixed_beats);
    if (beat <= options.plain_beats || options.mixed_beats == 0) {
      state = result;
      continue;
    }
    const CirculationState next = mixing.next(state, result);
    state = plausible(next) ? next : result;
  }
  throw io::SolveError("circulation: no periodic beat after " + std::to_string(options.max_beats) +
                           " beats; the parameters may allow none, or the tolerance is below rounding",
                       residuals);
}

/// When the mitral valve closes, and the state then: walking back from the peak of LV pressure, where LA and LV pressure cross. (The
/// largest volume is no better definition: both valves leak a little, so it lies where the two leaks balance, half-way up the isovolumic
/// rise.)
std::pair<double, CirculationState> find_mitral_closure(const ClosedLoop &circulation, const CirculationState &start) {
  const double period = circulation.options().heart_period;
  const int count = static_cast<int>(std::ceil(period / circulation.options().time_step - 1e-9));
  const double step = period / count;
  std::vector<double> lv(count), drop(count);
  CirculationState state = start;
  for (int n = 0; n < count; ++n) {
    const ClosedLoop::Four p = circulation.chamber_pressures(n * step, state);
    lv[n] = p[1];
    drop[n] = p[0] - p[1];
    circulation.advance(state, n * step, step);
  }
  int after = static_cast<int>(std::max_element(lv.begin(), lv.end()) - lv.begin());
  for (int n = 0; n < count && drop[after] < 0; ++n)
    after = (after + count - 1) % count;
  const int next = (after + 1) % count; // the crossing lies between these two
  if (drop[after] < 0)
    throw io::SolveError("circulation: the mitral valve never opens; the parameters are far from those of a heart");
  const double offset = drop[after] > drop[next] ? step * drop[after] / (drop[after] - drop[next]) : 0.0;
  state = start;
  if (after > 0)
    circulation.advance(state, 0, after * step);
  circulation.advance(state, after * step, offset);
  return {after * step + offset, state};
}

io::TimeSeries record(const ClosedLoop &circulation, const CirculationState &start, double interval) {
  io::TimeSeries beat;
  beat.add_column("time", "ms");
  for (const auto &[name, unit] : ClosedLoop::column_names())
    beat.add_column(name, unit);
  const double period = circulation.options().heart_period;
  const int count = std::max(1, static_cast<int>(std::ceil(period / interval - 1e-9)));
  CirculationState state = start;
  for (int n = 0; n <= count; ++n) {
    const double time = n * period / count;
    std::vector<double> row{1000 * time};
    for (const double value : circulation.columns(time, state))
      row.push_back(value);
    beat.append_row(row);
    if (n < count)
      circulation.advance(state, time, period / count);
  }
  return beat;
}

} // namespace

void LimitCycleOptions::describe(io::Schema &schema) {
  schema.quantity(
      "total_blood_volume", total_blood_volume, "mL", io::positive,
      "Blood in the four chambers plus the blood that stretches the vessels; their unstressed volume (most of a person's blood) is "
      "not in the model.");
  schema.quantity(
      "tolerance", tolerance, "1", io::Range{1e-11, 1e-2, false, false},
      "A beat that changes no volume by more than this times 100 mL, no pressure by more than this times 10 mmHg and no flow by "
      "more than this times 100 mL/s is periodic.");
  schema.integer("max_beats", max_beats, 1, 100000, "Beats after which the search for a periodic beat is given up.");
}

LimitCycle run_to_limit_cycle(const ClosedLoop &circulation, const LimitCycleOptions &options) {
  return run_to_limit_cycle(circulation, options, circulation.initial_state(options.total_blood_volume));
}

LimitCycle run_to_limit_cycle(const ClosedLoop &circulation, const LimitCycleOptions &options, const CirculationState &start) {
  const Periodic periodic = find_periodic(circulation, options, start);
  LimitCycle cycle;
  cycle.beats = periodic.beats;
  cycle.residual = periodic.residual;
  std::tie(cycle.end_diastolic_time, cycle.end_diastolic_state) = find_mitral_closure(circulation, periodic.state);
  cycle.circulation = circulation.options();
  cycle.start_state = periodic.state;
  if (options.start_at_end_diastole) {
    CORVIVO_ASSERT(circulation.elastic(), "the clock of a ventricle's law is not shifted");
    cycle.circulation = cycle.circulation.shifted(cycle.end_diastolic_time);
    cycle.start_state = cycle.end_diastolic_state;
    cycle.end_diastolic_time = 0;
  }
  cycle.beat =
      record(options.start_at_end_diastole ? ClosedLoop(cycle.circulation) : circulation, cycle.start_state, options.sample_interval);
  return cycle;
}

} // namespace corvivo::physics
