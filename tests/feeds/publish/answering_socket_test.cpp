// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/publish/answering_socket.h"

#include "tests/support/catch.h"

#include <zmq.hpp>

#include <future>
#include <thread>

using namespace surgescope::feeds;
using std::chrono::milliseconds;
using surgescope::tests::containsText;

namespace {

Result<std::string> obey(std::string_view line, const AnsweringSocket::Asker&) {
    if (line == "jump") return std::string("jumped");
    return Error{"cannot " + std::string(line)};
}

std::unique_ptr<AnsweringSocket> openSocket() {
    auto opened = AnsweringSocket::open(kLevers, "tcp://127.0.0.1:*");
    REQUIRE(opened);
    return std::move(opened.value());
}

/// What `socket` answers to `line`, asked by another thread.
Result<std::string> answerOf(AnsweringSocket& socket, const std::string& line) {
    auto answer = std::async(std::launch::async, [&] {
        ZmqContext context;
        return ask(kLevers, socket.endpoint(), line, milliseconds(5'000), context);
    });
    while (answer.wait_for(milliseconds(1)) != std::future_status::ready)
        socket.serve(obey);
    return answer.get();
}

} // namespace

TEST_CASE("a control socket does what it is told, or says why not", "[control]") {
    const auto socket = openSocket();
    CHECK_THAT(socket->endpoint(), containsText("tcp://127.0.0.1:"));
    CHECK(answerOf(*socket, "jump").value() == "jumped");
    CHECK(answerOf(*socket, "fly").error() == "cannot fly");
    CHECK(answerOf(*socket, "jump").value() == "jumped");
}

TEST_CASE("what is no line of text is refused, and the next one served", "[control]") {
    const auto socket = openSocket();
    CHECK_THAT(answerOf(*socket, "a\nb").error(), containsText("one line of text"));
    ZmqContext context;
    zmq::socket_t parts(context.get(), zmq::socket_type::req);
    parts.set(zmq::sockopt::linger, 0);
    parts.connect(socket->endpoint());
    parts.send(zmq::str_buffer("jump"), zmq::send_flags::sndmore);
    parts.send(zmq::str_buffer("jump"), zmq::send_flags::none);
    zmq::message_t reply;
    while (!parts.recv(reply, zmq::recv_flags::dontwait))
        socket->serve(obey);
    CHECK_THAT(reply.to_string(), containsText("refused expected one line"));
    CHECK(answerOf(*socket, "jump").value() == "jumped");
}

TEST_CASE("nobody there is said within the time allowed", "[control]") {
    std::string endpoint;
    { endpoint = openSocket()->endpoint(); }
    ZmqContext context;
    CHECK_THAT(ask(kLevers, endpoint, "jump", milliseconds(50), context).error(),
               containsText("no answer from tcp://127.0.0.1:"));
    CHECK_THAT(ask(kLevers, "nonsense", "jump", milliseconds(50), context).error(),
               containsText("expected tcp://HOST:PORT"));
    CHECK_FALSE(AnsweringSocket::open(kLevers, "tcp://127.0.0.1:0"));
}
