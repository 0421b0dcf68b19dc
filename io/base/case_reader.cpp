#include <io/base/schema.hpp>

#include <io/base/log.hpp>

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <optional>
#include <regex>
#include <set>
#include <sstream>

namespace corvivo::io {

namespace {

// Walks the YAML tree beside the description; collects every complaint instead of stopping at the first.
class CaseReader final : public Schema {
public:
  CaseReader(YAML::Node root, std::filesystem::path file, std::vector<std::string> overrides)
      : file_(std::move(file)), overrides_(std::move(overrides)) {
    push(root, "");
  }

  void check_unknown_keys_at_root() { leave(); }

  std::vector<std::string> complaints;

private:
  struct Level {
    YAML::Node node;
    std::string path;
    std::vector<std::string> known;
  };

  void leaf(const Leaf &leaf) override {
    Level &level = levels_.back();
    level.known.push_back(leaf.key);
    const YAML::Node node = child(level, leaf.key);
    const std::string path = join_path(level.path, leaf.key);
    if (!node) {
      if (leaf.required)
        complain(level.node, path,
                 "missing; expected " + leaf.kind + (leaf.unit == "1" ? "" : " with unit '" + leaf.unit + "'") + " (" + leaf.meaning + ")");
      return;
    }
    try {
      leaf.read(scalars(node, leaf));
    } catch (const CaseError &error) {
      complain(node, path, error.what());
    }
  }

  std::vector<std::string> scalars(const YAML::Node &node, const Leaf &leaf) const {
    if (leaf.sequence ? !node.IsSequence() : !node.IsScalar())
      throw CaseError(std::string("found ") +
                      (node.IsMap()        ? "a group of keys"
                       : node.IsSequence() ? "a list"
                       : node.IsNull()     ? "nothing"
                                           : "one value") +
                      ", expected " + leaf.kind + (leaf.sequence ? ", as [a, b]" : ""));
    std::vector<std::string> words;
    if (!leaf.sequence)
      words.push_back(node.Scalar());
    for (std::size_t i = 0; leaf.sequence && i < node.size(); ++i) {
      if (!node[i].IsScalar())
        throw CaseError("found a list or group as an item, expected " + leaf.kind);
      words.push_back(node[i].Scalar());
    }
    if (leaf.is_path && std::filesystem::path(words.front()).is_relative())
      words.front() = (std::filesystem::absolute(file_).parent_path() / words.front()).lexically_normal().string();
    return words;
  }

  bool enter(const std::string &key, const std::string &, bool optional, bool) override {
    Level &level = levels_.back();
    level.known.push_back(key);
    const YAML::Node node = child(level, key);
    if (!node && optional)
      return false;
    const std::string path = join_path(level.path, key);
    if (node && !node.IsMap() && !node.IsNull()) {
      complain(node, path, "found a value, expected a group of keys");
      return false;
    }
    push(node ? node : YAML::Node(YAML::NodeType::Map), path, node ? node.Mark() : level.node.Mark());
    return true;
  }

  std::optional<std::string> enter_name(const std::string &key, const std::vector<std::string> &names) override {
    Level &level = levels_.back();
    const YAML::Node node = child(level, key);
    if (!node || !node.IsScalar())
      return std::nullopt;
    level.known.push_back(key);
    if (std::find(names.begin(), names.end(), node.Scalar()) != names.end())
      return node.Scalar();
    complain(node, join_path(level.path, key),
             "found '" + node.Scalar() + "', expected a name or a group of keys" + did_you_mean(node.Scalar(), names));
    return std::string();
  }

  std::size_t enter_list(const std::string &key, const std::string &, std::size_t) override {
    Level &level = levels_.back();
    level.known.push_back(key);
    const YAML::Node node = child(level, key);
    if (!node)
      return not_given;
    const std::string path = join_path(level.path, key);
    if (!node.IsSequence()) {
      complain(node, path, "found no list, expected one: each item starts with '- '");
      return not_given;
    }
    push(node, path);
    return node.size();
  }

  bool enter_item(std::size_t index) override {
    const Level &level = levels_.back();
    const YAML::Node node = level.node[index];
    const std::string path = level.path + "[" + std::to_string(index) + "]";
    if (!node.IsMap()) {
      complain(node, path, "found a value, expected a group of keys");
      return false;
    }
    push(node, path);
    return true;
  }

  void leave() override {
    const Level level = levels_.back();
    levels_.pop_back();
    marks_.pop_back();
    if (!level.node.IsMap())
      return;
    std::set<std::string> seen;
    for (const auto &entry : level.node) {
      const std::string key = entry.first.Scalar();
      if (!seen.insert(key).second)
        complain(entry.first, join_path(level.path, key), "given twice, expected once");
      else if (std::find(level.known.begin(), level.known.end(), key) == level.known.end())
        complain(entry.first, join_path(level.path, key), "unknown key" + did_you_mean(key, level.known));
    }
  }

  static YAML::Node child(const Level &level, const std::string &key) {
    if (!level.node.IsMap())
      return YAML::Node(YAML::NodeType::Undefined);
    const YAML::Node node = level.node;
    return node[key];
  }

  static std::string join_path(const std::string &path, const std::string &key) { return path.empty() ? key : path + "." + key; }

  void push(const YAML::Node &node, const std::string &path) { push(node, path, node.Mark()); }
  void push(const YAML::Node &node, const std::string &path, const YAML::Mark &mark) {
    levels_.push_back({node, path, {}});
    marks_.push_back(mark);
  }

  /// Whether `path` is `group` or lies in it.
  static bool is_within(const std::string &path, const std::string &group) {
    return path.rfind(group, 0) == 0 && (path.size() == group.size() || path[group.size()] == '.' || path[group.size()] == '[');
  }

  void complain(const YAML::Node &node, const std::string &path, const std::string &what) {
    YAML::Mark mark = node.Mark();
    for (const std::string &text : overrides_) {
      const std::string given = text.substr(0, text.find('='));
      if (is_within(path, given) || (mark.is_null() && is_within(given, path))) { // no place in the file: a group that the override made
        complaints.push_back("--set " + text + ": " + path + ": " + what);
        return;
      }
    }
    if (mark.is_null() && !marks_.empty())
      mark = marks_.back();
    const std::string place = mark.is_null() ? "" : ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
    complaints.push_back(file_.string() + place + ": " + path + ": " + what);
  }

  std::filesystem::path file_;
  std::vector<std::string> overrides_;
  std::vector<Level> levels_;
  std::vector<YAML::Mark> marks_;
};

/// YAML takes no tab before a key, and the parser complains of something else.
std::string tab_hint(const std::string &text, int line) {
  static const std::regex indented_by_tab("[ ]*\t.*");
  std::istringstream lines(text);
  std::string found;
  for (int i = 0; i <= line; ++i)
    std::getline(lines, found);
  return std::regex_match(found, indented_by_tab) ? "; the line is indented by a tab, expected spaces" : "";
}

YAML::Node load(const std::filesystem::path &file) {
  const std::string text = read_file(file.string());
  try {
    YAML::Node root = YAML::Load(text);
    if (!root.IsMap())
      throw CaseError(file.string() + ":1:1: found no keys, expected a case that begins with 'corvivo: " + std::to_string(case_format) +
                      "'");
    return root;
  } catch (const YAML::Exception &error) {
    throw CaseError(file.string() + ":" + std::to_string(error.mark.line + 1) + ":" + std::to_string(error.mark.column + 1) +
                    ": not YAML: " + error.msg + tab_hint(text, error.mark.line));
  }
}

void check_format(const YAML::Node &root, const std::filesystem::path &file) {
  const YAML::Node format = root["corvivo"];
  if (!format)
    throw CaseError(file.string() + ":1:1: corvivo: missing; expected 'corvivo: " + std::to_string(case_format) +
                    "' (the version of the case format) as the first line");
  int version = 0;
  try {
    version = format.as<int>();
  } catch (const YAML::Exception &) {
    throw CaseError(file.string() + ":" + std::to_string(format.Mark().line + 1) + ":" + std::to_string(format.Mark().column + 1) +
                    ": corvivo: expected a whole number, the version of the case format");
  }
  if (version > case_format || version < 1)
    throw CaseError(file.string() + ":" + std::to_string(format.Mark().line + 1) + ":" + std::to_string(format.Mark().column + 1) +
                    ": corvivo: found case format " + std::to_string(version) + ", this program understands up to " +
                    std::to_string(case_format) + "; try a newer corvivo");
}

// One step of an override's path: "stimuli[2]" is the item 2 of "stimuli".
struct Step {
  std::string key;
  std::optional<std::size_t> item;
};

std::vector<Step> steps_of(const std::string &path, const std::string &override_text) {
  static const std::regex pattern("([^.\\[\\]]+)(\\[([0-9]{1,9})\\])?");
  std::vector<Step> steps;
  std::istringstream parts(path + ".");
  for (std::string part; std::getline(parts, part, '.');) {
    std::smatch match;
    if (!std::regex_match(part, match, pattern))
      throw CaseError("--set " + override_text + ": found '" + part + "', expected a key or a key with an item, as in list[0].key=value");
    steps.push_back({match[1], match[3].matched ? std::optional<std::size_t>(std::stoul(match[3])) : std::nullopt});
  }
  return steps;
}

YAML::Node item_of(YAML::Node list, const Step &step, const std::string &override_text) {
  if (!list.IsSequence() || *step.item >= list.size())
    throw CaseError("--set " + override_text + ": the case has no item " + std::to_string(*step.item) + " in " + step.key);
  return list[*step.item];
}

void apply(YAML::Node root, const std::string &override_text) {
  const auto equals = override_text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw CaseError("--set " + override_text + ": expected key.path=value");
  const std::vector<Step> steps = steps_of(override_text.substr(0, equals), override_text);
  YAML::Node value;
  try {
    value = YAML::Load(override_text.substr(equals + 1));
  } catch (const YAML::Exception &error) {
    throw CaseError("--set " + override_text + ": " + error.msg);
  }
  YAML::Node group = root;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool last = i + 1 == steps.size();
    if (!group.IsMap() && !group.IsNull())
      throw CaseError("--set " + override_text + ": the case has a value, not a group of keys, where '" + steps[i].key + "' should go");
    if (last && !steps[i].item) {
      group[steps[i].key] = value;
      return;
    }
    if (!steps[i].item && !group[steps[i].key])
      group[steps[i].key] = YAML::Node(YAML::NodeType::Map);
    YAML::Node next = group[steps[i].key];
    if (steps[i].item) {
      YAML::Node item = item_of(next, steps[i], override_text);
      if (last) {
        next[*steps[i].item] = value;
        return;
      }
      next.reset(item);
    }
    group.reset(next);
  }
}

} // namespace

void read_case(const std::filesystem::path &file, const std::vector<std::string> &overrides, const Describe &describe) {
  YAML::Node root = load(file);
  check_format(root, file);
  for (const std::string &text : overrides)
    apply(root, text);
  root.remove("corvivo");
  CaseReader reader(root, file, overrides);
  describe(reader);
  reader.check_unknown_keys_at_root();
  if (!reader.complaints.empty())
    throw CaseError(join(reader.complaints, "\n"));
}

} // namespace corvivo::io
