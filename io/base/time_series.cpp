#include <io/base/time_series.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <sstream>

namespace corvivo::io {

std::size_t TimeSeries::add_column(const std::string &name, const std::string &unit) {
  CORVIVO_ASSERT(!has(name), "column '" + name + "' twice");
  CORVIVO_ASSERT((name + unit).find_first_of(",\r\n") == std::string::npos, "column '" + name + "' cannot stand in a csv");
  columns_.push_back({name, unit, std::vector<double>(rows(), std::numeric_limits<double>::quiet_NaN())});
  return columns_.size() - 1;
}

void TimeSeries::append_row(const std::vector<double> &values) {
  CORVIVO_ASSERT(values.size() == columns_.size(), "a row needs one value for each column");
  for (std::size_t i = 0; i < values.size(); ++i)
    columns_[i].values.push_back(values[i]);
}

bool TimeSeries::has(const std::string &name) const {
  for (const Column &c : columns_)
    if (c.name == name)
      return true;
  return false;
}

const std::vector<double> &TimeSeries::column(const std::string &name) const {
  for (const Column &c : columns_)
    if (c.name == name)
      return c.values;
  throw Bug("no column named '" + name + "'");
}

std::string to_csv(const TimeSeries &series) {
  std::string out;
  for (const auto &c : series.columns())
    out += (out.empty() ? "" : ",") + c.name + " [" + c.unit + "]";
  out += '\n';
  for (std::size_t row = 0; row < series.rows(); ++row) {
    for (std::size_t i = 0; i < series.columns().size(); ++i)
      out += (i ? "," : "") + print_number(series.columns()[i].values[row]);
    out += '\n';
  }
  return out;
}

namespace {

struct Cell {
  std::string text;
  std::size_t column; // of its first character in the line, from 1
};

// The cells of a line without the blanks around them; a comma at the end is followed by an empty cell.
std::vector<Cell> split(const std::string &line) {
  std::vector<Cell> cells;
  for (std::size_t start = 0, end = 0; end != std::string::npos; start = end + 1) {
    end = line.find(',', start);
    const std::size_t stop = end == std::string::npos ? line.size() : end;
    std::size_t first = start, last = stop;
    while (first < last && std::isspace(static_cast<unsigned char>(line[first])))
      ++first;
    while (last > first && std::isspace(static_cast<unsigned char>(line[last - 1])))
      --last;
    cells.push_back({line.substr(first, last - first), first + 1});
  }
  return cells;
}

std::pair<std::string, std::string> name_and_unit(const std::string &heading) {
  const auto open = heading.find(" [");
  if (open == std::string::npos || heading.back() != ']')
    return {heading, "1"};
  return {heading.substr(0, open), heading.substr(open + 2, heading.size() - open - 3)};
}

void add_columns(TimeSeries &series, const std::vector<Cell> &cells, const std::string &where) {
  for (const Cell &cell : cells) {
    const auto [name, unit] = name_and_unit(cell.text);
    if (name.empty() || series.has(name))
      throw CaseError(where + std::to_string(cell.column) + ": found '" + name +
                      "' as the name of a column, expected one that is not empty " + "and stands in the heading once");
    series.add_column(name, unit);
  }
}

std::vector<double> numbers_of(const std::vector<Cell> &cells, const std::string &where) {
  std::vector<double> values;
  for (const Cell &cell : cells) {
    double value = 0;
    const auto [end, error] = std::from_chars(cell.text.data(), cell.text.data() + cell.text.size(), value);
    if (error != std::errc() || end != cell.text.data() + cell.text.size())
      throw CaseError(where + std::to_string(cell.column) + ": found '" + cell.text + "', expected a number");
    values.push_back(value);
  }
  return values;
}

} // namespace

TimeSeries time_series_from_csv(const std::string &path) {
  std::istringstream file(read_file(path));
  TimeSeries series;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (number == 1 && line.rfind("\xEF\xBB\xBF", 0) == 0)
      line.erase(0, 3); // the mark that some spreadsheets put first
    if (line.find_first_not_of(" \t\r") == std::string::npos || line[0] == '#')
      continue;
    const std::string where = path + ":" + std::to_string(number) + ":";
    const std::vector<Cell> cells = split(line);
    if (series.columns().empty()) {
      add_columns(series, cells, where);
      continue;
    }
    if (cells.size() != series.columns().size())
      throw CaseError(where + "1: found " + std::to_string(cells.size()) + " values, expected " + std::to_string(series.columns().size()) +
                      " as in the heading");
    series.append_row(numbers_of(cells, where));
  }
  if (series.columns().empty())
    throw CaseError(path + ": empty; expected a heading and rows of numbers");
  return series;
}

} // namespace corvivo::io
