#include <calibration/starts.hpp>

#include <calibration/spread.hpp>
#include <io/base/errors.hpp>
#include <io/base/random_stream.hpp>

#include <numeric>

namespace corvivo::calibration {

Matrix starting_points(const ParameterScale &scale, std::size_t count, std::int64_t seed) {
  Matrix points(count, Vector(scale.size(), 0.0));
  io::RandomStream random(static_cast<std::uint64_t>(seed));
  const std::size_t slices = count - 1;
  for (std::size_t i = 0; i < scale.size(); ++i) {
    std::vector<std::size_t> slice(slices);
    std::iota(slice.begin(), slice.end(), 0);
    for (std::size_t k = slices; k > 1; --k)
      std::swap(slice[k - 1], slice[random.below(k)]);
    for (std::size_t k = 0; k < slices; ++k)
      points[k + 1][i] = scale.lower()[i] + (scale.upper()[i] - scale.lower()[i]) * (slice[k] + random.uniform()) / slices;
  }
  return points;
}

std::vector<StartResult> minimise_from(const Matrix &points, const Misfit &misfit, MPI_Comm comm) {
  const ParameterScale &scale = misfit.scale();
  const std::size_t n = scale.size();
  LevenbergMarquardt options;
  options.step_tolerance = 1e-6; // of a prior standard deviation
  const Matrix rows = spread(comm, points.size(), n + 4, [&](std::size_t k) {
    Vector row(n + 4, 0.0);
    try {
      const Minimum minimum = minimise(misfit, points[k], scale.lower(), scale.upper(), options);
      std::copy(minimum.x.begin(), minimum.x.end(), row.begin());
      row[n] = 1;
      row[n + 1] = minimum.objective;
      row[n + 2] = minimum.iterations;
      row[n + 3] = minimum.converged;
    } catch (const io::SolveError &) { // that start stays unanswered
    }
    return row;
  });
  std::vector<StartResult> results;
  for (const Vector &row : rows)
    results.push_back({row[n] == 1, {Vector(row.begin(), row.begin() + n), row[n + 1], static_cast<int>(row[n + 2]), row[n + 3] == 1}});
  return results;
}

} // namespace corvivo::calibration
