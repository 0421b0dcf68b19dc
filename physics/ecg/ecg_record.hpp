#pragma once
/// A recorded electrocardiogram: its beats, the beat that they have in common, and what is measured on it and on each of them.
#include <io/base/quantity.hpp>
#include <io/base/schema.hpp>
#include <io/base/time_series.hpp>
#include <io/formats/wfdb.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace corvivo::physics {

struct EcgRecordOptions {
  std::filesystem::path record;   ///< the header (.hea)
  std::vector<std::string> leads; ///< by the record's names; empty: the standard twelve, where there are all, else every lead
  void describe(io::Schema &schema);
};

/// `time` [ms] and leads [mV] of a record. Standard leads get their standard names however they are written ("avf"). Samples that are not
/// valid are bridged by a line. Leaves out, with a warning, leads in another unit than one of voltage, flat ones and those with more than 5
/// % of samples not valid. Throws CaseError for a wanted lead that is not there or cannot be used, for fewer than 100 samples a second, and
/// when no lead is left.
io::TimeSeries ecg_of(const io::SignalRecord &record, const std::vector<std::string> &wanted, const std::string &path);

/// One number and what it may be off by: a standard deviation.
struct EcgNumber {
  std::string name, unit; ///< "qrs_duration"; see `analyse`
  double value = 0, deviation = 0;
};

struct EcgAnalysis {
  io::TimeSeries beat;            ///< averaged: time from the QRS onset [ms], leads [mV]
  io::TimeSeries beats;           ///< a row for each beat: time of R, RR interval before it, whether it was averaged, each number below
  std::vector<EcgNumber> numbers; ///< of the averaged beat; the deviation is hypot(sd over the averaged beats, noise and sampling)
  std::size_t averaged = 0;       ///< beats that went into it
  double noise = 0;               ///< mV, white noise in the record, root mean square over leads
};

/// Finds the beats (detect_beats), takes off the baseline (without_baseline; windows 30 to 10 ms before the onset of QRS), and takes the
/// median at each moment over beats alike (correlation with the median of at least 0.9, RR interval within 20 % of the median unless that
/// leaves less than half), aligned by correlation of their QRS complexes. Intervals, axis and waves are those of ecg_intervals and
/// qrs_complex, from the PQ segment (quiet_before) to 70 % of the RR interval (at most 650 ms) after the onset. Numbers: rr_interval,
/// heart_rate, qrs_duration, qt_interval, qtc_bazett (QT / sqrt(RR/s)), qtc_fridericia (QT / cbrt(RR/s)), qrs_axis, and r_amplitude_L and
/// s_amplitude_L of each lead L; those that cannot be measured are not there. The first beat and the last are not measured: they have no RR
/// interval or no baseline after them. Throws CaseError, beginning with `path`, with fewer than three beats alike.
EcgAnalysis analyse(const io::TimeSeries &ecg, const std::string &path);

/// As quantities `ecg_<number>`, with the numbers of beats and the noise; `ecg_einthoven_residual`, the largest of |III - (II - I)|, where
/// the record has the three.
void report_analysis(const EcgAnalysis &analysis, const io::TimeSeries &ecg, io::Quantities &quantities);

} // namespace corvivo::physics
