#pragma once
/// A beat, or a series of premature stimuli, under way on disk, so that a killed run goes on where it was.
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

/// What one rank must know to go on after the first `done` premature stimuli.
struct PrematureCheckpoint {
  std::size_t done = 0;
  Monodomain::State before; ///< in which the last of them found the tissue
  io::TimeSeries table;     ///< a row for each of them, as vulnerability() returns it
};

io::ArchiveWriter to_archive(const PrematureCheckpoint &checkpoint);
/// Throws CaseError for an archive of something else.
PrematureCheckpoint premature_checkpoint(io::ArchiveReader &archive);

} // namespace corvivo::physics
