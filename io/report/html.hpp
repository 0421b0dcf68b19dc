#pragma once
/// Pieces of HTML that several sections of the report use. Everything that comes from outside is escaped here.
#include <io/base/quantity.hpp>

#include <string>

namespace corvivo::io {

/// `<`, `>`, `&` and quotes as entities; control characters (but tab and newline) and bytes that are not UTF-8 are replaced.
std::string escape_html(const std::string &text);

/// For people: "174.5", "0.0123", "20 742", "-18.2" with a true minus, a dash where there is no number.
std::string display_number(double value);
/// The same without trailing zeros, for limits and axis ticks: "0.8".
std::string display_short(double value);
/// Two significant digits: "2.4", "0.040", "180".
std::string display_uncertainty(double value);
/// Escaped, with "+-", ">=" and "<=" as the signs that they stand for.
std::string prose(const std::string &text);
/// "mmHg·s/mL"; empty for pure numbers.
std::string display_unit(const std::string &unit);
/// A heading for a stable name: "LV ejection fraction" for `lv_ef`; unknown names with their underscores as spaces.
std::string display_name(const std::string &name);

/// `<data value="..." data-name="...">shown</data> unit`, where `value` has every digit of results.json. A warning adds a mark.
std::string quantity_html(const Quantity &quantity, bool with_uncertainty = true);

enum class Side { inside, below, above, unknown };
Side side_of(const Quantity &quantity); ///< of its reference range

/// JSON that may stand inside a `<script>` element.
std::string embedded_json(const std::string &json);

} // namespace corvivo::io
