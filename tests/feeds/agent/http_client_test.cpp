// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/http_client.h"
#include "feeds/util/clock.h"

#include "tests/support/catch.h"
#include "tests/support/http_responder.h"

using namespace surgescope::feeds;
using namespace surgescope::tests;
using surgescope::tests::containsText;

TEST_CASE("a page is fetched with the server's name", "[agent][http]") {
    const HttpResponder responder(HttpResponder::page("hello", "nginx/1.22.1"));
    HttpClient client;
    const auto response = client.get(responder.url());
    REQUIRE(response);
    CHECK(response->body == "hello");
    CHECK(response->server == "nginx/1.22.1");
    CHECK(response->newConnections == 1);
    CHECK(client.get(responder.url()));
}

TEST_CASE("a server's name is bounded and printable", "[agent][http]") {
    const HttpResponder responder(HttpResponder::page("", "a\x01\xff" + std::string(1000, 'b')));
    const auto response = HttpClient().get(responder.url());
    REQUIRE(response);
    CHECK(response->server == "a" + std::string(63, 'b'));
}

TEST_CASE("answers nobody should trust are errors", "[agent][http]") {
    HttpClient client;
    const auto reason = [&client](const std::string& answer) {
        const HttpResponder responder(answer);
        const auto response = client.get(responder.url());
        REQUIRE_FALSE(response);
        return response.error();
    };
    CHECK_THAT(reason("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
               containsText("302"));
    CHECK_THAT(reason("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), containsText("404"));
    CHECK_FALSE(reason(HttpResponder::page(std::string(HttpClient::kBodyBytes + 1, 'x'))).empty());
    CHECK_FALSE(reason("rubbish").empty());
    CHECK_FALSE(client.get("http://127.0.0.1:1/"));
    CHECK_FALSE(client.get("file:///etc/hostname"));
    CHECK_FALSE(client.get("https://127.0.0.1:1/"));
    CHECK_FALSE(client.get("not a URL"));
}

TEST_CASE("a server that never answers costs the timeout and no more", "[agent][http]") {
    const HttpResponder responder("");
    const SystemClock clock;
    const SteadyTime before = clock.steady();
    CHECK_FALSE(HttpClient().get(responder.url()));
    CHECK(secondsBetween(before, clock.steady()) < 5.0); // 0.4 s on a machine with nothing else to do
}
