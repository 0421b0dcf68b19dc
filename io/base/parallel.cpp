#include <io/base/parallel.hpp>

#include <io/base/errors.hpp>

#include <algorithm>
#include <exception>

namespace corvivo::io {

int rank(MPI_Comm comm) {
  int value = 0;
  MPI_Comm_rank(comm, &value);
  return value;
}

int ranks(MPI_Comm comm) {
  int value = 1;
  MPI_Comm_size(comm, &value);
  return value;
}

namespace {
// MPI counts are int: long buffers go in pieces.
void broadcast_bytes(char *data, unsigned long long size, MPI_Comm comm, int from = 0) {
  constexpr unsigned long long piece = 1ull << 30;
  for (unsigned long long start = 0; start < size; start += piece)
    MPI_Bcast(data + start, static_cast<int>(std::min(piece, size - start)), MPI_BYTE, from, comm);
}
unsigned long long broadcast_size(unsigned long long size, MPI_Comm comm, int from = 0) {
  MPI_Bcast(&size, 1, MPI_UNSIGNED_LONG_LONG, from, comm);
  return size;
}
} // namespace

std::string broadcast(const std::string &on_rank_0, MPI_Comm comm) {
  std::string text = on_rank_0;
  text.resize(broadcast_size(text.size(), comm));
  broadcast_bytes(text.data(), text.size(), comm);
  return text;
}

std::vector<double> broadcast(const std::vector<double> &on_rank_0, MPI_Comm comm) {
  std::vector<double> values = on_rank_0;
  values.resize(broadcast_size(values.size(), comm));
  broadcast_bytes(reinterpret_cast<char *>(values.data()), values.size() * sizeof(double), comm);
  return values;
}

std::vector<std::string> all_gather(const std::string &mine, MPI_Comm comm) {
  std::vector<std::string> all(static_cast<std::size_t>(ranks(comm)));
  all[static_cast<std::size_t>(rank(comm))] = mine;
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].resize(broadcast_size(all[i].size(), comm, static_cast<int>(i)));
    broadcast_bytes(all[i].data(), all[i].size(), comm, static_cast<int>(i));
  }
  return all;
}

void on_rank_0(MPI_Comm comm, const std::function<void()> &work) {
  enum Outcome { done, case_error, solve_error, bug };
  int outcome = done;
  std::string message;
  std::exception_ptr original;
  if (rank(comm) == 0) {
    try {
      work();
    } catch (const CaseError &error) {
      outcome = case_error, message = error.what(), original = std::current_exception();
    } catch (const SolveError &error) { // its message tells the residuals, too
      outcome = solve_error, message = error.what(), original = std::current_exception();
    } catch (const std::exception &error) {
      outcome = bug, message = error.what();
    }
  }
  MPI_Bcast(&outcome, 1, MPI_INT, 0, comm);
  if (outcome == done)
    return;
  message = broadcast(message, comm);
  if (original)
    std::rethrow_exception(original);
  if (outcome == case_error)
    throw CaseError(message);
  if (outcome == solve_error)
    throw SolveError(message);
  throw Bug(message);
}

} // namespace corvivo::io
