#pragma once
/// The few collective calls that layers below deal.II need. Every function here is collective over `comm` unless it says otherwise.
#include <functional>
#include <mpi.h>
#include <string>
#include <vector>

namespace corvivo::io {

int rank(MPI_Comm comm = MPI_COMM_WORLD);
int ranks(MPI_Comm comm = MPI_COMM_WORLD);

/// What rank 0 holds, on every rank.
std::string broadcast(const std::string &on_rank_0, MPI_Comm comm);
std::vector<double> broadcast(const std::vector<double> &on_rank_0, MPI_Comm comm);

/// What every rank holds, by rank, on every rank.
std::vector<std::string> all_gather(const std::string &mine, MPI_Comm comm);

/// Runs `work` on rank 0 only; an error thrown there is thrown again on every rank (same type and message), so that none is left waiting.
void on_rank_0(MPI_Comm comm, const std::function<void()> &work);

} // namespace corvivo::io
