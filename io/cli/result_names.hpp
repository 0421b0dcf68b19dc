#pragma once
/// Every name that may stand in results.json, with its unit and meaning: what `corvivo explain` lists. Users' scripts rely on them.
#include <string>
#include <vector>

namespace corvivo::cli {

struct ResultName {
  std::string name; ///< `*` stands for the name of a measurement, parameter, point or stage
  std::string unit; ///< "*" where it is that of the measurement or parameter
  std::string meaning;
};

const std::vector<ResultName> &result_names();
/// The entry that describes `name`, nullptr when there is none.
const ResultName *find_result_name(const std::string &name);

} // namespace corvivo::cli
