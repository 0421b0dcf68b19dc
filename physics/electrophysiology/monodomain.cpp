#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <physics/electrophysiology/monodomain.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::physics {

using namespace io;

namespace {

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
  return std::make_unique<ImplicitDiffusion>(tissue, diffusivity, discretisation.consistent_mass, discretisation.implicitness);
}

} // namespace

Monodomain::Monodomain(const Tissue &tissue, const IonicModel &model, const Diffusivity &diffusivity, std::vector<Stimulus> stimuli,
                       const Discretisation &discretisation)
    : tissue_(tissue), model_(model), stimuli_(std::move(stimuli)), discretisation_(discretisation),
      diffusion_(make_diffusion(tissue, diffusivity, discretisation)), stride_(padded(tissue.nodes.size())),
      voltage_(stride_, model.resting_voltage()), before_(voltage_), states_(initial_states(model, tissue.nodes.size())), current_(stride_),
      activation_(tissue.nodes.size(), std::numeric_limits<double>::infinity()),
      front_(tissue, model, diffusivity.front_point, discretisation.quadrature_level, discretisation.consistent_mass) {
  for (const Stimulus &stimulus : stimuli_) {
    stimulated_.emplace_back();
    for (std::uint32_t i = 0; i < tissue.owned; ++i)
      if (stimulus.covers(tissue.nodes[i], tissue.mesh_node[i]))
        stimulated_.back().push_back(i);
    unsigned long long covered = stimulated_.back().size();
    MPI_Allreduce(MPI_IN_PLACE, &covered, 1, MPI_UNSIGNED_LONG_LONG, MPI_SUM, tissue.comm);
    if (covered == 0)
      throw io::CaseError("electrophysiology: the stimulus '" + stimulus.name + "' covers no node of the mesh, which reaches from " +
                          extent(tissue) + "; move it into the mesh or make it larger than an element");
  }
}

void Monodomain::react(double dt) {
  const bool interpolated = discretisation_.current == "interpolated_states";
  if (interpolated)
    front_.evaluate(time_, voltage_, activation_, states_, stride_);
  model_.advance(voltage_.data(), states_.data(), stride_, stride_, dt, current_.data());
  if (interpolated && diffusion_->takes_source())
    diffusion_->set_source(front_.source());
  else if (interpolated)
    front_.correct(current_, diffusion_->mass());
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
      for (const std::uint32_t i : stimulated_[s])
        voltage_[i] += (end - begin) * stimuli_[s].amplitude;
  }
}

void Monodomain::diffuse(double dt) {
  if (tissue_.halo)
    tissue_.halo->update(voltage_);
  diffusion_->advance(voltage_, dt);
}

void Monodomain::start_from(double time, std::vector<double> voltage, std::vector<double> states) {
  CORVIVO_ASSERT(voltage.size() == stride_ && states.size() == states_.size(), "values for every local node and the padding");
  time_ = time;
  voltage_ = std::move(voltage);
  states_ = std::move(states);
}

void Monodomain::record_activation(double dt) {
  for (std::size_t i = 0; i < activation_.size(); ++i)
    if (voltage_[i] >= 0 && before_[i] < 0 && std::isinf(activation_[i]))
      activation_[i] = time_ + dt * before_[i] / (before_[i] - voltage_[i]);
}

void Monodomain::step(double dt) {
  before_ = voltage_;
  if (discretisation_.time == "strang") {
    diffuse(0.5 * dt);
    react_extrapolated(dt);
    stimulate(dt);
    diffuse(0.5 * dt);
  } else {
    react(dt);
    stimulate(dt);
    diffuse(dt);
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
    latest = std::max(latest, activation_[i]);
  MPI_Allreduce(MPI_IN_PLACE, &latest, 1, MPI_DOUBLE, MPI_MAX, tissue_.comm);
  return latest;
}

double Monodomain::activated_share() const {
  unsigned long long counts[2] = {0, tissue_.owned};
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    counts[0] += std::isfinite(activation_[i]) ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, counts, 2, MPI_UNSIGNED_LONG_LONG, MPI_SUM, tissue_.comm);
  return static_cast<double>(counts[0]) / static_cast<double>(counts[1]);
}

} // namespace corvivo::physics
