#pragma once
/// A nodal quantity at a row of times, e.g. calcium from electrophysiology to mechanics.
#include <cstddef>
#include <string>
#include <vector>

namespace corvivo::physics {

struct NodalHistory {
  std::vector<double> times; ///< ms, ascending
  std::size_t nodes = 0;
  std::vector<float> values; ///< values[time * nodes + node]
  /// Linear in time, the end values outside.
  double at(double time, std::size_t node) const;
};

/// Binary file with a checked heading; load throws CaseError for a file that is not one.
void save(const NodalHistory &history, const std::string &path);
NodalHistory load_nodal_history(const std::string &path);

} // namespace corvivo::physics
