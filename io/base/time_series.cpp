#include <io/base/time_series.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <charconv>
#include <cmath>
#include <limits>
#include <sstream>

namespace corvivo::io {

std::size_t TimeSeries::add_column(const std::string &name, const std::string &unit) {
  CORVIVO_ASSERT(!has(name), "column '" + name + "' twice");
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

std::vector<std::string> split(const std::string &line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');)
    cells.push_back(cell);
  return cells;
}

std::pair<std::string, std::string> name_and_unit(const std::string &heading) {
  const auto open = heading.find(" [");
  if (open == std::string::npos || heading.back() != ']')
    return {heading, "1"};
  return {heading.substr(0, open), heading.substr(open + 2, heading.size() - open - 3)};
}

} // namespace

TimeSeries time_series_from_csv(const std::string &path) {
  std::istringstream file(read_file(path));
  TimeSeries series;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (!line.empty() && line.back() == '\r')
      line.pop_back();
    if (line.empty() || line[0] == '#')
      continue;
    const std::vector<std::string> cells = split(line);
    if (series.columns().empty()) {
      for (const std::string &cell : cells) {
        const auto [name, unit] = name_and_unit(cell);
        series.add_column(name, unit);
      }
      continue;
    }
    const std::string where = path + ":" + std::to_string(number) + ":";
    if (cells.size() != series.columns().size())
      throw CaseError(where + "1: found " + std::to_string(cells.size()) + " values, expected " + std::to_string(series.columns().size()) +
                      " as in the heading");
    std::vector<double> values;
    for (const std::string &cell : cells) {
      double value = 0;
      const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
      if (error != std::errc() || end != cell.data() + cell.size())
        throw CaseError(where + std::to_string(values.size() + 1) + ": found '" + cell + "', expected a number");
      values.push_back(value);
    }
    series.append_row(values);
  }
  if (series.columns().empty())
    throw CaseError(path + ": empty; expected a heading and rows of numbers");
  return series;
}

} // namespace corvivo::io
