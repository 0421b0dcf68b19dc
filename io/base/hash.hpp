#pragma once
/// Content hashes: a stage whose inputs hash to the same value is not run again.
#include <string>

namespace corvivo::io {

/// 40 hexadecimal digits (SHA-1) of the bytes.
std::string content_hash(const std::string &bytes);
/// Hash of a file's bytes; throws CaseError when it cannot be read.
std::string file_hash(const std::string &path);
/// The same of a file, or of the names and contents of the files that lie directly in a folder.
std::string path_hash(const std::string &path);

} // namespace corvivo::io
