#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <physics/electrophysiology/ionic/current_scaling.hpp>

#include <cmath>

namespace corvivo::physics {

namespace {

/// Presents one factor for each current as a section of the case.
struct Scales {
  const std::vector<ScalableCurrent> &currents;
  std::vector<double> &scale;
  void describe(io::Schema &schema) {
    for (std::size_t k = 0; k < currents.size(); ++k)
      schema.quantity(currents[k].name, scale[k], "1", io::not_negative, currents[k].meaning);
  }
};

} // namespace

void ChannelBlock::describe(io::Schema &schema) {
  schema.choice("current", current, currents, "Which current, as under `scale`.", true);
  schema.quantity("ic50", ic50, "uM", io::positive, "Concentration that blocks half of it.");
  schema.quantity("hill", hill, "1", io::positive, "Hill coefficient.");
}

void Drug::describe(io::Schema &schema) {
  schema.text("name", name, "Name of the drug, for messages.");
  schema.quantity("concentration", concentration, "uM", io::not_negative, "Free concentration.");
  schema.list("blocks", blocks, "What it blocks: 1 / (1 + (concentration / ic50)^hill) of each conductance stays open.",
              ChannelBlock{"", 1, 1, currents});
}

double open_share(const Drug &drug, const ChannelBlock &block) {
  return drug.concentration > 0 ? 1.0 / (1.0 + std::pow(drug.concentration / block.ic50, block.hill)) : 1.0;
}

CurrentScaling::CurrentScaling(std::vector<ScalableCurrent> currents) : currents_(std::move(currents)), scale_(currents_.size(), 1.0) {}

void CurrentScaling::describe(io::Schema &schema) {
  Scales scales{currents_, scale_};
  schema.section("scale", scales, "Factors on the model's currents.");
  schema.list("drugs", drugs_, "Drugs that block currents; they bind independently of each other.", Drug{"drug", 0, {}, names()});
}

std::vector<std::string> CurrentScaling::names() const {
  std::vector<std::string> names;
  for (const ScalableCurrent &current : currents_)
    names.push_back(current.name);
  return names;
}

std::size_t CurrentScaling::index_of(const std::string &current, const std::string &who) const {
  for (std::size_t k = 0; k < currents_.size(); ++k)
    if (currents_[k].name == current)
      return k;
  throw io::CaseError(who + ": this ionic model has no current '" + current + "'" + io::did_you_mean(current, names()) +
                      "; it has: " + io::join(names(), ", "));
}

void CurrentScaling::set_scale(const std::string &current, double factor) {
  scale_[index_of(current, "scale")] = factor;
}

void CurrentScaling::add_drug(Drug drug) {
  for (const ChannelBlock &block : drug.blocks)
    index_of(block.current, "drug '" + drug.name + "'");
  drugs_.push_back(std::move(drug));
}

std::vector<double> CurrentScaling::factors() const {
  std::vector<double> factors = scale_;
  for (const Drug &drug : drugs_)
    for (const ChannelBlock &block : drug.blocks)
      if (!block.current.empty()) // else its reader has complained
        factors[index_of(block.current, "drug '" + drug.name + "'")] *= open_share(drug, block);
  return factors;
}

} // namespace corvivo::physics
