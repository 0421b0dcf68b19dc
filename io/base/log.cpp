#include <io/base/log.hpp>

#include <io/base/parallel.hpp>
#include <io/base/silence.hpp>
#include <io/base/text.hpp>

#include <cstdio>
#include <unistd.h>

namespace corvivo::io {

namespace {
bool quiet = false;
bool speaks() {
  int started = 0;
  MPI_Initialized(&started);
  return !quiet && (!started || rank() == 0);
}
} // namespace

void set_quiet(bool value) {
  quiet = value;
}

Silence::Silence() : before_(quiet) {
  quiet = true;
}
Silence::~Silence() {
  quiet = before_;
}

void say(const std::string &line) {
  if (speaks())
    std::fprintf(stderr, "%s\n", line.c_str());
}

void warn(const std::string &line) {
  if (speaks())
    std::fprintf(stderr, "warning: %s\n", line.c_str());
}

Progress::Progress(std::string what, double total, std::string unit)
    : what_(std::move(what)), unit_(std::move(unit)), total_(total), start_(Clock::now()), last_(start_) {}

Progress::~Progress() {
  if (drawn_ && isatty(2))
    std::fprintf(stderr, "\n");
}

void Progress::update(double done) {
  if (!speaks() || total_ <= 0)
    return;
  const auto now = Clock::now();
  const double elapsed = std::chrono::duration<double>(now - start_).count(), since = std::chrono::duration<double>(now - last_).count();
  const double fraction = done / total_;
  const bool terminal = isatty(2);
  if (elapsed < 2 || (terminal ? since < 0.2 : fraction - last_fraction_ < 0.1) || fraction <= 0)
    return;
  std::fprintf(stderr, "%s  %-24s %3.0f %%  %s/%s %s  %s s left%s", terminal ? "\r" : "", what_.c_str(), 100 * fraction,
               fixed(done, 0).c_str(), fixed(total_, 0).c_str(), unit_.c_str(), fixed(elapsed * (1 - fraction) / fraction, 0).c_str(),
               terminal ? "   " : "\n");
  drawn_ = true;
  last_ = now;
  last_fraction_ = fraction;
}

} // namespace corvivo::io
