#include <io/cli/commands.hpp>

#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/formats/dicom.hpp>

namespace corvivo::cli {

int show_dicom(const Invocation &invocation) {
  if (invocation.arguments.size() != 1)
    throw io::CaseError("dicom: expected one folder, found " + std::to_string(invocation.arguments.size()) +
                        " arguments; try 'corvivo dicom FOLDER'");
  if (invocation.output.empty() != invocation.key.empty())
    throw io::CaseError(std::string("dicom: an export needs both --output DIR and --key FILE; ") +
                        (invocation.key.empty() ? "the key makes the patient's code, so that no name leaves"
                                                : "without --output the table is shown and nothing written"));
  io::on_rank_0(MPI_COMM_WORLD, [&] {
    std::vector<std::string> notes;
    const auto series = io::joined_stacks(io::read_dicom_folder(invocation.arguments.front(), notes));
    print(io::series_table(series));
    for (const std::string &note : notes)
      io::say("  " + note);
    if (invocation.output.empty())
      return;
    io::export_dicom(series, io::read_file(invocation.key), invocation.output);
    io::say("done: " + invocation.output + "/series.csv");
  });
  return 0;
}

} // namespace corvivo::cli
