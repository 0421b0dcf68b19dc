#pragma once
/// Pressures and tensions that a case prescribes over time.
#include <io/base/catalogue.hpp>
#include <io/base/schema.hpp>

#include <filesystem>

namespace corvivo::physics {

class LoadCurve {
public:
  virtual ~LoadCurve() = default;
  virtual void describe(io::Schema &schema) = 0;
  /// Called once before any value; `end` is the last time asked for, ms. Throws CaseError.
  virtual void prepare(double end) = 0;
  virtual double value(double time) const = 0;              ///< kPa at `time` ms
  virtual std::filesystem::path file() const { return {}; } ///< what it reads
};

/// Every curve by name.
const io::Catalogue<LoadCurve> &load_curves();

} // namespace corvivo::physics
