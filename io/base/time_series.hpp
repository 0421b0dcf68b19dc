#pragma once
/// Named columns with units, one row per saved time.
#include <string>
#include <vector>

namespace corvivo::io {

class TimeSeries {
public:
  struct Column {
    std::string name, unit;
    std::vector<double> values;
  };

  /// Adds an empty column (or, when rows exist, one of NaN); returns its index. Names are unique.
  std::size_t add_column(const std::string &name, const std::string &unit);
  /// One value for each column, in their order.
  void append_row(const std::vector<double> &values);
  std::size_t rows() const { return columns_.empty() ? 0 : columns_.front().values.size(); }
  const std::vector<Column> &columns() const { return columns_; }
  bool has(const std::string &name) const;
  /// Throws Bug when there is no such column.
  const std::vector<double> &column(const std::string &name) const;

private:
  std::vector<Column> columns_;
};

/// Header `name [unit],…`, numbers that read back to the same double.
std::string to_csv(const TimeSeries &series);
/// Reads what `to_csv` writes; lines that start with '#' are skipped. Throws CaseError with file:line:column.
TimeSeries time_series_from_csv(const std::string &path);

} // namespace corvivo::io
