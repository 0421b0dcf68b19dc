#pragma once
/// What the parts of one assembly add up over the ranks.
#include <physics/mechanics/solid.hpp>

#include <algorithm>
#include <mpi.h>

namespace corvivo::physics {

struct Solid::Sums {
  bool valid = true;
  double min_det_f = 1e300;
  struct Cavity {
    std::array<double, 3> area{};       ///< integral of n da over the cavity's wall, n out of the tissue
    std::array<double, 3> rim_centre{}; ///< mean place of the rim's nodes
    double moment = 0;                  ///< integral of x . n da over the cavity's wall
  };
  std::array<Cavity, most_cavities> cavities;
  PerCavity volume;
  double energy = 0; ///< elastic, of this rank's cells, kPa mm^3

  void reduce(MPI_Comm comm) {
    double sums[4 * most_cavities];
    for (std::size_t i = 0; i < most_cavities; ++i) {
      std::copy_n(cavities[i].area.data(), 3, sums + 4 * i);
      sums[4 * i + 3] = cavities[i].moment;
    }
    MPI_Allreduce(MPI_IN_PLACE, sums, 4 * most_cavities, MPI_DOUBLE, MPI_SUM, comm);
    MPI_Allreduce(MPI_IN_PLACE, &min_det_f, 1, MPI_DOUBLE, MPI_MIN, comm);
    for (std::size_t i = 0; i < most_cavities; ++i) {
      std::copy_n(sums + 4 * i, 3, cavities[i].area.data());
      cavities[i].moment = sums[4 * i + 3];
      volume[i] = -(cavities[i].moment - io::dot(cavities[i].rim_centre, cavities[i].area)) / 3;
    }
    valid = min_det_f > 0;
  }
};

} // namespace corvivo::physics
