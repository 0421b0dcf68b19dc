/// Energies of an accepted step.
#include <physics/mechanics/solid.hpp>

namespace corvivo::physics {

/// Work between two steps is that of the mean of the forces at both, of fibres and of dashpots.
void Solid::sum_energies(const double *u, double dt) {
  energies_.elastic = elastic_energy_;
  for (std::size_t p = 0; p < points_.size() && dt > 0; ++p)
    energies_.fibres -=
        points_[p].weight * 0.5 * (active_[p].stress + old_active_[p].stress) * (active_[p].half_square - old_active_[p].half_square);
  old_active_ = active_;
  energies_.springs = 0;
  for (std::size_t k = 0; k < normals_.size(); ++k) {
    const SurfaceSprings &springs = model_.springs[k].second;
    const int surface = domain_.surface(model_.springs[k].first);
    for (const Domain::Face &face : domain_.faces())
      for (const FacePoint &point : face_points()) {
        if (face.surface != surface)
          continue;
        const Held at = held(face, point, normals_[k], u, dt > 0 ? 1 / dt : 0);
        std::array<double, 3> mean = 0.5 * at.speed; // with the last step's
        for (int a = 0; a < nodes_per_face; ++a)
          mean = mean + 0.5 * point.shape[a] * old_velocity_[face.nodes[a]];
        const double stretch_n = io::dot(at.stretch, at.normal), speed_n = io::dot(at.speed, at.normal);
        energies_.springs += 0.5 * at.area *
                             (springs.tangential_stiffness * io::dot(at.stretch, at.stretch) +
                              (springs.normal_stiffness - springs.tangential_stiffness) * stretch_n * stretch_n);
        energies_.dashpots += dt * at.area *
                              (springs.tangential_damping * io::dot(mean, at.speed) +
                               (springs.normal_damping - springs.tangential_damping) * io::dot(mean, at.normal) * speed_n);
      }
  }
}

Solid::Energies Solid::energies() const {
  double sums[4] = {energies_.elastic, energies_.springs, energies_.fibres, energies_.dashpots};
  MPI_Allreduce(MPI_IN_PLACE, sums, 4, MPI_DOUBLE, MPI_SUM, domain_.communicator());
  return {sums[0], sums[1], sums[2], sums[3]};
}

} // namespace corvivo::physics
