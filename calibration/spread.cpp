#include <calibration/spread.hpp>

#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>

namespace corvivo::calibration {

namespace {

enum Outcome { done, case_error, solve_error, bug };

/// The first rank's error, if any, on every rank.
void agree(MPI_Comm comm, int outcome, std::string message) {
  const int rank = io::rank(comm), ranks = io::ranks(comm);
  int first = outcome == done ? ranks : rank;
  MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN, comm);
  if (first == ranks)
    return;
  int length = static_cast<int>(message.size());
  MPI_Bcast(&outcome, 1, MPI_INT, first, comm);
  MPI_Bcast(&length, 1, MPI_INT, first, comm);
  message.resize(length);
  MPI_Bcast(message.data(), length, MPI_CHAR, first, comm);
  if (outcome == case_error)
    throw io::CaseError(message);
  if (outcome == solve_error)
    throw io::SolveError(message);
  throw io::Bug(message);
}

} // namespace

Matrix spread(MPI_Comm comm, std::size_t count, std::size_t width, const std::function<Vector(std::size_t)> &work) {
  const std::size_t rank = io::rank(comm), ranks = io::ranks(comm);
  Vector all(count * width, 0.0);
  int outcome = done;
  std::string message;
  try {
    for (std::size_t i = rank; i < count; i += ranks) {
      const Vector result = work(i);
      CORVIVO_ASSERT(result.size() == width, "a spread result has another length than promised");
      std::copy(result.begin(), result.end(), all.begin() + i * width);
    }
  } catch (const io::CaseError &error) {
    outcome = case_error, message = error.what();
  } catch (const io::SolveError &error) {
    outcome = solve_error, message = error.what();
  } catch (const std::exception &error) {
    outcome = bug, message = error.what();
  }
  agree(comm, outcome, message);
  MPI_Allreduce(MPI_IN_PLACE, all.data(), static_cast<int>(all.size()), MPI_DOUBLE, MPI_SUM, comm); // one term, else zeros: exact
  Matrix results(count);
  for (std::size_t i = 0; i < count; ++i)
    results[i].assign(all.begin() + i * width, all.begin() + (i + 1) * width);
  return results;
}

} // namespace corvivo::calibration
