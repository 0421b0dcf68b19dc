#pragma once
/// Units: a user's number always carries one ("0.17 S/m", "120 mmHg"); this is the only place that converts.
#include <string>

namespace corvivo::io {

/// How many of `to` are one of `from` (1 mmHg = 0.133322 kPa). "1" is the unit of pure numbers, "%" is 0.01.
/// Products and quotients of known units with integer powers are understood: "mmHg*s/mL", "uA/cm^3", "mm2/ms", "mL/(s*mmHg)"; a "/" divides
/// by what follows it alone, as in arithmetic ("a/b*c" is "a*c/b"). Throws CaseError for an unknown unit and for units of different
/// dimension.
double conversion_factor(const std::string &from, const std::string &to);

/// Reads "0.17 S/m" as a number in `unit`. A bare number is accepted only where `unit` is "1".
/// Throws CaseError saying what was found and what was expected.
double parse_quantity(const std::string &text, const std::string &unit);

/// "0.17 S/m"; shortest text that reads back to the same double. Without a unit for "1".
std::string print_quantity(double value, const std::string &unit);

/// Shortest decimal text that reads back to the same double ("0.1", "1e-08", "nan").
std::string print_number(double value);

constexpr double kPa_per_mmHg = 0.133322387415;
constexpr double mm3_per_mL = 1000.0;

} // namespace corvivo::io
