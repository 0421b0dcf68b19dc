#include <io/base/text.hpp>
#include <tests/io/report_sample.hpp>

/// Writes the sample page to the file named on the command line, to be looked at in a browser.
int main(int argc, char **argv) {
  if (argc != 2)
    return 1;
  corvivo::io::write_file(argv[1], corvivo::io::report_html(corvivo::test::sample_report()));
}
