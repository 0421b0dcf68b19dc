#include <io/base/errors.hpp>
#include <physics/electrophysiology/ionic/ionic_model.hpp>
#include <physics/electrophysiology/ionic/models.hpp>

#include <algorithm>
#include <numeric>

namespace corvivo::physics {

const io::Catalogue<IonicModel> &ionic_models() {
  const auto layer = [](auto make, Layer where) { return [make, where] { return make(where); }; };
  constexpr Layer epi = Layer::epicardium, endo = Layer::endocardium, mid = Layer::midmyocardium;
  static const io::Catalogue<IonicModel> catalogue(
      "ionic model",
      {{"bueno_orovio_2008_epi", "Bueno-Orovio, Cherry & Fenton 2008, human epicardial myocyte", layer(bueno_orovio_2008_model, epi)},
       {"bueno_orovio_2008_endo", "Bueno-Orovio, Cherry & Fenton 2008, human endocardial myocyte", layer(bueno_orovio_2008_model, endo)},
       {"bueno_orovio_2008_mid", "Bueno-Orovio, Cherry & Fenton 2008, human midmyocardial (M) cell", layer(bueno_orovio_2008_model, mid)},
       {"courtemanche_1998", "Courtemanche, Ramirez & Nattel 1998, human atrial myocyte", courtemanche_1998_model},
       {"mitchell_schaeffer_2003", "Mitchell & Schaeffer 2003, two currents", mitchell_schaeffer_2003_model},
       {"ten_tusscher_2006_epi", "ten Tusscher & Panfilov 2006, human epicardial myocyte", layer(ten_tusscher_2006_model, epi)},
       {"ten_tusscher_2006_endo", "ten Tusscher & Panfilov 2006, human endocardial myocyte", layer(ten_tusscher_2006_model, endo)},
       {"ten_tusscher_2006_mid", "ten Tusscher & Panfilov 2006, human midmyocardial (M) cell", layer(ten_tusscher_2006_model, mid)},
       {"tor_ord_2019_epi", "Tomek et al. 2019 (ToR-ORd), human epicardial myocyte", layer(tor_ord_2019_model, epi)},
       {"tor_ord_2019_endo", "Tomek et al. 2019 (ToR-ORd), human endocardial myocyte", layer(tor_ord_2019_model, endo)},
       {"tor_ord_2019_mid", "Tomek et al. 2019 (ToR-ORd), human midmyocardial (M) cell", layer(tor_ord_2019_model, mid)}});
  return catalogue;
}

IonicModel::IonicModel(std::vector<ScalableCurrent> currents, double voltage, std::vector<double> states)
    : scaling_(std::move(currents)), voltage_(voltage), states_(std::move(states)) {}

void IonicModel::describe(io::Schema &schema) {
  describe_parameters(schema);
  scaling_.describe(schema);
  apply(scaling_.factors());
}

void IonicModel::start_from(double voltage, std::vector<double> states) {
  CORVIVO_ASSERT(states.size() == states_.size(), "one value for each state");
  voltage_ = voltage;
  states_ = std::move(states);
}

void IonicModel::set_scale(const std::string &current, double factor) {
  scaling_.set_scale(current, factor);
  apply(scaling_.factors());
}

void IonicModel::add_drug(Drug drug) {
  scaling_.add_drug(std::move(drug));
  apply(scaling_.factors());
}

void IonicModel::advance(const double *voltage, double *states, std::size_t stride, std::size_t cells, double dt, double *total,
                         bool second_order) const {
  CORVIVO_ASSERT(cells % pack == 0, "cells come in whole packs");
  PackedCells all;
  all.packs = cells / pack;
  all.step = dt;
  all.second_order = second_order;
  advance_packs(voltage, states, stride, all, total);
}

std::vector<std::size_t> IonicModel::fast_states() const {
  std::vector<std::size_t> all(state_names().size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

std::vector<double> initial_states(const IonicModel &model, std::size_t cells) {
  const std::vector<double> &of_one = model.initial_states();
  const std::size_t stride = padded(cells);
  std::vector<double> states(of_one.size() * stride);
  for (std::size_t k = 0; k < of_one.size(); ++k)
    std::fill_n(states.begin() + static_cast<std::ptrdiff_t>(k * stride), stride, of_one[k]);
  return states;
}

} // namespace corvivo::physics
