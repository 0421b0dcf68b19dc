#pragma once
/// One run at a time in an output folder.
#include <filesystem>

namespace corvivo::cli {

/// Holds FOLDER/.lock by flock(2) as long as it lives. The system lets go of it when the process ends, however it ends, so a dead run
/// blocks nobody; the file itself stays. Rank 0 only.
class FolderLock {
public:
  FolderLock() = default;
  /// Throws CaseError when another process holds the lock, naming it. On a file system without locks it warns and goes on.
  explicit FolderLock(const std::filesystem::path &folder);
  ~FolderLock();
  FolderLock(const FolderLock &) = delete;
  FolderLock &operator=(const FolderLock &) = delete;
  FolderLock(FolderLock &&other) noexcept;
  FolderLock &operator=(FolderLock &&other) noexcept;

private:
  int file_ = -1;
};

} // namespace corvivo::cli
