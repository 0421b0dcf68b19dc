#include <io/base/errors.hpp>
#include <physics/electrophysiology/ionic/ionic_model.hpp>
#include <physics/electrophysiology/ionic/ten_tusscher_2006.hpp>

#include <algorithm>

namespace corvivo::physics {

const io::Catalogue<IonicModel> &ionic_models() {
  using Layer = TenTusscher2006::Layer;
  const auto ten_tusscher = [](Layer layer) { return [layer] { return std::make_unique<TenTusscher2006>(layer); }; };
  static const io::Catalogue<IonicModel> catalogue(
      "ionic model",
      {{"ten_tusscher_2006_epi", "ten Tusscher & Panfilov 2006, human epicardial myocyte", ten_tusscher(Layer::epicardium)},
       {"ten_tusscher_2006_endo", "ten Tusscher & Panfilov 2006, human endocardial myocyte", ten_tusscher(Layer::endocardium)},
       {"ten_tusscher_2006_mid", "ten Tusscher & Panfilov 2006, human midmyocardial (M) cell", ten_tusscher(Layer::midmyocardium)}});
  return catalogue;
}

void IonicModel::advance(const double *voltage, double *states, std::size_t stride, std::size_t cells, double dt, double *total) const {
  CORVIVO_ASSERT(cells % pack == 0, "cells come in whole packs");
  PackedCells all;
  all.packs = cells / pack;
  all.step = dt;
  advance_packs(voltage, states, stride, all, total);
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
