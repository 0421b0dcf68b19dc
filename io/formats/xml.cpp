#include <io/formats/xml.hpp>

#include <io/base/errors.hpp>

#include <algorithm>

namespace corvivo::io {

const XmlElement *XmlElement::child(const std::string &child_name) const {
  const auto found = std::find_if(children.begin(), children.end(), [&](const XmlElement &c) { return c.name == child_name; });
  return found == children.end() ? nullptr : &*found;
}

std::vector<const XmlElement *> XmlElement::all(const std::string &child_name) const {
  std::vector<const XmlElement *> found;
  for (const XmlElement &c : children)
    if (c.name == child_name)
      found.push_back(&c);
  return found;
}

std::string XmlElement::attribute(const std::string &attribute_name, const std::string &otherwise) const {
  const auto found = attributes.find(attribute_name);
  return found == attributes.end() ? otherwise : found->second;
}

namespace {

constexpr int deepest = 64;
constexpr std::size_t most_elements = 1000000;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == ':';
}

class Parser {
public:
  Parser(const std::string &content, const std::string &path, const std::string &opaque)
      : content_(content), path_(path), opaque_(opaque) {}

  XmlElement root() {
    skip_between();
    if (at_ >= content_.size() || content_[at_] != '<')
      fail("no XML element begins it");
    return element(0);
  }

private:
  [[noreturn]] void fail(const std::string &what) const {
    throw CaseError(path_ + ": is not whole XML (" + what + " at byte " + std::to_string(at_) +
                    "); is it truncated, damaged or another kind of file?");
  }

  void skip_spaces() {
    while (at_ < content_.size() && is_space(content_[at_]))
      ++at_;
  }
  bool starts(const char *text) const { return content_.compare(at_, std::string_view(text).size(), text) == 0; }
  void skip_past(const char *end) {
    const std::size_t found = content_.find(end, at_);
    if (found == std::string::npos)
      fail(std::string("no '") + end + "'");
    at_ = found + std::string_view(end).size();
  }
  /// Comments, processing instructions and declarations. True when something was skipped.
  bool skip_note() {
    if (starts("<!--"))
      skip_past("-->");
    else if (starts("<?"))
      skip_past("?>");
    else if (starts("<!"))
      skip_past(">");
    else
      return false;
    return true;
  }
  void skip_between() {
    do
      skip_spaces();
    while (skip_note());
  }

  std::string name() {
    const std::size_t start = at_;
    while (at_ < content_.size() && is_name(content_[at_]))
      ++at_;
    if (at_ == start)
      fail("no name");
    return content_.substr(start, at_ - start);
  }

  static std::string decoded(std::string text) {
    static const std::pair<const char *, char> entities[] = {
        {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}};
    for (const auto &[code, character] : entities)
      for (std::size_t found = 0; (found = text.find(code, found)) != std::string::npos; ++found)
        text.replace(found, std::string_view(code).size(), 1, character);
    return text;
  }

  void attributes(XmlElement &element) {
    for (skip_spaces(); at_ < content_.size() && is_name(content_[at_]); skip_spaces()) {
      const std::string key = name();
      skip_spaces();
      if (at_ >= content_.size() || content_[at_] != '=')
        fail("no '=' after attribute '" + key.substr(0, 40) + "'");
      ++at_;
      skip_spaces();
      const char quote = at_ < content_.size() ? content_[at_] : '\0';
      if (quote != '"' && quote != '\'')
        fail("no quotation mark");
      const std::size_t end = content_.find(quote, ++at_);
      if (end == std::string::npos)
        fail("no closing quotation mark");
      element.attributes[key] = decoded(content_.substr(at_, end - at_));
      at_ = end + 1;
    }
  }

  void closing_tag(const std::string &of) {
    at_ += 2;
    if (name() != of)
      fail("another element than '" + of.substr(0, 40) + "' is closed");
    skip_spaces();
    if (at_ >= content_.size() || content_[at_] != '>')
      fail("no '>'");
    ++at_;
  }

  /// Text and children up to the closing tag.
  void body(XmlElement &element, int depth) {
    const std::size_t start = at_;
    if (element.name == opaque_) {
      const std::size_t end = content_.rfind("</" + opaque_);
      if (end == std::string::npos || end < start)
        fail("'" + opaque_ + "' is not closed");
      at_ = end;
    }
    while (true) {
      at_ = std::min(content_.find('<', at_), content_.size());
      if (at_ >= content_.size())
        fail("'" + element.name.substr(0, 40) + "' is not closed");
      if (starts("</"))
        break;
      if (!skip_note())
        element.children.push_back(this->element(depth + 1));
    }
    element.text = std::string_view(content_).substr(start, at_ - start);
    closing_tag(element.name);
  }

  XmlElement element(int depth) {
    if (depth > deepest || ++elements_ > most_elements)
      fail("too many elements in each other or altogether");
    ++at_; // '<'
    XmlElement element;
    element.name = name();
    attributes(element);
    if (starts("/>")) {
      at_ += 2;
      return element;
    }
    if (at_ >= content_.size() || content_[at_] != '>')
      fail("no '>'");
    ++at_;
    body(element, depth);
    return element;
  }

  const std::string &content_, &path_, &opaque_;
  std::size_t at_ = 0, elements_ = 0;
};

} // namespace

XmlElement parse_xml(const std::string &content, const std::string &path, const std::string &opaque) {
  return Parser(content, path, opaque).root();
}

} // namespace corvivo::io
