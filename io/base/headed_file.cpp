#include <io/base/headed_file.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

namespace corvivo::io {

void write_headed_file(const std::string &path, const std::string &format, const HeadedFile &content) {
  write_file(path, format + "\n" + content.heading + "\n" + content.numbers);
}

HeadedFile read_headed_file(const std::string &path, const std::string &format, const std::string &what) {
  const std::string content = read_file(path), mark = format + "\n";
  const std::size_t end = content.find('\n', mark.size());
  if (content.compare(0, mark.size(), mark) != 0 || end == std::string::npos)
    throw CaseError(path + ": not " + what + "; delete it and run again");
  return {content.substr(mark.size(), end - mark.size()), content.substr(end + 1)};
}

void check_length(const HeadedFile &file, std::size_t bytes, const std::string &path, const std::string &what) {
  if (file.numbers.size() != bytes)
    throw CaseError(path + ": " + what + " cut off (found " + std::to_string(file.numbers.size()) + " bytes of numbers, expected " +
                    std::to_string(bytes) + "); delete it and run again");
}

} // namespace corvivo::io
