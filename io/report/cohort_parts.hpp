#pragma once
/// Parts of the cohort's page that stand in files of their own.
#include <io/report/cohort.hpp>

namespace corvivo::io {

/// Names of the groups in alphabetical order; one empty name when there are none.
std::vector<std::string> cohort_groups(const Cohort &cohort);

/// Volumes, function and wall by group, with the medians as a table.
std::string group_figures(const Cohort &cohort);
/// How good the meshes are and how long they took, by group.
std::string mesh_figures(const Cohort &cohort);

} // namespace corvivo::io
