// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/message_stream.h"
#include "feeds/capture/recorder.h"
#include "feeds/capture/recording.h"
#include "feeds/pipeline/feed_step.h"

#include "tests/support/capture_files.h"
#include "tests/support/catch.h"
#include "tests/support/list_source.h"
#include "tests/support/messages.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_clock.h"
#include "tests/support/wait.h"

#include <array>
#include <csignal>
#include <filesystem>
#include <map>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::seconds;

namespace {

struct Fixture {
    TemporaryFolder folder;
    std::string path = (folder.path() / "launch.mcap").string();
    TestClock clock;

    std::unique_ptr<Recorder> open(Recorder::Options options = {}) {
        if (options.path.empty()) options.path = path;
        auto recorder = Recorder::open(options, clock);
        REQUIRE(recorder);
        return std::move(recorder.value());
    }
};

template <class Message> void give(Recorder& recorder, const Clock& clock, const Message& message) {
    Encoder encoder;
    recorder.received(topicOf(message), encoder.encode(message), clock.wall());
}

/// Topic and payload of what was received, in order.
std::vector<std::pair<std::string, std::string>> receivedIn(const std::string& path) {
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    MessageStream stream(*reader.value(), [](const mcap::Channel& channel) {
        return recording::originOf(channel.topic) == recording::Origin::received;
    });
    std::vector<std::pair<std::string, std::string>> messages;
    while (const auto* message = stream.next())
        messages.emplace_back(message->topic, message->payload);
    return messages;
}

/// Waits for the recorder's thread to get somewhere.
template <class Done> bool soon(const Recorder& recorder, Done done) {
    return eventually([&] {
        std::this_thread::yield();
        return done(recorder.status());
    });
}

} // namespace

TEST_CASE("the bytes received are the bytes recorded, in their order", "[recorder]") {
    Fixture f;
    std::vector<std::pair<std::string, std::string>> expected;
    {
        const auto recorder = f.open();
        const auto add = [&](const std::string& topic, const std::string& payload) {
            recorder->received(topic, payload, f.clock.wall());
            expected.emplace_back(topic, payload);
        };
        Encoder encoder;
        for (int i = 0; i < 3; ++i) {
            const ReportOptions o{
                .second = kStart + i, .sequence = static_cast<std::uint64_t>(i + 1), .nodes = 4};
            add("roster/LHR", std::string(encoder.encode(roster(o))));
            add("pop/LHR", std::string(encoder.encode(popReport(o))));
            add("node/LHR", std::string(encoder.encode(nodeColumns(o))));
            add("event", std::string(encoder.encode(Event{header(o), EventKind::note, "hello"})));
            add("global",
                std::string(encoder.encode(Global{header(o), "triple-drop", true, 7'000'000, 5, 1})));
            f.clock.advance(seconds(1));
        }
        // What will be refused is recorded as it came, too.
        add("pop/LHR", "rubbish");
        add("weather", "rain");
        add("pop/CDG", std::string(encoder.encode(popReport({.pop = "LHR"}))));
        add("pop", "");
        recorder->stop();
        CHECK(recorder->status().state == Recorder::State::stopped);
        CHECK(recorder->status().messages == expected.size());
        CHECK(recorder->status().dropped == 0);
    }
    // A topic that is only a class's name has no channel of its own: it is counted.
    expected.pop_back();
    CHECK(receivedIn(f.path) == expected);

    auto reader = McapReader::open(f.path);
    REQUIRE(reader);
    CHECK(reader.value()->indexed());
    CHECK(reader.value()->damage().empty());
    CHECK(reader.value()->header().profile == "surgescope");
    std::map<std::string, mcap::Metadata> metadata;
    for (const auto& named : reader.value()->metadata())
        metadata[named.name] = named.values;
    CHECK(metadata["launch"]["scenario"] == "triple-drop");
    CHECK(metadata["launch"]["release_at_us"] == "7000000");
    CHECK(metadata["surgescope"]["format"] == "1");
    CHECK(metadata["dropped"]["messages"] == "1");
    REQUIRE(reader.value()->attachments().size() == 1);
    CHECK_THAT(reader.value()->read(reader.value()->attachments()[0])->data, containsText("\"pop\":3"));
}

TEST_CASE("times: when it was received, and the end of the interval it is of", "[recorder]") {
    Fixture f;
    const auto recorder = f.open();
    give(*recorder, f.clock, popReport({.second = kStart - 5}));
    recorder->stop();
    auto reader = McapReader::open(f.path);
    REQUIRE(reader);
    const auto messages = readAll(*reader.value());
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].logTime == static_cast<std::uint64_t>(kStart) * 1'000'000'000U);
    CHECK(messages[0].publishTime == static_cast<std::uint64_t>(kStart - 5) * 1'000'000'000U);
}

TEST_CASE("node columns: all, some seconds, or none", "[recorder]") {
    const auto columnsRecorded = [](unsigned every) {
        Fixture f;
        const auto recorder = f.open({.nodeColumnsEvery = every});
        for (int i = 0; i < 10; ++i)
            give(*recorder, f.clock, nodeColumns({.second = kStart + i, .nodes = 2}));
        recorder->stop();
        return receivedIn(f.path).size();
    };
    CHECK(columnsRecorded(1) == 10);
    CHECK(columnsRecorded(5) == 2);
    CHECK(columnsRecorded(0) == 0);
}

TEST_CASE("what is received is logged at its arrival and what is made of it right behind", "[recorder]") {
    Fixture f;
    const auto begin = f.clock.wall();
    {
        const auto recorder = f.open();
        FleetState state(PopCatalogue::builtIn(), 1);
        f.clock.advance(seconds(100)); // the recorder's own clock is not asked
        for (int i = 0; i < 30; ++i) {
            const auto report =
                popReport({.second = kStart + i, .sequence = static_cast<std::uint64_t>(i + 1), .nodes = 4});
            Encoder encoder;
            recorder->received("pop/LHR", encoder.encode(report), begin + seconds(i));
            REQUIRE_FALSE(state.apply(report, {f.clock.steady() + seconds(i), report.header.sent}));
            recorder->settled(state);
        }
        recorder->received("event", "of the same moment", begin + seconds(29));
        recorder->stop();
    }
    auto reader = McapReader::open(f.path);
    REQUIRE(reader);
    const auto nanoseconds = [](WallTime time) {
        return static_cast<std::uint64_t>(std::chrono::nanoseconds(time.time_since_epoch()).count());
    };
    MessageStream stream(*reader.value(), [](const mcap::Channel&) { return true; });
    std::uint64_t reports = 0;
    std::uint64_t made = 0;
    std::uint64_t last = 0;
    while (const auto* message = stream.next()) {
        CHECK(message->logTime > last);
        if (message->topic.starts_with("pop/"))
            CHECK(message->logTime == nanoseconds(begin + seconds(reports++)));
        else
            CHECK(message->logTime - last < 100); // one nanosecond each
        if (message->topic.starts_with("points/")) ++made;
        last = message->logTime;
    }
    CHECK(reports == 30);
    CHECK(made > 0);
}

TEST_CASE("a queue that is full drops and counts, node columns first", "[recorder]") {
    Fixture f;
    const auto recorder = f.open({.queueBytes = 100'000});
    const std::string large(30'000, 'x');
    for (int i = 0; i < 10; ++i)
        recorder->received("node/LHR", large, f.clock.wall());
    const auto nodesDropped = recorder->status().dropped;
    CHECK(nodesDropped >= 7); // unless the thread looked in between
    recorder->received("pop/LHR", "a report", f.clock.wall());
    CHECK(recorder->status().dropped == nodesDropped);
    recorder->stop();
    auto reader = McapReader::open(f.path);
    REQUIRE(reader);
    REQUIRE(!reader.value()->metadata().empty());
    CHECK(reader.value()->metadata().back().name == "dropped");
    CHECK(reader.value()->metadata().back().values.at("messages") == std::to_string(nodesDropped));
    CHECK(receivedIn(f.path).size() == 11 - nodesDropped);
}

TEST_CASE("a new file after some time or bytes, each complete in itself", "[recorder]") {
    Fixture f;
    std::vector<std::string> done;
    Recorder::Options options;
    options.newFileEvery = seconds(10);
    options.fileDone = [&](const std::string& path) { done.push_back(path); };
    const auto recorder = f.open(options);
    give(*recorder, f.clock, roster({.nodes = 3}));
    for (int i = 0; i < 25; ++i) {
        give(*recorder, f.clock,
             popReport({.second = kStart + i, .sequence = static_cast<std::uint64_t>(i + 1)}));
        f.clock.advance(seconds(1));
    }
    recorder->stop();
    const auto second = (f.folder.path() / "launch-2.mcap").string();
    const auto third = (f.folder.path() / "launch-3.mcap").string();
    CHECK(recorder->status().files == 3);
    CHECK(recorder->status().path == third);
    CHECK(done == std::vector<std::string>{f.path, second});
    CHECK(receivedIn(f.path).size() == 11);
    CHECK(receivedIn(second).size() == 10);
    CHECK(receivedIn(third).size() == 5);
    auto reader = McapReader::open(third);
    REQUIRE(reader);
    const auto all = readAll(*reader.value());
    CHECK(std::ranges::count(all, std::string("known/roster"), &StoredMessage::topic) == 1);
}

TEST_CASE("a file that cannot be made is refused in words", "[recorder]") {
    Fixture f;
    const auto recorder =
        Recorder::open({.path = (f.folder.path() / "no" / "folder.mcap").string()}, f.clock);
    REQUIRE(!recorder);
    CHECK_THAT(recorder.error(), containsText("cannot create"));
}

TEST_CASE("a recorder that is started makes file and folder itself, beginning with the rosters known",
          "[recorder]") {
    Fixture f;
    KnownRosters known;
    Encoder encoder;
    known.received("roster/LHR", encoder.encode(roster({.nodes = 3})));
    Recorder::Options options{.path = (f.folder.path() / "new" / "launch.mcap").string()};
    options.rosters = [&] { return known; };
    const auto recorder = Recorder::start(options, f.clock);
    for (int i = 0; i < 3; ++i) // at once: it is not waited for
        give(*recorder, f.clock,
             popReport({.second = kStart + i, .sequence = static_cast<std::uint64_t>(i + 1)}));
    recorder->stop();
    CHECK(recorder->status().state == Recorder::State::stopped);
    CHECK(recorder->status().files == 1);
    CHECK(receivedIn(options.path).size() == 3);
    auto reader = McapReader::open(options.path);
    REQUIRE(reader);
    const auto all = readAll(*reader.value());
    CHECK(std::ranges::count(all, std::string("known/roster"), &StoredMessage::topic) == 1);
}

TEST_CASE("a recorder that is started and cannot make its file says so in its state", "[recorder]") {
    Fixture f;
    const auto recorder = Recorder::start({.path = "/proc/no/such/folder/a.mcap"}, f.clock);
    give(*recorder, f.clock, popReport({}));
    CHECK(soon(*recorder, [](const auto& status) { return status.state == Recorder::State::failed; }));
    CHECK_THAT(recorder->status().reason, containsText("/proc/no/such/folder/a.mcap"));
    CHECK(recorder->status().files == 0);
    CHECK(recorder->beginNewFile(seconds(20))->text == recorder->status().reason);
}

TEST_CASE("a file deleted underneath: the state says so and the feed goes on", "[recorder]") {
    Fixture f;
    const auto recorder = f.open();
    give(*recorder, f.clock, popReport({}));
    std::filesystem::remove(f.path);
    CHECK(soon(*recorder, [](const auto& status) { return status.state == Recorder::State::failed; }));
    CHECK_THAT(recorder->status().reason, containsText("was deleted or replaced"));
    give(*recorder, f.clock, popReport({.sequence = 2}));
    CHECK(recorder->status().queueFill == 0);
    recorder->stop();
    CHECK(recorder->status().state == Recorder::State::failed);
}

TEST_CASE("a full disk: the state says so and what was written stays readable", "[recorder]") {
    Fixture f;
    const pid_t child = ::fork(); // the limit is of a whole process
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{200'000, 200'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        auto recorder = Recorder::open({.path = f.path}, f.clock);
        std::string noise(50'000, ' ');
        std::uint32_t state = 1;
        bool failed = false;
        for (int i = 0; i < 1'000 && !failed; ++i) {
            for (auto& byte : noise)
                byte = static_cast<char>((state = state * 1'664'525U + 1'013'904'223U) >> 24U);
            f.clock.advance(seconds(1));
            recorder.value()->received("node/LHR", noise, f.clock.wall());
            failed = eventually([&] {
                std::this_thread::yield();
                const auto status = recorder.value()->status();
                return status.queueFill == 0 || status.state == Recorder::State::failed;
            });
            failed = recorder.value()->status().state == Recorder::State::failed;
        }
        const auto reason = recorder.value()->status().reason;
        recorder.value().reset(); // joins its thread
        ::_exit(failed && reason.find("cannot write to") != std::string::npos ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    CHECK(receivedIn(f.path).size() >= 2);
}

TEST_CASE("a lost permission: the state says so and the file before it is complete", "[recorder]") {
    Fixture f;
    const auto recordings = f.folder.path() / "recordings";
    std::filesystem::create_directory(recordings);
    f.path = (recordings / "launch.mcap").string();
    std::filesystem::permissions(f.folder.path(), std::filesystem::perms(0755));
    const pid_t child = ::fork(); // who we are is of a whole process
    if (child == 0) {
        Recorder::Options options{.path = f.path, .newFileEvery = seconds(10)};
        bool fileDone = false;
        options.fileDone = [&](const std::string&) { fileDone = true; };
        auto recorder = Recorder::open(options, f.clock);
        give(*recorder.value(), f.clock, popReport({}));
        // Root may write where nobody else may: it becomes somebody else.
        std::filesystem::permissions(recordings, std::filesystem::perms(0555));
        if (::geteuid() == 0 && ::seteuid(65'534) != 0) ::_exit(2);
        f.clock.advance(seconds(10));
        give(*recorder.value(), f.clock,
             popReport({.second = kStart + 10, .sequence = 2})); // takes a new file
        const bool failed = soon(*recorder.value(),
                                 [](const auto& status) { return status.state == Recorder::State::failed; });
        const auto reason = recorder.value()->status().reason;
        give(*recorder.value(), f.clock,
             popReport({.sequence = 3})); // the feed goes on, and nothing piles up
        const bool told = reason.find("cannot create") != std::string::npos &&
                          reason.find("launch-2.mcap': Permission denied") != std::string::npos;
        const bool quiet = recorder.value()->status().queueFill == 0 && !fileDone;
        recorder.value().reset(); // joins its thread
        ::_exit(failed && told && quiet ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    std::filesystem::permissions(recordings, std::filesystem::perms(0755));
    CHECK(receivedIn(f.path).size() == 1);
    auto reader = McapReader::open(f.path);
    REQUIRE(reader);
    CHECK(reader.value()->indexed());
    CHECK(reader.value()->damage().empty());
}

TEST_CASE("kill -9 loses the last second at most", "[recorder]") {
    Fixture f;
    std::array<int, 2> asked{};
    std::array<int, 2> done{};
    REQUIRE((::pipe(asked.data()) == 0 && ::pipe(done.data()) == 0));
    const pid_t child = ::fork();
    if (child == 0) { // records one report each time it is asked to
        const SystemClock clock;
        auto recorder = Recorder::open({.path = f.path}, clock);
        char word = 0;
        for (std::uint64_t i = 1; ::read(asked[0], &word, 1) == 1; ++i) {
            give(*recorder.value(), clock,
                 popReport({.second = kStart + static_cast<std::int64_t>(i), .sequence = i}));
            static_cast<void>(::write(done[1], &word, 1));
        }
        ::_exit(0);
    }
    const SystemClock clock;
    const auto begin = clock.wall();
    WallTime last = begin;
    char word = 'x';
    while (last < begin + std::chrono::milliseconds(2'900)) {
        REQUIRE((::write(asked[1], &word, 1) == 1 && ::read(done[0], &word, 1) == 1));
        last = clock.wall();
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    for (const int descriptor : {asked[0], asked[1], done[0], done[1]})
        ::close(descriptor);
    auto reader = McapReader::open(f.path);
    REQUIRE(reader);
    CHECK(!readAll(*reader.value()).empty());
    std::uint64_t newest = 0;
    for (const auto& part : reader.value()->parts())
        newest = std::max(newest, part.end);
    CHECK(static_cast<std::int64_t>(newest / 1'000) >= last.time_since_epoch().count() - 1'000'000);
}
