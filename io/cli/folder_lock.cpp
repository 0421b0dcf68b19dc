#include <io/cli/folder_lock.hpp>

#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/text.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace corvivo::cli {

namespace {

/// "process 4711 on host" for whoever meets the lock.
std::string this_process() {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  return "process " + std::to_string(getpid()) + " on " + host;
}

[[noreturn]] void refuse(const std::filesystem::path &folder) {
  const std::string holder = io::read_file((folder / ".lock").string());
  throw io::CaseError(folder.string() + ": another run is writing into this output folder" + (holder.empty() ? "" : " (" + holder + ")") +
                      "; wait until it ends, or try another folder with --output DIR");
}

} // namespace

FolderLock::FolderLock(const std::filesystem::path &folder) {
  const std::string name = (folder / ".lock").string();
  file_ = open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file_ < 0)
    throw io::CaseError(folder.string() + ": the output folder is not writable (" + std::strerror(errno) +
                        "); try another with --output DIR");
  if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    close(std::exchange(file_, -1));
    if (error == EWOULDBLOCK)
      refuse(folder);
    io::warn(folder.string() + ": its file system has no locks (" + std::strerror(error) + "): let no two runs write into it at once");
    return;
  }
  const std::string holder = this_process();
  if (ftruncate(file_, 0) != 0 || write(file_, holder.data(), holder.size()) < 0)
    io::warn(name + ": cannot be written (" + std::strerror(errno) + ")");
}

FolderLock::~FolderLock() {
  if (file_ >= 0)
    close(file_);
}

FolderLock::FolderLock(FolderLock &&other) noexcept : file_(std::exchange(other.file_, -1)) {}

FolderLock &FolderLock::operator=(FolderLock &&other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

} // namespace corvivo::cli
