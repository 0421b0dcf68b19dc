#pragma once
/// Makers of the ionic models, for their list.
#include <physics/electrophysiology/ionic/ionic_model.hpp>

#include <memory>

namespace corvivo::physics {

/// Where in the wall a myocyte sits.
enum class Layer { epicardium, endocardium, midmyocardium };

std::unique_ptr<IonicModel> bueno_orovio_2008_model(Layer layer);
std::unique_ptr<IonicModel> courtemanche_1998_model();
std::unique_ptr<IonicModel> mitchell_schaeffer_2003_model();
std::unique_ptr<IonicModel> ten_tusscher_2006_model(Layer layer);
std::unique_ptr<IonicModel> tor_ord_2019_model(Layer layer);

} // namespace corvivo::physics
