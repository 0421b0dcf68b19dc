#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <physics/electrophysiology/electrophysiology.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using namespace io;

namespace {

using Complaints = std::vector<std::string>;

void check_whole(const std::string &key, double ms, Complaints &complaints) {
  if (std::abs(ms - std::round(ms)) > 1e-9)
    complaints.push_back("electrophysiology." + key + ": found " + print_number(ms) + " ms, expected a whole number of ms; try " +
                         print_number(std::max(1.0, std::round(ms))) + " ms");
}

void check_name(const std::string &where, const std::string &name, Complaints &complaints) {
  if (!is_plain_name(name))
    complaints.push_back("electrophysiology." + where + ": found the name '" + name +
                         "', which stands in tables; expected letters, digits and _ - . + alone");
}

void check_parts(const ElectrophysiologyOptions &options, Complaints &complaints) {
  const auto states = [](const std::string &name, const std::unique_ptr<IonicModel> &given) {
    return given ? given->state_names() : ionic_models().make(name)->state_names();
  };
  for (std::size_t i = 0; i < options.tissue.size(); ++i) {
    const TissuePart &part = options.tissue[i];
    const std::string where = "electrophysiology.tissue[" + std::to_string(i) + "] (" + part.name + ")";
    if (part.layer && part.layer->from > part.layer->to)
      complaints.push_back(where + ": found a layer from " + print_number(part.layer->from) + " to " + print_number(part.layer->to) +
                           "; expected `from` no greater than `to` (0 is the endocardium)");
    for (std::size_t d = 0; part.box && d < 3; ++d)
      if (part.box->minimum[d] > part.box->maximum[d])
        complaints.push_back(where + ": found a box from " + print_number(part.box->minimum[d]) + " to " +
                             print_number(part.box->maximum[d]) + " mm along " + "xyz"[d] + "; expected the minimum first");
    if (!part.ionic_model_name.empty() && states(part.ionic_model_name, part.cell) != states(options.ionic_model_name, options.ionic_model))
      complaints.push_back(where + ": found cells of " + part.ionic_model_name + " in tissue of " + options.ionic_model_name +
                           "; expected variants of one model, as its epi-, mid- and endocardial cells or other scales of its currents");
  }
}

/// Boxes whose corners are swapped.
void check_boxes(const ElectrophysiologyOptions &options, Complaints &complaints) {
  for (std::size_t i = 0; i < options.boxes.size(); ++i) {
    const StimulusBox &box = options.boxes[i];
    for (std::size_t d = 0; d < 3; ++d)
      if (box.minimum[d] > box.maximum[d])
        complaints.push_back("electrophysiology.boxes[" + std::to_string(i) + "]: found a box from " + print_number(box.minimum[d]) +
                             " to " + print_number(box.maximum[d]) + " mm along " + "xyz"[d] + "; expected the minimum first");
  }
}

void check_vulnerability(const ElectrophysiologyOptions &options, Complaints &complaints) {
  const VulnerabilityOptions &v = *options.vulnerability;
  if (options.method == "bidomain")
    complaints.push_back("electrophysiology.vulnerability: its many runs are of the monodomain alone; use method: monodomain or "
                         "pseudo_bidomain");
  if (options.method == "reaction_eikonal")
    complaints.push_back("electrophysiology.vulnerability: a re-entry needs recovery of the tissue, which method: " + options.method +
                         " leaves out; use method: monodomain");
  if (v.places.empty())
    complaints.push_back("electrophysiology.vulnerability.places: found none, expected at least one ball");
  if (v.to < v.from)
    complaints.push_back("electrophysiology.vulnerability: found from " + print_number(v.from) + " to " + print_number(v.to) +
                         " ms; expected `to` no earlier than `from`");
  check_whole("vulnerability.from", v.from, complaints);
  check_whole("vulnerability.every", v.every, complaints);
}

/// Currents that nothing takes away.
void check_currents(const BidomainOptions &space, Complaints &complaints) {
  for (const CurrentElectrode &at : space.electrodes) {
    double sum = 0, largest = 0;
    for (const CurrentElectrode &electrode : space.electrodes)
      if (electrode.on(at.start)) {
        sum += electrode.current;
        largest = std::max(largest, std::abs(electrode.current));
      }
    if (std::abs(sum) > 1e-9 * largest) {
      complaints.push_back("electrophysiology.bidomain.electrodes: found currents that sum to " + print_number(sum) + " uA at " +
                           print_number(at.start) + " ms; expected zero, for no current leaves the tissue; add the electrode that takes " +
                           "it away, with the same start and duration, or bidomain.ground");
      return;
    }
  }
}

void check_bidomain(const ElectrophysiologyOptions &options, Complaints &complaints) {
  const std::string where = "electrophysiology.bidomain";
  if (!options.has_extracellular_space()) {
    if (options.bidomain)
      complaints.push_back(where + ": found beside method: " + options.method +
                           ", which has no extracellular space; expected method: bidomain or pseudo_bidomain, or no such section");
    return;
  }
  const BidomainOptions space = options.extracellular_space();
  check_whole("bidomain.interval", space.interval, complaints);
  for (const auto &[name, given] : {std::pair{"intracellular", space.intracellular}, {"extracellular", space.extracellular}})
    if (!(given.along > 0 && given.across > 0))
      complaints.push_back(where + "." + name + ": found " + print_number(given.along) + " S/m along and " + print_number(given.across) +
                           " S/m across the fibres; expected both positive");
  if (options.method == "pseudo_bidomain" && !space.electrodes.empty())
    complaints.push_back(where +
                         ".electrodes: found currents that method: pseudo_bidomain, whose potential does not feel the extracellular "
                         "one, would leave without effect; use method: bidomain");
  for (const CurrentElectrode &electrode : space.electrodes)
    check_name("bidomain.electrodes", electrode.name, complaints);
  if (!space.ground)
    check_currents(space, complaints);
  const ConductivityOptions mean = options.monodomain_conductivity(), &given = options.conductivity, standard;
  const auto other = [](double a, double b) { return std::abs(a - b) > 1e-6 * b; };
  if ((other(given.along, standard.along) && other(given.along, mean.along)) ||
      (other(given.across, standard.across) && other(given.across, mean.across)))
    complaints.push_back("electrophysiology.conductivity: found " + print_number(given.along) + " S/m along and " +
                         print_number(given.across) + " S/m across the fibres, but " + where + " has harmonic means of " +
                         print_number(mean.along) + " and " + print_number(mean.across) + " S/m, which are used; leave it out");
}

void check_element(const ElectrophysiologyOptions &options, Complaints &complaints) {
  if (options.discretisation.quadratic() && options.method != "monodomain")
    complaints.push_back("electrophysiology.discretisation.element: found P2 with method: " + options.method +
                         "; quadratic elements are of the monodomain equation alone: expected method: monodomain, or element: P1");
}

} // namespace

std::vector<double> ElectrophysiologyOptions::stimulus_starts() const {
  std::vector<double> starts;
  const auto add = [&](const auto &stimuli) {
    for (const auto &stimulus : stimuli)
      starts.push_back(stimulus.start);
  };
  add(sites), add(boxes), add(balls), add(surfaces), add(regions);
  if (bidomain)
    add(bidomain->electrodes);
  return starts;
}

void ElectrophysiologyOptions::check() const {
  Complaints complaints;
  check_whole("save_every", save_every, complaints);
  check_whole("checkpoint_every", checkpoint_every, complaints);
  check_whole("calcium_interval", calcium_interval, complaints);
  for (const NamedPoint &point : points)
    check_name("points", point.name, complaints);
  for (const Electrogram &electrogram : electrograms)
    check_name("electrograms", electrogram.name, complaints);
  check_parts(*this, complaints);
  check_boxes(*this, complaints);
  constexpr double most_steps = 1e9;
  if (duration / time_step > most_steps)
    complaints.push_back("electrophysiology.duration: found " + print_number(duration) + " ms in steps of " + print_number(time_step) +
                         " ms, expected a thousand million steps at most");
  check_bidomain(*this, complaints);
  check_element(*this, complaints);
  if (vulnerability)
    check_vulnerability(*this, complaints);
  const std::vector<double> starts = stimulus_starts();
  if (!starts.empty() && *std::min_element(starts.begin(), starts.end()) >= duration)
    complaints.push_back("electrophysiology.duration: found " + print_number(duration) + " ms, but the first stimulus starts at " +
                         print_number(*std::min_element(starts.begin(), starts.end())) + " ms; expected a longer beat");
  if (!complaints.empty())
    throw CaseError(join(complaints, "\n"));
}

} // namespace corvivo::physics
