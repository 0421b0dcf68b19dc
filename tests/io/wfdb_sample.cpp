#include <tests/io/wfdb_sample.hpp>

#include <io/base/text.hpp>

#include <cmath>
#include <cstdint>

namespace corvivo::test {

namespace {

std::string packed(int format, const std::vector<std::vector<int>> &signals) {
  std::string bytes;
  std::vector<unsigned> turn;
  for (std::size_t i = 0; i < signals.front().size(); ++i)
    for (const std::vector<int> &signal : signals)
      turn.push_back(static_cast<unsigned>(signal[i]));
  const auto put = [&](unsigned byte) { bytes += static_cast<char>(byte & 0xffU); };
  if (format == 212 && turn.size() % 2 == 1)
    turn.push_back(0);
  for (std::size_t n = 0; n < turn.size(); ++n)
    if (format == 16)
      put(turn[n]), put(turn[n] >> 8);
    else if (n % 2 == 0)
      put(turn[n]), put((turn[n] >> 8 & 0x0fU) | (turn[n + 1] >> 4 & 0xf0U)), put(turn[n + 1]);
  return bytes;
}

int checksum(const std::vector<int> &signal) {
  std::int64_t sum = 0;
  for (const int value : signal)
    sum += value;
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(sum));
}

std::string signal_line(int format, const std::string &gain, const std::vector<int> &signal, const std::string &name) {
  return "sample.dat " + std::to_string(format) + " " + gain + " 16 0 " + std::to_string(signal.front()) + " " +
         std::to_string(checksum(signal)) + " 0 " + name + "\n";
}

} // namespace

WfdbSample wfdb_sample(int format, const std::vector<std::vector<int>> &signals, bool full) {
  WfdbSample sample{"sample " + std::to_string(signals.size()) + " 500 " + std::to_string(signals.front().size()) + "\n",
                    packed(format, signals)};
  for (std::size_t s = 0; s < signals.size(); ++s)
    sample.header +=
        full ? signal_line(format, "200", signals[s], "lead " + std::to_string(s + 1)) : "sample.dat " + std::to_string(format) + " 200\n";
  return sample;
}

std::string write_wfdb_sample(const std::string &folder, double frequency, const std::vector<std::string> &names,
                              const std::vector<std::vector<double>> &signals) {
  std::vector<std::vector<int>> stored;
  for (const std::vector<double> &signal : signals) {
    stored.emplace_back();
    for (const double value : signal)
      stored.back().push_back(static_cast<int>(std::lround(1000 * value)));
  }
  std::string header =
      "sample " + std::to_string(signals.size()) + " " + io::fixed(frequency, 0) + " " + std::to_string(signals.front().size()) + "\n";
  for (std::size_t s = 0; s < signals.size(); ++s)
    header += signal_line(16, "1000/mV", stored[s], names[s]);
  io::write_file(folder + "/sample.hea", header);
  io::write_file(folder + "/sample.dat", packed(16, stored));
  return folder + "/sample.hea";
}

} // namespace corvivo::test
