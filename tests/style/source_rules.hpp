#pragma once
/// Rules about source files that can be read off their text: who may include whom, and a few of the style.
#include <filesystem>
#include <string>
#include <vector>

namespace corvivo::test {

/// A file of the project: path relative to its top, with '/', and its text.
struct Source {
  std::string path, text;
};

/// Every C++ and CMake file below the project's own folders.
std::vector<Source> project_sources(const std::filesystem::path &top);

/// Each of these returns sentences `path:line: what is wrong`; none when the rule holds. Files outside the layers (tests) may include any
/// layer, and no layer may include them.

/// io/base <- io/formats <- mesh <- physics <- {surrogate, calibration} <- io/report <- io/cli; surrogate and calibration not each other.
std::vector<std::string> dependency_violations(const Source &source);
/// LibTorch in surrogate/*.cpp only, CGAL in mesh/*.cpp only, VTK in io/formats only.
std::vector<std::string> library_violations(const Source &source);
/// Fewer than 500 lines.
std::vector<std::string> length_violations(const Source &source);
/// No `using namespace` in a header, and a `#pragma once`.
std::vector<std::string> header_violations(const Source &source);
/// No word that puts work off.
std::vector<std::string> word_violations(const Source &source);
/// No path of one machine.
std::vector<std::string> path_violations(const Source &source);

} // namespace corvivo::test
