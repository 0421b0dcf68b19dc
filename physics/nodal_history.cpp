#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <physics/nodal_history.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace corvivo::physics {

namespace {

/// "CORVIVOH", format, bytes of a float; then times and nodes as 64-bit counts, times as double, values as float (little endian).
struct Heading {
  char magic[8];
  std::uint32_t format, float_bytes;
  std::uint64_t times, nodes;
};
constexpr char magic[8] = {'C', 'O', 'R', 'V', 'I', 'V', 'O', 'H'};
constexpr std::uint32_t format = 1;

} // namespace

double NodalHistory::at(double time, std::size_t node) const {
  CORVIVO_ASSERT(!times.empty() && node < nodes, "a value of a history is asked for outside its nodes, or of an empty one");
  const auto value = [&](std::size_t row) { return static_cast<double>(values[row * nodes + node]); };
  const auto after = std::upper_bound(times.begin(), times.end(), time);
  if (after == times.begin())
    return value(0);
  if (after == times.end())
    return value(times.size() - 1);
  const std::size_t right = static_cast<std::size_t>(after - times.begin()), left = right - 1;
  const double share = (time - times[left]) / (times[right] - times[left]);
  return (1.0 - share) * value(left) + share * value(right);
}

void save(const NodalHistory &history, const std::string &path) {
  CORVIVO_ASSERT(history.values.size() == history.times.size() * history.nodes, "a history holds one value for each time and node");
  Heading heading{};
  std::memcpy(heading.magic, magic, sizeof magic);
  heading.format = format;
  heading.float_bytes = sizeof(float);
  heading.times = history.times.size();
  heading.nodes = history.nodes;
  std::string bytes(reinterpret_cast<const char *>(&heading), sizeof heading);
  bytes.append(reinterpret_cast<const char *>(history.times.data()), history.times.size() * sizeof(double));
  bytes.append(reinterpret_cast<const char *>(history.values.data()), history.values.size() * sizeof(float));
  io::write_file(path, bytes);
}

NodalHistory load_nodal_history(const std::string &path) {
  const std::string bytes = io::read_file(path);
  Heading heading{};
  if (bytes.size() < sizeof heading || std::memcmp(bytes.data(), magic, sizeof magic) != 0)
    throw io::CaseError(path + ": is not a nodal history; run the stage that writes it again");
  std::memcpy(&heading, bytes.data(), sizeof heading);
  if (heading.format != format || heading.float_bytes != sizeof(float))
    throw io::CaseError(path + ": a nodal history of format " + std::to_string(heading.format) + ", expected " + std::to_string(format));
  const std::uint64_t room = bytes.size() - sizeof heading;
  const bool fits = heading.times <= room / sizeof(double) && (heading.times == 0 || heading.nodes <= room / sizeof(float) / heading.times);
  if (!fits || room != heading.times * sizeof(double) + heading.times * heading.nodes * sizeof(float))
    throw io::CaseError(path + ": a nodal history that is cut short: " + std::to_string(heading.times) + " times of " +
                        std::to_string(heading.nodes) + " nodes do not fit its " + std::to_string(bytes.size()) + " bytes");
  NodalHistory history;
  history.times.resize(heading.times);
  history.nodes = heading.nodes;
  history.values.resize(heading.times * heading.nodes);
  const char *at = bytes.data() + sizeof heading;
  std::memcpy(history.times.data(), at, history.times.size() * sizeof(double));
  std::memcpy(history.values.data(), at + history.times.size() * sizeof(double), history.values.size() * sizeof(float));
  return history;
}

} // namespace corvivo::physics
