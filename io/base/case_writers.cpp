#include <io/base/schema.hpp>

#include <cstdio>
#include <regex>
#include <sstream>

namespace corvivo::io {

namespace {

/// The values as they stand, as YAML.
class ResolvedWriter final : public Schema {
public:
  std::string result() const { return "corvivo: " + std::to_string(case_format) + "\n" + out_.str(); }

private:
  // Words that YAML could take for something else stand in quotes.
  static std::string quoted(const std::string &word) {
    static const std::regex plain("-?[A-Za-z0-9_/.+]([A-Za-z0-9_/.+^*() -]*[A-Za-z0-9_/.+^*)-])?"), no_value("null|Null|NULL");
    if (std::regex_match(word, plain) && !std::regex_match(word, no_value))
      return word;
    std::string escaped = "\"";
    for (const char c : word)
      if (c == '"' || c == '\\')
        escaped += std::string("\\") + c;
      else if (static_cast<unsigned char>(c) < 0x20) {
        char code[8];
        std::snprintf(code, sizeof code, "\\x%02x", static_cast<unsigned>(c));
        escaped += code;
      } else
        escaped += c;
    return escaped + "\"";
  }

  std::string indent() {
    if (item_) {
      item_ = false;
      return std::string(2 * (depth_ - 1), ' ') + "- ";
    }
    return std::string(2 * depth_, ' ');
  }

  void leaf(const Leaf &leaf) override {
    const std::vector<std::string> words = leaf.print();
    if (words.empty() && !leaf.sequence)
      return;
    out_ << indent() << leaf.key << ": ";
    if (!leaf.sequence)
      out_ << quoted(words.front());
    else {
      out_ << '[';
      for (std::size_t i = 0; i < words.size(); ++i)
        out_ << (i ? ", " : "") << quoted(words[i]);
      out_ << ']';
    }
    out_ << '\n';
  }
  bool enter(const std::string &key, const std::string &, bool, bool present) override {
    if (!present)
      return false;
    out_ << indent() << key << ":\n";
    ++depth_;
    return true;
  }
  std::size_t enter_list(const std::string &key, const std::string &, std::size_t current) override {
    out_ << indent() << key << (current == 0 ? ": []\n" : ":\n");
    ++depth_;
    return current;
  }
  bool enter_item(std::size_t) override {
    ++depth_;
    item_ = true;
    return true;
  }
  void leave() override {
    if (item_) // an item that printed nothing
      out_ << indent() << "{}\n";
    --depth_;
  }

  std::ostringstream out_;
  std::size_t depth_ = 0;
  bool item_ = false;
};

/// Every key with its full path, in the order of the description.
class KeyLister final : public Schema {
public:
  struct Entry {
    std::string path;
    Leaf leaf;
    std::string default_text;
    bool is_section = false;
  };
  std::vector<Entry> entries;

private:
  std::string path_to(const std::string &key) const {
    std::string path;
    for (const std::string &part : trail_)
      path += part + (part.empty() ? "" : ".");
    return path + key;
  }
  void leaf(const Leaf &leaf) override { entries.push_back({path_to(leaf.key), leaf, join(leaf.print(), ", ")}); }
  void section_entry(const std::string &path, const std::string &meaning) {
    Leaf heading;
    heading.meaning = meaning;
    entries.push_back({path, heading, "", true});
  }
  bool enter(const std::string &key, const std::string &meaning, bool optional, bool) override {
    section_entry(path_to(key), meaning + (optional ? " (optional)" : ""));
    trail_.push_back(key);
    return true;
  }
  std::size_t enter_list(const std::string &key, const std::string &meaning, std::size_t) override {
    section_entry(path_to(key) + "[]", meaning + " (list)");
    trail_.push_back(key + "[]");
    return 0;
  }
  bool enter_item(std::size_t) override {
    trail_.push_back("");
    return true;
  }
  void enter_alternative(const std::string &name, const std::string &reference) override {
    section_entry(path_to("<" + name + ">"), reference);
    trail_.push_back("<" + name + ">");
  }
  void leave() override { trail_.pop_back(); }
  bool documents() const override { return true; }

  std::vector<std::string> trail_;
};

std::string escape_cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
    text.replace(at, 1, "\\|");
  return text;
}

} // namespace

std::string resolved_case(const Describe &describe) {
  ResolvedWriter writer;
  describe(writer);
  return writer.result();
}

std::string reference_markdown(const Describe &describe) {
  KeyLister lister;
  describe(lister);
  std::ostringstream out;
  bool table = false;
  for (const auto &entry : lister.entries) {
    if (entry.is_section) {
      out << "\n### `" << entry.path << "`\n\n" << entry.leaf.meaning << "\n";
      table = false;
      continue;
    }
    if (!table)
      out << "\n| key | what | unit | range | default | meaning | source |\n|---|---|---|---|---|---|---|\n";
    table = true;
    out << "| `" << entry.path << "` | " << entry.leaf.kind << " | " << (entry.leaf.unit == "1" ? "" : entry.leaf.unit) << " | "
        << escape_cell(entry.leaf.range) << " | " << (entry.leaf.required ? "**required**" : entry.default_text) << " | "
        << escape_cell(entry.leaf.meaning) << " | " << escape_cell(entry.leaf.source) << " |\n";
  }
  return out.str();
}

std::string explain_key(const Describe &describe, const std::string &key_path) {
  KeyLister lister;
  describe(lister);
  std::ostringstream out;
  std::vector<std::string> names;
  for (const auto &entry : lister.entries) {
    names.push_back(entry.path);
    const bool below = entry.path.rfind(key_path, 0) == 0 &&
                       (entry.path.size() == key_path.size() || std::string(".[<").find(entry.path[key_path.size()]) != std::string::npos);
    if (!below && !key_path.empty())
      continue;
    out << entry.path << "\n    " << entry.leaf.meaning << "\n";
    if (entry.is_section)
      continue;
    out << "    " << entry.leaf.kind;
    if (entry.leaf.unit != "1")
      out << ", unit " << entry.leaf.unit;
    if (!entry.leaf.range.empty() && entry.leaf.range != "any")
      out << ", " << entry.leaf.range;
    out << (entry.leaf.required ? ", required" : entry.default_text.empty() ? ", no default" : ", default " + entry.default_text) << "\n";
    if (!entry.leaf.source.empty())
      out << "    source: " << entry.leaf.source << "\n";
  }
  if (out.str().empty())
    throw CaseError("no key named '" + key_path + "'" + did_you_mean(key_path, names));
  return out.str();
}

} // namespace corvivo::io
