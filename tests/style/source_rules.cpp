#include <tests/style/source_rules.hpp>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

namespace corvivo::test {

namespace {

namespace fs = std::filesystem;

struct Layer {
  int height;       // may include what is lower, and itself
  std::string name; // two layers of one height do not see each other
};

const Layer *layer_of(const std::string &path) {
  static const std::vector<Layer> layers = {{0, "io/base"},   {1, "io/formats"},  {2, "mesh"},      {3, "physics"},
                                            {4, "surrogate"}, {4, "calibration"}, {5, "io/report"}, {6, "io/cli"}};
  for (const Layer &layer : layers)
    if (path.rfind(layer.name + "/", 0) == 0)
      return &layer;
  return nullptr;
}

bool ends_with(const std::string &text, const std::string &end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}
bool is_header(const std::string &path) {
  return ends_with(path, ".hpp");
}
bool is_cpp(const std::string &path) {
  return is_header(path) || ends_with(path, ".cpp");
}

struct Include {
  int line;
  std::string path;
  bool quoted;
};

std::vector<Include> includes_of(const Source &source) {
  static const std::regex pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> includes;
  std::istringstream lines(source.text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    if (std::regex_search(line, match, pattern))
      includes.push_back({number, match[2], match[1] == "\""});
  }
  return includes;
}

std::string at(const Source &source, int line) {
  return source.path + ":" + std::to_string(line) + ": ";
}

std::vector<std::string> lines_that_match(const Source &source, const std::regex &pattern, const std::string &what) {
  std::vector<std::string> found;
  std::istringstream lines(source.text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number)
    if (std::regex_search(line, pattern))
      found.push_back(at(source, number) + what);
  return found;
}

} // namespace

std::vector<Source> project_sources(const fs::path &top) {
  std::vector<Source> sources;
  for (const char *folder : {"io", "mesh", "physics", "surrogate", "calibration", "tests"})
    for (const auto &entry : fs::recursive_directory_iterator(top / folder)) {
      const std::string name = entry.path().filename().string();
      if (!entry.is_regular_file() || !(is_cpp(name) || name == "CMakeLists.txt" || ends_with(name, ".cmake")))
        continue;
      std::ifstream file(entry.path(), std::ios::binary);
      std::ostringstream text;
      text << file.rdbuf();
      sources.push_back({entry.path().lexically_relative(top).generic_string(), text.str()});
    }
  std::sort(sources.begin(), sources.end(), [](const Source &a, const Source &b) { return a.path < b.path; });
  return sources;
}

std::vector<std::string> dependency_violations(const Source &source) {
  const Layer *own = layer_of(source.path);
  std::vector<std::string> found;
  if (!own || !is_cpp(source.path))
    return found;
  for (const Include &include : includes_of(source)) {
    const Layer *other = layer_of(include.path);
    if (include.quoted)
      found.push_back(at(source, include.line) + "\"" + include.path + "\" hides its layer; include it as <folder/file.hpp>");
    else if (include.path.rfind("tests/", 0) == 0 || (!other && include.path.rfind("io/", 0) == 0))
      found.push_back(at(source, include.line) + own->name + " includes <" + include.path + ">, which is in no layer");
    else if (other && (other->height > own->height || (other->height == own->height && other->name != own->name)))
      found.push_back(at(source, include.line) + own->name + " includes <" + include.path + ">, but may not see " + other->name);
  }
  return found;
}

std::vector<std::string> library_violations(const Source &source) {
  struct Home {
    std::string library, pattern, place;
    bool headers_too;
  };
  static const std::vector<Home> homes = {{"LibTorch", "^(torch|ATen|c10)/", "surrogate/", false},
                                          {"CGAL", "^CGAL/", "mesh/", false},
                                          {"VTK", "^vtk", "io/formats/", true},
                                          {"GDCM", "^gdcm", "io/formats/", false}};
  std::vector<std::string> found;
  if (!layer_of(source.path) || !is_cpp(source.path))
    return found;
  for (const Include &include : includes_of(source))
    for (const Home &home : homes)
      if (std::regex_search(include.path, std::regex(home.pattern)) &&
          (source.path.rfind(home.place, 0) != 0 || (is_header(source.path) && !home.headers_too)))
        found.push_back(at(source, include.line) + "<" + include.path + ">: " + home.library + " belongs into " + home.place +
                        (home.headers_too ? "" : "*.cpp"));
  return found;
}

std::vector<std::string> length_violations(const Source &source) {
  const auto lines = std::count(source.text.begin(), source.text.end(), '\n');
  if (!is_cpp(source.path) || lines < 500)
    return {};
  return {at(source, 500) + "found " + std::to_string(lines) + " lines, a file stays under 500"};
}

std::vector<std::string> header_violations(const Source &source) {
  if (!is_header(source.path))
    return {};
  auto found = lines_that_match(source, std::regex(R"(^\s*using\s+namespace\b)"), "a header opens no namespace for those who include it");
  if (source.text.rfind("#pragma once\n", 0) != 0)
    found.push_back(at(source, 1) + "a header begins with #pragma once");
  return found;
}

std::vector<std::string> word_violations(const Source &source) {
  static const std::regex put_off("\\b(TO"
                                  "DO|FIX"
                                  "ME|XX"
                                  "X|for"
                                  " now)\\b"); // in pieces, so that this file keeps the rule
  return lines_that_match(source, put_off, "work that is put off belongs into an issue");
}

std::vector<std::string> path_violations(const Source &source) {
  static const std::regex machine_path(R"((^|[^\w.])(/(home|root|work|tmp|Users|mnt|scratch)/|[A-Z]:\\\\))");
  return lines_that_match(source, machine_path, "a path of one machine");
}

} // namespace corvivo::test
