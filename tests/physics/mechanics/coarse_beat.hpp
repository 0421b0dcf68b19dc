#pragma once
/// A beat that is as coarse as a beat can be.
#include <tests/physics/mechanics/bodies.hpp>

#include <physics/activation/active_tension.hpp>
#include <physics/mechanics/material.hpp>
#include <physics/simulation.hpp>

namespace corvivo::test {

/// A coarse ventricle that is taken as stress-free, and a healthy circulation at end diastole.
struct CoarseBeat {
  Body body = ventricle({}, 3, 1);
  physics::NodalHistory calcium = calcium_wave(body.mesh, 40, 800);
  physics::ClosedLoop loop{physics::CirculationOptions::healthy()};
  physics::MechanicsOptions options;
  physics::CirculationState state = loop.initial_state(1000);

  CoarseBeat() {
    body.mesh.to_right_ventricle = {1, 0, 0};
    options.make_models();
    options.unloading.enabled = false;
    for (int beat = 0; beat < 10; ++beat)
      loop.advance(state, 0, loop.options().heart_period);
  }
  physics::HeartbeatInput input() const { return {body.mesh, body.fibres, calcium, loop, state}; }
};

} // namespace corvivo::test
