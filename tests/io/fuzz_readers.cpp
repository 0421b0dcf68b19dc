/// Reads damaged copies of good files, each format in turn: fuzz_readers [files per format] [seed] [format]. Made for a build with
/// -D CORVIVO_SANITIZE=ON, where it stops at the first read or write outside of an object, undefined arithmetic or huge allocation.
#include <tests/io/mutations.hpp>

#include <cstdio>
#include <cstdlib>
#include <ctime>

#if defined(__SANITIZE_ADDRESS__)
// No sample here is larger than some kB: a reader that wants 256 MB for one believes a number in its header.
extern "C" const char *__asan_default_options() {
  return "detect_leaks=0:max_allocation_size_mb=256:allocator_may_return_null=0";
}
extern "C" const char *__ubsan_default_options() {
  return "halt_on_error=1:print_stacktrace=1";
}
#endif

int main(int argc, char **argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10000;
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const std::string only = argc > 3 ? argv[3] : "";
  int failures = 0;
  auto formats = corvivo::test::mutated_formats();
  formats.push_back(corvivo::test::mutated_dicom());
  for (const corvivo::test::MutatedFormat &format : formats) {
    if (!only.empty() && format.name != only)
      continue;
    const std::clock_t start = std::clock();
    const auto result = corvivo::test::read_mutated(format, count, seed);
    std::printf("%-14s %8zu read  %8zu refused  %6.1f s  %s\n", format.name.c_str(), result.read, result.refused,
                static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, result.failure.c_str());
    std::fflush(stdout);
    if (result.failure.empty())
      continue;
    ++failures;
    if (std::FILE *file = std::fopen("fuzz_failure.bin", "wb")) {
      std::fwrite(result.input.data(), 1, result.input.size(), file);
      std::fclose(file);
    }
  }
  return failures;
}
