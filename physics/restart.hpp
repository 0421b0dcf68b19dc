#pragma once
/// How a long run goes on after it was killed.
#include <filesystem>
#include <functional>

namespace corvivo::physics {

/// Where a run keeps its checkpoints, see io::Checkpoints, and what it does about the files of a run that it goes on from.
struct Restart {
  std::filesystem::path stem;               ///< empty: none
  std::function<void(double time)> goes_on; ///< rank 0: what was observed up to this time (ms) is there already
};

} // namespace corvivo::physics
