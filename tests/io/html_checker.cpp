#include <tests/io/html_checker.hpp>

#include <set>

namespace corvivo::test {

namespace {

bool any_of(const std::string &name, const std::set<std::string> &names) {
  return names.count(name) > 0;
}

const std::set<std::string> void_elements{"meta", "link", "img", "br"};
const std::set<std::string> raw_elements{"script", "style"};
const std::set<std::string> blocks{"div", "ul", "ol",      "table",  "p",      "section", "h1",  "h2",
                                   "h3",  "dl", "details", "figure", "header", "footer",  "pre", "article"};

class Parser {
public:
  explicit Parser(const std::string &page) : page_(page) {}
  CheckedPage result() {
    const std::string doctype = "<!DOCTYPE html>";
    if (page_.rfind(doctype, 0) != 0)
      error("no doctype");
    at_ = doctype.size();
    while (at_ < page_.size())
      page_[at_] == '<' ? tag() : text();
    for (const std::size_t open : open_)
      error("never closed: " + out_.elements[open].name);
    return out_;
  }

private:
  void error(const std::string &what) {
    out_.errors.push_back(what + " at byte " + std::to_string(at_) + ": " + (at_ < page_.size() ? page_.substr(at_, 60) : ""));
  }
  void text() {
    const std::size_t end = std::min(page_.find('<', at_), page_.size());
    const std::string found = page_.substr(at_, end - at_);
    for (std::size_t i = found.find('&'); i != std::string::npos; i = found.find('&', i + 1))
      if (found.find(';', i) == std::string::npos || found.find(';', i) - i > 6)
        error("bare ampersand");
    if (!open_.empty())
      out_.elements[open_.back()].text += found;
    at_ = end;
  }
  void tag() {
    const bool closing = at_ + 1 < page_.size() && page_[at_ + 1] == '/';
    closing ? close() : open();
  }
  std::string word() {
    const std::size_t start = at_;
    while (at_ < page_.size() && (std::isalnum(static_cast<unsigned char>(page_[at_])) || page_[at_] == '-'))
      ++at_;
    return page_.substr(start, at_ - start);
  }
  void close() {
    at_ += 2;
    const std::string name = word();
    if (open_.empty() || out_.elements[open_.back()].name != name)
      error("closes " + name + " inside " + (open_.empty() ? "nothing" : out_.elements[open_.back()].name));
    else
      open_.pop_back();
    if (at_ >= page_.size() || page_[at_] != '>')
      error("no > after a closing tag");
    ++at_;
  }
  void open() {
    ++at_;
    Element element;
    element.name = word();
    if (element.name.empty())
      error("a < that opens nothing");
    attributes(element);
    for (const std::size_t parent : open_)
      if (out_.elements[parent].name == "p" && any_of(element.name, blocks))
        error(element.name + " inside a paragraph");
    const bool self_closed = at_ < page_.size() && page_[at_] == '/';
    at_ += self_closed ? 2 : 1;
    out_.elements.push_back(element);
    if (any_of(element.name, raw_elements))
      raw(element.name);
    else if (!self_closed && !any_of(element.name, void_elements))
      open_.push_back(out_.elements.size() - 1);
  }
  void attributes(Element &element) {
    while (at_ < page_.size() && page_[at_] != '>' && page_[at_] != '/') {
      if (page_[at_] == ' ') {
        ++at_;
        continue;
      }
      const std::string name = word();
      if (name.empty()) {
        error("no attribute name in " + element.name);
        ++at_;
        continue;
      }
      std::string value;
      if (page_.compare(at_, 2, "=\"") == 0) {
        const std::size_t end = page_.find('"', at_ + 2);
        value = page_.substr(at_ + 2, end - at_ - 2);
        if (value.find('<') != std::string::npos)
          error("< in attribute " + name);
        at_ = end + 1;
      }
      if (!element.attributes.emplace(name, value).second)
        error("attribute twice: " + name);
      if (name == "id" && !ids_.insert(value).second)
        error("id twice: " + value);
    }
  }
  void raw(const std::string &name) {
    const std::size_t end = page_.find("</" + name + ">", at_);
    if (end == std::string::npos)
      return error(name + " never ends");
    out_.elements.back().text = page_.substr(at_, end - at_);
    at_ = end + name.size() + 3;
  }

  const std::string &page_;
  std::size_t at_ = 0;
  std::vector<std::size_t> open_;
  std::set<std::string> ids_;
  CheckedPage out_;
};

} // namespace

std::vector<const Element *> CheckedPage::all(const std::string &name) const {
  std::vector<const Element *> found;
  for (const Element &element : elements)
    if (element.name == name)
      found.push_back(&element);
  return found;
}

CheckedPage check_html(const std::string &page) {
  return Parser(page).result();
}

} // namespace corvivo::test
