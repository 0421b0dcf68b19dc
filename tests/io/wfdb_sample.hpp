#pragma once
/// Small records of WFDB format 16 or 212, written from numbers.
#include <string>
#include <vector>

namespace corvivo::test {

struct WfdbSample {
  std::string header; ///< of "sample.dat", 500 samples per second, gain 200, signals called "lead 1" ...
  std::string bytes;
};
/// Signals of stored numbers, all of one length; `full`: with first sample and checksum.
WfdbSample wfdb_sample(int format, const std::vector<std::vector<int>> &signals, bool full = true);
/// Signals (mV) called `names` as sample.hea and sample.dat (format 16, 1000 numbers per mV) in `folder`; returns the header.
std::string write_wfdb_sample(const std::string &folder, double frequency, const std::vector<std::string> &names,
                              const std::vector<std::vector<double>> &signals);

} // namespace corvivo::test
