// SPDX-License-Identifier: GPL-3.0-or-later
// Against real nats-servers.
#include "feeds/source/nats_source.h"
#include "feeds/source/open_feed.h"
#include "feeds/wire/decode.h"
#include "feeds/transport/nats_jetstream.h"
#include "feeds/transport/trust.h"
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

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr NatsStream kSmall{.keepBytes = 64U << 20U};

/// What a source has given so far.
struct Given {
    explicit Given(const NatsSource::Options& options) {
        auto opened = NatsSource::open(options);
        if (!opened) FAIL(opened.error());
        source = std::move(opened.value());
        for (const char* topic : {"pop/", "roster/", "event", "global"})
            source->subscribe(topic);
    }
    bool take() {
        const auto received = source->receive(milliseconds(20));
        if (std::holds_alternative<Source::SeekBegins>(received)) signs += "(";
        if (std::holds_alternative<Source::SeekEnds>(received)) signs += ")";
        if (const auto* refused = std::get_if<Refused>(&received)) refusals.push_back(refused->text);
        const auto* message = std::get_if<RawMessage>(&received);
        if (!message) return false;
        const auto peeked = peek(message->payload);
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
    template <class Done> bool until(Done done) {
        const bool is = eventually([&] {
            take();
            return done();
        });
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
    EndpointStatus status() const { return source->endpoints().front(); }
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
        return std::ranges::any_of(status().troubles, [&](const Counted& trouble) {
            return trouble.what.find(text) != std::string::npos;
        });
    }

    std::unique_ptr<NatsSource> source;
    std::map<std::uint64_t, int> sequences; // of PoP reports, and how often each came
    std::map<std::string, int> topics;
    std::vector<std::string> refusals;
    std::string signs; // ( a past begins, ) it ends, . reports
    std::size_t bytes = 0;
    WallTime arrived{};
};

/// One that publishes through NATS.
struct Speaker {
    explicit Speaker(const std::string& endpoint, Publisher::Options options = {}) {
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
    SystemClock clock;
    std::int64_t nextSecond = kStart;
    std::unique_ptr<Publisher> publisher;
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
            const auto found = findStream(connection);
            return found && *found && (*found)->last >= messages;
        });
    }
    void request(const char* subject) {
        natsMsg* answer = nullptr;
        REQUIRE(natsConnection_RequestString(&answer, connection, subject, "", 2'000) == NATS_OK);
        natsMsg_Destroy(answer);
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

bool skippedWithoutNats() {
    return skippedWithout(NatsFixture::kProgram, "nats-server");
}

std::shared_ptr<ZmqContext> contextWith(const TemporaryFolder& folder, const std::string& user) {
    const auto file = folder.path() / (user.substr(0, user.find(':')) + ".pass");
    std::ofstream(file) << user << "\n";
    return std::make_shared<ZmqContext>(std::make_shared<Trust>(
        Trust::Options{.folder = folder.path().string(), .nats = {.credentials = file.string()}}));
}

} // namespace

TEST_CASE("what is published through NATS is heard through NATS", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats;
    nats.start();
    Given given({.endpoint = nats.endpoint()});
    Speaker agent(nats.endpoint());
    agent.publisher->setRoster(roster({}));
    REQUIRE(given.until([&] {
        agent.say();
        return given.topics["pop/LHR"] > 3 && given.topics["roster/LHR"] > 0;
    }));
    CHECK(given.status().peers == 1);
    CHECK(given.status().troubles.empty());
    CHECK(given.refusals.empty());

    // Node columns only for who asks, of the PoP he asks for.
    CHECK_FALSE(agent.publisher->wanted("node/LHR"));
    CHECK_FALSE(agent.publisher->wanted("node/CDG"));
    given.source->subscribe("node/LHR");
    REQUIRE(given.until([&] { return agent.publisher->wanted("node/LHR"); }));
    CHECK_FALSE(agent.publisher->wanted("node/CDG"));
    auto columns = nodeColumns({});
    agent.publisher->publish(columns);
    CHECK(given.until([&] { return given.topics["node/LHR"] == 1; }));
}

TEST_CASE("a message that no server takes at once comes in parts and whole", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats(1, "max_payload: 20000");
    nats.start();
    Given given({.endpoint = nats.endpoint()});
    Speaker agent(nats.endpoint());
    REQUIRE(given.until([&] {
        agent.say();
        return !given.sequences.empty();
    }));
    auto large = roster({.nodes = 5'000});
    agent.publisher->setRoster(large);
    REQUIRE(given.until([&] { return given.topics["roster/LHR"] > 0; }));
    CHECK(given.bytes > 60'000);
    CHECK(given.refusals.empty());
}

TEST_CASE("a wall that comes late begins with the past of a stream, and goes on without a seam", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats;
    nats.start();
    Speaker agent(nats.endpoint(), {.stream = kSmall});
    Given early({.endpoint = nats.endpoint()});
    REQUIRE(eventually([&] { early.take(); return agent.isConnected(); }));
    agent.publisher->setRoster(roster({}));
    for (int i = 0; i < 500; ++i)
        agent.say();
    REQUIRE(early.until([&] { return early.sequences.size() >= 500; }));

    Given late({.endpoint = nats.endpoint(), .history = seconds(900)});
    const auto before = SystemClock().steady();
    REQUIRE(late.until([&] {
        agent.say();
        return late.signs.ends_with(".).");
    }));
    CHECK(secondsBetween(before, SystemClock().steady()) < 10);
    CHECK(late.signs == "(.).");
    CHECK(late.topics["roster/LHR"] >= 1);
    const auto last = late.sequences.rbegin()->first;
    CHECK(late.hasAllOnce(last));
    CHECK(last > 500);
    // Time is now again.
    const SystemClock clock;
    CHECK(secondsBetween(late.source->clock(clock).steady(), clock.steady()) < 1);
}

TEST_CASE("a server that is killed and comes back loses nothing of a stream", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats;
    nats.start();
    Speaker agent(nats.endpoint(), {.stream = kSmall});
    REQUIRE(Asker(nats).awaitStream(10, [&] { agent.say(); }));
    Given given({.endpoint = nats.endpoint(), .history = seconds(60)});
    REQUIRE(given.until([&] { return given.signs.ends_with(')'); }));
    nats.kill();
    for (int i = 0; i < 50; ++i)
        agent.say();
    nats.restart();
    std::uint64_t last = 0;
    REQUIRE(given.until([&] {
        if (last == 0) agent.say();
        if (last == 0 && given.status().peers == 1 && agent.isConnected() && given.sequences.size() > 60)
            last = agent.publisher->sentMessages();
        agent.publisher->tick();
        return last > 0 && given.sequences.contains(last);
    }));
    CHECK(given.until([&] { return given.hasAllOnce(given.sequences.rbegin()->first); }));
    CHECK(given.status().lost >= 1);
}

TEST_CASE("what servers refuse is counted and named", "[nats]") {
    if (skippedWithoutNats()) return;
    const TemporaryFolder folder;
    NatsFixture nats(1, R"(authorization { users: [
      { user: wall, password: w, permissions: { publish: ["surgescope.want.>", "$JS.API.>"], subscribe: ["surgescope.>", "_INBOX.>"] } }
      { user: lhr, password: l, permissions: { publish: ["surgescope.*.LHR"], subscribe: ["surgescope.want.>", "_INBOX.>"] } }
    ] })");
    nats.start();
    Given given({.endpoint = nats.endpoint(), .context = contextWith(folder, "wall:w")});
    Speaker agent(nats.endpoint(), {.context = contextWith(folder, "lhr:l")});
    REQUIRE(given.until([&] {
        agent.say("LHR");
        agent.say("CDG");
        return given.topics["pop/LHR"] > 3;
    }));
    CHECK(eventually([&] { given.take(); return agent.isTold("Permissions Violation for Publish to \"surgescope.pop.CDG\""); }));
    CHECK(given.topics["pop/CDG"] == 0);

    Speaker stranger(nats.endpoint(), {.context = contextWith(folder, "stranger:x")});
    Given deaf({.endpoint = nats.endpoint(), .context = contextWith(folder, "lhr:wrong")});
    CHECK(deaf.until([&] { return deaf.isTold("not let in"); }));
    CHECK(eventually([&] { deaf.take(); return stranger.isTold("not let in"); }));
    CHECK(stranger.isConnected() == false);
}

TEST_CASE("a stream that is deleted underneath is said, and what comes now is shown", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats;
    nats.start();
    {
        Speaker keeper(nats.endpoint(), {.stream = kSmall});
        REQUIRE(Asker(nats).awaitStream(1, [&] { keeper.say(); }));
    }
    Given given({.endpoint = nats.endpoint(), .history = seconds(60)});
    REQUIRE(given.until([&] { return given.signs.find(')') != std::string::npos; }));
    Asker(nats).request("$JS.API.STREAM.DELETE.SURGESCOPE");
    Speaker agent(nats.endpoint(), {.name = "other"});
    const auto before = given.topics["pop/LHR"];
    REQUIRE(given.until([&] {
        agent.say();
        return given.topics["pop/LHR"] > before + 3;
    }));
    CHECK(given.isTold("the stream is gone"));
    // And read again when somebody makes it anew.
    Speaker keeper(nats.endpoint(), {.name = "keeper", .stream = kSmall});
    REQUIRE(Asker(nats).awaitStream(10, [&] { agent.say(); given.take(); }));
    Asker asker(nats);
    CHECK(eventually([&] {
        agent.say();
        given.take();
        const auto found = findStream(asker.connection);
        return found && *found && (*found)->readers > 0;
    }));
}

TEST_CASE("a stream that servers have no room for is said", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats;
    nats.start();
    std::string warned;
    Speaker keeper(nats.endpoint(), {.warn = [&](const std::string& text) { warned = text; }, .stream = NatsStream{}});
    Given given({.endpoint = nats.endpoint(), .history = seconds(60)});
    REQUIRE(given.until([&] {
        keeper.say();
        return !warned.empty() && !given.sequences.empty();
    }));
    CHECK_THAT(warned, containsText("insufficient storage"));
    CHECK_THAT(warned, containsText("--keep-bytes"));
}

TEST_CASE("NATS stands alone in a feed", "[nats]") {
    CHECK_THAT(openFeed({.connect = {"nats://127.0.0.1", "tcp://127.0.0.1:5556"}}).error(),
               containsText("expected one cluster"));
    CHECK_THAT(openFeed({.connect = {"nats://127.0.0.1:x"}}).error(), containsText("expected nats://HOST"));
    const auto trust = std::make_shared<Trust>(Trust::Options{.nats = {.credentials = "/nowhere/at.all"}});
    CHECK_THAT(openFeed({.connect = {"nats://127.0.0.1"}, .context = std::make_shared<ZmqContext>(trust)}).error(),
               containsText("/nowhere/at.all"));
}

TEST_CASE("of three servers one is killed, and comes back: nothing is lost, nothing comes twice", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats(3);
    nats.start();
    auto threeTimes = kSmall;
    threeTimes.replicas = 3;
    Speaker agent(nats.endpoint(), {.stream = threeTimes});
    REQUIRE(Asker(nats).awaitStream(10, [&] { agent.say(); }));
    Given given({.endpoint = nats.endpoint(), .history = seconds(60)});
    REQUIRE(given.until([&] { return given.signs.ends_with(')'); }));
    const auto sayAndTake = [&](int reports) {
        for (int i = 0; i < reports; ++i) {
            agent.say();
            given.take();
        }
    };
    for (std::size_t killed = 0; killed < 3; ++killed) { // whoever leads, and whoever is connected to
        INFO("server " << killed);
        sayAndTake(20);
        nats.kill(killed);
        sayAndTake(100);
        nats.restart(killed);
        sayAndTake(20);
        const auto last = agent.publisher->sentMessages();
        const bool all = given.until([&] {
            agent.publisher->tick();
            return given.missing(last) == 0;
        });
        INFO("missing " << given.missing(last) << agent.told());
        REQUIRE(all);
        CHECK(given.hasAllOnce(last));
        CHECK(agent.told().find("never acknowledged") == std::string::npos);
    }
    CHECK(given.refusals.empty());
    CHECK(given.signs == "(.).");
}

TEST_CASE("a listener that stands still harms nobody", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats;
    nats.start();
    PlainSocket frozen(nats.port());
    frozen.write("CONNECT {\"verbose\":false}\r\nSUB surgescope.roster.* 1\r\nPING\r\n"); // and never reads
    Given given({.endpoint = nats.endpoint()});
    Speaker agent(nats.endpoint());
    REQUIRE(given.until([&] {
        agent.say();
        return !given.sequences.empty();
    }));
    const SystemClock clock;
    double worst = 0;
    const auto large = roster({.nodes = 20'000});
    const auto begun = clock.steady();
    for (int i = 0; i < 60 || secondsBetween(begun, clock.steady()) < 4; ++i) { // some 40 MB at least
        agent.publisher->setRoster(large);
        const auto before = clock.steady();
        agent.say();
        const auto known = given.sequences.rbegin()->first;
        REQUIRE(given.until([&] { return given.sequences.rbegin()->first > known; }));
        worst = std::max(worst, secondsBetween(before, clock.steady()));
    }
    CHECK(worst < 4); // 8 to 9 s where the server waits for a slow one as long as usual
    CHECK(frozen.isEndedByPeer());
    CHECK(given.status().lost == 0);
}

TEST_CASE("the cluster of resources/nats lets each do his own, encrypted", "[nats]") {
    if (skippedWithoutNats() || skippedWithout("/usr/bin/openssl", "openssl")) return;
    const TemporaryFolder folder;
    const auto in = [&](const char* name) { return (folder.path() / name).string(); };
    const auto made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext "
                      "subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout " +
                      in("server.key") + " -out " + in("server.pem") + " 2>/dev/null";
    REQUIRE(std::system(made.c_str()) == 0);
    auto reference = projectFile("resources/nats/surgescope.conf");
    replaceEach(reference, "/etc/nats/", folder.path().string() + "/");
    NatsFixture nats(3, reference);
    nats.start();

    auto endpoint = nats.endpoint();
    replaceEach(endpoint, "nats://", "tls://");
    const auto contextOf = [&](const std::string& user) {
        const auto file = in(user.substr(0, user.find(':')).c_str());
        std::ofstream(file) << user;
        return std::make_shared<ZmqContext>(std::make_shared<Trust>(
            Trust::Options{.folder = in("keys"), .nats = {.credentials = file, .authorities = in("server.pem")}}));
    };
    auto threeTimes = kSmall;
    threeTimes.replicas = 3;
    Speaker relay(endpoint, {.name = "relay", .stream = threeTimes, .context = contextOf("relay:relay-secret")});
    Speaker agent(endpoint, {.context = contextOf("agent-lhr:agent-secret")});
    Given wall({.endpoint = endpoint, .context = contextOf("wall:wall-secret")});
    REQUIRE(wall.until([&] {
        relay.say("CDG");
        agent.say("LHR");
        agent.say("FRA");
        return wall.topics["pop/CDG"] > 3 && wall.topics["pop/LHR"] > 3;
    }));
    CHECK(wall.topics["pop/FRA"] == 0);
    CHECK(eventually([&] { wall.take(); return agent.isTold("Publish to \"surgescope.pop.FRA\""); }));
    CHECK_FALSE(agent.isTold("surgescope.pop.LHR"));
    CHECK_FALSE(agent.isTold("Subscription"));
    // A wall that comes late reads the stream as a wall may, and node columns as well.
    std::unique_ptr<Given> late;
    CHECK(eventually(
        [&] {
            if (!late || late->signs.find(')') == std::string::npos)
                late = std::make_unique<Given>(NatsSource::Options{
                    .endpoint = endpoint, .history = seconds(60), .context = contextOf("wall:wall-secret")});
            return late->until([&] {
                relay.say("CDG");
                return late->signs.starts_with('.') || late->signs.find(')') != std::string::npos;
            }) && !late->signs.starts_with('.'); // or there was no stream yet
        },
        seconds(40)));
    late->source->subscribe("node/LHR");
    CHECK(late->until([&] { return agent.publisher->wanted("node/LHR"); }));
    CHECK(late->status().troubles.empty());
    CHECK(relay.publisher->endpoints().front().troubles.empty());

    // Whose certificate is signed by nobody we know is not spoken to.
    Given careful({.endpoint = endpoint});
    CHECK(careful.until([&] { return careful.isTold("not let in"); }));
}
