// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/util/mailbox.h"

#include "tests/support/catch.h"

#include <thread>

using surgescope::feeds::Mailbox;

TEST_CASE("the latest value wins and is taken once", "[mailbox]") {
    Mailbox<int> mailbox;
    CHECK(mailbox.take() == nullptr);
    CHECK_FALSE(mailbox.put(std::make_shared<int>(1)));
    CHECK(mailbox.put(std::make_shared<int>(2)));
    CHECK(*mailbox.take() == 2);
    CHECK(mailbox.take() == nullptr);
}

TEST_CASE("values arrive in order between two threads", "[mailbox]") {
    Mailbox<int> mailbox;
    std::thread writer([&] {
        for (int i = 1; i <= 20'000; ++i)
            mailbox.put(std::make_shared<int>(i));
    });
    int last = 0;
    while (last < 20'000)
        if (const auto value = mailbox.take()) {
            REQUIRE(*value > last);
            last = *value;
        }
    writer.join();
}
