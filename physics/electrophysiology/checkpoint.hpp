#pragma once
/// A beat under way on disk, so that a killed run goes on where it was.
#include <physics/electrophysiology/beat.hpp>

#include <filesystem>
#include <optional>

namespace corvivo::physics {

/// What one rank must know to go on after sample `sample` of a beat.
struct BeatCheckpoint {
  int sample = 0;
  double latest = 0; ///< latest first activation, +infinity while some tissue is at rest
  Monodomain::State state;
  BeatRecord record;
};

/// Two generations of files `STEM.<slot>.<rank>_of_<ranks>`: a run that is killed while it writes one still has the other.
class Checkpoints {
public:
  /// An empty stem: nothing is written or found.
  Checkpoints(std::filesystem::path stem, MPI_Comm comm) : stem_(std::move(stem)), comm_(comm) {}
  explicit operator bool() const { return !stem_.empty(); }

  /// Collective. Throws CaseError when a file cannot be written.
  void save(const BeatCheckpoint &checkpoint);
  /// Collective: the last one that all ranks have, of the same number of ranks; files that are damaged count as absent.
  std::optional<BeatCheckpoint> load();
  /// Collective: removes them.
  void clear() const;

private:
  std::filesystem::path file(int slot) const;

  std::filesystem::path stem_;
  MPI_Comm comm_;
  int next_slot_ = 0;
};

} // namespace corvivo::physics
