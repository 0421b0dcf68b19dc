#pragma once
/// Where in a parameter space the training runs stand.
#include <physics/forward_model.hpp>

namespace corvivo::surrogate {

/// The first `count` points of a Sobol sequence over the box of `space` (direction numbers of Joe & Kuo, SIAM J Sci Comput 30:2635, 2008),
/// with a random digital shift drawn from `seed` (L'Ecuyer & Lemieux, in Modeling Uncertainty, Kluwer 2002), so that every seed gives
/// another equally even set. The same seed gives the same points; a longer sequence begins with the shorter one.
/// Throws CaseError when a bound of the space is not finite or its upper bound does not exceed the lower one.
std::vector<physics::ParameterVector> sobol_points(const physics::ParameterSpace &space, int count, int seed);

} // namespace corvivo::surrogate
