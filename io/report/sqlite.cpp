#include <io/report/sqlite.hpp>

#include <io/base/errors.hpp>

#include <sqlite3.h>

#include <cmath>

namespace corvivo::io {

Database::Database(const std::string &path, int flags) : path_(path) {
  const int status = sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr);
  const std::string reason = status == SQLITE_OK ? "" : sqlite3_errstr(status);
  if (status != SQLITE_OK) {
    sqlite3_close(handle_);
    throw CaseError(path + ": the research database cannot be opened (" + reason + "); is the folder there and writable?");
  }
  sqlite3_busy_timeout(handle_, 30000);
}

Database::~Database() {
  sqlite3_close(handle_);
}

void Database::execute(const std::string &sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    fail();
}

int Database::number(const std::string &sql) {
  Statement statement(*this, sql);
  return statement.step() ? static_cast<int>(statement.integer(0)) : 0;
}

std::int64_t Database::last_id() const {
  return sqlite3_last_insert_rowid(handle_);
}

void Database::fail() const {
  throw CaseError(path_ + ": the research database refused: " + sqlite3_errmsg(handle_));
}

Statement::Statement(Database &database, const std::string &sql) : database_(database) {
  if (sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &statement_, nullptr) != SQLITE_OK)
    database.fail();
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement &Statement::bind(const std::string &text) {
  sqlite3_bind_text(statement_, ++bound_, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  return *this;
}

Statement &Statement::bind(std::int64_t number) {
  sqlite3_bind_int64(statement_, ++bound_, number);
  return *this;
}

Statement &Statement::bind(double number) {
  sqlite3_bind_double(statement_, ++bound_, number);
  return *this;
}

Statement &Statement::null() {
  sqlite3_bind_null(statement_, ++bound_);
  return *this;
}

bool Statement::step() {
  const int status = sqlite3_step(statement_);
  if (status != SQLITE_ROW && status != SQLITE_DONE)
    database_.fail();
  return status == SQLITE_ROW;
}

void Statement::run_and_reset() {
  step();
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  bound_ = 0;
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

double Statement::real(int column) const {
  return is_null(column) ? std::nan("") : sqlite3_column_double(statement_, column);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Statement::text(int column) const {
  const unsigned char *bytes = sqlite3_column_text(statement_, column);
  return bytes ? reinterpret_cast<const char *>(bytes) : "";
}

Transaction::Transaction(Database &database) : database_(database) {
  database.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!committed_)
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("COMMIT");
  committed_ = true;
}

} // namespace corvivo::io
