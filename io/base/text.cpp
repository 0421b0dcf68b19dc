#include <io/base/text.hpp>

#include <io/base/errors.hpp>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>

namespace corvivo::io {

std::string join(const std::vector<std::string> &parts, const std::string &separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i)
    out += (i ? separator : "") + parts[i];
  return out;
}

namespace {
std::size_t edit_distance(const std::string &a, const std::string &b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}
} // namespace

std::string did_you_mean(const std::string &found, const std::vector<std::string> &names) {
  if (names.empty())
    return {};
  const auto nearest = std::min_element(names.begin(), names.end(), [&](const std::string &a, const std::string &b) {
    return edit_distance(found, a) < edit_distance(found, b);
  });
  if (edit_distance(found, *nearest) <= std::max<std::size_t>(2, found.size() / 3))
    return "; did you mean '" + *nearest + "'?";
  return "; expected one of " + join(names, ", ");
}

std::string read_file(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path))
    throw CaseError(path + ": cannot be read; expected a file there");
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

void write_file(const std::string &path, const std::string &content) {
  const std::string temporary = path + ".part";
  {
    std::ofstream file(temporary, std::ios::binary);
    file << content;
    file.flush();
    if (!file) {
      std::error_code ignored;
      std::filesystem::remove(temporary, ignored);
      throw CaseError(path + ": cannot be written; is the folder there, writable, and the disk not full?");
    }
  }
  std::error_code error;
  std::filesystem::rename(temporary, path, error);
  if (error) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw CaseError(path + ": cannot be written (" + error.message() + ")");
  }
}

std::string fixed(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

bool is_plain_name(const std::string &name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.' || c == '+'; });
}

} // namespace corvivo::io
