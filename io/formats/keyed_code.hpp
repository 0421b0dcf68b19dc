#pragma once
/// Codes that stand for a patient: the same for the same key, and not to be turned back without it.
#include <string>

namespace corvivo::io {

/// 32 bytes. FIPS 180-4.
std::string sha256(const std::string &bytes);
/// 32 bytes. RFC 2104 with SHA-256.
std::string hmac_sha256(const std::string &key, const std::string &text);

/// "P" and 16 letters and digits: HMAC-SHA256(key, "patient:" + identity), 80 bits. Throws CaseError when the key has less than 16 bytes.
std::string patient_code(const std::string &key, const std::string &identity);
/// A DICOM UID below 2.25 (a number of 122 bits): the same for the same key and UID. Relations between files survive.
std::string keyed_uid(const std::string &key, const std::string &uid);

} // namespace corvivo::io
