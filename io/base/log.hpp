#pragma once
/// What a person sees while a run goes on: stderr, rank 0 only.
#include <chrono>
#include <string>

namespace corvivo::io {

/// A line on stderr, on rank 0.
void say(const std::string &line);
void warn(const std::string &line);
/// Silences `say` and progress (tests, ensemble members).
void set_quiet(bool quiet);

/// Percent, simulated time or count, wall time left. Redraws one line on a terminal, plain lines (every 10 %) elsewhere.
/// Shows nothing in the first two seconds.
class Progress {
public:
  /// `unit` follows the numbers ("ms", "runs"); `total` is in that unit.
  Progress(std::string what, double total, std::string unit);
  ~Progress();
  void update(double done);
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

private:
  using Clock = std::chrono::steady_clock;
  std::string what_, unit_;
  double total_;
  Clock::time_point start_, last_;
  double last_fraction_ = 0;
  bool drawn_ = false;
};

} // namespace corvivo::io
