#pragma once
#include <calibration/misfit.hpp>

#include <cstdint>

namespace corvivo::calibration {

/// Standardised points to start from: the baseline, then a Latin hypercube over the box (each of its coordinates takes each of count - 1
/// equal slices once).
Matrix starting_points(const ParameterScale &scale, std::size_t count, std::int64_t seed);

struct StartResult {
  bool answered = false;
  Minimum minimum;
};

/// Minimises from every point, points spread over the ranks of `comm` (collective). `misfit` must not be collective over more than one
/// rank. A start at which the model fails is not answered.
std::vector<StartResult> minimise_from(const Matrix &points, const Misfit &misfit, MPI_Comm comm);

} // namespace corvivo::calibration
