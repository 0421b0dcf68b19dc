#include <physics/energy_balance.hpp>

#include <io/base/checkpoint.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

namespace {
constexpr double uJ_per_mJ = 1000;
} // namespace

void EnergyBalance::start(const Solid &solid, const PerCavity &pressure) {
  loads_.clear();
  for (std::size_t k = 0; k < solid.cavities(); ++k)
    loads_.push_back(petsc::like(solid.pressure_load(k)));
  change_ = petsc::like(solid.pressure_load());
  keep_loads(solid, pressure);
}

void EnergyBalance::keep_loads(const Solid &solid, const PerCavity &pressure) {
  for (std::size_t k = 0; k < loads_.size(); ++k)
    petsc::copy(solid.pressure_load(k), loads_[k]);
  pressure_ = pressure;
}

void EnergyBalance::step(const Solid &solid, Vec before, Vec u, const PerCavity &pressure) {
  petsc::copy(u, change_);
  petsc::add(change_, -1, before);
  for (std::size_t k = 0; k < loads_.size(); ++k)
    blood_ -= 0.5 * (pressure_[k] * petsc::dot(loads_[k], change_) + pressure[k] * petsc::dot(solid.pressure_load(k), change_));
  keep_loads(solid, pressure);
}

std::vector<std::string> EnergyBalance::columns() {
  return {"energy_wall", "energy_springs", "heat_dashpots", "work_fibres", "work_blood"};
}

std::vector<double> EnergyBalance::values(const Solid &solid) const {
  const Solid::Energies now = solid.energies();
  return {now.elastic / uJ_per_mJ, now.springs / uJ_per_mJ, now.dashpots / uJ_per_mJ, now.fibres / uJ_per_mJ, blood_ / uJ_per_mJ};
}

void EnergyBalance::keep(io::ArchiveWriter &archive) const {
  for (const petsc::Vector &load : loads_)
    archive(petsc::owned_entries(load));
  archive(std::vector<double>{pressure_[0], pressure_[1], blood_});
}

void EnergyBalance::restore(const Solid &solid, io::ArchiveReader &archive) {
  start(solid, 0);
  std::vector<double> values;
  for (petsc::Vector &load : loads_) {
    archive(values);
    petsc::set_owned_entries(load, values);
  }
  archive(values);
  if (values.size() != 3)
    throw io::CaseError("a checkpoint without an energy balance; delete it and run again");
  pressure_ = {values[0], values[1]};
  blood_ = values[2];
}

double energy_imbalance(const io::TimeSeries &beat) {
  std::vector<double> missing(beat.rows(), 0.0);
  double largest = 0, worst = 0;
  for (const std::string &name : EnergyBalance::columns()) {
    const std::vector<double> &term = beat.column(name);
    const double sign = name.rfind("work", 0) == 0 ? 1 : -1;
    for (std::size_t i = 0; i < term.size(); ++i) {
      missing[i] += sign * (term[i] - term.front());
      largest = std::max(largest, std::abs(term[i] - term.front()));
    }
  }
  for (const double amount : missing)
    worst = std::max(worst, std::abs(amount));
  return largest > 0 ? 100 * worst / largest : 0;
}

} // namespace corvivo::physics
