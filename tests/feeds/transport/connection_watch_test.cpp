// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/util/own_process.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/sockets.h"
#include "tests/support/test_clock.h"
#include "tests/support/wait.h"

#include <arpa/inet.h>
#include <csignal>
#include <map>
#include <optional>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;

TEST_CASE("near the bound nobody is let in, and those who are there stay", "[zmq]") {
    TestClock clock;
    auto source = openSource({.bind = {"tcp://127.0.0.1:*"}, .maxConnections = 3});
    const auto endpoint = source->endpoints()[0].name;
    const auto now = [&] { return source->endpoints()[0]; };
    const auto connect = [&](const std::string& name) {
        return openPublisher({.name = name, .connect = {endpoint}}, clock);
    };
    std::vector<std::unique_ptr<Publisher>> publishers;
    for (const char* name : {"a", "b", "c"}) {
        publishers.push_back(connect(name));
        CHECK(firstTopic(*publishers.back(), *source) == "pop/LHR");
    }
    CHECK(eventually([&] {
        source->receive(milliseconds(10));
        return now().full;
    }));
    CHECK(now().peers == 3);
    REQUIRE(now().troubles.size() == 1);
    CHECK(now().troubles[0] == Counted{"connections refused: no more than 3 at once", 1});

    auto late = connect("late");
    // Those who are connected are heard while it knocks.
    for (std::int64_t i = 0; i < 20; ++i) {
        auto report = popReport({.second = kStart + 100 + i});
        REQUIRE(publishers[0]->publish(report));
        CHECK(eventually(
            [&] { return std::holds_alternative<RawMessage>(source->receive(milliseconds(20))); }));
    }
    CHECK(now().peers == 3);
    publishers.erase(publishers.begin());
    CHECK(firstTopic(*late, *source) == "pop/LHR");
    CHECK(now().lost == 1);
}

TEST_CASE("who does not speak ZeroMQ is counted and does not stay a peer", "[zmq]") {
    auto source = openSource({.bind = {"tcp://127.0.0.1:*"}});
    const auto endpoint = source->endpoints()[0].name;
    const int port = std::stoi(endpoint.substr(endpoint.rfind(':') + 1));
    const int stranger = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(stranger, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    const std::string_view request = "GET / HTTP/1.1\r\nHost: wall\r\n\r\n";
    REQUIRE(::send(stranger, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size()));
    ::shutdown(stranger, SHUT_WR);
    CHECK(eventually([&] {
        source->receive(milliseconds(10));
        return source->endpoints()[0].silent == 1 && source->endpoints()[0].peers == 0;
    }));
    ::close(stranger);
}

TEST_CASE("the last descriptor is not waited for by a thread that tries for ever", "[zmq]") {
    const pid_t child = ::fork(); // the limit is of a whole process
    if (child == 0) {
        const rlimit limit{120, 120};
        ::setrlimit(RLIMIT_NOFILE, &limit);
        auto source = openSource({.bind = {"tcp://127.0.0.1:*"}, .maxConnections = 1'000}); // too many
        const auto name = source->endpoints()[0].name;
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(name.substr(name.rfind(':') + 1))));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        // Another process knocks: it has descriptors of its own.
        const pid_t knocking = ::fork();
        if (knocking == 0) {
            const rlimit more{120, 120};
            ::setrlimit(RLIMIT_NOFILE, &more);
            for (int i = 3; i < 120; ++i)
                ::close(i);
            for (int i = 0; i < 110; ++i) {
                const int peer = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
                static_cast<void>(
                    ::connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof address));
            }
            for (;;)
                ::pause();
        }
        const bool told = eventually([&] {
            source->receive(milliseconds(10));
            const auto endpoint = source->endpoints()[0];
            return !endpoint.troubles.empty() &&
                   endpoint.troubles[0].what.find("connections refused") != std::string::npos;
        });
        const double before = processCpuSeconds();
        source->receive(milliseconds(500));
        const double cpu = processCpuSeconds() - before;
        ::kill(knocking, SIGKILL);
        ::waitpid(knocking, nullptr, 0);
        ::_exit(!told ? 1 : cpu > 0.2 ? 2 : 0);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
}
