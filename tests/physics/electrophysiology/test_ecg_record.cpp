/// Recorded electrocardiograms: beats found in real ones, and what is measured on built ones of known intervals with wander and noise.
#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <physics/ecg/baseline.hpp>
#include <physics/ecg/beat_detection.hpp>
#include <physics/ecg/ecg_record.hpp>
#include <physics/ecg/electrodes.hpp>
#include <physics/ecg/intervals.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

namespace corvivo::physics {
namespace {

using namespace io;

double bump(double t, double centre, double width) {
  return std::exp(-0.5 * std::pow((t - centre) / width, 2));
}

constexpr double axis = 50, mean_rr = 800; // deg, ms
constexpr double s_delay = 40, t_width = 35;
double chest_r(std::size_t lead) {
  return 0.3 + 0.25 * static_cast<double>(lead);
}
double chest_s(std::size_t lead) {
  return 1.2 - 0.2 * static_cast<double>(lead);
}
/// Middle of T after R: the heart that beats faster repolarises faster.
double t_delay(double rr) {
  return 270 * std::cbrt(rr / mean_rr);
}

/// Adds a beat whose R is at time 0 to the nine electrodes: P, R, S in the chest leads, T, which ends two widths after its middle.
void add_beat(double t, double rr, double size, std::array<double, electrodes> &place) {
  if (t < -300 || t > 700)
    return;
  const double angle = axis * std::acos(-1.0) / 180;
  const double qrs = size * bump(t, 0, 8), after = size * bump(t, s_delay, 8);
  const double slow = 0.3 * bump(t, t_delay(rr), t_width) + 0.1 * bump(t, -150, 18);
  const double x = (qrs + slow) * std::cos(angle), y = (qrs + slow) * std::sin(angle);
  const double left = x, foot = 0.5 * x + 0.5 * std::sqrt(3.0) * y; // Einthoven's triangle
  place[LA] += left;
  place[LL] += foot;
  for (std::size_t c = 0; c < 6; ++c)
    place[V1 + c] += (left + foot) / 3 + chest_r(c) * qrs - chest_s(c) * after + slow;
}

struct BuiltRecord {
  TimeSeries ecg;
  std::vector<double> peaks; ///< ms
};

/// `noise`: mV at each electrode, a third of its variance below 40 Hz as muscle makes it. Electrodes wander by some tenths of a millivolt
/// with breathing (0.25 Hz) and more slowly; RR intervals follow breathing and chance, R waves breathing by 2 %.
BuiltRecord built_record(double noise, unsigned seed, double frequency = 500, double seconds = 24) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, 1);
  std::uniform_real_distribution<double> phase(0, 2 * std::acos(-1.0));
  BuiltRecord record;
  std::vector<double> rr;
  const double breath = phase(random), turn = 2 * std::acos(-1.0) / 1000;
  for (double at = 400 + 200 * phase(random) / 6.3; at < 1000 * seconds; at += rr.back()) {
    record.peaks.push_back(at);
    rr.push_back(mean_rr * (1 + 0.03 * std::sin(0.25 * turn * at + breath) + 0.02 * normal(random)));
  }
  std::array<std::array<double, 2>, electrodes> phases{}, sizes{};
  std::array<double, electrodes> muscle{};
  for (std::size_t e = 0; e < electrodes; ++e)
    phases[e] = {phase(random), phase(random)}, sizes[e] = {0.15 * normal(random), 0.3 * normal(random)};
  record.ecg = ecg_table();
  const double pole = std::exp(-2 * std::acos(-1.0) * 40 / frequency);
  for (std::size_t i = 0; static_cast<double>(i) < seconds * frequency; ++i) {
    const double t = 1000 * static_cast<double>(i) / frequency;
    std::array<double, electrodes> place{};
    for (std::size_t b = 0; b < record.peaks.size(); ++b)
      add_beat(t - record.peaks[b], b > 0 ? rr[b - 1] : mean_rr, 1 + 0.02 * std::sin(0.25 * turn * record.peaks[b] + breath), place);
    for (std::size_t e = 0; e < electrodes; ++e) {
      muscle[e] = pole * muscle[e] + std::sqrt(1 - pole * pole) * normal(random);
      place[e] += noise * (std::sqrt(2.0 / 3) * normal(random) + std::sqrt(1.0 / 3) * muscle[e]);
      place[e] += sizes[e][0] * std::sin(0.25 * turn * t + phases[e][0]) + sizes[e][1] * std::sin(0.07 * turn * t + phases[e][1]);
    }
    std::vector<double> row{t};
    for (const double lead : leads(place))
      row.push_back(lead);
    record.ecg.append_row(row);
  }
  return record;
}

/// What there is to find, by the definitions of ecg_intervals on one beat without noise.
std::map<std::string, double> exact_numbers() {
  TimeSeries beat = ecg_table();
  for (double t = -60; t <= 500; t += 1) {
    std::array<double, electrodes> place{};
    add_beat(t, mean_rr, 1, place);
    std::vector<double> row{t + 60};
    for (const double lead : leads(place))
      row.push_back(lead);
    beat.append_row(row);
  }
  const auto intervals = ecg_intervals(beat);
  const double onset = intervals->qrs_onset - 60, qt = t_delay(mean_rr) + 2 * t_width - onset;
  std::map<std::string, double> exact{{"rr_interval", mean_rr},
                                      {"heart_rate", 60000 / mean_rr},
                                      {"qrs_duration", intervals->qrs_end - intervals->qrs_onset},
                                      {"qt_interval", qt},
                                      {"qtc_bazett", qt / std::sqrt(0.001 * mean_rr)},
                                      {"qtc_fridericia", qt / std::cbrt(0.001 * mean_rr)},
                                      {"qrs_axis", axis}};
  for (std::size_t c = 0; c < 6; ++c) {
    exact["r_amplitude_V" + std::to_string(c + 1)] = chest_r(c);
    exact["s_amplitude_V" + std::to_string(c + 1)] = chest_s(c);
  }
  return exact;
}

TEST(EcgRecordDraws, OfKnownIntervalsAreMeasuredWithinTheirStatedUncertainty) {
  const auto exact = exact_numbers();
  for (const double noise : {0.005, 0.01, 0.02, 0.04}) {
    std::map<std::string, int> judged, within;
    std::map<std::string, double> worst, stated;
    for (unsigned seed = 1; seed <= 20; ++seed) {
      const BuiltRecord record = built_record(noise, seed);
      const EcgAnalysis analysis = analyse(record.ecg, "built");
      EXPECT_EQ(analysis.beats.rows(), record.peaks.size());
      EXPECT_GE(analysis.averaged + 3, record.peaks.size()) << "all but the first and the last, or one whose window is cut off";
      for (const EcgNumber &number : analysis.numbers)
        if (const auto known = exact.find(number.name); known != exact.end()) {
          const double error = number.value - known->second;
          const std::string kind = number.name.substr(0, number.name.find("_V"));
          ++judged[kind];
          within[kind] += std::abs(error) <= number.deviation ? 1 : 0;
          worst[kind] = std::max(worst[kind], std::abs(error));
          stated[kind] = std::max(stated[kind], number.deviation);
        }
    }
    for (const auto &[kind, count] : judged) {
      std::printf("noise %3.0f uV  %-16s within %3d of %3d, worst error %8.4f, largest stated %8.4f\n", 1000 * noise, kind.c_str(),
                  within[kind], count, worst[kind], stated[kind]);
      EXPECT_GE(within[kind], 0.9 * count) << kind << " at " << noise << " mV";
    }
    EXPECT_EQ(judged.size(), 9u);
    EXPECT_LT(worst["qrs_duration"], noise < 0.03 ? 8 : 16) << "ms";
    EXPECT_LT(worst["qt_interval"], noise < 0.03 ? 8 : 16) << "ms";
    EXPECT_LT(worst["qrs_axis"], noise < 0.03 ? 2 : 4) << "deg";
  }
}

TEST(EcgRecord, BeatsAreFoundWhereTheyWereBuilt) {
  for (const double frequency : {250.0, 1000.0}) {
    const BuiltRecord record = built_record(0.05, 3, frequency);
    const auto beats = detect_beats(record.ecg);
    ASSERT_EQ(beats.size(), record.peaks.size());
    for (std::size_t b = 0; b < beats.size(); ++b)
      EXPECT_NEAR(record.ecg.column("time")[beats[b]], record.peaks[b], 60) << "within the complex, whose S wave may be the larger";
  }
}

TEST(EcgRecord, BaselineThroughSilencesGoesAndTheBeatStays) {
  std::vector<double> wander, beats;
  std::vector<Silence> silences;
  for (std::size_t i = 0; i < 8000; ++i) {
    const double t = static_cast<double>(i);
    wander.push_back(0.5 * std::sin(2 * std::acos(-1.0) * t / 6000) + 0.2);
    beats.push_back(bump(std::fmod(t, 800.0), 400, 10));
    if (i % 800 == 330)
      silences.push_back({i, i + 20});
  }
  std::vector<double> both(8000);
  for (std::size_t i = 0; i < both.size(); ++i)
    both[i] = wander[i] + beats[i];
  const std::vector<double> flat = without_baseline(both, silences);
  for (std::size_t i = silences[1].from; i < silences[8].from; ++i)
    EXPECT_NEAR(flat[i], beats[i], 0.01) << "a spline of knots 0.8 s apart through a wave of 6 s";
}

TEST(EcgRecord, WithoutBeatsOrLeadsIsRefused) {
  TimeSeries flat = ecg_table();
  std::mt19937 random(1);
  std::normal_distribution<double> normal(0, 0.02);
  for (int i = 0; i < 400; ++i) {
    std::vector<double> row(13);
    for (double &value : row)
      value = normal(random);
    row[0] = 2 * i;
    flat.append_row(row);
  }
  EXPECT_SAYS(test::complaint([&] { analyse(flat, "short.hea"); }), "short.hea: found");
  SignalRecord record;
  record.name = "r";
  record.frequency = 50;
  record.signals = {{"r.dat", "ABP", "mmHg", 16, 1, 0, std::vector<double>(100, 80.0)}};
  EXPECT_SAYS(test::complaint([&] { ecg_of(record, {}, "r.hea"); }), "r.hea: has 50 samples per second, expected at least 100");
  record.frequency = 500;
  EXPECT_SAYS(test::complaint([&] { ecg_of(record, {}, "r.hea"); }), "no lead of it can be used");
  EXPECT_SAYS(test::complaint([&] { ecg_of(record, {"ABP"}, "r.hea"); }), "lead 'ABP' is in 'mmHg', not a unit of voltage");
  EXPECT_SAYS(test::complaint([&] { ecg_of(record, {"AVP"}, "r.hea"); }), "has no lead 'AVP'; did you mean 'ABP'?");
  record.signals[0].unit = "mV";
  EXPECT_SAYS(test::complaint([&] { ecg_of(record, {"ABP"}, "r.hea"); }), "is flat");
}

/// How many annotated beats have a found one within 150 ms, each used once; the window of ANSI/AAMI EC57.
std::size_t matched(const std::vector<std::size_t> &annotated, const std::vector<std::size_t> &found, double window) {
  std::size_t both = 0;
  for (std::size_t a = 0, f = 0; a < annotated.size() && f < found.size();) {
    const double late = static_cast<double>(found[f]) - static_cast<double>(annotated[a]);
    both += std::abs(late) <= window ? 1 : 0;
    a += late > window || std::abs(late) <= window ? 1 : 0;
    f += late <= window ? 1 : 0;
  }
  return both;
}

TEST(RealEcgRecords, BeatsOfMitBih100AreFoundAsCardiologistsMarkedThem) {
  const auto path = test::shared("data/ecg/100.hea");
  SKIP_WITHOUT(path);
  const SignalRecord record = read_wfdb(path.string());
  std::vector<std::size_t> annotated;
  for (const Annotation &mark : read_wfdb_annotations(read_file(test::shared("data/ecg/100.atr").string()), "100.atr"))
    if (is_beat(mark))
      annotated.push_back(mark.sample);
  for (const std::vector<std::string> &leads : {std::vector<std::string>{}, {"MLII"}, {"V5"}}) {
    const auto found = detect_beats(ecg_of(record, leads, path.string()));
    const double both = static_cast<double>(matched(annotated, found, 0.15 * record.frequency));
    std::printf("%zu leads: %zu annotated, %zu found, %.0f both\n", leads.empty() ? record.signals.size() : 1, annotated.size(),
                found.size(), both);
    EXPECT_GT(both / static_cast<double>(annotated.size()), 0.995) << "sensitivity of published detectors";
    EXPECT_GT(both / static_cast<double>(found.size()), 0.995) << "positive predictivity";
  }
}

TEST(RealEcgRecords, TwelveLeadsOfAnInfarctHaveTheirNumbers) {
  const auto path = test::shared("data/ecg/s0010_re.hea");
  SKIP_WITHOUT(path);
  const SignalRecord record = read_wfdb(path.string());
  const TimeSeries ecg = ecg_of(record, {}, path.string());
  EXPECT_EQ(ecg.columns().size(), 13u) << "the standard twelve, not Frank's";
  Quantities quantities;
  const EcgAnalysis analysis = analyse(ecg, path.string());
  report_analysis(analysis, ecg, quantities);
  EXPECT_LE(quantities.value("ecg_einthoven_residual"), 1.001) << "uV, two stored numbers";
  EXPECT_EQ(quantities.value("ecg_beats"), 52);
  EXPECT_GE(quantities.value("ecg_beats_averaged"), 48);
  for (const auto &[name, low, high] :
       {std::tuple{"ecg_heart_rate", 78.0, 86.0}, {"ecg_qrs_duration", 80.0, 140.0}, {"ecg_qt_interval", 350.0, 480.0}}) {
    EXPECT_GT(quantities.value(name), low) << name;
    EXPECT_LT(quantities.value(name), high) << name;
    EXPECT_LT(quantities.find(name)->uncertainty.value(), 0.05 * quantities.value(name)) << name;
  }
}

} // namespace
} // namespace corvivo::physics
