#include <tests/support/temporary_folder.hpp>

#include <cstdlib>

namespace corvivo::test {

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "corvivo-test-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path shared(const std::string &relative) {
  return std::filesystem::path(CORVIVO_SOURCE_DIR) / ".." / "shared" / relative;
}

} // namespace corvivo::test
