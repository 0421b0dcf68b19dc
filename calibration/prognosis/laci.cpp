#include <calibration/prognosis/scores.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::calibration {

double left_atrioventricular_coupling(double la_volume, double lv_volume) {
  if (!(la_volume > 0) || !(lv_volume > 0))
    throw io::CaseError("coupling index: found volumes " + short_number(la_volume) + " and " + short_number(lv_volume) +
                        " mL; expected both above zero");
  return 100.0 * la_volume / lv_volume;
}

namespace {

/// The threshold depends on the cohort, so all of them are shown. From the abstracts of the papers named.
std::vector<CutOff> published_cut_offs() {
  return {
      {21.0, "heart failure with reduced EF, DERIVATE, n = 2,170", "death; death or heart-failure admission", "HR 1.06 and 1.09 per 5 %",
       "DERIVATE registry"},
      {22.2, "heart failure with EF < 50 %, n = 478", "death or heart-failure admission", "adjusted HR 1.77; lower tertile",
       "PMID 39792882"},
      {25.0, "stress CMR, n = 2,134, 5.2 years", "heart-failure admission or cardiovascular death",
       "adjusted HR 1.18; best added discrimination", "Pezel et al., JACC Cardiovasc Imaging 2023"},
      {30.0, "non-ischaemic dilated cardiomyopathy, n = 612, 63 months", "death or transplant", "HR 1.05 per 5 %", "NIDCM cohort"},
      {30.9, "heart failure with EF < 50 %, n = 478", "death or heart-failure admission", "adjusted HR 1.77; upper tertile",
       "PMID 39792882"},
      {34.7, "acute myocardial infarction, n = 1,046, 12 months", "major cardiac events",
       "HR 3.1 (1.0-9) per 1.0 ratio, with EF in the model", "J Cardiovasc Magn Reson 2023"},
      {40.09, "hypertrophic cardiomyopathy, n = 206, 60 months", "composite", "HR 1.054 per 1 %", "ESC Heart Fail, ehf2.15237"},
  };
}

/// A ratio and one standard deviation of it (relative errors in quadrature); the deviation is empty when neither volume has one.
struct Ratio {
  double value;
  std::optional<double> sd;
  bool contains(double x) const { return sd && std::abs(x - value) <= *sd; }
  std::string text() const { return short_number(value) + (sd ? " +- " + short_number(*sd) : "") + " %"; }
};

Ratio ratio(const io::Measurement &la, const io::Measurement &lv) {
  const double value = left_atrioventricular_coupling(la.value, lv.value);
  double square = 0;
  for (const io::Measurement *m : {&la, &lv})
    if (std::isfinite(m->sd))
      square += m->sd / m->value * (m->sd / m->value);
  return {value, square > 0 ? std::optional<double>(value * std::sqrt(square)) : std::optional<double>()};
}

io::Measurement measured(const io::Quantities &results, const std::string &name) {
  io::Measurement m;
  if (const io::Quantity *q = results.find(name)) {
    m.value = q->value;
    m.sd = q->uncertainty.value_or(std::nan(""));
  }
  return m;
}

class Laci final : public Score {
public:
  ScoreResult evaluate(const Patient &patient) const override {
    ScoreResult result;
    result.name = "laci";
    result.title = "Left atrioventricular coupling index";
    result.unit = "%";
    result.cohort = "general population (MESA, n = 4,124) and the disease cohorts of the cut-offs";
    result.endpoint = "heart failure, atrial fibrillation, cardiovascular death";
    result.source = "Pezel et al., Hypertension 2021; definition J Cardiovasc Magn Reson 2023";
    AtrialCoupling volumes = patient.clinical.atrium;
    if (std::isnan(volumes.la_volume.value) && std::isnan(volumes.la_volume_mean_length.value))
      take_from_segmentation(patient.results, volumes, result);
    if (std::isnan(volumes.la_volume.value) && std::isnan(volumes.la_volume_mean_length.value))
      result.missing.push_back("left-atrial volume at left-ventricular end-diastole");
    if (std::isnan(volumes.lv_volume.value))
      result.missing.push_back("left-ventricular volume in the same frame");
    if (result.missing.empty())
      fill(volumes, patient.results, result);
    else
      add_warning(result, "Not computed; missing: " + io::join(result.missing, ", ") + ".");
    emit(result);
    return result;
  }

private:
  static void take_from_segmentation(const io::Quantities &results, AtrialCoupling &volumes, ScoreResult &result) {
    volumes.la_volume = measured(results, "la_volume_lv_ed");
    if (std::isnan(volumes.la_volume.value))
      return;
    if (std::isnan(volumes.lv_volume.value))
      volumes.lv_volume = measured(results, "lv_edv");
    volumes.phase = "end-diastole of the segmentation";
    add_warning(result, "Volumes are the segmentation's; the index holds only if both are from one frame.");
  }

  static void fill(const AtrialCoupling &volumes, const io::Quantities &results, ScoreResult &result) {
    const bool both = !std::isnan(volumes.la_volume.value) && !std::isnan(volumes.la_volume_mean_length.value);
    const io::Measurement &first = std::isnan(volumes.la_volume.value) ? volumes.la_volume_mean_length : volumes.la_volume;
    std::vector<Ratio> ratios{ratio(first, volumes.lv_volume)};
    if (both)
      ratios.push_back(ratio(volumes.la_volume_mean_length, volumes.lv_volume));
    result.value = ratios.front().value;
    result.uncertainty = ratios.front().sd;
    if (first.assumed || (both && volumes.la_volume_mean_length.assumed))
      result.assumed.push_back("left-atrial volume");
    if (volumes.lv_volume.assumed)
      result.assumed.push_back("left-ventricular volume");
    result.meaning = "The atrium holds " + ratios.front().text() + " of the ventricle's volume" +
                     (volumes.phase.empty() ? "" : " (" + volumes.phase + " for both)") +
                     (both ? "; " + ratios.back().text() + " with the mean instead of the shorter atrial length." : ".") +
                     " Healthy volunteers: 19 +- 6 %.";
    if (both)
      result.quantities.set("laci_mean_length", ratios.back().value, "%").uncertainty = ratios.back().sd;
    compare(ratios, result);
    const io::Quantity *largest = results.find("la_volume_max");
    if (largest && largest->value < first.value)
      add_warning(result, "The atrial volume is above la_volume_max: it should be the smallest of the beat, check the frame.");
    warn_of_assumed(result);
  }

  static void compare(const std::vector<Ratio> &ratios, ScoreResult &result) {
    result.cut_offs = published_cut_offs();
    std::vector<std::string> inside;
    for (CutOff &cut_off : result.cut_offs) {
      // Between the two length conventions the side is not known either.
      const auto [low, high] = std::minmax(ratios.front().value, ratios.back().value);
      cut_off.inside_interval = ratios.front().contains(cut_off.value) || ratios.back().contains(cut_off.value) ||
                                (low <= cut_off.value && cut_off.value <= high);
      if (cut_off.inside_interval)
        inside.push_back(short_number(cut_off.value, 2));
    }
    if (!inside.empty())
      add_warning(result, "Straddles published cut-offs: " + io::join(inside, ", ") +
                              " % lie inside the uncertainty, so the side on which this patient falls is not known.");
    if (!ratios.front().sd)
      add_warning(result, "No uncertainty of the volumes was given; traced atrial volumes are often wrong by 25 %.");
  }

  static void emit(ScoreResult &result) {
    io::Quantity &quantity = report(result, "laci", result.value, "%", "");
    quantity.uncertainty = result.uncertainty;
    quantity.reference_range = io::ReferenceRange{7, 31, "healthy volunteers 19 +- 6 %, mean +- 2 sd"};
  }
};

} // namespace

std::unique_ptr<Score> make_laci() {
  return std::make_unique<Laci>();
}

} // namespace corvivo::calibration
