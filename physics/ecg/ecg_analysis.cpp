#include <physics/ecg/ecg_record.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <physics/ecg/baseline.hpp>
#include <physics/ecg/beat_detection.hpp>
#include <physics/ecg/qrs_complex.hpp>
#include <physics/ecg/samples.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::physics {

using io::CaseError;
using io::TimeSeries;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double alike = 0.9;                               ///< correlation with the median beat
constexpr double regular = 0.2;                             ///< of the median RR interval
constexpr double complex_half = 60;                         ///< ms around R that beats are aligned by
constexpr double largest_shift = 20;                        ///< ms
constexpr double share_after = 0.7;                         ///< of the RR interval, that belongs to the beat after its onset
constexpr double share_before = 0.3;                        ///< and before R
constexpr double longest_after = 650, longest_before = 300; ///< ms

/// Samples from R on which something lies.
struct Span {
  long from = 0, end = 0;
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The record while it is worked on.
class Recording {
public:
  Recording(const TimeSeries &ecg, std::vector<std::size_t> peaks) : ecg_(ecg), names_(leads_of(ecg)), peaks_(std::move(peaks)) {
    sample_ = ecg.column("time")[1] - ecg.column("time")[0];
    std::vector<double> rr;
    for (std::size_t b = 1; b < peaks_.size(); ++b)
      rr.push_back(rr_of(b));
    rr_ = median(rr);
    averaged_.assign(peaks_.size(), true);
    set_span(share_after * rr_);
  }

  double sample() const { return sample_; }
  double rr_median() const { return rr_; }
  double rr_of(std::size_t b) const { return sample_ * static_cast<double>(peaks_[b] - peaks_[b - 1]); }
  const std::vector<std::size_t> &peaks() const { return peaks_; }
  bool averaged(std::size_t b) const { return averaged_[b]; }
  const Span &span() const { return span_; }
  std::size_t count() const { return static_cast<std::size_t>(std::count(averaged_.begin(), averaged_.end(), true)); }
  long samples(double ms) const { return std::lround(ms / sample_); }

  /// How long (ms) after R a beat goes on.
  void set_span(double after) { span_ = {-samples(std::min(share_before * rr_, longest_before)), samples(std::min(after, longest_after))}; }

  /// `before` (ms): where the 20 ms of silence end, ahead of R.
  void flatten(double before) {
    std::vector<Silence> silences;
    for (const std::size_t peak : peaks_) {
      const long end = static_cast<long>(peak) - samples(before), from = end - std::max(1L, samples(20));
      if (from >= 0)
        silences.push_back({static_cast<std::size_t>(from), static_cast<std::size_t>(end)});
    }
    flat_.clear();
    for (const std::string &name : names_)
      flat_.push_back(without_baseline(ecg_.column(name), silences));
  }

  /// Samples `span` around R of one beat.
  TimeSeries cut(std::size_t beat, const Span &span) const {
    return table(span,
                 [&](std::size_t lead, long i) { return flat_[lead][static_cast<std::size_t>(static_cast<long>(peaks_[beat]) + i)]; });
  }

  /// The median beat of those that are averaged.
  TimeSeries average(const Span &span) const {
    std::vector<double> values;
    return table(span, [&](std::size_t lead, long i) {
      values.clear();
      for (std::size_t b = 0; b < peaks_.size(); ++b)
        if (averaged_[b])
          values.push_back(flat_[lead][static_cast<std::size_t>(static_cast<long>(peaks_[b]) + i)]);
      return median(values);
    });
  }

  /// Beats that lie whole in the record, have an RR interval before them and a baseline after them; then alike and regular ones.
  void choose() {
    for (std::size_t b = 0; b < peaks_.size(); ++b)
      averaged_[b] = b > 0 && b + 1 < peaks_.size() && static_cast<long>(peaks_[b]) + span_.from - samples(largest_shift) >= 0 &&
                     static_cast<long>(peaks_[b]) + span_.end + samples(largest_shift) < static_cast<long>(flat_.front().size());
    if (count() == 0)
      return;
    align();
    align();
    const TimeSeries beat = average(span_);
    std::vector<bool> similar = averaged_;
    for (std::size_t b = 0; b < peaks_.size(); ++b)
      similar[b] = averaged_[b] && correlation(beat, span_, b, 0) >= alike;
    averaged_ = similar;
    const std::size_t most = count();
    for (std::size_t b = 1; b < peaks_.size(); ++b)
      averaged_[b] = averaged_[b] && std::abs(rr_of(b) - rr_) <= regular * rr_;
    if (2 * count() < most)
      averaged_ = similar;
  }

  /// Of lines over 1 to 6 samples on either side, from what a beat differs from the median one by (in most of its time, so not in its QRS
  /// complex); `averaged`: of the median of the beats instead of one of them.
  std::vector<double> slope_noise(bool averaged) const {
    const TimeSeries beat = average(span_);
    const std::size_t step = std::max<std::size_t>(1, count() / 50);
    std::vector<double> noise;
    for (std::size_t half = 1; half <= 6; ++half) {
      double squares = 0;
      for (std::size_t l = 0; l < names_.size(); ++l) {
        const std::vector<double> &mean = beat.columns()[l + 1].values;
        std::vector<double> sizes;
        for (std::size_t b = 0, n = 0; b < peaks_.size(); ++b) {
          if (!averaged_[b] || n++ % step != 0)
            continue;
          std::vector<double> rest(mean.size());
          for (std::size_t i = 0; i < mean.size(); ++i)
            rest[i] = flat_[l][static_cast<std::size_t>(static_cast<long>(peaks_[b]) + span_.from) + i] - mean[i];
          for (const double slope : slopes(rest, half))
            sizes.push_back(std::abs(slope));
        }
        squares += std::pow(median(sizes) / 0.6745, 2) / static_cast<double>(names_.size());
      }
      noise.push_back(std::sqrt(squares) * (averaged ? 1.2533 / std::sqrt(static_cast<double>(count())) : 1));
    }
    return noise;
  }

private:
  template <class Of> TimeSeries table(const Span &span, const Of &of) const {
    TimeSeries beat;
    beat.add_column("time", "ms");
    for (const std::string &name : names_)
      beat.add_column(name, "mV");
    std::vector<double> row(names_.size() + 1);
    for (long i = span.from; i < span.end; ++i) {
      row[0] = sample_ * static_cast<double>(i);
      for (std::size_t l = 0; l < names_.size(); ++l)
        row[l + 1] = of(l, i);
      beat.append_row(row);
    }
    return beat;
  }

  /// Of all leads of a beat, moved by `shift` samples, with `beat`, whose samples are `span`.
  double correlation(const TimeSeries &beat, const Span &span, std::size_t b, long shift) const {
    double both = 0, one = 0, other = 0;
    for (std::size_t l = 0; l < names_.size(); ++l) {
      const std::vector<double> &mean = beat.columns()[l + 1].values;
      const double *values = flat_[l].data() + static_cast<long>(peaks_[b]) + shift + span.from;
      for (std::size_t i = 0; i < mean.size(); ++i) {
        both += mean[i] * values[i];
        one += mean[i] * mean[i];
        other += values[i] * values[i];
      }
    }
    return both / std::sqrt(std::max(one * other, 1e-30));
  }

  /// Moves every R to where its complex resembles the median one most.
  void align() {
    const Span complex{-samples(complex_half), samples(complex_half)};
    const TimeSeries beat = average(complex);
    const long most = samples(largest_shift);
    for (std::size_t b = 0; b < peaks_.size(); ++b) {
      if (!averaged_[b])
        continue;
      long best = 0;
      double highest = correlation(beat, complex, b, 0);
      for (long shift = -most; shift <= most; ++shift)
        if (const double here = correlation(beat, complex, b, shift); here > highest) {
          highest = here;
          best = shift;
        }
      peaks_[b] = static_cast<std::size_t>(static_cast<long>(peaks_[b]) + best);
    }
  }

  const TimeSeries &ecg_;
  std::vector<std::string> names_;
  std::vector<std::size_t> peaks_;
  std::vector<bool> averaged_;
  std::vector<std::vector<double>> flat_; ///< of each lead, without baseline
  Span span_;
  double sample_ = 1, rr_ = 0;
};

/// Every number of a beat that begins in the PQ segment; NaN where it cannot be measured, deviations of noise and sampling.
std::vector<EcgNumber> measure(const TimeSeries &beat, const std::vector<double> &slope_noise, double rr) {
  const std::optional<EcgIntervals> found = ecg_intervals(beat, {0, slope_noise});
  const double off = found ? found->sample * static_cast<double>(found->half_window) / std::sqrt(3.0) : 0; // anywhere within the window
  const double qt = found && found->t_end ? *found->t_end - found->qrs_onset : none, seconds = rr / 1000;
  std::vector<EcgNumber> numbers = {{"rr_interval", "ms", rr, 0},
                                    {"heart_rate", "1/min", 60 / seconds, 0},
                                    {"qrs_duration", "ms", found ? found->qrs_end - found->qrs_onset : none, std::sqrt(2.0) * off},
                                    {"qt_interval", "ms", qt, off},
                                    {"qtc_bazett", "ms", qt / std::sqrt(seconds), off},
                                    {"qtc_fridericia", "ms", qt / std::cbrt(seconds), off},
                                    {"qrs_axis", "deg", none, 0}};
  const std::vector<std::string> leads = leads_of(beat);
  QrsComplex complex;
  complex.waves.assign(leads.size(), {none, 0, none, 0});
  if (found)
    complex = qrs_complex(beat, *found);
  if (complex.axis)
    numbers.back() = {"qrs_axis", "deg", *complex.axis, complex.axis_deviation};
  for (std::size_t l = 0; l < leads.size(); ++l) {
    numbers.push_back({"r_amplitude_" + leads[l], "mV", complex.waves[l].r, complex.waves[l].r_deviation});
    numbers.push_back({"s_amplitude_" + leads[l], "mV", complex.waves[l].s, complex.waves[l].s_deviation});
  }
  return numbers;
}

/// Standard deviation of those that are finite; angles about `centre`.
double deviation_of(const std::vector<double> &values, bool angles, double centre) {
  double n = 0, sum = 0, squares = 0;
  for (const double value : values)
    if (std::isfinite(value)) {
      const double d = angles ? std::remainder(value - centre, 360.0) : value - centre;
      n += 1, sum += d, squares += d * d;
    }
  return n > 1 ? std::sqrt(std::max(0.0, (squares - sum * sum / n) / (n - 1))) : 0;
}

/// `start`: sample of the PQ segment at which the measured part of every beat begins.
void measure_all(const Recording &recording, long start, EcgAnalysis &analysis) {
  const Span part{start, recording.span().end};
  double rr = 0;
  for (std::size_t b = 1; b < recording.peaks().size(); ++b)
    rr += recording.averaged(b) ? recording.rr_of(b) / static_cast<double>(recording.count()) : 0;
  const std::vector<EcgNumber> common = measure(recording.average(part), recording.slope_noise(true), rr);
  const std::vector<double> noise = recording.slope_noise(false);
  analysis.beats.add_column("time", "ms");
  analysis.beats.add_column("averaged", "1");
  for (const EcgNumber &number : common)
    analysis.beats.add_column(number.name, number.unit);
  for (std::size_t b = 0; b < recording.peaks().size(); ++b) {
    std::vector<double> row = {recording.sample() * static_cast<double>(recording.peaks()[b]), recording.averaged(b) ? 1.0 : 0.0};
    row.resize(common.size() + 2, none);
    if (b > 0)
      row[2] = recording.rr_of(b), row[3] = 60000 / row[2];
    if (recording.averaged(b)) {
      const std::vector<EcgNumber> numbers = measure(recording.cut(b, part), noise, recording.rr_of(b));
      std::transform(numbers.begin(), numbers.end(), row.begin() + 2, [](const EcgNumber &number) { return number.value; });
    }
    analysis.beats.append_row(row);
  }
  const std::vector<double> &averaged = analysis.beats.column("averaged");
  for (EcgNumber number : common) {
    if (!std::isfinite(number.value))
      continue;
    std::vector<double> values = analysis.beats.column(number.name);
    for (std::size_t b = 0; b < values.size(); ++b)
      values[b] = averaged[b] > 0 ? values[b] : none;
    number.deviation = std::hypot(number.deviation, deviation_of(values, number.unit == "deg", number.value));
    analysis.numbers.push_back(number);
  }
}

void expect_beats(std::size_t found, const std::string &what, const std::string &path) {
  constexpr std::size_t fewest = 3;
  if (found < fewest)
    throw CaseError(path + ": found " + std::to_string(found) + " " + what + ", expected at least " + std::to_string(fewest) +
                    "; is it an electrocardiogram of some seconds?");
}

} // namespace

EcgAnalysis analyse(const TimeSeries &ecg, const std::string &path) {
  EcgAnalysis analysis;
  const std::vector<std::size_t> peaks = detect_beats(ecg);
  expect_beats(peaks.size(), "beats", path);
  for (const std::string &name : leads_of(ecg))
    analysis.noise += std::pow(noise_of(ecg.column(name)), 2) / static_cast<double>(leads_of(ecg).size());
  analysis.noise = std::sqrt(analysis.noise);
  Recording recording(ecg, peaks);
  recording.flatten(70); // before a complex whose onset is not known yet
  recording.choose();
  double start = 0, onset = 0;
  for (int pass = 0; pass < 2; ++pass) {
    expect_beats(recording.count(), "beats that resemble each other", path);
    const RecordedBeat known{0, recording.slope_noise(true)};
    const TimeSeries beat = recording.average(recording.span());
    start = quiet_before(beat, known);
    const std::optional<EcgIntervals> intervals = ecg_intervals(beat, known);
    if (!intervals)
      throw CaseError(path + ": no QRS complex stands out of the noise of the averaged beat (" + io::fixed(1000 * analysis.noise, 0) +
                      " uV a sample)");
    onset = intervals->qrs_onset;
    if (pass == 0) {
      recording.flatten(10 - onset);
      recording.set_span(onset + share_after * recording.rr_median());
      recording.choose();
    }
  }
  analysis.averaged = recording.count();
  measure_all(recording, recording.samples(start), analysis);
  const TimeSeries whole = recording.average(recording.span());
  for (const TimeSeries::Column &column : whole.columns())
    analysis.beat.add_column(column.name, column.unit);
  for (std::size_t i = 0; i < whole.rows(); ++i) {
    std::vector<double> row;
    for (const TimeSeries::Column &column : whole.columns())
      row.push_back(column.values[i] - (column.name == "time" ? onset : 0));
    analysis.beat.append_row(row);
  }
  return analysis;
}

} // namespace corvivo::physics
