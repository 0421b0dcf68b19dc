/// What an accepted step leaves behind, on disk.
#include <physics/mechanics/solid.hpp>

#include <physics/activation/active_tension.hpp>

#include <io/base/checkpoint.hpp>

namespace corvivo::physics {

/// The same order for writing and reading. States after the step are assembled anew before they are accepted, and the displacement that
/// pressures are predicted from is set by the next solve.
template <class Body, class Archive> void Solid::each_past(Body &body, Archive &archive) {
  archive(body.old_states_);
  archive(body.old_stretch_);
  archive(body.stretch_);
  archive(body.tension_);
  archive(body.old_active_);
  archive(body.old_displacement_);
  archive(body.old_velocity_);
  archive(body.base_pressures_);
}

void Solid::keep_past(io::ArchiveWriter &archive) const {
  each_past(*this, archive);
  std::vector<std::array<double, 3>> vectors;
  for (std::size_t k = 0; k < cavities(); ++k)
    vectors.insert(vectors.end(), {valve_planes_[k].force, valve_planes_[k].centre, valve_planes_[k].traction, valve_planes_[k].turning});
  archive(vectors);
  archive(std::vector<double>{rest_share_, valve_plane_change_, predicts_ ? 1.0 : 0.0, energies_.elastic, energies_.springs,
                              energies_.fibres, energies_.dashpots});
}

void Solid::restore_past(io::ArchiveReader &archive) {
  each_past(*this, archive);
  std::vector<std::array<double, 3>> vectors;
  std::vector<double> numbers;
  archive(vectors);
  archive(numbers);
  const std::size_t points = points_.size(), nodes = domain_.local_nodes();
  const std::size_t states = model_.activation && !calcium_times_.empty() ? model_.activation->state_size() * points : 0;
  if (old_states_.size() != states || old_stretch_.size() != points || stretch_.size() != points || tension_.size() != points ||
      old_active_.size() != points || old_displacement_.size() != nodes || old_velocity_.size() != nodes ||
      base_pressures_.size() != domain_.cells().size() || vectors.size() != 4 * cavities() || numbers.size() != 7)
    throw io::CaseError("a checkpoint of another body; delete it and run again");
  new_states_ = old_states_;
  for (std::size_t k = 0; k < cavities(); ++k)
    valve_planes_[k] = {vectors[4 * k], vectors[4 * k + 1], vectors[4 * k + 2], vectors[4 * k + 3]};
  energies_ = {numbers[3], numbers[4], numbers[5], numbers[6]};
  rest_share_ = numbers[0], valve_plane_change_ = numbers[1], predicts_ = numbers[2] != 0;
}

} // namespace corvivo::physics
