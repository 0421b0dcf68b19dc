/// Beats that begin where the circulation with emulators of the 3-D ventricles repeats itself.
#include <physics/simulation_parts.hpp>

#include <physics/activation/active_tension.hpp>
#include <physics/mechanics/material.hpp>

#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace corvivo::physics {
namespace {

/// "150.0" or "150.0 and 140.0"
std::string in_words(const PerCavity &numbers, std::size_t cavities) {
  return io::fixed(numbers[0], 1) + (cavities == 2 ? " and " + io::fixed(numbers[1], 1) : "");
}

} // namespace

/// A beat with the pressures that the wall bears.
VentricleBeat Simulation::Parts::beat_of_wall(std::size_t beat, std::size_t cavity) const {
  VentricleBeat of_wall = ventricle_beat(beat_of(result.series, result.beat_starts, beat), cavity);
  for (double &at : of_wall.pressure)
    at -= options.pericardial_pressure;
  return of_wall;
}

/// Balances of each relaxed ventricle that the run has seen: where beats began at rest.
Simulation::Parts::Rests Simulation::Parts::rests_so_far() const {
  Rests rests;
  for (std::size_t b = 0; b < result.beat_starts.size(); ++b)
    if (b == 0 || begins_anew(result.series, result.beat_starts, b))
      for (std::size_t k = 0; k < cavities; ++k) {
        const VentricleBeat beat = beat_of_wall(b, k);
        rests[k].push_back({beat.volume.front(), beat.pressure.front()});
      }
  return rests;
}

std::vector<VentricleEmulator> Simulation::Parts::make_emulators(const Rests &rests) const {
  std::vector<VentricleEmulator> made;
  for (std::size_t k = 0; k < cavities; ++k) {
    std::vector<VentricleBeat> beats;
    for (std::size_t b = 0; b < result.beat_starts.size(); ++b)
      beats.push_back(beat_of_wall(b, k));
    made.push_back(make_emulator(beats, result.reference.volume[k], rests[k], options.pericardial_pressure));
  }
  return made;
}

/// Brings `u` and `pressure` to the end-diastolic volumes of the emulators' limit cycle. What the relaxed ventricles' pressures are there
/// corrects the emulators, and so the volumes, until both agree. Throws CaseError or SolveError where there is none or they are not
/// reached. Collective.
EmulatedCycle Simulation::Parts::fill_to_limit_cycle() {
  constexpr int most_corrections = 3;
  constexpr double agreement = 0.1, stride = 5; // mmHg, mL
  const CirculationOptions circulation = input.circulation.options().shifted(input.circulation_time);
  Rests rests = rests_so_far();
  EmulatedCycle cycle;
  cycle.start = state;
  PerCavity now{state[circulation_index::V_LV], state[circulation_index::V_RV]}; // mL
  int beats = 0;
  for (int correction = 0; correction <= most_corrections; ++correction) {
    const std::vector<VentricleEmulator> emulators = make_emulators(rests);
    cycle = run_emulators(circulation, emulators, cycle.start, options.emulator.max_beats);
    beats += cycle.beats;
    const PerCavity change = cycle.end_diastolic - now;
    const int steps = 1 + static_cast<int>(std::max(std::abs(change[0]), cavities == 2 ? std::abs(change[1]) : 0) / stride);
    fill(solid, newton, u, pressure, io::mm3_per_mL * now, io::mm3_per_mL * cycle.end_diastolic, steps);
    now = cycle.end_diastolic;
    double off = 0;
    for (std::size_t k = 0; k < cavities; ++k) {
      const double relaxed = blood_pressure(pressure)[k];
      off = std::max(off, std::abs(relaxed - emulators[k].pressure(0, now[k])));
      rests[k].push_back({now[k], relaxed - options.pericardial_pressure});
    }
    if (off < agreement)
      break;
  }
  cycle.beats = beats;
  return cycle;
}

/// Begins the beat at `start` (ms) in the limit cycle of the circulation with emulators. Whether it could: else nothing has changed.
/// Collective.
bool Simulation::Parts::start_from_emulators(double start) {
  const petsc::Vector u_now = petsc::like(u);
  petsc::copy(u, u_now);
  const PerCavity pressure_now = pressure;
  io::ArchiveWriter past;
  solid.keep_past(past);
  EmulatedCycle cycle;
  try {
    cycle = fill_to_limit_cycle();
    const double blood = input.circulation.total_volume(state), lost = input.circulation.total_volume(cycle.start) - blood;
    if (!(std::abs(lost) <= 1e-8 * blood))
      throw io::SolveError("the circulation with emulators changed the blood volume by " + io::print_number(lost) + " mL");
  } catch (const std::runtime_error &problem) { // of the case or the numerics, the same on every rank
    io::ArchiveReader kept(past);
    solid.restore_past(kept);
    petsc::copy(u_now, u);
    pressure = pressure_now;
    io::say("    no emulator starts the next beat, which goes on from the last: " + std::string(problem.what()));
    return false;
  }
  const BeatVolumes last = volumes_of(beat_of(result.series, result.beat_starts, result.beat_starts.size() - 1), cavities);
  io::say("    emulators of the ventricles come to their limit cycle in " + std::to_string(cycle.beats) +
          " beats of the circulation: end-diastolic volume " + in_words(cycle.end_diastolic, cavities) + " mL (last beat " +
          in_words(last.end_diastolic, cavities) + "), stroke volume " + in_words(cycle.stroke, cavities) + " mL (" +
          in_words(last.stroke(), cavities) + "); the next beat starts there");
  result.emulated.push_back({result.beat_starts.size(), cycle.beats, cycle.end_diastolic, cycle.stroke});
  result.beat_starts.push_back(start);
  state = cycle.start;
  last_pressure = pressure;
  last_dt = 0;
  wanted_dt = longest_step();
  begin_at_rest();
  return true;
}

} // namespace corvivo::physics
