#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <physics/electrophysiology/cells.hpp>

#include <algorithm>

namespace corvivo::physics {

using namespace io;

Cells::Cells(std::vector<const IonicModel *> kinds, std::vector<std::uint8_t> kind_of, std::size_t count)
    : kinds_(std::move(kinds)), kind_of_(std::move(kind_of)), stride_(padded(count)) {
  CORVIVO_ASSERT(!kinds_.empty() && kinds_.size() <= 256, "one to 256 kinds of cells");
  CORVIVO_ASSERT(kind_of_.empty() || kind_of_.size() == count, "a kind for each cell");
  for (const IonicModel *kind : kinds_)
    if (kind->state_names() != kinds_[0]->state_names())
      throw CaseError("electrophysiology: the cells of one tissue must be variants of one ionic model, with the same states; these have (" +
                      join(kinds_[0]->state_names(), ", ") + ") and (" + join(kind->state_names(), ", ") + ")");
  if (kinds_.size() == 1) {
    kind_of_.clear();
    return;
  }
  kind_of_.resize(stride_, 0);
  packs_.resize(kinds_.size());
  constexpr std::size_t pack = IonicModel::pack;
  for (std::uint32_t q = 0; q < stride_ / pack; ++q) {
    const auto begin = kind_of_.begin() + q * pack, end = begin + pack;
    for (std::size_t k = 0; k < kinds_.size(); ++k)
      if (const auto here = std::count(begin, end, k); here == pack)
        packs_[k].pure.push_back(q);
      else if (here > 0)
        packs_[k].mixed.push_back(q);
  }
  for (std::size_t k = 0; k < kinds_.size(); ++k)
    if (!packs_[k].mixed.empty())
      for (const std::uint8_t kind : kind_of_)
        packs_[k].share.push_back(kind == k ? 1.0 : 0.0);
}

std::vector<double> Cells::initial_voltage() const {
  std::vector<double> voltage(stride_, kinds_[0]->resting_voltage());
  for (std::size_t i = 0; i < kind_of_.size(); ++i)
    voltage[i] = kinds_[kind_of_[i]]->resting_voltage();
  return voltage;
}

std::vector<double> Cells::initial_states() const {
  std::vector<double> states = physics::initial_states(*kinds_[0], stride_);
  for (std::size_t i = 0; i < kind_of_.size(); ++i)
    for (std::size_t k = 0; k * stride_ < states.size(); ++k)
      states[k * stride_ + i] = kinds_[kind_of_[i]]->initial_states()[k];
  return states;
}

void Cells::advance(const double *voltage, double *states, double dt, double *current) const {
  if (kinds_.size() == 1)
    return kinds_[0]->advance(voltage, states, stride_, stride_, dt, current);
  for (std::size_t k = 0; k < kinds_.size(); ++k) {
    const Packs &packs = packs_[k];
    PackedCells cells;
    cells.pack = packs.pure.data();
    cells.packs = packs.pure.size();
    cells.step = dt;
    if (cells.packs > 0)
      kinds_[k]->advance_packs(voltage, states, stride_, cells, current);
    if (packs.mixed.empty())
      continue;
    scratch_.resize(stride_);
    for (const std::uint32_t q : packs.mixed)
      for (std::size_t i = IonicModel::pack * q; i < IonicModel::pack * (q + 1); ++i)
        scratch_[i] = dt * packs.share[i];
    cells.pack = packs.mixed.data();
    cells.packs = packs.mixed.size();
    cells.steps = scratch_.data();
    kinds_[k]->advance_packs(voltage, states, stride_, cells, current);
  }
}

void Cells::fast_current(const double *voltage, const double *states, double *current) const {
  kinds_[0]->fast_current(voltage, states, stride_, stride_, current);
  for (std::size_t k = 1; k < kinds_.size(); ++k) {
    scratch_.resize(stride_);
    kinds_[k]->fast_current(voltage, states, stride_, stride_, scratch_.data());
    for (std::size_t i = 0; i < stride_; ++i)
      current[i] = kind_of_[i] == k ? scratch_[i] : current[i];
  }
}

} // namespace corvivo::physics
