// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/event_loop.h"
#include "feeds/util/clock.h"

#include "tests/support/catch.h"
#include "tests/support/http_responder.h"

#include <optional>
#include <sys/eventfd.h>
#include <unistd.h>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

Result<HttpResponse> fetched(EventLoop& loop, const std::string& url) {
    std::optional<Result<HttpResponse>> answer;
    const auto fetch =
        loop.fetch(url, [&answer](Result<HttpResponse> response) { answer.emplace(std::move(response)); });
    while (!answer)
        loop.turn(100ms);
    return *std::move(answer);
}

struct Signal {
    int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    ~Signal() { ::close(descriptor); }
    void raise() const { ::eventfd_write(descriptor, 1); }
    void lower() const {
        eventfd_t value = 0;
        ::eventfd_read(descriptor, &value);
    }
};

} // namespace

TEST_CASE("a page is fetched with the server's name", "[agent][http]") {
    const HttpResponder responder(HttpResponder::page("hello", "nginx/1.22.1"));
    EventLoop loop;
    const auto response = fetched(loop, responder.url());
    REQUIRE(response);
    CHECK(response->body == "hello");
    CHECK(response->server == "nginx/1.22.1");
    CHECK(response->newConnections == 1);
    CHECK(fetched(loop, responder.url()));
}

TEST_CASE("a server's name is bounded and printable", "[agent][http]") {
    const HttpResponder responder(HttpResponder::page("", "a\x01\xff" + std::string(1000, 'b')));
    EventLoop loop;
    const auto response = fetched(loop, responder.url());
    REQUIRE(response);
    CHECK(response->server == "a" + std::string(63, 'b'));
}

TEST_CASE("answers nobody should trust are errors", "[agent][http]") {
    EventLoop loop;
    const auto reason = [&loop](const std::string& answer) {
        const HttpResponder responder(answer);
        const auto response = fetched(loop, responder.url());
        REQUIRE_FALSE(response);
        return response.error();
    };
    CHECK_THAT(reason("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
               containsText("302"));
    CHECK_THAT(reason("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), containsText("404"));
    CHECK_THAT(reason(HttpResponder::page(std::string(EventLoop::kBodyBytes + 1, 'x'))),
               containsText("answers with more than 1048576 bytes"));
    CHECK_FALSE(reason("rubbish").empty());
    CHECK_FALSE(fetched(loop, "http://127.0.0.1:1/"));
    CHECK_FALSE(fetched(loop, "file:///etc/hostname"));
    CHECK_FALSE(fetched(loop, "https://127.0.0.1:1/"));
    CHECK_FALSE(fetched(loop, "not a URL"));
}

TEST_CASE("a server that never answers costs the timeout and no more", "[agent][http]") {
    const HttpResponder responder("");
    const SystemClock clock;
    const SteadyTime before = clock.steady();
    EventLoop loop;
    CHECK_FALSE(fetched(loop, responder.url()));
    CHECK(secondsBetween(before, clock.steady()) < 5.0); // 0.4 s on a machine with nothing else to do
}

TEST_CASE("a server that does not answer keeps nobody else waiting", "[agent][loop]") {
    const HttpResponder silent("");
    const HttpResponder quick(HttpResponder::page("here"));
    EventLoop loop;
    std::vector<std::string> order;
    const auto one =
        loop.fetch(silent.url(), [&](const Result<HttpResponse>& r) { order.push_back(r ? "?" : "silent"); });
    const auto two =
        loop.fetch(quick.url(), [&](const Result<HttpResponse>& r) { order.push_back(r ? r->body : "?"); });
    const Signal signal;
    int raised = 0;
    const auto watch = loop.watch(signal.descriptor, [&] {
        signal.lower();
        ++raised;
    });
    while (order.empty())
        loop.turn(100ms);
    signal.raise();
    while (raised == 0)
        loop.turn(100ms);
    CHECK(order == std::vector<std::string>{"here"});
    while (order.size() < 2)
        loop.turn(100ms);
    CHECK(order.back() == "silent");
}

TEST_CASE("what is ended is not called back, not even from a callback", "[agent][loop]") {
    const HttpResponder responder(HttpResponder::page("here"));
    EventLoop loop;
    int calls = 0;
    {
        const auto ended = loop.fetch(responder.url(), [&](const Result<HttpResponse>&) { ++calls; });
    }
    const Signal first;
    const Signal second;
    EventLoop::Handle one, two;
    // Whichever is called first ends the other, and itself.
    const auto end = [&] {
        ++calls;
        one = {};
        two = {};
    };
    one = loop.watch(first.descriptor, end);
    two = loop.watch(second.descriptor, end);
    first.raise();
    second.raise();
    loop.turn(100ms);
    loop.turn(0ms);
    CHECK(calls == 1);
    CHECK(fetched(loop, responder.url()));
    CHECK(calls == 1);
}

TEST_CASE("a timer comes again and again until it is ended", "[agent][loop]") {
    EventLoop loop;
    int due = 0;
    EventLoop::Handle timer = loop.every(1ms, [&] { ++due; });
    while (due < 3)
        loop.turn(10s); // does not wait so long
    timer = {};
    const int before = due;
    loop.turn(5ms);
    CHECK(due == before);
}

TEST_CASE("a request carries its headers, and the wanted ones come back", "[agent][http]") {
    HttpResponder responder("HTTP/1.1 405 No\r\nAGE: 12\r\nX-Other: 5\r\nContent-Length: 0\r\n\r\n");
    EventLoop loop;
    std::optional<HttpResponse> answer;
    const auto asked = loop.ask(
        {.url = responder.url(), .method = "PURGE", .headers = {"X-Purge-Id: drop-1"}, .wanted = {"age"}},
        [&](Result<HttpResponse> response) {
            REQUIRE(response);
            answer = *std::move(response);
        });
    while (!answer)
        loop.turn(100ms);
    CHECK(answer->status == 405);
    CHECK(answer->wanted == std::map<std::string, std::string>{{"age", "12"}});
}
