#include <physics/energy_balance.hpp>

#include <io/base/checkpoint.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

namespace {
constexpr double uJ_per_mJ = 1000;
} // namespace

void EnergyBalance::start(const Solid &solid, double pressure) {
  load_ = petsc::like(solid.pressure_load());
  change_ = petsc::like(solid.pressure_load());
  petsc::copy(solid.pressure_load(), load_);
  pressure_ = pressure;
}

void EnergyBalance::step(const Solid &solid, Vec before, Vec u, double pressure) {
  petsc::copy(u, change_);
  petsc::add(change_, -1, before);
  blood_ -= 0.5 * (pressure_ * petsc::dot(load_, change_) + pressure * petsc::dot(solid.pressure_load(), change_));
  petsc::copy(solid.pressure_load(), load_);
  pressure_ = pressure;
}

std::vector<std::string> EnergyBalance::columns() {
  return {"energy_wall", "energy_springs", "heat_dashpots", "work_fibres", "work_blood"};
}

std::vector<double> EnergyBalance::values(const Solid &solid) const {
  const Solid::Energies now = solid.energies();
  return {now.elastic / uJ_per_mJ, now.springs / uJ_per_mJ, now.dashpots / uJ_per_mJ, now.fibres / uJ_per_mJ, blood_ / uJ_per_mJ};
}

void EnergyBalance::keep(io::ArchiveWriter &archive) const {
  archive(petsc::owned_entries(load_));
  archive(std::vector<double>{pressure_, blood_});
}

void EnergyBalance::restore(const Solid &solid, io::ArchiveReader &archive) {
  start(solid, 0);
  std::vector<double> values;
  archive(values);
  petsc::set_owned_entries(load_, values);
  archive(values);
  if (values.size() != 2)
    throw io::CaseError("a checkpoint without an energy balance; delete it and run again");
  pressure_ = values[0], blood_ = values[1];
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
