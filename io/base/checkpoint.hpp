#pragma once
/// The state of a long computation on disk, so that a killed run goes on where it was.
#include <io/base/headed_file.hpp>
#include <io/base/time_series.hpp>

#include <filesystem>
#include <mpi.h>
#include <optional>

namespace corvivo::io {

/// Vectors of numbers, one after the other.
class ArchiveWriter {
public:
  template <class Number> void operator()(const std::vector<Number> &values) {
    lengths_.push_back(values.size());
    numbers_ += to_bytes(values);
  }
  /// The rows of a series.
  void operator()(const TimeSeries &series);
  /// `mark` says where the computation was. Throws CaseError when the file cannot be written.
  void write(const std::string &path, int mark) const;

private:
  friend class ArchiveReader;
  std::vector<std::size_t> lengths_;
  std::string numbers_;
};

/// The same vectors in the same order.
class ArchiveReader {
public:
  /// Throws CaseError for a file that is not one.
  explicit ArchiveReader(const std::string &path);
  /// What a writer holds, without a file.
  explicit ArchiveReader(const ArchiveWriter &archive) : file_{"", archive.numbers_}, lengths_(archive.lengths_) {}
  int mark() const { return mark_; }
  /// Throws CaseError when there is no further vector.
  template <class Number> void operator()(std::vector<Number> &values) {
    const std::size_t bytes = next_bytes(sizeof(Number));
    values.resize(bytes / sizeof(Number));
    if (bytes > 0)
      std::memcpy(values.data(), file_.numbers.data() + at_ - bytes, bytes);
  }
  /// The rows of a series that has its columns; those that it had are gone.
  void operator()(TimeSeries &series);

private:
  std::size_t next_bytes(std::size_t size);

  HeadedFile file_;
  std::string path_;
  std::vector<std::size_t> lengths_;
  std::size_t next_ = 0, at_ = 0;
  int mark_ = 0;
};

/// Two generations of files `STEM.<slot>.<rank>_of_<ranks>`: a run that is killed while it writes one still has the other.
class Checkpoints {
public:
  /// An empty stem: nothing is written or found.
  Checkpoints(std::filesystem::path stem, MPI_Comm comm) : stem_(std::move(stem)), comm_(comm) {}
  explicit operator bool() const { return !stem_.empty(); }

  /// Collective; makes the folder. Throws CaseError when a file cannot be written.
  void save(int mark, const ArchiveWriter &archive);
  /// Collective: the last one that all ranks have, of the same number of ranks; files that are damaged are told and count as absent.
  std::optional<ArchiveReader> load();
  /// Removes them, those of other numbers of ranks too. Every rank calls it.
  void clear() const;

private:
  std::filesystem::path file(int slot) const;

  void tell(const std::string &problem) const;

  std::filesystem::path stem_;
  MPI_Comm comm_;
  int next_slot_ = 0;
};

} // namespace corvivo::io
