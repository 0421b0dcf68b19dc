#include <io/base/version.hpp>

#include <corvivo_version.hpp>

namespace corvivo::io {

std::string version() {
  return CORVIVO_VERSION;
}
std::string git_hash() {
  return CORVIVO_GIT_HASH;
}

} // namespace corvivo::io
