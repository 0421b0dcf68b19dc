#pragma once
/// Which patients a cohort has: a table, or what a folder holds.
#include <filesystem>
#include <string>
#include <vector>

namespace corvivo::cli {

/// One patient as the list names them.
struct CohortEntry {
  std::string id;                     ///< names the patient's folder
  std::string group;                  ///< by which the overview compares; may be empty
  std::vector<std::string> overrides; ///< key.path=value of this patient's case
  std::string place;                  ///< "list.csv:7", for messages
  std::string refusal;                ///< why this patient cannot be run, where the list itself shows it
};

/// `list` is a table or a folder.
///
/// Table (CSV with a header line): `id` and `ed` must be there; `es`, `group`, `labels` (acdc, emidec ...), `height`, `weight` (with units)
/// may; a column named like a key of the case file (`mesh.element_size`) sets that key. Paths are relative to the table. An empty cell says
/// nothing.
///
/// Folder: searched with what lies below it for label maps named as ACDC's are (`ID_frameNN_gt.nii.gz`; which frame is which phase, group,
/// height and weight stand in `Info.cfg` beside them or in `ID.cfg`), and for `ID_ed.EXT` with `ID_es.EXT` beside it.
///
/// Throws CaseError, with every complaint, when the list cannot be understood; `keys` tells whether a column is a key of the case (it
/// throws CaseError for one that is not).
std::vector<CohortEntry> read_cohort(const std::filesystem::path &list, bool (*is_file)(const std::string &column));

} // namespace corvivo::cli
