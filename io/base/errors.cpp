#include <io/base/errors.hpp>

#include <sstream>

namespace corvivo::io {

namespace {
std::string with_history(const std::string &message, const std::vector<double> &residuals) {
  if (residuals.empty())
    return message;
  std::ostringstream text;
  text << message << "; residuals:";
  for (const double residual : residuals)
    text << ' ' << residual;
  return text.str();
}
} // namespace

SolveError::SolveError(const std::string &message, std::vector<double> residuals)
    : std::runtime_error(with_history(message, residuals)), residuals_(std::move(residuals)) {}

} // namespace corvivo::io
