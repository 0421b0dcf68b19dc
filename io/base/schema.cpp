#include <io/base/schema.hpp>

#include <io/base/units.hpp>

#include <charconv>
#include <cmath>

namespace corvivo::io {

bool Range::contains(double value) const {
  return (open_low ? value > low : value >= low) && (open_high ? value < high : value <= high);
}

std::string Range::text() const {
  if (std::isinf(low) && std::isinf(high))
    return "any";
  return (open_low || std::isinf(low) ? "(" : "[") + print_number(low) + ", " + print_number(high) +
         (open_high || std::isinf(high) ? ")" : "]");
}

namespace {

using Words = std::vector<std::string>;

double checked(const std::string &text, const std::string &unit, const Range &range) {
  const double value = parse_quantity(text, unit);
  if (!range.contains(value))
    throw CaseError("found '" + text + "', expected a value in " + range.text() + (unit == "1" ? "" : " " + unit));
  return value;
}

int checked_integer(const std::string &text, int low, int high) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw CaseError("found '" + text + "', expected a whole number");
  if (value < low || value > high)
    throw CaseError("found '" + text + "', expected a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  return value;
}

bool checked_flag(const std::string &text) {
  if (text == "true" || text == "yes")
    return true;
  if (text == "false" || text == "no")
    return false;
  throw CaseError("found '" + text + "', expected true or false");
}

Words printed(double value, const std::string &unit) {
  return std::isnan(value) ? Words{} : Words{print_quantity(value, unit)};
}

} // namespace

void Schema::number(const std::string &key, double &member, const std::string &unit, const Range &range, const std::string &meaning,
                    const std::string &source, bool required) {
  Leaf l{key, "number", unit, range.text(), meaning, source, required};
  l.read = [&member, unit, range](const Words &words) { member = checked(words.front(), unit, range); };
  l.print = [&member, unit] { return printed(member, unit); };
  leaf(l);
}

void Schema::quantity(const std::string &key, double &member, const std::string &unit, const Range &range, const std::string &meaning,
                      const std::string &source) {
  number(key, member, unit, range, meaning, source, false);
}

void Schema::required_quantity(const std::string &key, double &member, const std::string &unit, const Range &range,
                               const std::string &meaning, const std::string &source) {
  number(key, member, unit, range, meaning, source, true);
}

void Schema::optional_quantity(const std::string &key, std::optional<double> &member, const std::string &unit, const Range &range,
                               const std::string &meaning, const std::string &source) {
  Leaf l{key, "number", unit, range.text(), meaning, source};
  l.read = [&member, unit, range](const Words &words) { member = checked(words.front(), unit, range); };
  l.print = [&member, unit] { return member ? printed(*member, unit) : Words{}; };
  leaf(l);
}

void Schema::quantities(const std::string &key, std::vector<double> &member, const std::string &unit, const Range &range,
                        const std::string &meaning, const std::string &source) {
  Leaf l{key, "list of numbers", unit, range.text(), meaning, source};
  l.sequence = true;
  l.read = [&member, unit, range](const Words &words) {
    std::vector<double> values;
    for (const std::string &word : words)
      values.push_back(checked(word, unit, range));
    member = std::move(values);
  };
  l.print = [&member, unit] {
    Words words;
    for (const double value : member)
      words.push_back(print_quantity(value, unit));
    return words;
  };
  leaf(l);
}

void Schema::vector(const std::string &key, Vector3 &member, const std::string &unit, const std::string &meaning) {
  Leaf l{key, "three numbers", unit, "any", meaning, ""};
  l.sequence = true;
  l.read = [&member, unit](const Words &words) {
    if (words.size() != 3)
      throw CaseError("found " + std::to_string(words.size()) + " values, expected three");
    for (std::size_t i = 0; i < 3; ++i)
      member[i] = checked(words[i], unit, any);
  };
  l.print = [&member, unit] { // NaN: not given, and without a default
    return std::isnan(member[0]) ? Words{}
                                 : Words{print_quantity(member[0], unit), print_quantity(member[1], unit), print_quantity(member[2], unit)};
  };
  leaf(l);
}

void Schema::whole(const std::string &key, int &member, int low, int high, const std::string &meaning, bool required) {
  Leaf l{key, "whole number", "1", "[" + std::to_string(low) + ", " + std::to_string(high) + "]", meaning, "", required};
  l.read = [&member, low, high](const Words &words) { member = checked_integer(words.front(), low, high); };
  l.print = [&member] { return Words{std::to_string(member)}; };
  leaf(l);
}

void Schema::integer(const std::string &key, int &member, int low, int high, const std::string &meaning) {
  whole(key, member, low, high, meaning, false);
}

void Schema::required_integer(const std::string &key, int &member, int low, int high, const std::string &meaning) {
  whole(key, member, low, high, meaning, true);
}

void Schema::integers(const std::string &key, std::vector<int> &member, int low, int high, const std::string &meaning) {
  Leaf l{key, "list of whole numbers", "1", "[" + std::to_string(low) + ", " + std::to_string(high) + "]", meaning, ""};
  l.sequence = true;
  l.read = [&member, low, high](const Words &words) {
    std::vector<int> values;
    for (const std::string &word : words)
      values.push_back(checked_integer(word, low, high));
    member = std::move(values);
  };
  l.print = [&member] {
    Words words;
    for (const int value : member)
      words.push_back(std::to_string(value));
    return words;
  };
  leaf(l);
}

void Schema::flag(const std::string &key, bool &member, const std::string &meaning) {
  Leaf l{key, "true or false", "1", "", meaning, ""};
  l.read = [&member](const Words &words) { member = checked_flag(words.front()); };
  l.print = [&member] { return Words{member ? "true" : "false"}; };
  leaf(l);
}

void Schema::optional_flag(const std::string &key, std::optional<bool> &member, const std::string &meaning) {
  Leaf l{key, "true or false", "1", "", meaning, ""};
  l.read = [&member](const Words &words) { member = checked_flag(words.front()); };
  l.print = [&member] { return member ? Words{*member ? "true" : "false"} : Words{}; };
  leaf(l);
}

void Schema::words(const std::string &key, std::string &member, const std::string &meaning, bool required) {
  Leaf l{key, "text", "1", "", meaning, "", required};
  l.read = [&member](const Words &found) { member = found.front(); };
  l.print = [&member] { return Words{member}; };
  leaf(l);
}

void Schema::text(const std::string &key, std::string &member, const std::string &meaning) {
  words(key, member, meaning, false);
}

void Schema::required_text(const std::string &key, std::string &member, const std::string &meaning) {
  words(key, member, meaning, true);
}

void Schema::texts(const std::string &key, std::vector<std::string> &member, const std::string &meaning) {
  Leaf l{key, "list of texts", "1", "", meaning, ""};
  l.sequence = true;
  l.read = [&member](const Words &found) { member = found; };
  l.print = [&member] { return member; };
  leaf(l);
}

void Schema::choice(const std::string &key, std::string &member, const std::vector<std::string> &names, const std::string &meaning,
                    bool required) {
  Leaf l{key, "name", "1", join(names, ", "), meaning, "", required};
  l.read = [&member, names](const Words &found) {
    for (const std::string &name : names)
      if (name == found.front()) {
        member = name;
        return;
      }
    throw CaseError("found '" + found.front() + "'" + did_you_mean(found.front(), names));
  };
  l.print = [&member] { return member.empty() ? Words{} : Words{member}; };
  leaf(l);
}

void Schema::file(const std::string &key, std::filesystem::path &member, const std::string &meaning, bool required) {
  Leaf l{key, "file", "1", "", meaning, "", required};
  l.is_path = true;
  l.read = [&member](const Words &found) { member = found.front(); };
  l.print = [&member] { return member.empty() ? Words{} : Words{member.string()}; };
  leaf(l);
}

void Schema::measurement(const std::string &key, Measurement &member, const std::string &unit, const Range &range,
                         const std::string &meaning, bool required) {
  if (!enter(key, meaning, !required, !std::isnan(member.value)))
    return;
  number("value", member.value, unit, range, meaning, "", true);
  number("sd", member.sd, unit, positive, "Its standard deviation.", "", true);
  flag("assumed", member.assumed, "Not measured in this patient; every result that depends on it says so.");
  leave();
}

} // namespace corvivo::io
