#pragma once
/// The commands of `corvivo`.
#include <string>
#include <vector>

namespace corvivo::cli {

/// Runs one command line (without the program's name) and returns the exit status. Collective.
/// Throws CaseError for a command line that cannot be understood.
int run_command(const std::vector<std::string> &arguments);

/// What `corvivo help` prints.
std::string usage();

} // namespace corvivo::cli
