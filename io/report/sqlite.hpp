#pragma once
/// What the writers of databases share.
#include <cstdint>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace corvivo::io {

class Database {
public:
  /// `flags` as of sqlite3_open_v2. Throws CaseError, as every function here does when the database refuses.
  Database(const std::string &path, int flags);
  ~Database();
  Database(const Database &) = delete;
  Database &operator=(const Database &) = delete;

  void execute(const std::string &sql);
  int number(const std::string &sql); ///< first column of the first row; 0 without rows
  std::int64_t last_id() const;
  [[noreturn]] void fail() const;
  sqlite3 *handle() const { return handle_; }

private:
  std::string path_;
  sqlite3 *handle_ = nullptr;
};

/// One prepared statement; values are bound in order.
class Statement {
public:
  Statement(Database &database, const std::string &sql);
  ~Statement();
  Statement(const Statement &) = delete;
  Statement &operator=(const Statement &) = delete;

  Statement &bind(const std::string &text);
  Statement &bind(std::int64_t number);
  Statement &bind(double number); ///< NaN becomes NULL
  Statement &null();
  bool step(); ///< true while there is a row
  void run_and_reset();
  bool is_null(int column) const;
  double real(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;

private:
  Database &database_;
  sqlite3_stmt *statement_ = nullptr;
  int bound_ = 0;
};

/// Undone unless committed.
class Transaction {
public:
  explicit Transaction(Database &database);
  ~Transaction();
  void commit();

private:
  Database &database_;
  bool committed_ = false;
};

} // namespace corvivo::io
