#include <io/base/case_files.hpp>

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

} // namespace

std::vector<std::filesystem::path> files_of_case(const Describe &describe) {
  FileLister lister;
  describe(lister);
  return lister.files;
}

} // namespace corvivo::io
