#include "cli/program.h"

int main(int count, char** arguments) {
  return r2rank::cli::run_program(
      std::vector<std::string>(arguments + (count > 0 ? 1 : 0), arguments + count));
}
