#pragma once
/// Which files a case names.
#include <io/base/schema.hpp>

namespace corvivo::io {

/// Every file that the values name, in the order of the description.
std::vector<std::filesystem::path> files_of_case(const Describe &describe);

/// Whether the key with this whole path ("mesh.import.file") is a file.
bool is_file_key(const Describe &describe, const std::string &key_path);

} // namespace corvivo::io
