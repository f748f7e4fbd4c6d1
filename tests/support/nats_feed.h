// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/source/nats_source.h"
#include "feeds/source/open_feed.h"
#include "feeds/transport/nats_jetstream.h"
#include "feeds/transport/trust.h"
#include "feeds/wire/decode.h"
#include "feeds/wire/peek.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/nats_fixture.h"
#include "tests/support/sockets.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wait.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nats/nats.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/// Those who speak and listen through real nats-servers.
namespace surgescope::tests {

constexpr feeds::NatsStream kSmall{.keepBytes = 64U << 20U};

/// What a source has given so far.
struct Given {
    explicit Given(const feeds::NatsSource::Options& options) {
        auto opened = feeds::NatsSource::open(options);
        if (!opened) FAIL(opened.error());
        source = std::move(opened.value());
        for (const char* topic : {"pop/", "roster/", "event", "global"})
            source->subscribe(topic);
    }
    bool take() {
        const auto received = source->receive(std::chrono::milliseconds(20));
        if (std::holds_alternative<feeds::Source::SeekBegins>(received)) signs += "(";
        if (std::holds_alternative<feeds::Source::SeekEnds>(received)) signs += ")";
        if (const auto* refused = std::get_if<feeds::Refused>(&received)) refusals.push_back(refused->text);
        const auto* message = std::get_if<feeds::RawMessage>(&received);
        if (!message) return false;
        const auto peeked = feeds::peek(message->payload);
        if (!peeked) return false;
        if (message->topic.starts_with("pop/")) {
            ++sequences[peeked->sequence];
            signs += signs.ends_with('.') ? "" : ".";
        }
        ++topics[std::string(message->topic)];
        bytes = message->payload.size();
        arrived = message->arrived;
        return true;
    }
    template <class Done> bool until(Done done, std::chrono::seconds limit = kPatience) {
        const bool is = eventually(
            [&] {
                take();
                return done();
            },
            limit);
        if (!is) WARN("given: " << told());
        return is;
    }
    /// Each up to this one once, from the first that came on.
    bool hasAllOnce(std::uint64_t last) const {
        return !sequences.empty() && missing(last) == 0 && sequences.rbegin()->first == last &&
               std::ranges::all_of(sequences, [](const auto& one) { return one.second == 1; });
    }
    std::uint64_t missing(std::uint64_t last) const {
        return last + 1 - sequences.begin()->first - sequences.size();
    }
    feeds::EndpointStatus status() const { return source->endpoints().front(); }
    /// For messages of tests.
    std::string told() const {
        std::string all = signs;
        for (const auto& trouble : status().troubles)
            all += "; " + trouble.what;
        for (const auto& refusal : refusals)
            all += "; refused " + refusal;
        return all;
    }
    bool isTold(const std::string& text) const {
        return std::ranges::any_of(status().troubles, [&](const feeds::Counted& trouble) {
            return trouble.what.find(text) != std::string::npos;
        });
    }

    std::unique_ptr<feeds::NatsSource> source;
    std::map<std::uint64_t, int> sequences; // of PoP reports, and how often each came
    std::map<std::string, int> topics;
    std::vector<std::string> refusals;
    std::string signs; // ( a past begins, ) it ends, . reports
    std::size_t bytes = 0;
    feeds::WallTime arrived{};
};

/// One that publishes through NATS.
struct Speaker {
    explicit Speaker(const std::string& endpoint, feeds::Publisher::Options options = {}) {
        options.name = options.name.empty() ? "agent" : options.name;
        options.connect = {endpoint};
        publisher = openPublisher(options, clock);
    }
    void say(const char* pop = "LHR") {
        auto report = popReport({.pop = pop, .second = nextSecond++});
        publisher->tick();
        publisher->publish(report);
    }
    bool isTold(const std::string& text) const {
        for (const auto& endpoint : publisher->endpoints())
            for (const auto& trouble : endpoint.troubles)
                if (trouble.what.find(text) != std::string::npos) return true;
        return false;
    }
    std::string told() const {
        std::string all;
        for (const auto& endpoint : publisher->endpoints())
            for (const auto& trouble : endpoint.troubles)
                all += "; " + trouble.what + " " + std::to_string(trouble.count);
        return all;
    }
    bool isConnected() const { return publisher->endpoints().front().peers > 0; }
    feeds::SystemClock clock;
    std::int64_t nextSecond = kStart;
    std::unique_ptr<feeds::Publisher> publisher;
};

/// Somebody with a connection of his own, who asks servers.
struct Asker {
    explicit Asker(const NatsFixture& nats) {
        if (natsConnection_ConnectTo(&connection, nats.endpoint().c_str()) != NATS_OK) FAIL("not connected");
    }
    ~Asker() { natsConnection_Destroy(connection); }
    /// There is a stream with so many messages; `meanwhile` is done until then.
    template <class Do> bool awaitStream(std::uint64_t messages, Do meanwhile) {
        return eventually([&] {
            meanwhile();
            const auto found = feeds::findStream(connection);
            return found && *found && (*found)->last >= messages;
        });
    }
    /// Waits as long for somebody who never speaks.
    void hearNobody(std::chrono::milliseconds time) {
        natsSubscription* subscription = nullptr;
        natsConnection_SubscribeSync(&subscription, connection, "nobody");
        natsMsg* none = nullptr;
        natsSubscription_NextMsg(&none, subscription, time.count());
        natsSubscription_Destroy(subscription);
    }
    /// The answer.
    std::string request(const char* subject, const char* payload = "") {
        natsMsg* answer = nullptr;
        REQUIRE(natsConnection_RequestString(&answer, connection, subject, payload, 2'000) == NATS_OK);
        std::string text(natsMsg_GetData(answer), static_cast<std::size_t>(natsMsg_GetDataLength(answer)));
        natsMsg_Destroy(answer);
        return text;
    }
    natsConnection* connection = nullptr;
};

/// Speaks to a server without a library, and need not listen.
class PlainSocket {
  public:
    explicit PlainSocket(std::uint16_t port) {
        const int small = 4'096;
        ::setsockopt(m_socket, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            FAIL("not connected");
    }
    ~PlainSocket() { ::close(m_socket); }
    void write(std::string_view text) const {
        if (::send(m_socket, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
            FAIL("not sent");
    }
    /// Reads what is there; true: and then it ends.
    bool isEndedByPeer() const {
        char part[65'536];
        for (;;) {
            pollfd readable{m_socket, POLLIN, 0};
            if (::poll(&readable, 1, 5'000) <= 0) return false;
            if (::recv(m_socket, part, sizeof part, 0) <= 0) return true;
        }
    }

  private:
    int m_socket = ::socket(AF_INET, SOCK_STREAM, 0);
};

inline bool skippedWithoutNats() {
    return skippedWithout(NatsFixture::kProgram, "nats-server");
}

inline std::shared_ptr<feeds::ZmqContext> contextWith(const TemporaryFolder& folder,
                                                      const std::string& user) {
    const auto file = folder.path() / (user.substr(0, user.find(':')) + ".pass");
    std::ofstream(file) << user << "\n";
    return std::make_shared<feeds::ZmqContext>(std::make_shared<feeds::Trust>(
        feeds::Trust::Options{.folder = folder.path().string(), .nats = {.credentials = file.string()}}));
}

} // namespace surgescope::tests
