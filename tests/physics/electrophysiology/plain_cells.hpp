#pragma once
/// The equations of the ionic models once more, term by term as their papers print them and without any of the kernels' algebra: the
/// right-hand side that CVODE integrates, and that the kernels' rates are compared with.
#include <functional>
#include <string>

namespace corvivo::physics {

/// dy/dt of y = (V, states in the order of the model), without stimulus; lengths are the caller's.
using PlainRates = std::function<void(const double *y, double *rates)>;

/// Empty for ten Tusscher 2006, whose kernel is compared with trajectories of another project.
PlainRates plain_rates(const std::string &model);

} // namespace corvivo::physics
