#pragma once
/// A beat under way on disk, so that a killed run goes on where it was.
#include <io/base/checkpoint.hpp>
#include <physics/electrophysiology/beat.hpp>

namespace corvivo::physics {

/// What one rank must know to go on after sample `sample` of a beat.
struct BeatCheckpoint {
  int sample = 0;
  double latest = 0; ///< latest first activation, +infinity while some tissue is at rest
  Monodomain::State state;
  BeatRecord record; ///< its tables have columns without names
};

io::ArchiveWriter to_archive(const BeatCheckpoint &checkpoint);
/// Throws CaseError for an archive of something else.
BeatCheckpoint beat_checkpoint(io::ArchiveReader &archive);

} // namespace corvivo::physics
