#pragma once
/// Many patients side by side: one table (CSV, SQLite) and one self-contained page.
#include <io/base/quantity.hpp>

#include <string>
#include <utility>
#include <vector>

namespace corvivo::io {

struct CohortPatient {
  std::string id, group;
  std::string status;                              ///< "done", or how the run ended
  std::string sentence;                            ///< why, unless done
  double seconds = 0, cpu_seconds = 0, memory = 0; ///< s, s, GB
  Quantities quantities;
  std::string picture; ///< PNG, may be empty
  std::string report;  ///< link to the patient's own page, relative to the cohort's; may be empty
};

struct Cohort {
  std::string title, source; ///< where the list came from
  std::string started, version, git_hash, machine;
  std::vector<CohortPatient> patients;
};

/// One line a patient: id, group, status, sentence, seconds [s] ..., then each quantity that any patient has as `name [unit]`, in the order
/// in which they first appear. A value that is not there, or not finite, is an empty field; a number has every digit.
std::string cohort_csv(const Cohort &cohort);

/// Makes the SQLite file `path` anew: table `patients` (id, "group", status, sentence, seconds ..., one REAL column for each quantity,
/// named as in results.json) and table `columns` (name, unit). Throws CaseError when it cannot be written.
void write_cohort_database(const std::string &path, const Cohort &cohort);

/// Groups side by side, patients that stand out, pictures, failures with their sentence, every patient's main numbers.
std::string cohort_html(const Cohort &cohort);

/// A patient whose value lies far from the others of the group.
struct Outlier {
  std::size_t patient = 0; ///< index
  std::string quantity, unit;
  double value = 0, median = 0; ///< the group's median
  double score = 0;             ///< (value - median) / (1.4826 median absolute deviation)
};

/// Those with |score| > 3.5 (the modified z-score of Iglewicz and Hoaglin, How to Detect and Handle Outliers, ASQC 1993) among the patients
/// of their group that are done; groups of fewer than 8 are judged with the whole cohort. Largest first.
std::vector<Outlier> find_outliers(const Cohort &cohort, const std::vector<std::string> &quantities);

} // namespace corvivo::io
