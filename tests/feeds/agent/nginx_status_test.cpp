// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/nginx_status.h"

#include "tests/support/captures.h"
#include "tests/support/catch.h"

#include <random>
#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;

TEST_CASE("the captured status pages are read", "[agent][nginx]") {
    const auto idle = parseNginxStatus(capture("nginx-1.22.1_stub_status.txt"));
    REQUIRE(idle);
    CHECK(*idle == NginxStatus{.accepts = 44, .handled = 44, .requests = 143, .active = 1, .writing = 1});
    const auto busy = parseNginxStatus(capture("nginx-1.22.1_stub_status_during.txt"));
    REQUIRE(busy);
    CHECK(*busy ==
          NginxStatus{
              .accepts = 47, .handled = 47, .requests = 33471, .active = 17, .writing = 1, .waiting = 16});
}

TEST_CASE("what is no status page is refused", "[agent][nginx]") {
    const std::string page = capture("nginx-1.22.1_stub_status.txt");
    for (const std::string& text :
         {std::string(), std::string("<html>404</html>"), page + "x", page.substr(0, page.size() - 4),
          std::string("Active connections: -1\nserver accepts handled requests\n 1 1 1\nReading: 0 Writing: "
                      "1 Waiting: 0"),
          std::string("Active connections: 1\nserver accepts handled requests\n 1 2 1\nReading: 0 Writing: 1 "
                      "Waiting: 0"),
          std::string("Active connections: 99999999999999999999999\nserver accepts handled requests\n 1 1 1\n"
                      "Reading: 0 Writing: 1 Waiting: 0")}) {
        INFO(text);
        CHECK_FALSE(parseNginxStatus(text));
    }
    std::mt19937_64 random(1);
    for (int i = 0; i < 2000; ++i) {
        std::string text = page;
        text[random() % text.size()] = static_cast<char>(random());
        text.resize(random() % (text.size() + 1));
        CHECK_NOTHROW(static_cast<void>(parseNginxStatus(text)));
    }
}
