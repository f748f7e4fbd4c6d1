// SPDX-License-Identifier: GPL-3.0-or-later
// Real sockets with real keys: whoever listens without being allowed to, or more than anybody needs.
#include "feeds/wire/limits.h"

#include "tests/support/catch.h"
#include "tests/support/machine.h"
#include "tests/support/messages.h"
#include "tests/support/sockets.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;

namespace {

/// A site that is listened to by a wall and by somebody else, both allowed to and let in.
struct Listeners {
    Machine site;
    Machine wall;
    Machine other;
    SystemClock clock;
    std::unique_ptr<Publisher> publisher =
        openPublisher({.name = "sim", .bind = {"tcp://0.0.0.0:*"}, .context = site.context}, clock);
    std::unique_ptr<ZmqSource> ofWall = listen(wall, "wall");
    std::unique_ptr<ZmqSource> ofOther = listen(other, "other");
    std::int64_t second = kStart;

    Listeners() {
        for (auto* source : {ofWall.get(), ofOther.get()})
            REQUIRE(comesTo([&] { return hears(*source); }));
    }
    std::unique_ptr<ZmqSource> listen(Machine& machine, const std::string& name) {
        machine.knows(site.key());
        machine.allows({"sim", site.key(), {"sim"}, {"*"}});
        site.allows({name, machine.key(), {}, {}, {}, false, false, true});
        return openSource({.connect = publisher->boundEndpoints(), .context = machine.context});
    }
    bool hears(ZmqSource& source) {
        publisher->tick();
        auto report = popReport({.publisher = "sim", .second = ++second});
        publisher->publish(report);
        return std::holds_alternative<RawMessage>(source.receive(milliseconds(10)));
    }
    /// Who was not let in tries again after up to 5.5 s, and that may happen several times.
    template <class Done> static bool comesTo(Done done) {
        return eventually(done, std::chrono::seconds(90));
    }
};

std::uint64_t timesNotLetIn(const ZmqSource& source) {
    std::uint64_t count = 0;
    const auto status = source.endpoints().front();
    for (const auto& trouble : status.troubles)
        count += trouble.what.find("not let in") != std::string::npos ? trouble.count : 0;
    return count;
}

} // namespace

TEST_CASE("a listener whose key is revoked hears nothing more", "[trust]") {
    Listeners f;
    const auto before = timesNotLetIn(*f.ofOther); // who came before the list was read had to knock twice
    f.site.revokes(f.other.key());
    // It is sent away; the one that may listen comes back by itself.
    REQUIRE(f.comesTo([&] {
        f.hears(*f.ofOther);
        return timesNotLetIn(*f.ofOther) > before;
    }));
    CHECK(f.comesTo([&] { return f.hears(*f.ofWall); }));
    while (f.hears(*f.ofOther)) { // what had been on its way
    }
    for (int i = 0; i < 50; ++i)
        CHECK_FALSE(f.hears(*f.ofOther));
}

TEST_CASE("a listener that asks for more than anybody needs is shut out, by name, and the others hear",
          "[trust]") {
    const bool isLong = GENERATE(true, false);
    Listeners f;
    const auto isShutOut = [&](Machine& machine) {
        return f.site.context->trust()->permitOf(machine.key())->isShutOut;
    };
    int asked = 0;
    CHECK(f.comesTo([&] {
        // Not more than a thousand at once, or they are lost on the way.
        for (int i = 0; i < 500; ++i)
            f.ofOther->subscribe("node/" + std::to_string(++asked) +
                                 std::string(isLong ? limits::kTopicBytes : 0, 'x'));
        f.ofOther->receive(milliseconds(10));
        f.publisher->tick();
        return isShutOut(f.other);
    }));
    CHECK((isLong || asked >= 9'500));
    CHECK_FALSE(isShutOut(f.wall));
    CHECK(f.comesTo([&] {
        f.ofOther->receive(milliseconds(0));
        f.hears(*f.ofWall);
        const auto away = f.site.context->turnedAway();
        return !away.empty() &&
               away.front().what.find("other: it asked for more topics") != std::string::npos;
    }));
    CHECK(f.comesTo([&] { return f.hears(*f.ofWall); }));
}
