#pragma once
#include <filesystem>
#include <string>

namespace corvivo::test {

/// A folder of a test's own that goes when the test ends.
class TemporaryFolder {
public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;
  const std::filesystem::path &path() const { return path_; }
  std::string file(const std::string &name) const { return (path_ / name).string(); }

private:
  std::filesystem::path path_;
};

/// ../shared/... beside the project; tests that need a file from there skip with a message when it is absent (see SKIP_WITHOUT).
std::filesystem::path shared(const std::string &relative);

#define SKIP_WITHOUT(path)                                                                                                                 \
  if (!std::filesystem::exists(path))                                                                                                      \
  GTEST_SKIP() << "needs " << (path) << ", which is not there"

} // namespace corvivo::test
