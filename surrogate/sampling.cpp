#include <surrogate/sampling.hpp>

#include <io/base/errors.hpp>
#include <io/base/units.hpp>

#include <boost/random/sobol.hpp>

#include <cmath>
#include <random>

namespace corvivo::surrogate {

namespace {

void check(const physics::ParameterSpace &space) {
  if (space.empty())
    throw io::CaseError("the model has no parameters, expected at least one to sample");
  for (const physics::Parameter &parameter : space)
    if (!std::isfinite(parameter.lower) || !std::isfinite(parameter.upper) || parameter.lower >= parameter.upper)
      throw io::CaseError("parameter '" + parameter.name + "': found bounds " + io::print_number(parameter.lower) + " and " +
                          io::print_number(parameter.upper) + ", expected a finite lower bound below a finite upper one");
}

constexpr double two_to_minus_53 = 1.0 / 9007199254740992.0;

// The standard distributions differ between libraries; the 53 leading bits do not.
double unit_interval(std::uint64_t bits) {
  return static_cast<double>(bits >> 11) * two_to_minus_53;
}

} // namespace

std::vector<physics::ParameterVector> sobol_points(const physics::ParameterSpace &space, int count, int seed) {
  check(space);
  std::mt19937_64 random(static_cast<std::uint64_t>(seed));
  std::vector<std::uint64_t> shift(space.size());
  for (std::uint64_t &bits : shift)
    bits = random();
  boost::random::sobol sequence(space.size());
  std::vector<physics::ParameterVector> points(static_cast<std::size_t>(count), physics::ParameterVector(space.size()));
  for (physics::ParameterVector &point : points)
    for (std::size_t i = 0; i < point.size(); ++i)
      // exclusive or, not a sum modulo 1, which would cost the evenness in several dimensions (tests/surrogate: 0.008 against 0.0007)
      point[i] = space[i].lower + (space[i].upper - space[i].lower) * unit_interval(sequence() ^ shift[i]);
  return points;
}

} // namespace corvivo::surrogate
