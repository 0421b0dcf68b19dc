#include <io/base/hash.hpp>

#include <io/base/text.hpp>

#include <boost/uuid/detail/sha1.hpp>

#include <cstdio>

namespace corvivo::io {

std::string content_hash(const std::string &bytes) {
  boost::uuids::detail::sha1 sha;
  sha.process_bytes(bytes.data(), bytes.size());
  unsigned int digest[5];
  sha.get_digest(digest);
  std::string text;
  for (const unsigned int word : digest) {
    char buffer[9];
    std::snprintf(buffer, sizeof buffer, "%08x", word);
    text += buffer;
  }
  return text;
}

std::string file_hash(const std::string &path) {
  return content_hash(read_file(path));
}

} // namespace corvivo::io
