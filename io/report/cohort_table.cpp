#include <io/report/cohort.hpp>

#include <io/base/csv.hpp>
#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <io/report/sqlite.hpp>

#include <sqlite3.h>

#include <cmath>
#include <filesystem>
#include <set>

namespace corvivo::io {

namespace {

struct Column {
  std::string name, unit;
};

/// What is known of a patient besides the quantities.
struct Fixed {
  const char *name, *unit;
  double CohortPatient::*member;
};
constexpr Fixed process_columns[] = {{"run_seconds", "s", &CohortPatient::seconds},
                                     {"run_cpu_seconds", "s", &CohortPatient::cpu_seconds},
                                     {"run_memory", "GB", &CohortPatient::memory}};

std::vector<Column> quantity_columns(const Cohort &cohort) {
  std::vector<Column> columns;
  std::set<std::string> known;
  for (const CohortPatient &patient : cohort.patients)
    for (const Quantity &q : patient.quantities.all())
      if (known.insert(q.name).second)
        columns.push_back({q.name, q.unit});
  return columns;
}

/// NaN where the patient has no such value.
double value_of(const CohortPatient &patient, const Column &column) {
  const Quantity *q = patient.quantities.find(column.name);
  return q && std::isfinite(q->value) ? q->value : std::nan("");
}

std::string number_field(double value) {
  return std::isfinite(value) ? print_number(value) : "";
}

std::string quoted(const std::string &name) {
  std::string out = "\"";
  for (const char c : name)
    out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

void fill_patients(Database &database, const Cohort &cohort, const std::vector<Column> &columns) {
  std::string make = "CREATE TABLE patients(id TEXT PRIMARY KEY, \"group\" TEXT NOT NULL, status TEXT NOT NULL, sentence TEXT NOT NULL",
              insert = "INSERT INTO patients VALUES(?,?,?,?";
  for (const Fixed &f : process_columns)
    make += std::string(", ") + f.name + " REAL", insert += ",?";
  for (const Column &column : columns)
    make += ", " + quoted(column.name) + " REAL", insert += ",?";
  database.execute(make + ")");
  Statement row(database, insert + ")");
  for (const CohortPatient &p : cohort.patients) {
    row.bind(p.id).bind(p.group).bind(p.status).bind(p.sentence);
    for (const Fixed &f : process_columns)
      row.bind(p.*f.member);
    for (const Column &column : columns)
      row.bind(value_of(p, column));
    row.run_and_reset();
  }
}

} // namespace

std::string cohort_csv(const Cohort &cohort) {
  const std::vector<Column> columns = quantity_columns(cohort);
  std::string out = "id,group,status,sentence";
  for (const Fixed &f : process_columns)
    out += std::string(",") + f.name + " [" + f.unit + "]";
  for (const Column &column : columns)
    out += "," + csv_field(column.name + " [" + column.unit + "]");
  out += "\n";
  for (const CohortPatient &p : cohort.patients) {
    out += csv_field(p.id) + "," + csv_field(p.group) + "," + csv_field(p.status) + "," + csv_field(p.sentence);
    for (const Fixed &f : process_columns)
      out += "," + number_field(p.*f.member);
    for (const Column &column : columns)
      out += "," + number_field(value_of(p, column));
    out += "\n";
  }
  return out;
}

void write_cohort_database(const std::string &path, const Cohort &cohort) {
  const std::string part = path + ".part";
  std::error_code error;
  std::filesystem::remove(part, error);
  {
    Database database(part, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    Transaction transaction(database);
    const std::vector<Column> columns = quantity_columns(cohort);
    fill_patients(database, cohort, columns);
    database.execute("CREATE TABLE columns(name TEXT PRIMARY KEY, unit TEXT NOT NULL)");
    Statement unit(database, "INSERT INTO columns VALUES(?,?)");
    for (const Fixed &f : process_columns)
      unit.bind(std::string(f.name)).bind(std::string(f.unit)).run_and_reset();
    for (const Column &column : columns)
      unit.bind(column.name).bind(column.unit).run_and_reset();
    transaction.commit();
  }
  std::filesystem::rename(part, path, error);
  if (error)
    throw CaseError(path + ": cannot be written (" + error.message() + ")");
}

} // namespace corvivo::io
