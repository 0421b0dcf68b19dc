#pragma once
/// Conductances scaled by name and blocked by drugs, in the same way for every ionic model.
#include <io/base/schema.hpp>

#include <string>
#include <vector>

namespace corvivo::physics {

/// A current (or flux of calcium) whose conductance, permeability or largest rate may be scaled.
struct ScalableCurrent {
  std::string name, meaning; ///< "i_Kr", "Rapid delayed rectifier."
};

/// What a drug does to one current: it leaves 1 / (1 + (concentration / ic50)^hill) of the conductance open (Mirams et al., Cardiovasc Res
/// 91:53, 2011).
struct ChannelBlock {
  std::string current;
  double ic50 = 1; ///< uM
  double hill = 1;
  std::vector<std::string> currents; ///< that there are, for `describe`
  void describe(io::Schema &schema);
};

struct Drug {
  std::string name = "drug";
  double concentration = 0; ///< uM, free in plasma
  std::vector<ChannelBlock> blocks;
  std::vector<std::string> currents; ///< that there are, for `describe`
  void describe(io::Schema &schema);
};

/// Share of the conductance that stays open.
double open_share(const Drug &drug, const ChannelBlock &block);

class CurrentScaling {
public:
  explicit CurrentScaling(std::vector<ScalableCurrent> currents);
  void describe(io::Schema &schema);
  const std::vector<ScalableCurrent> &currents() const { return currents_; }
  /// Throw CaseError with the nearest name when there is no such current.
  void set_scale(const std::string &current, double factor);
  void add_drug(Drug drug);
  /// Scale times open shares, in the order of `currents`. Drugs bind independently: their open shares multiply. Throws CaseError when a
  /// drug blocks a current that the model does not have.
  std::vector<double> factors() const;

private:
  std::vector<std::string> names() const;
  std::size_t index_of(const std::string &current, const std::string &who) const;

  std::vector<ScalableCurrent> currents_;
  std::vector<double> scale_;
  std::vector<Drug> drugs_;
};

} // namespace corvivo::physics
