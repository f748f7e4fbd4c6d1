// SPDX-License-Identifier: GPL-3.0-or-later
// What a store's answer to a write means.
#include "feeds/history/remote_store.h"

#include "tests/support/catch.h"
#include "tests/support/http_responder.h"

using namespace surgescope::feeds;
using namespace surgescope::tests;

TEST_CASE("answers of a store that is busy, of one that refuses and of a wrong URL are told apart",
          "[history]") {
    using Kind = RemoteStore::Outcome::Kind;
    HttpResponder responder("");
    auto store =
        RemoteStore::make({.url = "http://127.0.0.1:" + std::to_string(responder.port()) + "/api/v1/write"});
    REQUIRE(store);
    const auto kindOf = [&](int status) {
        responder.setAnswer("HTTP/1.1 " + std::to_string(status) +
                            " x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nwhy");
        const auto outcome = store.value().write(probeRequest("surgescope_probe", 1));
        CHECK(outcome.words == (status < 300 ? "" : "HTTP " + std::to_string(status) + ": why"));
        return outcome.kind;
    };
    CHECK(kindOf(200) == Kind::stored);
    for (const int status : {408, 425, 429, 500, 503}) {
        INFO(status);
        CHECK(kindOf(status) == Kind::away);
    }
    for (const int status : {301, 401, 403, 404, 405, 407}) {
        INFO(status);
        CHECK(kindOf(status) == Kind::wrong);
    }
    for (const int status : {400, 409, 422}) {
        INFO(status);
        CHECK(kindOf(status) == Kind::refused);
    }
}
