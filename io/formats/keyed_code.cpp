#include <io/formats/keyed_code.hpp>

#include <io/base/errors.hpp>

#include <array>
#include <cstdint>

namespace corvivo::io {

namespace {

constexpr std::array<std::uint32_t, 64> constants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t turned(std::uint32_t x, int by) {
  return x >> by | x << (32 - by);
}

void add_block(std::array<std::uint32_t, 8> &state, const unsigned char *block) {
  std::array<std::uint32_t, 64> w{};
  for (std::size_t t = 0; t < 16; ++t)
    for (std::size_t b = 0; b < 4; ++b)
      w[t] = w[t] << 8 | block[4 * t + b];
  for (std::size_t t = 16; t < 64; ++t) {
    const std::uint32_t s0 = turned(w[t - 15], 7) ^ turned(w[t - 15], 18) ^ w[t - 15] >> 3;
    const std::uint32_t s1 = turned(w[t - 2], 17) ^ turned(w[t - 2], 19) ^ w[t - 2] >> 10;
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t t = 0; t < 64; ++t) {
    const std::uint32_t first = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + constants[t] + w[t];
    const std::uint32_t second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
  }
  const std::uint32_t sums[] = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i)
    state[i] += sums[i];
}

} // namespace

std::string sha256(const std::string &bytes) {
  std::array<std::uint32_t, 8> state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::string padded = bytes + '\x80';
  padded.append((120 - padded.size() % 64) % 64, '\0');
  const std::uint64_t bits = 8 * static_cast<std::uint64_t>(bytes.size());
  for (int shift = 56; shift >= 0; shift -= 8)
    padded.push_back(static_cast<char>(bits >> shift & 0xff));
  for (std::size_t at = 0; at < padded.size(); at += 64)
    add_block(state, reinterpret_cast<const unsigned char *>(padded.data()) + at);
  std::string digest;
  for (const std::uint32_t word : state)
    for (int shift = 24; shift >= 0; shift -= 8)
      digest.push_back(static_cast<char>(word >> shift & 0xff));
  return digest;
}

std::string hmac_sha256(const std::string &key, const std::string &text) {
  std::string inner = key.size() > 64 ? sha256(key) : key;
  inner.resize(64, '\0');
  std::string outer = inner;
  for (std::size_t i = 0; i < 64; ++i) {
    inner[i] = static_cast<char>(inner[i] ^ 0x36);
    outer[i] = static_cast<char>(outer[i] ^ 0x5c);
  }
  return sha256(outer + sha256(inner + text));
}

std::string patient_code(const std::string &key, const std::string &identity) {
  if (key.size() < 16)
    throw CaseError("the key for patient codes has " + std::to_string(key.size()) +
                    " bytes; expected 16 or more: make one with 'head -c 32 /dev/urandom > my.key' and keep it secret");
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; // RFC 4648
  const std::string digest = hmac_sha256(key, "patient:" + identity);
  std::string code = "P";
  for (std::size_t i = 0; i < 16; ++i) {
    unsigned value = 0; // bits 5 i .. 5 i + 4 of the digest
    for (std::size_t bit = 5 * i; bit < 5 * i + 5; ++bit)
      value = value << 1 | (static_cast<unsigned char>(digest[bit / 8]) >> (7 - bit % 8) & 1U);
    code += letters[value];
  }
  return code;
}

std::string keyed_uid(const std::string &key, const std::string &uid) {
  const std::string digest = hmac_sha256(key, "uid:" + uid);
  std::string decimal = "0"; // of the first 122 bits, least significant digit first
  for (std::size_t bit = 0; bit < 122; ++bit) {
    int carry = static_cast<unsigned char>(digest[bit / 8]) >> (7 - bit % 8) & 1;
    for (char &digit : decimal) {
      const int twice = 2 * (digit - '0') + carry;
      digit = static_cast<char>('0' + twice % 10);
      carry = twice / 10;
    }
    if (carry)
      decimal.push_back('1');
  }
  return "2.25." + std::string(decimal.rbegin(), decimal.rend());
}

} // namespace corvivo::io
