// What the C++ contenders share: the command line, the tables, the one line of JSON at the end.
#pragma once
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <ctime>
#include <vector>

class Input {
  std::map<std::string, std::string> values_;

public:
  Input(int argc, char** argv) {
    for (int i = 1; i < argc; i++) {
      const std::string word = argv[i];
      const auto equals = word.find('=');
      if (equals != std::string::npos) values_[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }
  std::string text(const std::string& name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) throw std::invalid_argument("The workload needs the parameter " + name);
    return found->second;
  }
  long number(const std::string& name) const { return std::stol(text(name)); }

  template <typename T> std::vector<T> table(const std::string& file) const {
    std::ifstream in(text("tables") + "/" + file, std::ios::binary | std::ios::ate);
    if (!in) throw std::runtime_error("No table " + file);
    std::vector<T> values(static_cast<size_t>(in.tellg()) / sizeof(T));
    in.seekg(0);
    in.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
    return values;
  }
};

class Increments {
  std::vector<double> table_;
  size_t mask_;
  size_t cursor_ = 0;

public:
  Increments(const Input& input, const std::string& name)
      : table_(input.table<double>(name + ".f64")), mask_(table_.size() - 1) {}
  double next() { return table_[cursor_++ & mask_]; }
};

/** Seconds of the clock that `clock=` names: of the wall, or of this process. */
class Clock {
  clockid_t clock_;

public:
  explicit Clock(const Input& input)
      : clock_(input.text("clock") == "cpu" ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC) {}
  double seconds() const {
    timespec now;
    clock_gettime(clock_, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  }
};

inline void report(double amount, long units, double clock, const std::string& count_name, long count) {
  std::printf("{\"amount\": %.9g, \"units\": %ld, \"clock\": %.17g, \"counts\": {\"%s\": %ld}}\n", amount, units, clock,
              count_name.c_str(), count);
  std::fflush(stdout);
}
