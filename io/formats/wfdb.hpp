#pragma once
/// Recorded signals of PhysioNet's WaveForm DataBase format: a text header (.hea), one or more files of numbers in formats 16 and 212, and
/// annotations (.atr ...) in the MIT format. https://physionet.org/physiotools/wag/header-5.htm, signal-5.htm, annot-5.htm
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace corvivo::io {

/// One channel, as its line of the header describes it, with its samples.
struct RecordedSignal {
  std::string file, description, unit; ///< unit as written; mV where the header names none
  int format = 16;                     ///< 16 or 212
  double gain = 200;                   ///< stored numbers per unit
  int baseline = 0;                    ///< stored number that stands for 0
  std::vector<double> values;          ///< in `unit`; NaN where the recorder marked the sample as not valid
};

struct SignalRecord {
  std::string name;
  double frequency = 250; ///< samples per second and channel
  std::vector<RecordedSignal> signals;
  std::vector<std::string> comments; ///< lines of the header that begin with #, without it
  std::size_t samples() const { return signals.empty() ? 0 : signals.front().values.size(); }
};

/// A mark in a record: of a beat (`is_beat`), or of rhythm, noise, waves.
struct Annotation {
  std::size_t sample = 0;
  int code = 0;     ///< of the MIT format: 1 normal, 5 premature ventricular, 8 atrial premature ...
  std::string text; ///< what the annotator wrote beside it
};
/// Whether the mark stands for a QRS complex, whatever its kind.
bool is_beat(const Annotation &annotation);

/// `file` gives the whole content of a file of numbers by the name that the header calls it; `path` is for messages. Throws CaseError with
/// a sentence for anything that cannot be believed: another format, a gain of zero, a file that is too short or longer than the header
/// says, a first sample or checksum that is not the header's. Takes no memory that the size of the files does not justify.
SignalRecord read_wfdb(const std::string &header, const std::function<std::string(const std::string &name)> &file, const std::string &path);
/// The record whose header is the file `path`, its files of numbers beside it.
SignalRecord read_wfdb(const std::string &path);
/// The files beside the header that hold its numbers, each once.
std::vector<std::string> wfdb_files(const std::string &path);

/// Contents of an annotation file, in the order of time. Throws CaseError for one that ends without its end mark or goes back in time.
std::vector<Annotation> read_wfdb_annotations(const std::string &content, const std::string &path);

} // namespace corvivo::io
