#include <io/report/html.hpp>

#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::io {

namespace {

/// Length of the UTF-8 sequence at `i`; 0 when the bytes there are none.
std::size_t utf8_length(const std::string &text, std::size_t i) {
  const auto byte = [&](std::size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u; };
  const unsigned first = byte(i);
  const std::size_t length = first < 0x80                    ? 1
                             : first >= 0xC2 && first < 0xE0 ? 2
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
  for (std::size_t k = 1; k < length; ++k)
    if ((byte(i + k) & 0xC0) != 0x80)
      return 0;
  return length;
}

} // namespace

std::string escape_html(const std::string &text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    const char c = text[i];
    if (length == 0 || (length == 1 && static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
      out += "\xEF\xBF\xBD"; // replacement character
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      out.append(text, i, length);
    i += length ? length : 1;
  }
  return out;
}

namespace {

/// Thin spaces between groups of three digits from 10 000 on.
std::string grouped(std::string digits) {
  const std::size_t end = std::min(digits.find('.'), digits.size());
  if (end < 5)
    return digits;
  for (std::size_t i = end; i > 3;)
    digits.insert(i -= 3, "\xE2\x80\xAF");
  return digits;
}

int decimals_of(double magnitude) {
  if (magnitude >= 1000)
    return 0;
  if (magnitude >= 10)
    return 1;
  if (magnitude >= 1)
    return 2;
  return static_cast<int>(std::ceil(-std::log10(magnitude))) + 2;
}

} // namespace

std::string display_number(double value) {
  if (!std::isfinite(value))
    return "\xE2\x80\x93"; // en dash
  const double magnitude = std::abs(value);
  std::string text;
  if (magnitude == std::round(magnitude) && magnitude < 1e15)
    text = grouped(fixed(magnitude, 0));
  else if (magnitude < 1e-3 || magnitude >= 1e9) {
    const int exponent = static_cast<int>(std::floor(std::log10(magnitude)));
    text = fixed(magnitude / std::pow(10.0, exponent), 1) + "e" + std::to_string(exponent);
  } else
    text = grouped(fixed(magnitude, decimals_of(magnitude)));
  return (value < 0 ? "\xE2\x88\x92" : "") + text;
}

std::string display_short(double value) {
  std::string text = display_number(value);
  if (text.find('.') == std::string::npos || text.find('e') != std::string::npos)
    return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.')
    text.pop_back();
  return text;
}

std::string display_uncertainty(double value) {
  const double magnitude = std::abs(value);
  if (!(magnitude >= 1e-3 && magnitude < 1e9))
    return display_number(value);
  const int decimals = std::max(0, 1 - static_cast<int>(std::floor(std::log10(magnitude))));
  return magnitude == std::round(magnitude) ? display_number(value) : grouped(fixed(magnitude, decimals));
}

std::string prose(const std::string &text) {
  std::string out = escape_html(text);
  for (const auto &[plain, sign] : {std::pair{"+-", "\xC2\xB1"}, {"&gt;=", "\xE2\x89\xA5"}, {"&lt;=", "\xE2\x89\xA4"}})
    for (std::size_t at = out.find(plain); at != std::string::npos; at = out.find(plain))
      out.replace(at, std::string(plain).size(), sign);
  return out;
}

std::string display_unit(const std::string &unit) {
  if (unit == "1")
    return "";
  std::string out;
  for (const char c : unit)
    out += c == '*' ? std::string("\xC2\xB7") : std::string(1, c);
  return out;
}

Side side_of(const Quantity &q) {
  if (!q.reference_range || !std::isfinite(q.value))
    return Side::unknown;
  if (q.value < q.reference_range->low)
    return Side::below;
  return q.value > q.reference_range->high ? Side::above : Side::inside;
}

std::string quantity_html(const Quantity &q, bool with_uncertainty) {
  if (!std::isfinite(q.value))
    return "<span class=\"none\" data-name=\"" + escape_html(q.name) + "\">not available</span>";
  std::string out =
      "<data data-name=\"" + escape_html(q.name) + "\" value=\"" + print_number(q.value) + "\">" + display_number(q.value) + "</data>";
  if (with_uncertainty && q.uncertainty && *q.uncertainty > 0)
    out += "<span class=\"sd\"> \xC2\xB1 " + display_uncertainty(*q.uncertainty) + "</span>";
  const std::string unit = display_unit(q.unit);
  return unit.empty() ? out : out + "<span class=\"unit\"> " + escape_html(unit) + "</span>";
}

std::string embedded_json(const std::string &json) {
  std::string out;
  for (const char c : json)
    out += c == '<' ? std::string("\\u003c") : c == '&' ? std::string("\\u0026") : std::string(1, c);
  return out;
}

} // namespace corvivo::io
