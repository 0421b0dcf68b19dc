#pragma once
/// Work whose messages nobody wants: hundreds of hearts one after the other.

namespace corvivo::io {

/// Silences `say`, `warn` and progress as long as it lives; then they are as they were before.
class Silence {
public:
  Silence();
  ~Silence();
  Silence(const Silence &) = delete;
  Silence &operator=(const Silence &) = delete;

private:
  bool before_;
};

} // namespace corvivo::io
