// The main() of every learner's program. CMake says which chapter: GRADUS_CHAPTER is its namespace.
#include <gradus/tutorials/common/exercise.h>

#include "tasks.h"

int main(int argc, char** argv) {
  return gradus::tutorials::exercise_main(argc, argv, GRADUS_CHAPTER_TITLE, GRADUS_CHAPTER::tasks({}));
}
