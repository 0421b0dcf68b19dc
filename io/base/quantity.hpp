#pragma once
/// Named scalars with units: what every stage reports and every observer returns.
#include <optional>
#include <string>
#include <vector>

namespace corvivo::io {

struct ReferenceRange {
  double low = 0, high = 0;
  std::string source;
};

struct Quantity {
  std::string name;                       ///< stable, listed by `corvivo explain`
  double value = 0;                       ///< in `unit`
  std::string unit;                       ///< "1" for pure numbers
  std::string stage;                      ///< set by the pipeline when the stage leaves it empty
  std::optional<double> uncertainty = {}; ///< one standard deviation, in `unit`
  std::optional<ReferenceRange> reference_range = {};
  std::string warning = {}; ///< what a reader must know before using the value; empty when nothing
};

/// An ordered set of quantities, unique by name.
class Quantities {
public:
  /// Adds, or replaces the one of the same name.
  Quantity &set(Quantity quantity);
  Quantity &set(const std::string &name, double value, const std::string &unit) { return set(Quantity{name, value, unit, {}}); }
  const Quantity *find(const std::string &name) const;
  /// The value of `name`; throws Bug when there is none.
  double value(const std::string &name) const;
  bool has(const std::string &name) const { return find(name) != nullptr; }
  void append(const Quantities &others);
  const std::vector<Quantity> &all() const { return quantities_; }

private:
  std::vector<Quantity> quantities_;
};

/// `{"quantities":[{"name","value","unit","stage","uncertainty"?,"reference_range"?,"warning"?}…]}`
std::string to_json(const Quantities &quantities);
/// Throws CaseError when `text` is not what `to_json` writes.
Quantities quantities_from_json(const std::string &text);

} // namespace corvivo::io
