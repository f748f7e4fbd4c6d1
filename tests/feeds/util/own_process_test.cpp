// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/util/own_process.h"

#include "tests/support/catch.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace surgescope::feeds;

TEST_CASE("a process may have as many descriptors as it is allowed to ask for", "[util]") {
    const pid_t child = ::fork(); // the limit is of a whole process
    if (child == 0) {
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = 64;
        ::setrlimit(RLIMIT_NOFILE, &limit);
        const bool low = descriptorLimit() == 64;
        const bool raised = raiseDescriptorLimit() == limit.rlim_max;
        ::_exit(low && raised ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    const auto before = openDescriptors();
    CHECK(before > 2);
    const int one = ::dup(0);
    CHECK(openDescriptors() == before + 1);
    ::close(one);
}
