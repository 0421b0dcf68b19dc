#include <io/report/record.hpp>

#include <io/base/errors.hpp>
#include <io/report/sqlite.hpp>

#include <sqlite3.h>

namespace corvivo::io {

namespace {

constexpr int schema_version = 1;
constexpr int application_id = 0x436f7276; // "Corv": marks the file as ours

const char *const schema_sql = R"(
CREATE TABLE runs(
  id INTEGER PRIMARY KEY, started TEXT NOT NULL, case_name TEXT NOT NULL, case_hash TEXT NOT NULL, resolved_case TEXT NOT NULL,
  version TEXT NOT NULL, git_hash TEXT NOT NULL, machine TEXT NOT NULL, ranks INTEGER NOT NULL, seed INTEGER NOT NULL,
  seconds REAL NOT NULL, failure TEXT, record TEXT NOT NULL);
CREATE TABLE stages(
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, stage TEXT NOT NULL, seconds REAL NOT NULL, reused INTEGER NOT NULL,
  PRIMARY KEY(run_id, stage));
CREATE TABLE quantities(
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, position INTEGER NOT NULL, name TEXT NOT NULL, value REAL, unit TEXT NOT NULL,
  stage TEXT NOT NULL, uncertainty REAL, reference_low REAL, reference_high REAL, reference_source TEXT, warning TEXT,
  PRIMARY KEY(run_id, name));
CREATE INDEX quantities_by_name ON quantities(name, value);
CREATE INDEX runs_by_case ON runs(case_name, id);
CREATE VIEW newest_quantities AS
  SELECT runs.case_name, runs.started, runs.git_hash, quantities.*
  FROM quantities JOIN runs ON runs.id = quantities.run_id
  WHERE runs.id IN (SELECT max(id) FROM runs GROUP BY case_name);
)";

void make_or_check_schema(Database &database, const std::string &path) {
  const bool empty = database.number("SELECT count(*) FROM sqlite_master") == 0;
  if (empty) {
    database.execute(schema_sql);
    database.execute("PRAGMA application_id = " + std::to_string(application_id));
    database.execute("PRAGMA user_version = " + std::to_string(schema_version));
  } else if (database.number("PRAGMA application_id") != application_id)
    throw CaseError(path + ": found a database of another program, expected one of ours; give another file");
  else if (database.number("PRAGMA user_version") > schema_version)
    throw CaseError(path + ": was written by a newer version of corvivo (schema " + std::to_string(database.number("PRAGMA user_version")) +
                    ", understood " + std::to_string(schema_version) + ")");
}

std::int64_t insert_run(Database &database, const RunRecord &r) {
  Statement insert(database,
                   "INSERT INTO runs(started, case_name, case_hash, resolved_case, version, git_hash, machine, ranks, seed, seconds, "
                   "failure, record) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)");
  insert.bind(r.started).bind(r.case_name).bind(r.case_hash).bind(r.resolved_case).bind(r.version).bind(r.git_hash).bind(r.machine);
  insert.bind(std::int64_t{r.ranks}).bind(r.seed).bind(wall_time(r));
  r.failure.empty() ? insert.null() : insert.bind(r.failure);
  insert.bind(to_json(r)).run_and_reset();
  return database.last_id();
}

void insert_stages(Database &database, std::int64_t run, const std::vector<StageRecord> &stages) {
  Statement insert(database, "INSERT OR REPLACE INTO stages VALUES(?,?,?,?)");
  for (const StageRecord &s : stages)
    insert.bind(run).bind(s.stage).bind(s.seconds).bind(std::int64_t{s.reused}).run_and_reset();
}

void insert_quantities(Database &database, std::int64_t run, const Quantities &quantities) {
  Statement insert(database, "INSERT INTO quantities VALUES(?,?,?,?,?,?,?,?,?,?,?)");
  std::int64_t position = 0;
  for (const Quantity &q : quantities.all()) {
    insert.bind(run).bind(position++).bind(q.name).bind(q.value).bind(q.unit).bind(q.stage);
    q.uncertainty ? insert.bind(*q.uncertainty) : insert.null();
    if (q.reference_range)
      insert.bind(q.reference_range->low).bind(q.reference_range->high).bind(q.reference_range->source);
    else
      insert.null().null().null();
    q.warning.empty() ? insert.null() : insert.bind(q.warning);
    insert.run_and_reset();
  }
}

} // namespace

std::int64_t append_to_database(const std::string &path, const RunRecord &record, const Quantities &quantities) {
  Database database(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  Transaction transaction(database);
  make_or_check_schema(database, path);
  const std::int64_t run = insert_run(database, record);
  insert_stages(database, run, record.stages);
  insert_quantities(database, run, quantities);
  transaction.commit();
  return run;
}

StoredRun read_from_database(const std::string &path, std::int64_t id) {
  Database database(path, SQLITE_OPEN_READONLY);
  StoredRun stored;
  stored.id = id;
  Statement run(database, "SELECT record FROM runs WHERE id = ?");
  if (!run.bind(id).step())
    throw CaseError(path + ": no run " + std::to_string(id) + " in this database");
  stored.record = run_record_from_json(run.text(0));
  Statement rows(database, "SELECT name, value, unit, stage, uncertainty, reference_low, reference_high, reference_source, warning "
                           "FROM quantities WHERE run_id = ? ORDER BY position");
  rows.bind(id);
  while (rows.step()) {
    Quantity &q = stored.quantities.set({rows.text(0), rows.real(1), rows.text(2), rows.text(3)});
    if (!rows.is_null(4))
      q.uncertainty = rows.real(4);
    if (!rows.is_null(5))
      q.reference_range = ReferenceRange{rows.real(5), rows.real(6), rows.text(7)};
    q.warning = rows.text(8);
  }
  return stored;
}

} // namespace corvivo::io
