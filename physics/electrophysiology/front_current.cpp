#include <io/base/errors.hpp>
#include <physics/electrophysiology/front_current.hpp>
#include <physics/electrophysiology/quadratic_family.hpp>

#include <algorithm>

namespace corvivo::physics {

using namespace io;

namespace {

constexpr int search_every = 5;             ///< calls between looks at all elements
constexpr double candidate_threshold = 0.5; ///< mV: low enough that no element reaches `threshold` between two looks unseen

double spread(const std::vector<double> &voltage, const std::array<std::uint32_t, 4> &cell) {
  const double a = voltage[cell[0]], b = voltage[cell[1]], c = voltage[cell[2]], d = voltage[cell[3]];
  return std::max(std::max(a, b), std::max(c, d)) - std::min(std::min(a, b), std::min(c, d));
}

double spread(const std::vector<double> &voltage, const std::array<std::uint32_t, nodes_per_cell> &element) {
  double low = voltage[element[0]], high = low;
  for (const std::uint32_t node : element) {
    low = std::min(low, voltage[node]);
    high = std::max(high, voltage[node]);
  }
  return high - low;
}

/// Kind of most nodes; of equally many the lowest.
template <std::size_t nodes> std::uint8_t most_common(const Cells &cells, const std::array<std::uint32_t, nodes> &element) {
  std::uint8_t best = 0;
  std::ptrdiff_t most = 0;
  for (const std::uint32_t node : element) {
    const std::uint8_t kind = cells.kind_of(node);
    const auto same = std::count_if(element.begin(), element.end(), [&](std::uint32_t other) { return cells.kind_of(other) == kind; });
    if (same > most || (same == most && kind < best)) {
      most = same;
      best = kind;
    }
  }
  return best;
}

} // namespace

template <std::size_t nodes>
FrontElements<nodes>::FrontElements(const Tissue &tissue, const Cells &cells, const std::vector<Element> &elements,
                                    std::size_t cells_of_element, std::size_t points)
    : tissue_(tissue), cells_(cells), states_(cells.kind(0).fast_states()), batch_(batch_points / points), point_voltage_(batch_points),
      point_states_(batch_points * cells.kind(0).initial_states().size()), point_current_(batch_points), elements_(elements),
      cells_of_element_(cells_of_element), correction_(tissue.owned, 0.0) {}

template <std::size_t nodes>
void FrontElements<nodes>::find_candidates(double time, const std::vector<double> &voltage, const std::vector<double> &upstroke) {
  candidates_.clear();
  for (std::size_t e = 0; e < elements_.size(); ++e) {
    const Element &element = elements_[e];
    if (spread(voltage, element) <= candidate_threshold || tissue_.diffusivity_factor[e * cells_of_element_] == 0)
      continue;
    double latest = upstroke[element[0]];
    for (const std::uint32_t node : element)
      latest = std::max(latest, upstroke[node]);
    if (latest > time - tail) // nodes at rest hold +infinity
      candidates_.push_back(static_cast<std::uint32_t>(e));
  }
}

template <std::size_t nodes>
void FrontElements<nodes>::evaluate(double time, const std::vector<double> &voltage, const std::vector<double> &upstroke,
                                    const std::vector<double> &states) {
  if (cells_.kinds() > 1 && kind_.empty())
    for (const Element &element : elements_)
      kind_.push_back(most_common(cells_, element));
  if (calls_++ % search_every == 0)
    find_candidates(time, voltage, upstroke);
  front_.clear();
  for (const std::uint32_t e : candidates_)
    if (spread(voltage, elements_[e]) > threshold)
      front_.push_back(e);
  integral_.resize(front_.size());
  if (front_.empty())
    return;
  nodal_.resize(cells_.stride());
  cells_.fast_current(voltage.data(), states.data(), nodal_.data());
  if (!kind_.empty()) // elements of a kind together, else in the order of the mesh
    std::stable_sort(front_.begin(), front_.end(), [&](std::uint32_t a, std::uint32_t b) { return kind_[a] < kind_[b]; });
  for (std::size_t begin = 0, end = 0; begin < front_.size(); begin = end) {
    const std::uint8_t kind = kind_.empty() ? std::uint8_t{0} : kind_[front_[begin]];
    end = std::min(begin + batch_, front_.size());
    while (!kind_.empty() && kind_[front_[end - 1]] != kind)
      --end;
    integrate(cells_.kind(kind), begin, end - begin, voltage, states);
  }
}

template <std::size_t nodes> std::vector<double> FrontElements<nodes>::source() const {
  std::vector<double> sum(tissue_.owned, 0.0);
  accumulate(sum);
  return sum;
}

template <std::size_t nodes> void FrontElements<nodes>::correct(std::vector<double> &current, const std::vector<double> &mass) {
  accumulate(correction_);
  for (const std::uint32_t e : front_)
    for (const std::uint32_t node : elements_[e])
      if (node < tissue_.owned) {
        current[node] += correction_[node] / mass[node];
        correction_[node] = 0;
      }
}

template class FrontElements<4>;
template class FrontElements<nodes_per_cell>;

} // namespace corvivo::physics
