#include <io/report/record.hpp>

#include <io/base/errors.hpp>
#include <io/base/version.hpp>

#include <corvivo_libraries.hpp>

#include <nlohmann/json.hpp>

#include <ctime>
#include <fstream>
#include <sys/utsname.h>

namespace corvivo::io {

namespace {

std::string now() {
  const std::time_t seconds = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

/// "model name" of the first processor; empty where the system does not say.
std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("model name", 0) == 0)
      return line.substr(line.find(':') + 2);
  return "";
}

} // namespace

RunRecord start_record() {
  RunRecord record;
  record.version = version();
  record.git_hash = git_hash();
  record.started = now();
  utsname name{};
  if (uname(&name) == 0) {
    record.machine = name.nodename;
    record.system = std::string(name.sysname) + " " + name.release + " " + name.machine;
  }
  record.processor = processor_name();
  for (const auto &[library, library_version] : library_versions)
    record.libraries[library] = library_version;
  return record;
}

double wall_time(const RunRecord &record) {
  double sum = 0;
  for (const StageRecord &stage : record.stages)
    sum += stage.seconds;
  return sum;
}

std::string to_json(const RunRecord &r) {
  nlohmann::ordered_json stages = nlohmann::ordered_json::array();
  for (const StageRecord &s : r.stages)
    stages.push_back({{"stage", s.stage}, {"seconds", s.seconds}, {"reused", s.reused}});
  const nlohmann::ordered_json document{{"case", r.case_name},      {"case_hash", r.case_hash}, {"resolved_case", r.resolved_case},
                                        {"command", r.command},     {"version", r.version},     {"git_hash", r.git_hash},
                                        {"started", r.started},     {"machine", r.machine},     {"processor", r.processor},
                                        {"system", r.system},       {"ranks", r.ranks},         {"seed", r.seed},
                                        {"libraries", r.libraries}, {"stages", stages},         {"failure", r.failure}};
  return document.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

RunRecord run_record_from_json(const std::string &text) {
  try {
    const nlohmann::json d = nlohmann::json::parse(text);
    RunRecord r;
    for (const auto &[key, member] : {std::pair{"case", &r.case_name},
                                      {"case_hash", &r.case_hash},
                                      {"resolved_case", &r.resolved_case},
                                      {"command", &r.command},
                                      {"version", &r.version},
                                      {"git_hash", &r.git_hash},
                                      {"started", &r.started},
                                      {"machine", &r.machine},
                                      {"processor", &r.processor},
                                      {"system", &r.system},
                                      {"failure", &r.failure}})
      *member = d.at(key).get<std::string>();
    r.ranks = d.at("ranks");
    r.seed = d.at("seed");
    r.libraries = d.at("libraries").get<std::map<std::string, std::string>>();
    for (const auto &s : d.at("stages"))
      r.stages.push_back({s.at("stage"), s.at("seconds"), s.at("reused")});
    return r;
  } catch (const nlohmann::json::exception &error) {
    throw CaseError(std::string("not a run record of ours: ") + error.what());
  }
}

} // namespace corvivo::io
