#include <io/base/units.hpp>

#include <io/base/errors.hpp>

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <map>

namespace corvivo::io {

namespace {

// Dimensions: length, time, mass, electric current, temperature, amount, angle.
using Dimension = std::array<int, 7>;
struct Unit {
  double factor; // in SI
  Dimension dimension;
};

// Base factors: CODATA/SI brochure; mmHg = 133.322387415 Pa (conventional).
const std::map<std::string, Unit> &base_units() {
  constexpr double pi = 3.14159265358979323846;
  static const std::map<std::string, Unit> units = {
      {"1", {1, {}}},
      {"%", {0.01, {}}},
      {"m", {1, {1}}},
      {"cm", {1e-2, {1}}},
      {"mm", {1e-3, {1}}},
      {"um", {1e-6, {1}}},
      {"s", {1, {0, 1}}},
      {"ms", {1e-3, {0, 1}}},
      {"min", {60, {0, 1}}},
      {"h", {3600, {0, 1}}},
      {"bpm", {1.0 / 60, {0, -1}}},
      {"Hz", {1, {0, -1}}},
      {"kg", {1, {0, 0, 1}}},
      {"g", {1e-3, {0, 0, 1}}},
      {"mg", {1e-6, {0, 0, 1}}},
      {"A", {1, {0, 0, 0, 1}}},
      {"mA", {1e-3, {0, 0, 0, 1}}},
      {"uA", {1e-6, {0, 0, 0, 1}}},
      {"nA", {1e-9, {0, 0, 0, 1}}},
      {"pA", {1e-12, {0, 0, 0, 1}}},
      {"V", {1, {2, -3, 1, -1}}},
      {"mV", {1e-3, {2, -3, 1, -1}}},
      {"uV", {1e-6, {2, -3, 1, -1}}},
      {"S", {1, {-2, 3, -1, 2}}},
      {"mS", {1e-3, {-2, 3, -1, 2}}},
      {"nS", {1e-9, {-2, 3, -1, 2}}},
      {"F", {1, {-2, 4, -1, 2}}},
      {"uF", {1e-6, {-2, 4, -1, 2}}},
      {"pF", {1e-12, {-2, 4, -1, 2}}},
      {"Pa", {1, {-1, -2, 1}}},
      {"kPa", {1e3, {-1, -2, 1}}},
      {"MPa", {1e6, {-1, -2, 1}}},
      {"mmHg", {133.322387415, {-1, -2, 1}}},
      {"N", {1, {1, -2, 1}}},
      {"mN", {1e-3, {1, -2, 1}}},
      {"J", {1, {2, -2, 1}}},
      {"mJ", {1e-3, {2, -2, 1}}},
      {"W", {1, {2, -3, 1}}},
      {"L", {1e-3, {3}}},
      {"mL", {1e-6, {3}}},
      {"ml", {1e-6, {3}}},
      {"mol", {1, {0, 0, 0, 0, 0, 1}}},
      {"mM", {1, {-3, 0, 0, 0, 0, 1}}},
      {"uM", {1e-3, {-3, 0, 0, 0, 0, 1}}},
      {"nM", {1e-6, {-3, 0, 0, 0, 0, 1}}},
      {"K", {1, {0, 0, 0, 0, 1}}},
      {"rad", {1, {0, 0, 0, 0, 0, 0, 1}}},
      {"deg", {pi / 180, {0, 0, 0, 0, 0, 0, 1}}},
      {"year", {31557600.0, {0, 1}}},
      {"month", {31557600.0 / 12, {0, 1}}},
      {"umol", {1e-6, {0, 0, 0, 0, 0, 1}}},
      {"mmol", {1e-3, {0, 0, 0, 0, 0, 1}}},
      {"dL", {1e-4, {3}}},
      {"GB", {1e9, {}}},
  };
  return units;
}

std::string spelled(const std::string &text) { // µ (two code points) and superscripts to plain letters
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto starts = [&](const char *s) { return text.compare(i, std::char_traits<char>::length(s), s) == 0; };
    if (starts("\xC2\xB5") || starts("\xCE\xBC"))
      out += 'u', ++i;
    else if (starts("\xC2\xB2"))
      out += '2', ++i;
    else if (starts("\xC2\xB3"))
      out += '3', ++i;
    else if (starts("\xC2\xB7"))
      out += '*', ++i;
    else if (starts("\xC2\xB0"))
      out += "deg", ++i;
    else
      out += text[i];
  }
  return out;
}

// unit := factor (('*' | '/' | ' ') factor)*     factor := (name | '1' | '%' | '(' unit ')') ['^'] [whole number]
class UnitParser {
public:
  explicit UnitParser(const std::string &raw) : raw_(raw), text_(spelled(raw)) {}

  Unit parse() {
    const Unit unit = product();
    if (at_ < text_.size())
      fail();
    return unit;
  }

private:
  Unit product() {
    Unit unit = factor();
    while (true) {
      skip_blanks();
      if (at_ >= text_.size() || text_[at_] == ')')
        return unit;
      const bool divides = text_[at_] == '/';
      if (divides || text_[at_] == '*')
        ++at_;
      multiply(unit, factor(), divides ? -1 : 1);
    }
  }

  Unit factor() {
    skip_blanks();
    if (at_ >= text_.size())
      fail();
    Unit base{1, {}};
    if (text_[at_] == '(') {
      ++at_;
      base = product();
      if (at_ >= text_.size())
        fail();
      ++at_; // product() stops at ')' only
    } else
      base = named();
    Unit unit{1, {}};
    multiply(unit, base, power());
    return unit;
  }

  Unit named() {
    std::size_t end = at_;
    if (text_[at_] == '1' || text_[at_] == '%')
      ++end;
    else
      while (end < text_.size() && std::isalpha(static_cast<unsigned char>(text_[end])))
        ++end;
    if (end == at_)
      fail();
    const std::string name = text_.substr(at_, end - at_);
    const auto found = base_units().find(name);
    if (found == base_units().end())
      throw CaseError("unknown unit '" + name + "'" + (name == raw_ ? "" : " in '" + raw_ + "'"));
    at_ = end;
    return found->second;
  }

  int power() {
    const bool hat = at_ < text_.size() && text_[at_] == '^';
    at_ += hat;
    const char *first = text_.data() + at_;
    int power = 1;
    const auto [last, error] = std::from_chars(first, text_.data() + text_.size(), power);
    if ((hat && error != std::errc()) || std::abs(power) > 9)
      fail();
    if (error == std::errc())
      at_ += static_cast<std::size_t>(last - first);
    return error == std::errc() ? power : 1;
  }

  static void multiply(Unit &unit, const Unit &by, int power) {
    unit.factor *= std::pow(by.factor, power);
    for (std::size_t i = 0; i < unit.dimension.size(); ++i)
      unit.dimension[i] += power * by.dimension[i];
  }

  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ')
      ++at_;
  }

  [[noreturn]] void fail() const { throw CaseError("unit '" + raw_ + "' cannot be read"); }

  std::string raw_, text_;
  std::size_t at_ = 0;
};

} // namespace

double conversion_factor(const std::string &from, const std::string &to) {
  if (from == to)
    return 1.0;
  const Unit a = UnitParser(from).parse(), b = UnitParser(to).parse();
  if (a.dimension != b.dimension)
    throw CaseError("unit '" + from + "' is not a unit like '" + to + "'");
  return a.factor / b.factor;
}

double parse_quantity(const std::string &text, const std::string &unit) {
  std::size_t start = text.find_first_not_of(" \t");
  if (start == std::string::npos)
    throw CaseError("found nothing, expected a number with unit '" + unit + "'");
  if (text[start] == '+' && start + 1 < text.size() && text[start + 1] != '-')
    ++start;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data() + start, text.data() + text.size(), value);
  if (error != std::errc())
    throw CaseError("found '" + text + "', expected a number" + (unit == "1" ? std::string() : " with unit '" + unit + "'"));
  if (!std::isfinite(value))
    throw CaseError("found '" + text + "', expected a finite number");
  const std::size_t after = text.find_first_not_of(" \t", static_cast<std::size_t>(end - text.data()));
  if (after == std::string::npos) {
    if (unit != "1")
      throw CaseError("found '" + text + "' without a unit, expected a number with unit '" + unit + "'; try '" + print_number(value) + " " +
                      unit + "'");
    return value;
  }
  if (text[after] == ',' && after + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[after + 1])))
    throw CaseError("found '" + text + "' with a comma in its number, expected a point for decimals and nothing between thousands; try '" +
                    text.substr(0, after) + "." + text.substr(after + 1) + "'");
  std::string found = text.substr(after);
  found.erase(found.find_last_not_of(" \t") + 1);
  if (found == unit)
    return value;
  try {
    const double converted = value * conversion_factor(found, unit);
    if (std::isfinite(converted))
      return converted;
  } catch (const CaseError &mismatch) {
    throw CaseError("found '" + text + "', expected a number" + (unit == "1" ? " without a unit" : " with unit '" + unit + "'") + "; " +
                    mismatch.what());
  }
  throw CaseError("found '" + text + "', expected a finite number");
}

std::string print_number(double value) {
  std::array<char, 40> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), result.ptr);
}

std::string print_quantity(double value, const std::string &unit) {
  return unit == "1" ? print_number(value) : print_number(value) + " " + unit;
}

} // namespace corvivo::io
