#pragma once
/// The part of XML that mesh files use: elements, attributes and text. Made for damaged files: it never reads past the end, and neither
/// depth nor number of elements is without a bound. Entities that a file defines itself are not expanded.
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace corvivo::io {

struct XmlElement {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::vector<XmlElement> children;
  std::string_view text; ///< between the tags, children's included, as it stands in the file

  /// The first child of that name; null when there is none.
  const XmlElement *child(const std::string &child_name) const;
  std::vector<const XmlElement *> all(const std::string &child_name) const;
  /// The attribute, or `otherwise`.
  std::string attribute(const std::string &attribute_name, const std::string &otherwise = "") const;
};

/// The root element; views into `content`, which must outlive it. The text of an element named `opaque` is taken as it is up to its last
/// closing tag (VTK's raw appended data are not XML). Throws CaseError that starts with `path` when tags do not match or the file ends.
XmlElement parse_xml(const std::string &content, const std::string &path, const std::string &opaque = "");

} // namespace corvivo::io
