#pragma once
/// Which program this is: written into every result's provenance.
#include <string>

namespace corvivo::io {

/// "0.1.0"
std::string version();
/// Commit that was built, with "+changes" when the sources differed from it; "unknown" outside a git checkout.
std::string git_hash();

} // namespace corvivo::io
