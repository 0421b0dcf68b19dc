#pragma once
/// The sentence with which bad input is refused.
#include <io/base/errors.hpp>

#include <string>

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << "it says: " << (text)

namespace corvivo::test {

/// What `work` complains of with a CaseError; empty when it does not.
template <class Work> std::string complaint(const Work &work) {
  try {
    work();
  } catch (const io::CaseError &error) {
    return error.what();
  }
  return "";
}

} // namespace corvivo::test
