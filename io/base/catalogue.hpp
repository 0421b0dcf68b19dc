#pragma once
/// One list per kind of model: name, one line with the reference, maker.
#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace corvivo::io {

template <class Interface> class Catalogue {
public:
  struct Entry {
    std::string name;
    std::string reference;
    std::function<std::unique_ptr<Interface>()> make;
  };

  Catalogue(std::string kind, std::vector<Entry> entries) : kind_(std::move(kind)), entries_(std::move(entries)) {}

  const std::string &kind() const { return kind_; }
  const std::vector<Entry> &entries() const { return entries_; }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const Entry &entry : entries_)
      all.push_back(entry.name);
    return all;
  }
  /// A new model with its published parameters; throws CaseError with the nearest name when there is none.
  std::unique_ptr<Interface> make(const std::string &name) const {
    for (const Entry &entry : entries_)
      if (entry.name == name)
        return entry.make();
    throw CaseError("no " + kind_ + " named '" + name + "'" + did_you_mean(name, names()));
  }

private:
  std::string kind_;
  std::vector<Entry> entries_;
};

/// Maker of a default-constructed T, for catalogue lists: {"guccione", "Guccione 1995 ...", make<Guccione, Material>}.
template <class T, class Interface> std::unique_ptr<Interface> make() {
  return std::make_unique<T>();
}

} // namespace corvivo::io
