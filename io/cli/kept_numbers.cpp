#include <io/cli/kept_numbers.hpp>

#include <io/base/checkpoint.hpp>
#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>

namespace corvivo::cli {

std::vector<double> KeptNumbers::get(const std::string &name, const std::function<std::vector<double>()> &find,
                                     const std::function<void(const std::vector<double> &)> &go_on) {
  names_.push_back(name);
  const std::string path = file(name).string();
  std::vector<double> numbers;
  if (io::rank(comm_) == 0 && std::filesystem::exists(path))
    try {
      io::ArchiveReader left(path);
      left(numbers);
    } catch (const io::CaseError &damage) {
      io::warn(std::string(damage.what()).substr(0, std::string(damage.what()).find("; delete")) + "; it is left aside");
    }
  numbers = io::broadcast(numbers, comm_);
  if (!numbers.empty()) {
    if (go_on)
      go_on(numbers);
    return numbers;
  }
  numbers = io::broadcast(find(), comm_);
  io::on_rank_0(comm_, [&] {
    io::ArchiveWriter archive;
    archive(numbers);
    archive.write(path, 0);
  });
  return numbers;
}

void KeptNumbers::clear() const {
  std::error_code ignored;
  for (const std::string &name : names_)
    if (io::rank(comm_) == 0)
      std::filesystem::remove(file(name), ignored);
}

} // namespace corvivo::cli
