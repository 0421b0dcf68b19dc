#include <physics/ecg/ecg_record.hpp>

#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <physics/ecg/torso.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace corvivo::physics {

using io::CaseError;

namespace {

constexpr double slowest = 100;       ///< samples per second
constexpr double most_invalid = 0.05; ///< share of the samples
constexpr double flat = 1e-3;         ///< mV from lowest to highest

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// "aVF" for "avf"; other names as they are, without what a table's heading cannot hold.
std::string lead_name(const io::RecordedSignal &signal, std::size_t number) {
  for (const char *name : lead_names)
    if (lower(signal.description) == lower(name))
      return name;
  std::string name = signal.description;
  for (char &c : name)
    if (static_cast<unsigned char>(c) <= ' ' || std::string(",[]\"").find(c) != std::string::npos)
      c = '_';
  return name.empty() || name == "time" ? "lead_" + std::to_string(number) : name;
}

std::optional<double> millivolts_per(const std::string &unit) {
  try {
    return io::conversion_factor(unit == "uv" || unit == "UV" ? "uV" : unit, "mV");
  } catch (const CaseError &) { // a pressure, a flow, something unheard of
    return std::nullopt;
  }
}

/// Values that are not valid are bridged by a line. Returns their share.
double bridge(std::vector<double> &values) {
  std::size_t invalid = 0;
  const std::size_t n = values.size();
  for (std::size_t i = 0; i < n;) {
    if (std::isfinite(values[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < n && !std::isfinite(values[end]))
      ++end;
    const double before = i > 0 ? values[i - 1] : end < n ? values[end] : 0, after = end < n ? values[end] : before;
    for (std::size_t j = i; j < end; ++j)
      values[j] = before + (after - before) * static_cast<double>(j + 1 - i) / static_cast<double>(end + 1 - i);
    invalid += end - i;
    i = end;
  }
  return n == 0 ? 1 : static_cast<double>(invalid) / static_cast<double>(n);
}

struct Lead {
  std::string name, trouble; ///< why it cannot be used; empty when it can
  std::vector<double> values;
};

Lead lead_of(const io::RecordedSignal &signal, std::size_t number) {
  Lead lead{lead_name(signal, number), "", signal.values};
  const std::optional<double> factor = millivolts_per(signal.unit);
  const double invalid = bridge(lead.values);
  for (double &value : lead.values)
    value *= factor.value_or(1);
  const auto [low, high] = std::minmax_element(lead.values.begin(), lead.values.end());
  if (!factor)
    lead.trouble = "is in '" + signal.unit + "', not a unit of voltage";
  else if (invalid > most_invalid)
    lead.trouble = "has " + io::fixed(100 * invalid, 0) + " % of samples that are not valid, at most 5 % can be bridged";
  else if (lead.values.empty() || *high - *low < flat)
    lead.trouble = "is flat";
  return lead;
}

/// The twelve of `leads` when they are all there and can be used, else all.
std::vector<Lead> standard_or_all(const std::vector<Lead> &leads) {
  std::vector<Lead> standard;
  for (const char *name : lead_names)
    for (const Lead &lead : leads)
      if (lead.name == name && lead.trouble.empty())
        standard.push_back(lead);
  return standard.size() == lead_names.size() ? standard : leads;
}

std::vector<Lead> chosen(const std::vector<Lead> &leads, const std::vector<std::string> &wanted, const std::string &path) {
  std::vector<Lead> found;
  std::vector<std::string> names;
  for (const Lead &lead : leads)
    names.push_back(lead.name);
  for (const std::string &name : wanted) {
    const auto lead = std::find_if(leads.begin(), leads.end(), [&](const Lead &l) { return lower(l.name) == lower(name); });
    if (lead == leads.end())
      throw CaseError(path + ": has no lead '" + name + "'" + io::did_you_mean(name, names));
    if (!lead->trouble.empty())
      throw CaseError(path + ": lead '" + lead->name + "' " + lead->trouble);
    if (std::none_of(found.begin(), found.end(), [&](const Lead &l) { return l.name == lead->name; }))
      found.push_back(*lead);
  }
  return found;
}

} // namespace

void EcgRecordOptions::describe(io::Schema &schema) {
  schema.file("record", record, "Header (.hea) of a recorded ECG in WFDB format 16 or 212, its files of numbers beside it.", true);
  schema.texts("leads", leads, "Which of its leads; none: the standard twelve where there are all, else every lead.");
}

io::TimeSeries ecg_of(const io::SignalRecord &record, const std::vector<std::string> &wanted, const std::string &path) {
  if (record.frequency < slowest)
    throw CaseError(path + ": has " + io::print_number(record.frequency) + " samples per second, expected at least " +
                    io::print_number(slowest) + " to tell the onset of a QRS complex");
  std::vector<Lead> leads;
  for (const io::RecordedSignal &signal : record.signals) {
    if (signal.values.size() != record.samples())
      throw CaseError(path + ": its signals have different numbers of samples");
    Lead lead = lead_of(signal, leads.size() + 1);
    while (std::any_of(leads.begin(), leads.end(), [&](const Lead &l) { return l.name == lead.name; }))
      lead.name += "_" + std::to_string(leads.size() + 1);
    leads.push_back(std::move(lead));
  }
  leads = wanted.empty() ? standard_or_all(leads) : chosen(leads, wanted, path);
  io::TimeSeries ecg;
  ecg.add_column("time", "ms");
  std::vector<const Lead *> used;
  for (const Lead &lead : leads)
    if (lead.trouble.empty()) {
      ecg.add_column(lead.name, "mV");
      used.push_back(&lead);
    } else
      io::warn(path + ": left out: lead '" + lead.name + "' " + lead.trouble);
  if (used.empty())
    throw CaseError(path + ": no lead of it can be used");
  std::vector<double> row(used.size() + 1);
  for (std::size_t i = 0; i < record.samples(); ++i) {
    row[0] = 1000 * static_cast<double>(i) / record.frequency;
    std::transform(used.begin(), used.end(), row.begin() + 1, [&](const Lead *lead) { return lead->values[i]; });
    ecg.append_row(row);
  }
  return ecg;
}

void report_analysis(const EcgAnalysis &analysis, const io::TimeSeries &ecg, io::Quantities &quantities) {
  for (const EcgNumber &number : analysis.numbers)
    quantities.set("ecg_" + number.name, number.value, number.unit).uncertainty = number.deviation;
  double tallest = 0;
  for (const EcgNumber &number : analysis.numbers)
    if (number.unit == "mV" && std::isfinite(number.value))
      tallest = std::max(tallest, std::abs(number.value));
  if (tallest > 0 && (tallest < 0.05 || tallest > 20)) // mV; on the skin they are some 0.3 to 3
    io::warn("ecg: the tallest wave of all leads has " + io::print_number(tallest) +
             " mV, which no heart makes on the skin; are gain and unit right?");
  quantities.set("ecg_beats", static_cast<double>(analysis.beats.rows()), "1");
  quantities.set("ecg_beats_averaged", static_cast<double>(analysis.averaged), "1");
  quantities.set("ecg_noise", 1000 * analysis.noise, "uV");
  if (!(ecg.has("I") && ecg.has("II") && ecg.has("III")))
    return;
  const std::vector<double> &one = ecg.column("I"), &two = ecg.column("II"), &three = ecg.column("III");
  double residual = 0;
  for (std::size_t i = 0; i < ecg.rows(); ++i)
    residual = std::max(residual, std::abs(three[i] - (two[i] - one[i])));
  io::Quantity &einthoven = quantities.set("ecg_einthoven_residual", 1000 * residual, "uV");
  if (residual > 0.05)
    einthoven.warning = "the limb leads do not fit each other: are they named rightly, and of one recording?";
}

} // namespace corvivo::physics
