#pragma once
/// One description of a case file. A struct that owns options has `void describe(io::Schema &schema)`, which names each key once with its
/// unit, range, meaning and source; its default is the member's initialiser. Reading, range checks, rejection of unknown keys, the resolved
/// case, `corvivo explain` and cases/REFERENCE.md all come from that one description.
#include <io/base/catalogue.hpp>
#include <io/base/vector3.hpp>

#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace corvivo::io {

/// Allowed values of a number, in the unit that the key is described in.
struct Range {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  bool open_low = false, open_high = false;
  bool contains(double value) const;
  std::string text() const; ///< "(0, inf)"
};
inline const Range any{};
inline const Range positive{0, std::numeric_limits<double>::infinity(), true, false};
inline const Range not_negative{0, std::numeric_limits<double>::infinity(), false, false};
inline Range between(double low, double high) {
  return {low, high, false, false};
}

/// A measured or assumed value with its standard deviation, as a case file gives it: {value: 120 mmHg, sd: 5 mmHg, assumed: true}.
struct Measurement {
  double value = std::numeric_limits<double>::quiet_NaN();
  double sd = std::numeric_limits<double>::quiet_NaN();
  bool assumed = false; ///< not measured in this patient: every result that depends on it says so
};

/// One key, as the back ends of the schema see it.
struct Leaf {
  std::string key, kind, unit, range, meaning, source;
  bool required = false; ///< has no default
  bool sequence = false; ///< a list of scalars instead of one
  bool is_path = false;
  std::function<void(const std::vector<std::string> &)> read; ///< throws CaseError with "what was found, what was expected, what to try"
  std::function<std::vector<std::string>()> print;            ///< current value; empty when there is none
};

class Schema {
public:
  virtual ~Schema() = default;

  /// A number in `unit` (the member holds it in that unit).
  void quantity(const std::string &key, double &member, const std::string &unit, const Range &range, const std::string &meaning,
                const std::string &source = "");
  /// The same without a default: the case must give it.
  void required_quantity(const std::string &key, double &member, const std::string &unit, const Range &range, const std::string &meaning,
                         const std::string &source = "");
  /// The same where absence means something.
  void optional_quantity(const std::string &key, std::optional<double> &member, const std::string &unit, const Range &range,
                         const std::string &meaning, const std::string &source = "");
  void quantities(const std::string &key, std::vector<double> &member, const std::string &unit, const Range &range,
                  const std::string &meaning, const std::string &source = "");
  /// Three numbers in `unit`: [1 mm, 2 mm, 3 mm].
  void vector(const std::string &key, Vector3 &member, const std::string &unit, const std::string &meaning);
  void integer(const std::string &key, int &member, int low, int high, const std::string &meaning);
  void required_integer(const std::string &key, int &member, int low, int high, const std::string &meaning);
  void integers(const std::string &key, std::vector<int> &member, int low, int high, const std::string &meaning);
  void flag(const std::string &key, bool &member, const std::string &meaning);
  void optional_flag(const std::string &key, std::optional<bool> &member, const std::string &meaning);
  void text(const std::string &key, std::string &member, const std::string &meaning);
  void required_text(const std::string &key, std::string &member, const std::string &meaning);
  void texts(const std::string &key, std::vector<std::string> &member, const std::string &meaning);
  /// One of `names`; empty when absent and without a default.
  void choice(const std::string &key, std::string &member, const std::vector<std::string> &names, const std::string &meaning,
              bool required = false);
  /// A file, relative to the case's folder; the member holds the path as it can be opened from anywhere. Empty when absent.
  void file(const std::string &key, std::filesystem::path &member, const std::string &meaning, bool required = false);
  /// {value, sd, assumed} in `unit`; `required` when the case must give it.
  void measurement(const std::string &key, Measurement &member, const std::string &unit, const Range &range, const std::string &meaning,
                   bool required = false);

  /// A nested struct that describes itself.
  template <class T> void section(const std::string &key, T &member, const std::string &meaning) {
    if (enter(key, meaning, false)) {
      member.describe(*this);
      leave();
    }
  }
  /// The same, where one of `names` may stand for the whole group (labels: acdc); `make(name)` gives the struct that it stands for.
  template <class T, class Make>
  void section(const std::string &key, T &member, const std::string &meaning, const std::vector<std::string> &names, const Make &make) {
    const std::optional<std::string> name = enter_name(key, names);
    if (!name)
      section(key, member, meaning);
    else if (!name->empty()) // else the reader has complained
      member = make(*name);
  }
  /// The same where absence means "not asked for". In documentation the struct's own defaults are shown.
  template <class T> void optional_section(const std::string &key, std::optional<T> &member, const std::string &meaning) {
    if (enter(key, meaning, true, member.has_value())) {
      T shown;
      if (!member && !documents())
        member.emplace();
      (member ? *member : shown).describe(*this);
      leave();
    }
  }
  /// A list of structs.
  template <class T> void list(const std::string &key, std::vector<T> &member, const std::string &meaning) {
    const std::size_t count = enter_list(key, meaning, member.size());
    if (count == not_given)
      return;
    std::vector<T> shown(documents() ? 1 : 0); // an item as a new one is
    if (!documents())
      member.resize(count);
    std::vector<T> &items = documents() ? shown : member;
    for (std::size_t i = 0; i < items.size(); ++i)
      if (enter_item(i)) {
        items[i].describe(*this);
        leave();
      }
    leave();
  }
  /// The same, each item starting as a copy of `item`.
  template <class T> void list(const std::string &key, std::vector<T> &member, const std::string &meaning, const T &item) {
    const std::size_t count = enter_list(key, meaning, member.size());
    if (count == not_given)
      return;
    std::vector<T> shown(documents() ? 1 : 0, item);
    if (!documents())
      member.resize(count, item);
    for (std::size_t i = 0; i < (documents() ? shown : member).size(); ++i)
      if (enter_item(i)) {
        (documents() ? shown : member)[i].describe(*this);
        leave();
      }
    leave();
  }
  /// A model chosen by name from a catalogue: {model: guccione, C: 2 kPa}. `member` holds the default; every T has `describe(Schema &)`.
  /// Its current name is kept in `name`; where that is empty the case must give one.
  template <class T>
  void model(const std::string &key, std::string &name, std::unique_ptr<T> &member, const Catalogue<T> &catalogue,
             const std::string &meaning) {
    if (!enter(key, meaning, false))
      return;
    const std::string before = name;
    choice("model", name, catalogue.names(), "Which " + catalogue.kind() + "; its own keys stand beside this one.", name.empty());
    if (documents())
      for (const auto &entry : catalogue.entries()) {
        enter_alternative(entry.name, entry.reference);
        entry.make()->describe(*this);
        leave();
      }
    else if (!name.empty()) { // else the reader has complained
      if (!member || name != before)
        member = catalogue.make(name);
      member->describe(*this);
    }
    leave();
  }

  /// The same where absence means something: `name` stays empty. Its own keys are documented where the model is not optional.
  template <class T>
  void optional_model(const std::string &key, std::string &name, std::unique_ptr<T> &member, const Catalogue<T> &catalogue,
                      const std::string &meaning) {
    if (!enter(key, meaning, true, !name.empty()))
      return;
    const std::string before = name;
    choice("model", name, catalogue.names(), "Which " + catalogue.kind() + "; its own keys stand beside this one.", true);
    if (!documents() && !name.empty()) {
      if (!member || name != before)
        member = catalogue.make(name);
      member->describe(*this);
    }
    leave();
  }

protected:
  static constexpr std::size_t not_given = static_cast<std::size_t>(-1);
  virtual void leaf(const Leaf &leaf) = 0;
  /// False: nothing in there concerns this back end (an optional section that the case does not give).
  virtual bool enter(const std::string &key, const std::string &meaning, bool optional, bool present = true) = 0;
  /// The name that stands for a group; nothing when the group itself is there, empty after a complaint.
  virtual std::optional<std::string> enter_name(const std::string &, const std::vector<std::string> &) { return std::nullopt; }
  virtual std::size_t enter_list(const std::string &key, const std::string &meaning, std::size_t current) = 0;
  virtual bool enter_item(std::size_t index) = 0;
  virtual void enter_alternative(const std::string &, const std::string &) {}
  virtual void leave() = 0;
  virtual bool documents() const { return false; }

private:
  void number(const std::string &key, double &member, const std::string &unit, const Range &range, const std::string &meaning,
              const std::string &source, bool required);
  void words(const std::string &key, std::string &member, const std::string &meaning, bool required);
  void whole(const std::string &key, int &member, int low, int high, const std::string &meaning, bool required);
};

/// Anything that describes itself; what the back ends take.
using Describe = std::function<void(Schema &)>;

/// Reads `file` (YAML) into whatever `describe` names. `overrides` are "key.path=value" and win over the file. All errors are reported at
/// once in one CaseError, each as file:line:column: key: what was found, what was expected, what to try. A key that nobody describes is an
/// error. `format` is the newest version of `corvivo:` understood.
void read_case(const std::filesystem::path &file, const std::vector<std::string> &overrides, const Describe &describe);

/// The same values as YAML, every default written out.
std::string resolved_case(const Describe &describe);

/// Markdown table of every key (cases/REFERENCE.md).
std::string reference_markdown(const Describe &describe);

/// What one key, or every key below a prefix, means; throws CaseError with the nearest key when there is none.
std::string explain_key(const Describe &describe, const std::string &key_path);

constexpr int case_format = 1;

} // namespace corvivo::io
