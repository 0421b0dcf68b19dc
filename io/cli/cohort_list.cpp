#include <io/cli/cohort_list.hpp>

#include <io/base/csv.hpp>
#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace corvivo::cli {

namespace fs = std::filesystem;

namespace {

/// A YAML scalar that stands for exactly this text.
std::string yaml_text(const std::string &text) {
  std::string out = "\"";
  for (const char c : text)
    out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out + "\"";
}

std::string setting(const std::string &key, const std::string &text) {
  return key + "=" + yaml_text(text);
}

/// Column of the list and key of the case file that it sets.
struct ShortName {
  const char *column, *key;
};
constexpr ShortName short_names[] = {{"labels", "segmentation.labels"}, {"height", "clinical.height"}, {"weight", "clinical.weight"}};

bool is_folder_name(const std::string &id) {
  return !id.empty() && id.size() <= 200 && id[0] != '.' &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.' || c == '+'; });
}

class Table {
public:
  Table(const fs::path &file, bool (*is_file)(const std::string &))
      : name_(file.string()), folder_(fs::absolute(file).parent_path()), rows_(io::read_csv(io::read_file(file.string()), name_)) {
    if (rows_.empty())
      throw io::CaseError(name_ + ": found no line, expected a table whose first line names the columns: id,ed,es,group");
    check_header(is_file);
  }

  std::vector<CohortEntry> entries() {
    std::vector<CohortEntry> all;
    for (std::size_t r = 1; r < rows_.size(); ++r)
      all.push_back(entry(rows_[r]));
    if (all.empty())
      complaints_.push_back(name_ + ": found only the header, expected a line for each patient");
    if (!complaints_.empty())
      throw io::CaseError(io::join(complaints_, "\n"));
    return all;
  }

private:
  void check_header(bool (*is_file)(const std::string &)) {
    const std::vector<std::string> &header = rows_.front().fields;
    const std::string place = name_ + ":" + std::to_string(rows_.front().line) + ": ";
    std::vector<std::string> known = {"id", "ed", "es", "group"};
    for (const ShortName &s : short_names)
      known.push_back(s.column);
    for (std::size_t c = 0; c < header.size(); ++c) {
      if (std::count(header.begin(), header.end(), header[c]) > 1 &&
          std::find(header.begin(), header.end(), header[c]) == header.begin() + long(c))
        complaints_.push_back(place + "column '" + header[c] + "' is there twice, expected once");
      if (std::find(known.begin(), known.end(), header[c]) != known.end())
        continue;
      if (header[c].find('.') == std::string::npos)
        complaints_.push_back(place + "unknown column '" + header[c] + "'" + io::did_you_mean(header[c], known) +
                              "; a key of the case file stands with its whole path, as mesh.element_size");
      else
        try {
          if (is_file(header[c]))
            files_.insert(header[c]);
        } catch (const io::CaseError &error) {
          complaints_.push_back(place + "column '" + header[c] + "': " + error.what());
        }
    }
    for (const char *needed : {"id", "ed"})
      if (std::find(header.begin(), header.end(), needed) == header.end())
        complaints_.push_back(place + "found no column '" + needed + "', expected " +
                              (std::string(needed) == "id" ? "one with a name for each patient" : "one with the end-diastolic label maps"));
  }

  CohortEntry entry(const io::CsvRow &row) {
    const std::vector<std::string> &header = rows_.front().fields;
    CohortEntry out;
    out.place = name_ + ":" + std::to_string(row.line);
    if (row.fields.size() != header.size()) {
      complaints_.push_back(out.place + ": found " + std::to_string(row.fields.size()) + " fields, expected " +
                            std::to_string(header.size()) + " as in the header");
      return out;
    }
    for (std::size_t c = 0; c < header.size(); ++c)
      if (!row.fields[c].empty())
        set(out, header[c], row.fields[c]);
    if (!is_folder_name(out.id))
      complaints_.push_back(out.place + ": found id '" + out.id + "', expected letters, digits, '_', '-', '+' or '.' (it names a folder)");
    else if (!ids_.insert(out.id).second)
      complaints_.push_back(out.place + ": id '" + out.id + "' was given before, expected another for each patient");
    return out;
  }

  void set(CohortEntry &entry, const std::string &column, const std::string &value) const {
    if (column == "id" || column == "group") {
      (column == "id" ? entry.id : entry.group) = value;
      return;
    }
    if (column == "ed" || column == "es" || files_.count(column)) {
      const std::string key = files_.count(column) ? column : "segmentation." + column;
      entry.overrides.push_back(setting(key, (folder_ / value).lexically_normal().string()));
      return;
    }
    for (const ShortName &s : short_names)
      if (column == s.column) {
        entry.overrides.push_back(s.key + ("=" + value));
        return;
      }
    entry.overrides.push_back(column + "=" + value);
  }

  std::string name_;
  fs::path folder_;
  std::vector<io::CsvRow> rows_;
  std::set<std::string> ids_, files_;
  std::vector<std::string> complaints_;
};

/// `Key: value` lines.
std::map<std::string, std::string> read_cfg(const fs::path &file) {
  static const std::regex line_of("\\s*([A-Za-z]+)\\s*:\\s*(.*?)\\s*");
  std::map<std::string, std::string> out;
  std::istringstream lines(io::read_file(file.string()));
  for (std::string line; std::getline(lines, line);)
    if (std::smatch match; std::regex_match(line, match, line_of))
      out[match[1]] = match[2];
  return out;
}

/// What lies in the folder of one patient's maps.
struct Maps {
  fs::path folder, ed, es;
  std::map<int, fs::path> frames; ///< ACDC's naming
};

std::map<std::string, Maps> maps_below(const fs::path &folder) {
  static const std::regex acdc("(.+)_frame([0-9]{1,4})_gt\\.(nii|nii\\.gz)"),
      phases("(.+)_(ed|es|ED|ES)\\.(nii|nii\\.gz|nrrd|nhdr|mha|mhd)");
  std::map<std::string, Maps> all;
  for (const auto &item : fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied)) {
    const std::string name = item.path().filename().string();
    std::smatch match;
    if (std::regex_match(name, match, acdc)) {
      all[match[1]].folder = item.path().parent_path();
      all[match[1]].frames[std::stoi(match[2])] = item.path();
    } else if (std::regex_match(name, match, phases)) {
      Maps &maps = all[match[1]];
      maps.folder = item.path().parent_path();
      (std::tolower(std::string(match[2])[1]) == 'd' ? maps.ed : maps.es) = item.path();
    }
  }
  return all;
}

/// Phases and facts of ACDC's text files.
void take_info(const std::string &id, Maps &maps, CohortEntry &entry) {
  fs::path file = maps.folder / (id + ".cfg");
  if (!fs::exists(file))
    file = maps.folder / "Info.cfg";
  if (!fs::exists(file)) {
    entry.refusal = maps.folder.string() + ": found frames of '" + id + "' but no " + id +
                    ".cfg and no Info.cfg that says which is end-diastole (ED: 1) and which end-systole (ES: 12)";
    return;
  }
  auto info = read_cfg(file);
  const auto frame = [&](const char *phase) -> fs::path {
    const auto number = info.find(phase);
    const bool is_number = number != info.end() && std::regex_match(number->second, std::regex("[0-9]{1,4}"));
    const auto found = is_number ? maps.frames.find(std::stoi(number->second)) : maps.frames.end();
    return found == maps.frames.end() ? fs::path() : found->second;
  };
  maps.ed = frame("ED");
  maps.es = frame("ES");
  if (maps.ed.empty())
    entry.refusal = file.string() + ": found " + (info.count("ED") ? "ED: " + info["ED"] : std::string("no ED")) +
                    ", expected the number of a frame that has a label map";
  entry.group = info.count("Group") ? info["Group"] : "";
  static const std::regex number("[0-9]+(\\.[0-9]*)?");
  if (std::regex_match(info["Height"], number) && std::regex_match(info["Weight"], number))
    entry.overrides = {"clinical.height=" + info["Height"] + " cm", "clinical.weight=" + info["Weight"] + " kg"};
  entry.overrides.push_back("segmentation.labels=acdc");
}

std::vector<CohortEntry> read_folder(const fs::path &folder) {
  std::vector<CohortEntry> all;
  for (auto &[id, maps] : maps_below(folder)) {
    CohortEntry entry;
    entry.id = id;
    entry.place = maps.folder.string();
    if (!is_folder_name(id))
      throw io::CaseError(maps.folder.string() + ": found maps of '" + id +
                          "', expected a name of letters, digits, '_', '-', '+' or '.' (it names a folder); rename them or give a table");
    if (!maps.frames.empty())
      take_info(id, maps, entry);
    else if (maps.ed.empty())
      entry.refusal = maps.es.string() + ": found an end-systolic map and no " + id + "_ed beside it";
    if (!maps.ed.empty())
      entry.overrides.push_back(setting("segmentation.ed", fs::absolute(maps.ed).lexically_normal().string()));
    if (!maps.es.empty())
      entry.overrides.push_back(setting("segmentation.es", fs::absolute(maps.es).lexically_normal().string()));
    all.push_back(std::move(entry));
  }
  if (all.empty())
    throw io::CaseError(folder.string() + ": found no label maps, expected ID_frameNN_gt.nii.gz with Info.cfg, or ID_ed.nii.gz and "
                                          "ID_es.nii.gz; or give a table (columns id, ed, es, group)");
  return all;
}

} // namespace

std::vector<CohortEntry> read_cohort(const fs::path &list, bool (*is_file)(const std::string &)) {
  if (!fs::exists(list))
    throw io::CaseError(list.string() + ": found nothing there, expected a table (LIST.csv) or a folder of label maps");
  return fs::is_directory(list) ? read_folder(list) : Table(list, is_file).entries();
}

} // namespace corvivo::cli
