#include <io/base/hash.hpp>

#include <io/base/text.hpp>

#include <boost/uuid/detail/sha1.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

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

std::string path_hash(const std::string &path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error))
    return file_hash(path);
  std::vector<std::string> files;
  for (const auto &entry : std::filesystem::directory_iterator(path))
    if (entry.is_regular_file())
      files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  std::string text;
  for (const std::string &file : files)
    text += std::filesystem::path(file).filename().string() + " " + file_hash(file) + "\n";
  return content_hash(text);
}

} // namespace corvivo::io
