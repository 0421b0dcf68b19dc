#pragma once
/// Conduction velocity on a mesh of given element size, and the diffusivity that gives a wanted one there.
#include <physics/electrophysiology/diffusion.hpp>
#include <physics/electrophysiology/discretisation.hpp>
#include <physics/electrophysiology/ionic/ionic_model.hpp>

namespace corvivo::physics {

/// A strip of tissue whose tetrahedra are like those of the mesh that it stands for.
struct StripOptions {
  double element_volume = 0.1; ///< mean volume of a tetrahedron, mm^3; of the eight parts of a quadratic one
  int refinements = 0;         ///< how many times the mesh was refined from a coarser one; at least once for quadratic elements
  double time_step = 0.05;     ///< ms
  double stimulus_amplitude = 35.714285714285715, stimulus_duration = 2;
  Discretisation discretisation;
};

/// Velocity (m/s = mm/ms) of a plane wave along the strip, whose fibres lie at `angle` degrees to it; 0 when the wave fails. From a line
/// through the activation times between 40 and 80 % of the strip's length. Serial.
double conduction_velocity(const IonicModel &model, const Diffusivity &diffusivity, double angle, const StripOptions &options);

/// A diffusivity found for two velocities at one mesh, and what is left of error when elements differ from the mean.
struct TunedDiffusivity {
  Diffusivity diffusivity;
  double velocity_along = 0, velocity_across = 0; ///< m/s, measured with it on the mean element
  double expected_error = 0;                      ///< %, root mean square over smaller and larger elements and an oblique wave
};

/// Where the current is evaluated at the front of tuned waves: with it the diffusivities that give the wanted velocities are nearly in the
/// ratio of the continuum, so that oblique waves are right as well (within 1.3 % from 0.2 to 0.5 mm: tests/benchmarks/wave_speed.cpp).
constexpr double tuned_front_point = 0.8;

/// A secant search on the logarithm of each diffusivity until its velocity is within 0.2 % of the target; the same result on every machine
/// of the same instruction set. Throws SolveError when no wave of that velocity travels on this mesh, saying which edge would do. Serial.
TunedDiffusivity tune_diffusivity(const IonicModel &model, double velocity_along, double velocity_across, const StripOptions &options);

/// Root mean square error (%) of the velocities along and across the fibres on this mesh, against those of the continuum (wave_speed_of).
/// Serial.
double velocity_error(const IonicModel &model, const Diffusivity &diffusivity, const StripOptions &options);

/// Error (%) of a plane wave whose normal lies at `angle` degrees to the fibres, against the continuum with these velocities. Serial.
double plane_wave_error(const IonicModel &model, const Diffusivity &diffusivity, double along, double across, double angle,
                        const StripOptions &options);

} // namespace corvivo::physics
