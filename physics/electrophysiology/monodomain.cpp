#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <physics/electrophysiology/monodomain.hpp>
#include <physics/electrophysiology/stimulated_share.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace corvivo::physics {

using namespace io;

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

/// "(0, 0, 0) to (20, 7, 3) mm". Collective.
std::string extent(const Tissue &tissue) {
  std::array<double, 6> bounds; // the greatest of -x and of x
  bounds.fill(-std::numeric_limits<double>::infinity());
  for (const mesh::Vector3 &node : tissue.nodes)
    for (std::size_t d = 0; d < 3; ++d) {
      bounds[d] = std::max(bounds[d], -node[d]);
      bounds[3 + d] = std::max(bounds[3 + d], node[d]);
    }
  MPI_Allreduce(MPI_IN_PLACE, bounds.data(), 6, MPI_DOUBLE, MPI_MAX, tissue.comm);
  const auto corner = [](double x, double y, double z) {
    return "(" + print_number(x + 0.0) + ", " + print_number(y + 0.0) + ", " + print_number(z + 0.0) + ")";
  };
  return corner(-bounds[0], -bounds[1], -bounds[2]) + " to " + corner(bounds[3], bounds[4], bounds[5]) + " mm";
}

std::unique_ptr<DiffusionScheme> make_diffusion(const Tissue &tissue, const Diffusivity &diffusivity,
                                                const Discretisation &discretisation) {
  discretisation.check();
  if (discretisation.implicitness == 0)
    return std::make_unique<Diffusion>(tissue, diffusivity);
  if (discretisation.quadratic())
    return std::make_unique<QuadraticDiffusion>(tissue, diffusivity, discretisation.implicitness);
  return std::make_unique<ImplicitDiffusion>(tissue, diffusivity, discretisation.consistent_mass, discretisation.implicitness);
}

std::unique_ptr<FrontCurrent> make_front(const Tissue &tissue, const Cells &cells, const Diffusivity &diffusivity,
                                         const Discretisation &discretisation) {
  if (discretisation.quadratic())
    return quadratic_front_current(tissue, cells);
  return linear_front_current(tissue, cells, diffusivity.front_point, discretisation.quadrature_level, discretisation.consistent_mass);
}

} // namespace

Monodomain::Monodomain(const Tissue &tissue, const IonicModel &model, const Diffusivity &diffusivity, std::vector<Stimulus> stimuli,
                       const Discretisation &discretisation)
    : Monodomain(tissue, std::vector<const IonicModel *>{&model}, diffusivity, std::move(stimuli), discretisation) {}

Monodomain::Monodomain(const Tissue &tissue, const std::vector<const IonicModel *> &kinds, const Diffusivity &diffusivity,
                       std::vector<Stimulus> stimuli, const Discretisation &discretisation)
    : Monodomain(tissue, kinds, diffusivity, std::move(stimuli), discretisation, make_diffusion(tissue, diffusivity, discretisation)) {}

Monodomain::Monodomain(const Tissue &tissue, const std::vector<const IonicModel *> &kinds, const Diffusivity &diffusivity,
                       std::vector<Stimulus> stimuli, const Discretisation &discretisation, std::unique_ptr<DiffusionScheme> diffusion)
    : tissue_(tissue), cells_(kinds, kinds.size() > 1 ? tissue.kind : std::vector<std::uint8_t>{}, tissue.nodes.size()),
      discretisation_(discretisation), diffusion_(std::move(diffusion)), rest_(cells_.initial_voltage()), voltage_(rest_), before_(rest_),
      states_(cells_.initial_states()), current_(stride()), activation_(tissue.nodes.size(), never), repolarisation_(activation_),
      upstroke_(activation_), peak_(tissue.nodes.size(), 0.0), upstrokes_(tissue.nodes.size(), 0), last_upstroke_(-never),
      front_(make_front(tissue, cells_, diffusivity, discretisation)) {
  set_stimuli(std::move(stimuli));
}

void Monodomain::set_stimuli(std::vector<Stimulus> stimuli) {
  stimuli_ = std::move(stimuli);
  stimulated_.assign(stimuli_.size(), {});
  std::unordered_multimap<std::size_t, std::size_t> listing; // stimuli that list a node of the mesh
  for (std::size_t s = 0; s < stimuli_.size(); ++s)
    for (const std::size_t node : stimuli_[s].nodes)
      listing.emplace(node, s);
  std::vector<unsigned long long> covered(stimuli_.size(), 0), excited(stimuli_.size(), 0);
  const auto add = [&](std::size_t s, std::uint32_t i, double share) {
    ++covered[s];
    if (tissue_.excitable[i] && share > 0) {
      ++excited[s];
      stimulated_[s].emplace_back(i, share);
    }
  };
  for (std::uint32_t i = 0; !listing.empty() && i < tissue_.owned; ++i)
    for (auto [at, end] = listing.equal_range(tissue_.mesh_node[i]); at != end; ++at)
      add(at->second, i, 1.0);
  for (std::size_t s = 0; s < stimuli_.size(); ++s)
    if (stimuli_[s].shape != Stimulus::Shape::nodes)
      for (const auto &[node, share] : stimulated_shares(tissue_, stimuli_[s]))
        add(s, node, share);
  for (std::vector<unsigned long long> *counts : {&covered, &excited})
    MPI_Allreduce(MPI_IN_PLACE, counts->data(), static_cast<int>(counts->size()), MPI_UNSIGNED_LONG_LONG, MPI_SUM, tissue_.comm);
  for (std::size_t s = 0; s < stimuli_.size(); ++s) {
    if (covered[s] == 0)
      throw io::CaseError("electrophysiology: the stimulus '" + stimuli_[s].name + "' covers nothing of the mesh, which reaches from " +
                          extent(tissue_) + "; move it into the mesh, or make it larger than an element");
    if (excited[s] == 0)
      throw io::CaseError("electrophysiology: the stimulus '" + stimuli_[s].name +
                          "' covers only tissue that does not conduct (conduction 0); move it into living tissue");
  }
}

void Monodomain::react(double dt) {
  const bool interpolated = discretisation_.current == "interpolated_states";
  if (interpolated)
    front_->evaluate(time_, voltage_, upstroke_, states_);
  cells_.advance(voltage_.data(), states_.data(), dt, current_.data());
  if (interpolated && diffusion_->takes_source())
    diffusion_->set_source(front_->source());
  else if (interpolated)
    front_->correct(current_, diffusion_->mass());
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    voltage_[i] -= dt * current_[i];
}

/// Second order: twice the result of two half steps minus that of one.
void Monodomain::react_extrapolated(double dt) {
  const std::vector<double> voltage = voltage_, states = states_;
  react(dt);
  std::vector<double> voltage_once = voltage, states_once = states;
  voltage_once.swap(voltage_);
  states_once.swap(states_);
  react(0.5 * dt);
  if (tissue_.halo)
    tissue_.halo->update(voltage_);
  react(0.5 * dt);
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    voltage_[i] += voltage_[i] - voltage_once[i];
  for (std::size_t i = 0; i < states_.size(); ++i)
    states_[i] += states_[i] - states_once[i];
}

void Monodomain::stimulate(double dt) {
  constexpr double rounding = 1e-9; // ms
  for (std::size_t s = 0; s < stimuli_.size(); ++s) {
    const double begin = std::max(time_, stimuli_[s].start), end = std::min(time_ + dt, stimuli_[s].start + stimuli_[s].duration);
    if (end > begin + rounding)
      for (const auto &[i, share] : stimulated_[s])
        if (!stimuli_[s].spares_activated || upstroke_[i] >= stimuli_[s].start)
          voltage_[i] += (end - begin) * share * stimuli_[s].amplitude;
  }
}

void Monodomain::diffuse(double begin, double dt) {
  if (tissue_.halo)
    tissue_.halo->update(voltage_);
  diffusion_->set_time(begin);
  diffusion_->advance(voltage_, dt);
}

void Monodomain::start_from(double time, std::vector<double> voltage, std::vector<double> states) {
  CORVIVO_ASSERT(voltage.size() == stride() && states.size() == states_.size(), "values for every local node and the padding");
  time_ = time;
  voltage_ = std::move(voltage);
  states_ = std::move(states);
}

Monodomain::State Monodomain::state() {
  front_->forget();
  diffusion_->forget();
  return {time_, last_upstroke_, voltage_, states_, activation_, repolarisation_, upstroke_, peak_, upstrokes_};
}

void Monodomain::set_state(State state) {
  CORVIVO_ASSERT(state.voltage.size() == voltage_.size() && state.states.size() == states_.size() &&
                     state.upstrokes.size() == upstrokes_.size(),
                 "a state of the same tissue");
  front_->forget();
  diffusion_->forget();
  time_ = state.time;
  last_upstroke_ = state.last_upstroke;
  voltage_ = std::move(state.voltage);
  states_ = std::move(state.states);
  activation_ = std::move(state.activation);
  repolarisation_ = std::move(state.repolarisation);
  upstroke_ = std::move(state.upstroke);
  peak_ = std::move(state.peak);
  upstrokes_ = std::move(state.upstrokes);
}

void Monodomain::record_activation(double dt) {
  constexpr double recovered = 0.3, repolarised = 0.1; // of the height of the action potential: may fire again; APD90
  for (std::size_t i = 0; i < activation_.size(); ++i) {
    const double v = voltage_[i], before = before_[i];
    if (std::isinf(upstroke_[i])) {
      if (v >= 0 && before < 0) {
        upstroke_[i] = time_ + dt * before / (before - v);
        peak_[i] = v;
        if (++upstrokes_[i] == 1)
          activation_[i] = upstroke_[i];
        if (i < tissue_.owned)
          last_upstroke_ = std::max(last_upstroke_, upstroke_[i]);
      }
    } else {
      peak_[i] = std::max(peak_[i], v);
      if (v < rest_[i] + recovered * (peak_[i] - rest_[i]))
        upstroke_[i] = never;
    }
    if (upstrokes_[i] == 1 && std::isinf(repolarisation_[i]))
      if (const double level = rest_[i] + repolarised * (peak_[i] - rest_[i]); v < level && before >= level)
        repolarisation_[i] = time_ + dt * (before - level) / (before - v);
  }
}

void Monodomain::step(double dt) {
  before_ = voltage_;
  if (discretisation_.time == "strang") {
    diffuse(time_, 0.5 * dt);
    react_extrapolated(dt);
    stimulate(dt);
    diffuse(time_ + 0.5 * dt, 0.5 * dt);
  } else {
    react(dt);
    stimulate(dt);
    diffuse(time_, dt);
  }
  record_activation(dt);
  time_ += dt;
}

void Monodomain::check() const {
  unsigned long long broken = std::numeric_limits<unsigned long long>::max();
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    if (!(std::abs(voltage_[i]) < 500.0))
      broken = std::min<unsigned long long>(broken, tissue_.mesh_node[i]);
  MPI_Allreduce(MPI_IN_PLACE, &broken, 1, MPI_UNSIGNED_LONG_LONG, MPI_MIN, tissue_.comm);
  if (broken != std::numeric_limits<unsigned long long>::max())
    throw io::SolveError("electrophysiology: the potential left its range (or is not a number) at node " + std::to_string(broken) + " at " +
                         io::fixed(time_, 2) + " ms; try a smaller time step");
}

double Monodomain::latest_activation() const {
  double latest = 0;
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    if (tissue_.excitable[i])
      latest = std::max(latest, activation_[i]);
  MPI_Allreduce(MPI_IN_PLACE, &latest, 1, MPI_DOUBLE, MPI_MAX, tissue_.comm);
  return latest;
}

double Monodomain::last_upstroke() const {
  double last = last_upstroke_;
  MPI_Allreduce(MPI_IN_PLACE, &last, 1, MPI_DOUBLE, MPI_MAX, tissue_.comm);
  return last;
}

double Monodomain::activated_share() const {
  unsigned long long counts[2] = {0, 0};
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    if (tissue_.excitable[i]) {
      counts[0] += std::isfinite(activation_[i]) ? 1 : 0;
      ++counts[1];
    }
  MPI_Allreduce(MPI_IN_PLACE, counts, 2, MPI_UNSIGNED_LONG_LONG, MPI_SUM, tissue_.comm);
  return static_cast<double>(counts[0]) / static_cast<double>(std::max(counts[1], 1ull));
}

} // namespace corvivo::physics
