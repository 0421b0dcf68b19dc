#pragma once
/// Files of ours that hold many numbers: a line that names the format, a line of json, then the numbers as they lie in memory.
#include <cstring>
#include <string>
#include <vector>

namespace corvivo::io {

struct HeadedFile {
  std::string heading, numbers;
};

/// `format`: "corvivo fibres 1", without line breaks like `heading`. Throws CaseError when the file cannot be written.
void write_headed_file(const std::string &path, const std::string &format, const HeadedFile &content);

/// Throws CaseError "PATH: not WHAT; delete it and run again" for a file of another format.
HeadedFile read_headed_file(const std::string &path, const std::string &format, const std::string &what);

template <class Number> std::string to_bytes(const std::vector<Number> &values) {
  return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(Number)};
}

/// Throws CaseError "PATH: WHAT cut off; delete it and run again" unless there are `bytes` bytes of numbers.
void check_length(const HeadedFile &file, std::size_t bytes, const std::string &path, const std::string &what);

/// `count` numbers from number `first` on; they must be there (`check_length`).
template <class Number> std::vector<Number> numbers_of(const HeadedFile &file, std::size_t first, std::size_t count) {
  std::vector<Number> values(count);
  if (count > 0)
    std::memcpy(values.data(), file.numbers.data() + first * sizeof(Number), count * sizeof(Number));
  return values;
}

} // namespace corvivo::io
