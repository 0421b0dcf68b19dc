#pragma once
/// What the parts of one assembly add up over the ranks.
#include <physics/mechanics/solid.hpp>

#include <mpi.h>

namespace corvivo::physics {

struct Solid::Sums {
  bool valid = true;
  double min_det_f = 1e300;
  std::array<double, 3> area{};       ///< integral of n da over the cavity's wall, n out of the tissue
  std::array<double, 3> rim_centre{}; ///< mean place of the rim's nodes
  double moment = 0;                  ///< integral of x . n da over the cavity's wall
  double volume = 0;
  double energy = 0; ///< elastic, of this rank's cells, kPa mm^3

  void reduce(MPI_Comm comm) {
    double sum[4] = {area[0], area[1], area[2], moment};
    MPI_Allreduce(MPI_IN_PLACE, sum, 4, MPI_DOUBLE, MPI_SUM, comm);
    MPI_Allreduce(MPI_IN_PLACE, &min_det_f, 1, MPI_DOUBLE, MPI_MIN, comm);
    area = {sum[0], sum[1], sum[2]};
    moment = sum[3];
    volume = -(moment - io::dot(rim_centre, area)) / 3;
    valid = min_det_f > 0;
  }
};

} // namespace corvivo::physics
