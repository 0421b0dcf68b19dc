#include <io/base/errors.hpp>
#include <io/base/hash.hpp>
#include <io/base/text.hpp>
#include <physics/electrophysiology/ionic/prepacing.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iomanip>

namespace corvivo::physics {

void PrepacingOptions::describe(io::Schema &schema) {
  schema.quantity("cycle", cycle, "ms", io::Range{50}, "Cycle length at which the cell is paced.");
  schema.integer("beats", beats, 1, 100000, "Paced beats at most.");
  schema.quantity("tolerance", tolerance, "1", io::positive, "Pacing ends once no state changes by a larger share of itself in a beat.");
}

namespace {

constexpr double strength = 52.0, duration = 1.0;              ///< of the stimulus, uA/uF and ms (Niederer et al. 2011)
constexpr double early = 30.0, early_step = 0.02, step = 0.05; ///< ms: steps of `early_step` until `early`

/// One pack of equal cells.
struct Cells {
  std::vector<double> voltage, states, current;

  void beat(const IonicModel &model, double cycle) {
    for (double time = 0; time < cycle - 1e-9;) {
      const double dt = std::min(time < early - 1e-9 ? early_step : step, cycle - time);
      const double stimulus = time < duration - 1e-9 ? strength : 0.0;
      model.advance(voltage.data(), states.data(), IonicModel::pack, IonicModel::pack, dt, current.data());
      for (std::size_t i = 0; i < IonicModel::pack; ++i)
        voltage[i] -= dt * (current[i] - stimulus);
      if (stimulus > 0 && model.potassium_state() != IonicModel::none)
        for (std::size_t i = 0; i < IonicModel::pack; ++i)
          states[model.potassium_state() * IonicModel::pack + i] += dt * stimulus * model.potassium_per_current();
      time += dt;
    }
  }
  std::vector<double> one() const {
    std::vector<double> values{voltage[0]};
    for (std::size_t k = 0; k < states.size(); k += IonicModel::pack)
      values.push_back(states[k]);
    return values;
  }
};

double largest_change(const std::vector<double> &before, const std::vector<double> &after) {
  constexpr double negligible = 1e-6; // gates that are shut and fluxes that have ceased
  double largest = 0;
  for (std::size_t k = 0; k < before.size(); ++k)
    if (std::abs(after[k]) > negligible)
      largest = std::max(largest, std::abs(after[k] - before[k]) / std::abs(after[k]));
  return largest;
}

std::optional<PacedCell> read(const std::filesystem::path &file, std::size_t states) {
  std::ifstream in(file);
  PacedCell cell;
  if (!(in >> cell.beats >> cell.change >> cell.voltage))
    return std::nullopt;
  for (double value; in >> value;)
    cell.states.push_back(value);
  return cell.states.size() == states ? std::optional(cell) : std::nullopt; // else a run was killed while it wrote
}

void write(const std::filesystem::path &file, const PacedCell &cell) {
  std::filesystem::create_directories(file.parent_path());
  const std::filesystem::path part = file.string() + ".part";
  {
    std::ofstream out(part);
    out << std::setprecision(17) << cell.beats << ' ' << cell.change << ' ' << cell.voltage << '\n';
    for (const double value : cell.states)
      out << value << '\n';
    if (!out)
      throw io::CaseError(part.string() + " cannot be written; is the disk full?");
  }
  std::filesystem::rename(part, file);
}

} // namespace

PacedCell pace(const IonicModel &model, const PrepacingOptions &options) {
  Cells cells{std::vector<double>(IonicModel::pack, model.resting_voltage()), initial_states(model, 1),
              std::vector<double>(IonicModel::pack)};
  PacedCell paced;
  for (std::vector<double> before = cells.one(); paced.beats < options.beats;) {
    cells.beat(model, options.cycle);
    ++paced.beats;
    const std::vector<double> after = cells.one();
    for (const double value : after)
      if (!std::isfinite(value))
        throw io::SolveError("prepacing: the cell is no longer finite after beat " + std::to_string(paced.beats) + " at a cycle of " +
                             io::fixed(options.cycle, 0) + " ms");
    paced.change = largest_change(before, after);
    before = after;
    if (paced.change < options.tolerance)
      break;
  }
  paced.states = cells.one();
  paced.voltage = paced.states.front();
  paced.states.erase(paced.states.begin());
  return paced;
}

PacedCell pace_cached(const std::string &name, IonicModel &model, const PrepacingOptions &options, const std::filesystem::path &cache) {
  if (cache.empty())
    return pace(model, options);
  PrepacingOptions shown = options;
  const std::string inputs = io::resolved_case([&](io::Schema &schema) {
    model.describe(schema);
    shown.describe(schema);
  });
  std::string start;
  for (const double value : model.initial_states())
    start += " " + std::to_string(value);
  const std::filesystem::path file = cache / ("paced_cell_" + io::content_hash("1 " + name + start + "\n" + inputs) + ".txt");
  if (const auto kept = read(file, model.initial_states().size()))
    return *kept;
  const PacedCell paced = pace(model, options);
  write(file, paced);
  return paced;
}

} // namespace corvivo::physics
