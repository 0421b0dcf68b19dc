#pragma once
/// The travelling wave of the continuum: a one-dimensional cable, fine enough that its mesh does not matter.
#include <physics/electrophysiology/ionic/ionic_model.hpp>

namespace corvivo::physics {

/// Velocity of a plane wave over the square root of the diffusivity, sqrt(1/ms): scaling x by sqrt(D) takes D out of the monodomain
/// equation, so this number belongs to the ionic model alone. From cables at rest, stimulated at one end, extrapolated to steps of zero in
/// space (second order) and time (first order). Throws SolveError when no wave travels. Serial, a second.
double wave_speed_of(const IonicModel &model);

/// What a point of tissue sees of a plane wave.
struct TravellingWave {
  double step = 0.1;           ///< ms between samples
  double before = 0;           ///< ms from the first sample to the activation (upward crossing of 0 mV)
  std::vector<double> voltage; ///< mV
  std::vector<double> calcium; ///< uM; empty where the model has none
  double voltage_at(double since_activation) const { return value(voltage, since_activation); }
  double calcium_at(double since_activation) const { return value(calcium, since_activation); }

private:
  double value(const std::vector<double> &samples, double since_activation) const;
};

/// The wave in the middle of a cable, from rest until `duration` ms after its activation there. Serial.
TravellingWave travelling_wave(const IonicModel &model, double duration);

} // namespace corvivo::physics
