#pragma once
/// Small text helpers used by messages.
#include <string>
#include <vector>

namespace corvivo::io {

std::string join(const std::vector<std::string> &parts, const std::string &separator);
/// "; did you mean 'x'?" for the nearest of `names` by edit distance, else "; expected one of a, b, c"; nothing without names.
std::string did_you_mean(const std::string &found, const std::vector<std::string> &names);
/// Whole file as bytes; throws CaseError "cannot be read".
std::string read_file(const std::string &path);
/// Writes through a temporary file and renames, so that a killed run leaves the old or the new file; throws CaseError.
void write_file(const std::string &path, const std::string &content);
/// printf-style number: fixed(3.14159, 2) == "3.14".
std::string fixed(double value, int digits);
/// Letters, digits and _ - . + alone, at least one: fit for a column of a table or a part of a result's name.
bool is_plain_name(const std::string &name);

} // namespace corvivo::io
