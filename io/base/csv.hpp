#pragma once
/// Tables of text with commas (RFC 4180): what spreadsheets write and read.
#include <cstddef>
#include <string>
#include <vector>

namespace corvivo::io {

struct CsvRow {
  std::size_t line = 0; ///< where it begins, from 1
  std::vector<std::string> fields;
};

/// Rows of a text; quoted fields may hold commas, quotes (doubled) and line breaks. Blanks around a field do not count. Empty lines and
/// lines that start with '#' are left out. Where the first row has semicolons and no comma, semicolons part the fields. Throws CaseError
/// "NAME:line:column: ..." for a quote that is never closed.
std::vector<CsvRow> read_csv(const std::string &text, const std::string &name);

/// As one field of such a table: quoted where it must be.
std::string csv_field(const std::string &text);

} // namespace corvivo::io
