#pragma once
#include <gradus/tutorials/common/exercise.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gradus::tutorials {

/// Expects that every task passes.
inline void expect_all_pass(const std::vector<Task>& tasks) {
  for (const Task& task : tasks) {
    const Result result = try_task(task);
    EXPECT_EQ(result.state, State::kPassed) << task.name << ": " << result.message;
  }
}

/// Expects that task `number` (from 1, as in the report) fails with `part` in its message, and that the others pass.
inline void expect_wrong(const std::vector<Task>& tasks, size_t number, const std::string& part) {
  for (size_t i = 0; i < tasks.size(); ++i) {
    const Result result = try_task(tasks[i]);
    if (i + 1 != number) {
      EXPECT_EQ(result.state, State::kPassed) << tasks[i].name << ": " << result.message;
      continue;
    }
    EXPECT_EQ(result.state, State::kFailed) << tasks[i].name << " passed for a wrong answer that should get: " << part;
    EXPECT_NE(result.message.find(part), std::string::npos) << "expected: " << part << "\nfound: " << result.message;
    EXPECT_FALSE(result.hint.empty()) << tasks[i].name;
  }
}

}  // namespace gradus::tutorials
