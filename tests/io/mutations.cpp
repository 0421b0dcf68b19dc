#include <tests/io/mutations.hpp>

#include <io/base/errors.hpp>

#include <algorithm>

namespace corvivo::test {

namespace {

/// Below `end`; not std::uniform_int_distribution, whose values differ between libraries.
std::size_t below(std::mt19937_64 &random, std::size_t end) {
  return end == 0 ? 0 : static_cast<std::size_t>(random() % end);
}

/// Headers matter most: half of the changes fall into the first 400 bytes.
std::size_t place(const std::string &bytes, std::mt19937_64 &random) {
  const std::size_t end = random() % 2 ? bytes.size() : std::min<std::size_t>(bytes.size(), 400);
  return below(random, end);
}

void replace_number(std::string &bytes, std::mt19937_64 &random) {
  static const char *const numbers[] = {"-1",         "0",          "nan",     "inf",        "1e308",      "-1e-308",
                                        "4294967295", "2147483648", "1.5",     "1000000000", "4294967296", "18446744073709551615",
                                        "",           "x",          "99999999"};
  const std::size_t start = bytes.find_first_of("0123456789", place(bytes, random));
  if (start == std::string::npos)
    return;
  const std::size_t end = std::min(bytes.find_first_not_of("0123456789.", start), bytes.size());
  bytes.replace(start, end - start, numbers[below(random, std::size(numbers))]);
}

void change_once(std::string &bytes, std::mt19937_64 &random) {
  const std::size_t at = place(bytes, random), length = std::min(1 + below(random, 40), bytes.size() - at);
  switch (random() % 9) {
  case 0:
  case 1:
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
    break;
  case 2:
    bytes[at] = static_cast<char>(random() % 256);
    break;
  case 3:
    bytes.replace(at, std::min<std::size_t>(length, 8), std::min<std::size_t>(length, 8), random() % 2 ? '\xff' : '\0');
    break;
  case 4:
    bytes.erase(at, length);
    break;
  case 5:
    bytes.insert(at, bytes.substr(at, length));
    break;
  case 6: {
    const std::string piece = bytes.substr(at, length);
    bytes.insert(place(bytes, random), piece);
    break;
  }
  case 7:
    replace_number(bytes, random);
    break;
  default:
    if (random() % 4 == 0)
      bytes.resize(at);
    else
      replace_number(bytes, random);
  }
}

} // namespace

std::string mutated(const std::string &sample, std::mt19937_64 &random) {
  std::string bytes = sample;
  const std::size_t changes = 1 + below(random, 6);
  for (std::size_t c = 0; c < changes && !bytes.empty(); ++c)
    change_once(bytes, random);
  return bytes;
}

MutationCount read_mutated(const MutatedFormat &format, std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  MutationCount result;
  for (std::size_t i = 0; i < count && result.failure.empty(); ++i) {
    const std::string input = mutated(format.samples[i % format.samples.size()], random);
    try {
      format.read(input);
      ++result.read;
    } catch (const io::CaseError &error) {
      ++result.refused;
      if (std::string(error.what()).rfind("mutated", 0) != 0)
        result.failure = format.name + ": a sentence that does not name the file: " + error.what();
    } catch (const std::exception &error) {
      result.failure = format.name + ": " + typeid(error).name() + ": " + error.what();
    }
    if (!result.failure.empty())
      result.input = input;
  }
  return result;
}

} // namespace corvivo::test
