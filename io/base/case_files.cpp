#include <io/base/case_files.hpp>

#include <io/base/text.hpp>

#include <algorithm>

namespace corvivo::io {

namespace {

/// The files that the values name.
class FileLister final : public Schema {
public:
  std::vector<std::filesystem::path> files;

private:
  void leaf(const Leaf &leaf) override {
    if (leaf.is_path)
      for (const std::string &word : leaf.print())
        files.push_back(word);
  }
  bool enter(const std::string &, const std::string &, bool, bool present) override { return present; }
  std::size_t enter_list(const std::string &, const std::string &, std::size_t current) override { return current; }
  bool enter_item(std::size_t) override { return true; }
  void leave() override {}
};

/// The paths of all keys that are files.
class FileKeyLister final : public Schema {
public:
  std::vector<std::string> keys;

private:
  void leaf(const Leaf &leaf) override {
    if (leaf.is_path)
      keys.push_back(join(trail_, ".") + (trail_.empty() ? "" : ".") + leaf.key);
  }
  bool enter(const std::string &key, const std::string &, bool, bool) override {
    trail_.push_back(key);
    return true;
  }
  std::size_t enter_list(const std::string &, const std::string &, std::size_t) override { return not_given; }
  bool enter_item(std::size_t) override { return false; }
  void enter_alternative(const std::string &name, const std::string &) override { trail_.push_back(name); }
  void leave() override { trail_.pop_back(); }
  bool documents() const override { return true; }

  std::vector<std::string> trail_;
};

} // namespace

std::vector<std::filesystem::path> files_of_case(const Describe &describe) {
  FileLister lister;
  describe(lister);
  return lister.files;
}

bool is_file_key(const Describe &describe, const std::string &key_path) {
  FileKeyLister lister;
  describe(lister);
  return std::find(lister.keys.begin(), lister.keys.end(), key_path) != lister.keys.end();
}

} // namespace corvivo::io
