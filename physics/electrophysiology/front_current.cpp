#include <physics/electrophysiology/front_current.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using namespace io;

namespace {

constexpr std::size_t batch = 64;           ///< cells whose points are evaluated together
constexpr int search_every = 5;             ///< calls between looks at all cells
constexpr double candidate_threshold = 0.1; ///< mV: low enough that no cell reaches `threshold` between two looks unseen

double spread(const std::vector<double> &voltage, const std::array<std::uint32_t, 4> &cell) {
  const double a = voltage[cell[0]], b = voltage[cell[1]], c = voltage[cell[2]], d = voltage[cell[3]];
  return std::max(std::max(a, b), std::max(c, d)) - std::min(std::min(a, b), std::min(c, d));
}

} // namespace

FrontCurrent::FrontCurrent(const Tissue &tissue, const IonicModel &model, const std::vector<double> &mass, double front_point)
    : tissue_(tissue), model_(model), mass_(mass), near_(front_point), far_((1.0 - front_point) / 3.0), point_voltage_(4 * batch),
      point_states_(4 * batch * model.initial_states().size()), point_current_(4 * batch), correction_(tissue.owned, 0.0) {
  quarter_volume_.reserve(tissue.cells.size());
  for (const auto &cell : tissue.cells) {
    const auto &x = tissue.nodes;
    quarter_volume_.push_back(linear_tetrahedron(x[cell[0]], x[cell[1]], x[cell[2]], x[cell[3]]).volume / 4.0);
  }
}

void FrontCurrent::find_candidates(double time, const std::vector<double> &voltage, const std::vector<double> &activation) {
  candidates_.clear();
  for (std::size_t c = 0; c < tissue_.cells.size(); ++c) {
    const auto &cell = tissue_.cells[c];
    if (spread(voltage, cell) <= candidate_threshold)
      continue;
    double latest = activation[cell[0]];
    for (const std::uint32_t node : cell)
      latest = std::max(latest, activation[node]);
    if (latest > time - tail) // nodes that are not yet activated hold +infinity
      candidates_.push_back(static_cast<std::uint32_t>(c));
  }
}

void FrontCurrent::evaluate(double time, const std::vector<double> &voltage, const std::vector<double> &activation,
                            const std::vector<double> &states, std::size_t stride) {
  if (calls_++ % search_every == 0)
    find_candidates(time, voltage, activation);
  front_.clear();
  for (const std::uint32_t c : candidates_)
    if (spread(voltage, tissue_.cells[c]) > threshold)
      front_.push_back(c);
  integral_.resize(front_.size());
  for (std::size_t begin = 0; begin < front_.size(); begin += batch)
    integrate(begin, std::min(batch, front_.size() - begin), voltage, states, stride);
}

void FrontCurrent::integrate(std::size_t begin, std::size_t count, const std::vector<double> &voltage, const std::vector<double> &states,
                             std::size_t stride) {
  const auto interpolate = [&](const double *nodal, double *at_points) {
    for (std::size_t e = 0; e < batch; ++e) { // the last batch is filled up with its last cell
      const auto &cell = tissue_.cells[front_[begin + std::min(e, count - 1)]];
      const double a = nodal[cell[0]], b = nodal[cell[1]], c = nodal[cell[2]], d = nodal[cell[3]], shared = far_ * (a + b + c + d);
      at_points[e] = shared + (near_ - far_) * a;
      at_points[batch + e] = shared + (near_ - far_) * b;
      at_points[2 * batch + e] = shared + (near_ - far_) * c;
      at_points[3 * batch + e] = shared + (near_ - far_) * d;
    }
  };
  interpolate(voltage.data(), point_voltage_.data());
  for (std::size_t k = 0; k < model_.initial_states().size(); ++k)
    interpolate(states.data() + k * stride, point_states_.data() + k * 4 * batch);
  model_.current(point_voltage_.data(), point_states_.data(), 4 * batch, 4 * batch, point_current_.data());
  for (std::size_t e = 0; e < count; ++e) {
    const double *i = point_current_.data() + e;
    const double shared = far_ * (i[0] + i[batch] + i[2 * batch] + i[3 * batch]);
    for (std::size_t a = 0; a < 4; ++a)
      integral_[begin + e][a] = shared + (near_ - far_) * i[a * batch];
  }
}

void FrontCurrent::correct(std::vector<double> &current) {
  for (std::size_t e = 0; e < front_.size(); ++e) {
    const auto &cell = tissue_.cells[front_[e]];
    for (std::size_t a = 0; a < 4; ++a)
      if (cell[a] < tissue_.owned)
        correction_[cell[a]] += quarter_volume_[front_[e]] * (integral_[e][a] - current[cell[a]]);
  }
  for (const std::uint32_t c : front_)
    for (const std::uint32_t node : tissue_.cells[c])
      if (node < tissue_.owned) {
        current[node] += correction_[node] / mass_[node];
        correction_[node] = 0;
      }
}

} // namespace corvivo::physics
