#pragma once
#include <map>
#include <string>
#include <vector>

namespace corvivo::test {

struct Element {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::string text; ///< directly inside, entities as they stand
};

/// What a strict reader of HTML finds: balanced tags, quoted attributes given once, unique ids, only phrasing content in paragraphs.
struct CheckedPage {
  std::vector<Element> elements;
  std::vector<std::string> errors;
  std::vector<const Element *> all(const std::string &name) const;
};
CheckedPage check_html(const std::string &page);

} // namespace corvivo::test
