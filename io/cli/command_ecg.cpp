#include <io/cli/case.hpp>
#include <io/cli/commands.hpp>

#include <io/base/errors.hpp>

namespace corvivo::cli {

int show_ecg(const Invocation &invocation) {
  if (invocation.arguments.size() != 1)
    throw io::CaseError("ecg: expected one header of a record, found " + std::to_string(invocation.arguments.size()) +
                        " arguments; try 'corvivo ecg RECORD.hea'");
  if (!invocation.overrides.empty())
    throw io::CaseError("ecg: takes no --set; to choose leads, write a case with a section 'ecg' and run that");
  const std::filesystem::path record = invocation.arguments.front();
  Case options;
  options.title = "ECG record " + record.stem().string();
  options.ecg.emplace();
  options.ecg->record = std::filesystem::absolute(record);
  const std::filesystem::path output =
      invocation.output.empty() ? std::filesystem::path("results") / case_name(record) : std::filesystem::path(invocation.output);
  run_stages(options, record, output, "corvivo ecg " + record.string(), invocation.force, {});
  return 0;
}

} // namespace corvivo::cli
