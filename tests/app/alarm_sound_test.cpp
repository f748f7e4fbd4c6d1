// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/alarm_sound.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace surgescope;
using app::Tone;
using app::Tones;
using feeds::AlarmState;
using feeds::Severity;
using std::chrono::seconds;
namespace fs = std::filesystem;

namespace {

struct Room {
    Tones tones;
    feeds::LiveStatus status;
    feeds::SteadyTime now{seconds(1'000)};

    void comes(Severity severity, bool isShelved = false) {
        feeds::Transition change;
        change.change = feeds::Change::shown;
        change.to = AlarmState::unacked;
        change.severity = severity;
        change.isShelved = isShelved;
        status.history.push_back(change);
        ++status.changes;
        if (isShelved) return;
        feeds::Card card;
        card.severity = severity;
        card.state = AlarmState::unacked;
        status.alarms.cards.push_back(card);
    }
    void acknowledge() {
        for (auto& card : status.alarms.cards)
            card.state = AlarmState::acked;
    }
    std::optional<Tone> after(int passed) {
        now += seconds(passed);
        return tones.next(status, now);
    }
};

} // namespace

TEST_CASE("a warning is heard once, what is critical until somebody acknowledges it") {
    Room room;
    CHECK(!room.after(0));
    room.comes(Severity::warning);
    CHECK(room.after(1) == Tone::warning);
    CHECK(!room.after(1));
    CHECK(!room.after(60));
    room.comes(Severity::critical);
    CHECK(room.after(1) == Tone::critical);
    CHECK(!room.after(19));
    CHECK(room.after(1) == Tone::critical);
    room.acknowledge();
    CHECK(!room.after(60));
}

TEST_CASE("sounds are five seconds apart, and in a flood a minute") {
    Room room;
    room.comes(Severity::warning);
    CHECK(!room.after(0)); // it was before: a warning is no more heard then
    room.comes(Severity::warning);
    CHECK(room.after(1) == Tone::warning);
    room.comes(Severity::critical);
    CHECK(!room.after(4)); // put off, not lost
    CHECK(room.after(1) == Tone::critical);
    room.status.alarms.isFlood = true;
    room.comes(Severity::critical);
    CHECK(!room.after(59));
    CHECK(room.after(1) == Tone::critical);
}

TEST_CASE("what is critical when a wall begins is heard, and a shelved card is not") {
    Room room;
    room.comes(Severity::critical);
    CHECK(room.after(0) == Tone::critical);
    room.acknowledge();
    room.comes(Severity::critical, true);
    CHECK(!room.after(60));
}

TEST_CASE("a lost feed has a sound of its own") {
    Room room;
    room.comes(Severity::critical);
    room.status.alarms.verdict = feeds::Verdict::blind;
    CHECK(room.after(0) == Tone::blind);
}

TEST_CASE("muted is silent for a minute, and no acknowledgement") {
    Room room;
    room.comes(Severity::critical);
    CHECK(room.after(0) == Tone::critical);
    room.tones.mute(room.now);
    CHECK(!room.after(59));
    CHECK(room.after(1) == Tone::critical);
}

TEST_CASE("tones are played by what the system has, and what fails is told") {
    const tests::TemporaryFolder folder;
    const QByteArray before = qgetenv("PATH");
    qputenv("PATH", QByteArray::fromStdString(folder.path().string()));
    const auto none = app::AlarmSound::open();
    REQUIRE(!none);
    CHECK(none.error() == "--sound: found no player; expected one of pw-play, paplay, aplay");

    const auto player = folder.path() / "paplay";
    const auto played = (folder.path() / "played").string();
    const auto write = [&](const std::string& body) {
        std::ofstream(player) << "#!/bin/sh\n" << body << "\n";
        fs::permissions(player, fs::perms::owner_all);
    };
    write("/bin/cp \"$1\" " + played + ".part && /bin/mv " + played + ".part " + played);
    auto sound = app::AlarmSound::open();
    qputenv("PATH", before);
    REQUIRE(sound);
    Room room;
    room.comes(Severity::critical);
    sound.value()->take(room.status, room.now);
    REQUIRE(QTest::qWaitFor([&] { return fs::exists(played); }, 30'000));
    std::ifstream file(played, std::ios::binary);
    CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == app::waveOf(Tone::critical));
    CHECK(sound.value()->problem().empty());

    write("exit 3");
    CHECK(QTest::qWaitFor(
        [&] {
            room.now += seconds(30);
            sound.value()->take(room.status, room.now);
            return sound.value()->problem().find("it ended with 3") != std::string::npos;
        },
        30'000));
}

TEST_CASE("a tone is a WAV file of its length") {
    for (const auto tone : {Tone::warning, Tone::critical, Tone::blind}) {
        const auto wave = app::waveOf(tone);
        CHECK(wave.substr(0, 4) == "RIFF");
        CHECK(wave.substr(8, 8) == "WAVEfmt ");
        const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(wave[at]); };
        const auto size = byte(40) | byte(41) << 8U | byte(42) << 16U | byte(43) << 24U;
        CHECK(static_cast<std::size_t>(size) + 44 == wave.size());
    }
    CHECK(app::waveOf(Tone::critical).size() > app::waveOf(Tone::blind).size());
}
