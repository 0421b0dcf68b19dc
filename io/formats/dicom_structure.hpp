#pragma once
/// A look at the bytes of a DICOM file before a library takes them.
#include <string>

namespace corvivo::io {

/// True when the file has DICOM's preamble and mark (PS3.10).
bool is_dicom(const std::string &content);

/// Walks every element, sequences included, and throws CaseError unless each length stays inside what holds it, nesting is below 32 and the
/// transfer syntax is little endian without compression. So a damaged file is refused before memory is taken.
/// Returns the file anew: a header of our own and, in order, those elements that geometry, timing, display and the grouping of files need,
/// each checked for its value representation and, where it has numbers, that they are numbers and how many.
std::string checked_dicom(const std::string &content, const std::string &path);

} // namespace corvivo::io
