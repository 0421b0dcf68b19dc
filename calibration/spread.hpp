#pragma once
#include <calibration/dense.hpp>

#include <functional>
#include <mpi.h>

namespace corvivo::calibration {

/// `work(i)` for i = 0 … count - 1, each on one rank, the results (of `width` numbers each) on every rank: the same bits for any number of
/// ranks. An error of any rank is thrown on all (same type). Collective over `comm`.
Matrix spread(MPI_Comm comm, std::size_t count, std::size_t width, const std::function<Vector(std::size_t)> &work);

} // namespace corvivo::calibration
