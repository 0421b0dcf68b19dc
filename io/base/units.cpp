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

void multiply(Unit &unit, const std::string &name, int power) {
  const auto found = base_units().find(name);
  if (found == base_units().end())
    throw CaseError("unknown unit '" + name + "'");
  unit.factor *= std::pow(found->second.factor, power);
  for (std::size_t i = 0; i < unit.dimension.size(); ++i)
    unit.dimension[i] += power * found->second.dimension[i];
}

Unit parse_unit(const std::string &raw) {
  const std::string text = spelled(raw);
  Unit unit{1, {}};
  int sign = 1;
  std::size_t i = 0;
  while (i < text.size()) {
    const char c = text[i];
    if (c == '*' || c == ' ' || c == '(' || c == ')') {
      ++i; // "a/(b*c)": everything after the first '/' inside the parentheses divides
      continue;
    }
    if (c == '/') {
      sign = -1;
      ++i;
      continue;
    }
    std::size_t end = i;
    if (c == '1' || c == '%')
      ++end;
    else
      while (end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])))
        ++end;
    if (end == i)
      throw CaseError("unit '" + raw + "' cannot be read");
    const std::string name = text.substr(i, end - i);
    int power = 1;
    if (end < text.size() && text[end] == '^')
      ++end;
    const char *first = text.data() + end;
    if (end < text.size() && (std::isdigit(static_cast<unsigned char>(text[end])) || text[end] == '-')) {
      const auto [last, error] = std::from_chars(first, text.data() + text.size(), power);
      if (error != std::errc())
        throw CaseError("unit '" + raw + "' cannot be read");
      end += static_cast<std::size_t>(last - first);
    }
    multiply(unit, name, sign * power);
    if (sign < 0 && text.find('(') == std::string::npos)
      sign = 1; // in "a/b*c" only b divides
    i = end;
  }
  return unit;
}

} // namespace

double conversion_factor(const std::string &from, const std::string &to) {
  if (from == to)
    return 1.0;
  const Unit a = parse_unit(from), b = parse_unit(to);
  if (a.dimension != b.dimension)
    throw CaseError("unit '" + from + "' is not a unit like '" + to + "'");
  return a.factor / b.factor;
}

double parse_quantity(const std::string &text, const std::string &unit) {
  std::size_t start = text.find_first_not_of(" \t");
  if (start == std::string::npos)
    throw CaseError("found nothing, expected a number with unit '" + unit + "'");
  if (text[start] == '+')
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
  std::string found = text.substr(after);
  found.erase(found.find_last_not_of(" \t") + 1);
  if (found == unit)
    return value;
  return value * conversion_factor(found, unit);
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
