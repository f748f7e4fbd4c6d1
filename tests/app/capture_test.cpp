// SPDX-License-Identifier: GPL-3.0-or-later
// surgescope-capture as a user runs it: recording a publisher, and publishing a recording.
#include "feeds/capture/message_stream.h"
#include "feeds/capture/recorder.h"
#include "feeds/capture/recording.h"
#include "feeds/capture/recording_writer.h"
#include "feeds/desk/said.h"
#include "feeds/source/zmq_source.h"
#include "feeds/transport/publishing_socket.h"
#include "feeds/wire/encode.h"
#include "feeds/wire/fields.h"
#include "feeds/wire/limits.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/process.h"
#include "tests/support/recorded_launch.h"
#include "tests/support/simulated_launch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wait.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

using Messages = std::vector<std::pair<std::string, std::string>>;

/// surgescope-capture with what it says on standard error among what it says on standard output.
std::vector<std::string> capture(const std::vector<std::string>& options) {
    std::vector<std::string> words{"/bin/sh", "-c", "exec \"$0\" \"$@\" 2>&1",
                                   std::string(SURGESCOPE_PROGRAMS) + "/surgescope-capture"};
    words.insert(words.end(), options.begin(), options.end());
    return words;
}

std::string nextLine(Process& process) {
    return process.readLine(std::chrono::steady_clock::now() + seconds(30)).value_or("(nothing)");
}

std::string rest(Process& process) {
    std::string text;
    while (const auto line = process.readLine(std::chrono::steady_clock::now() + seconds(30)))
        text += *line + "\n";
    return text;
}

/// What the file holds of what was received, finished or not.
Messages receivedIn(const std::string& path) {
    Messages messages;
    auto reader = McapReader::open(path);
    if (!reader) return messages;
    MessageStream stream(*reader.value(), [](const mcap::Channel& channel) {
        return recording::originOf(channel.topic) == recording::Origin::received;
    });
    while (const auto* message = stream.next())
        messages.emplace_back(message->topic, message->payload);
    return messages;
}

/// Some seconds of a launch, as they go over the wire.
Messages launch(int length) {
    SimulatedLaunch simulated("triple-drop", 20);
    Messages messages;
    for (int i = 0; i < length; ++i)
        for (auto& wire : simulated.second())
            messages.emplace_back(std::move(wire.topic), std::move(wire.payload));
    return messages;
}

/// Runs until its own end; the exit status and what it said.
std::pair<int, std::string> run(const std::vector<std::string>& options) {
    Process process(capture(options));
    auto said = rest(process);
    return {process.wait(), std::move(said)};
}

/// Records `messages` off a publisher and ends that as Ctrl+C does.
void record(const Messages& messages, const std::string& path) {
    auto publisher = PublishingSocket::open({.bind = {"tcp://127.0.0.1:*"}, .waits = true});
    REQUIRE(publisher);
    const auto endpoint = publisher.value()->boundEndpoints()[0];
    Process recorder(capture({"record", endpoint, "-o", path}));
    CHECK(nextLine(recorder) == "surgescope-capture: records " + endpoint);
    constexpr int kTopicClasses = 5; // that it subscribes to, each by itself
    REQUIRE(eventually([&] { return publisher.value()->subscriptions(milliseconds(20)) == kTopicClasses; }));
    for (const auto& [topic, payload] : messages)
        REQUIRE(publisher.value()->send(topic, payload));
    REQUIRE(eventually([&] {
        std::this_thread::yield();
        return receivedIn(path).size() == messages.size();
    }));
    CHECK(recorder.interrupt() == 0);
    const auto said = rest(recorder);
    CHECK_THAT(said, containsText(path + ": " + std::to_string(messages.size()) + " messages"));
    CHECK_THAT(said, containsText("in 1 file, 0 dropped"));
}

} // namespace

TEST_CASE("a recording whose reports nobody takes is not called sound", "[capture]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "mad.mcap").string();
    const SystemClock clock;
    {
        auto recorder = Recorder::open({.path = path}, clock);
        REQUIRE(recorder);
        Encoder encoder;
        for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
            auto report =
                popReport({.second = kStart + static_cast<std::int64_t>(sequence), .sequence = sequence});
            report.totals[Counter::requests] = limits::kCountOfNode * 1'000'000; // of one node, in a second
            recorder.value()->received("pop/LHR", encoder.encode(report), clock.wall());
        }
        Roster known = roster({});
        recorder.value()->received("roster/LHR", encoder.encode(known), clock.wall());
        recorder.value()->stop();
    }
    const auto [status, said] = run({"verify", path});
    INFO(said);
    CHECK(status == 1);
    CHECK_THAT(said, containsText("every reader refuses 3 of "));
    CHECK(said.find("verdict      sound") == std::string::npos);
}

TEST_CASE("a publisher is recorded until Ctrl+C, and the file is sound", "[capture]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "launch.mcap").string();
    const auto messages = launch(12);
    record(messages, path);
    CHECK((receivedIn(path) == messages));
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    CHECK(reader.value()->indexed()); // it was closed
    CHECK_THAT(reader.value()->header().library, containsText("surgescope-capture"));

    const auto [status, said] = run({"verify", path});
    INFO(said);
    CHECK(status == 0);
    // The same file with a byte turned is not sound, and verify says so.
    std::filesystem::copy_file(path, path + ".damaged");
    {
        const auto& part = reader.value()->parts()[0];
        std::FILE* file = std::fopen((path + ".damaged").c_str(), "r+b");
        REQUIRE(file != nullptr);
        std::fseek(file, static_cast<long>(part.offset + part.length - 5), SEEK_SET);
        const int byte = std::fgetc(file);
        std::fseek(file, -1, SEEK_CUR);
        std::fputc(byte ^ 0x10, file);
        std::fclose(file);
    }
    CHECK(run({"verify", path + ".damaged"}).first == 1);
    // Nor is a table made of it complete.
    CHECK(run({"csv", path, "--by", "world", "-o", path + ".csv"}).first == 0);
    const auto [tableStatus, tableSaid] =
        run({"csv", path + ".damaged", "--by", "world", "-o", path + ".csv"});
    CHECK(tableStatus != 0);
    CHECK_THAT(tableSaid, containsText("byte " + std::to_string(reader.value()->parts()[0].offset) + ": "));
}

TEST_CASE("a recording is published again, the same bytes in the same order, and marked", "[capture]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "launch.mcap").string();
    const auto messages = launch(12);
    record(messages, path);

    Process replay(capture({"replay", path, "--bind", "tcp://127.0.0.1:*", "--as-fast-as-possible"}));
    const std::string says = "surgescope-capture: publishes at ";
    const auto line = nextLine(replay);
    REQUIRE(line.starts_with(says + "tcp://127.0.0.1:"));
    auto source = ZmqSource::open({.connect = {line.substr(says.size())}});
    REQUIRE(source);
    source.value()->subscribe("");
    Messages came;
    REQUIRE(eventually([&] {
        const auto received = source.value()->receive(milliseconds(20));
        if (const auto* message = std::get_if<RawMessage>(&received))
            came.emplace_back(message->topic, message->payload);
        return came.size() == messages.size();
    }));
    REQUIRE(came.size() == messages.size());
    for (std::size_t i = 0; i < came.size(); ++i) {
        CHECK(came[i].first == messages[i].first);
        Fields now(came[i].second);
        Fields then(messages[i].second);
        REQUIRE((now.next() && then.next()));
        CHECK(now.text.starts_with(then.text)); // the header, and the marks behind it
        CHECK(now.text.size() == then.text.size() + 20);
        CHECK(now.rest() == then.rest());
    }
    CHECK(rest(replay) == std::to_string(messages.size()) + " messages sent\n");
    CHECK(replay.wait() == 0);
}

TEST_CASE("rules are explained, and what differs from those built in is told", "[capture]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "mine.toml").string();
    std::ofstream(path) << "version = 1\n[[rule]]\nid = 'pops/silent'\nwarning = ['>20s', '3s', 0]\n"
                           "[[rule]]\nid = 'security/people'\noff = true\n"
                           "[[rule]]\nid = 'mine/errors'\neach = 'world'\nvalue = 'error_ratio'\n"
                           "warning = ['>1%', '0.5%', 10]\ndo = 'look'\n";
    const auto [status, said] = run({"rules", path});
    CHECK(status == 0);
    CHECK_THAT(said, containsText("pops/silent, changed"));
    CHECK_THAT(said, containsText("mine/errors, added"));
    CHECK_THAT(said, containsText("pops/load, built in"));
    CHECK_THAT(said, containsText("security/people, removed"));
    const auto json = nlohmann::json::parse(run({"rules", path, "--format", "json"}).second);
    CHECK(json["rules"].size() == 15); // one less and one more
    CHECK(json["removed"] == nlohmann::json{"security/people"});
    const auto silent =
        std::ranges::find_if(json["rules"], [](const auto& r) { return r["id"] == "pops/silent"; });
    REQUIRE(silent != json["rules"].end());
    CHECK_THAT((*silent)["explanation"].get<std::string>(), containsText("above 20 s"));
    CHECK_THAT((*silent)["built_in"].get<std::string>(), containsText("above 10 s"));

    std::ofstream(path)
        << "version = 1\n[[rule]]\nid = 'pops/silent'\nwarning = ['>20kg', '3s', 0]\nhold = 3\n";
    const auto [refused, mistakes] = run({"rules", path});
    CHECK(refused == 1);
    CHECK_THAT(mistakes, containsText(path + ":4: "));
    CHECK_THAT(mistakes, containsText(path + ":5: "));
    CHECK(run({"rules", path + ".none"}).first == 2);
    CHECK(run({"judge", path, "--rules", path}).first == 2);
}

TEST_CASE("the log tells what happened and was told, and what was noted afterwards", "[capture]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "night.mcap").string();
    const auto at = feedSecond(1'795'000'000);
    {
        auto made = RecordingWriter::create(path, "test");
        REQUIRE(made);
        auto& writer = *made.value();
        std::uint64_t logTime = recording::nanoseconds(at);
        const auto write = [&](std::string_view topic, std::string_view payload) {
            REQUIRE(!writer.write(++logTime, topic, payload));
        };
        Encoder encoder;
        Event event{.kind = EventKind::release, .text = "album, live"};
        event.header = {
            .publisher = "test", .session = 1, .sequence = 1, .intervalEnd = at, .sent = WallTime(at)};
        write("event", encoder.encode(event));
        Transition change{.second = at + seconds(60), .card = 3, .rule = "pops/silent"};
        change.change = Change::acknowledged;
        change.severity = Severity::critical;
        change.text = "8 PoPs silent: FRA";
        change.by = "Ann";
        change.note = "NOC knows";
        write(said::kChange, said::bytesOf(change));
        write(said::kNote, said::bytesOf(Note{.id = 5,
                                              .from = at + seconds(30),
                                              .to = at + seconds(40),
                                              .by = "Bob",
                                              .text = "p95 rises"}));
        write(said::kNote, "rubbish");
        REQUIRE(!writer.close());
    }
    Notes later;
    REQUIRE(!later.take({.id = 6,
                         .from = at + seconds(90),
                         .to = at + seconds(90),
                         .by = "Cleo",
                         .text = "it was the switch"}));
    std::ofstream(said::notesPath(path)) << said::linesOf(later);

    const auto [status, text] = run({"log", path});
    CHECK(status == 1); // for the rubbish
    CHECK_THAT(text, containsText("release album, live"));
    CHECK_THAT(text,
               containsText("#3 pops/silent critical acknowledged: 8 PoPs silent: FRA, by Ann: NOC knows"));
    CHECK_THAT(text, containsText("p95 rises (until "));
    CHECK_THAT(text, containsText("1 recorded alarms and notes cannot be read"));
    CHECK(text.find("p95 rises") < text.find("8 PoPs silent"));
    CHECK(text.find("8 PoPs silent") < text.find("it was the switch, by Cleo"));

    const auto csv = run({"log", path, "--format", "csv"}).second;
    CHECK_THAT(csv, containsText("\"album, live\""));
    CHECK_THAT(
        csv, containsText(
                 ",alarm,3,pops/silent,critical,acknowledged,\"8 PoPs silent: FRA\",\"Ann\",\"NOC knows\""));
    const auto whole = run({"log", path, "--format", "json"}).second;
    const auto json =
        nlohmann::json::parse(whole.substr(whole.find("{\n"), whole.rfind("}\n") + 1 - whole.find("{\n")));
    CHECK(json["log"].size() == 4);
    CHECK_THAT(whole, containsText("\"change\": \"acknowledged\""));
    CHECK(run({"log", path + ".none"}).first == 2);
}

TEST_CASE("a recording is judged by two sets of rules, alike each time", "[capture]") {
    const RecordedLaunch launch("regional-failure", 60 + 120 + 45, 2'000,
                                false); // fails two minutes after T-0
    const auto later = (launch.folder.path() / "later.toml").string();
    const auto none = (launch.folder.path() / "none.toml").string();
    std::ofstream(later) << "version = 1\n[[rule]]\nid = 'pops/silent'\nwarning = ['>20s', '3s', 0]\n";
    std::ofstream(none) << "version = 1\n";
    const std::vector<std::string> two{"judge", launch.path, "--rules", none, "--rules", later};
    const auto [status, said] = run(two);
    INFO(said);
    CHECK(status == 0);
    CHECK_THAT(said, containsText("critical pops/silent, Europe"));
    CHECK_THAT(said, containsText("of 8: "));
    CHECK_THAT(said, containsText("pops/silent, Europe: 0:00:10 later\n"));
    CHECK_THAT(said, containsText("the same\n"));
    CHECK(run(two).second == said);

    auto asJson = two;
    asJson.insert(asJson.end(), {"--format", "json"});
    const auto json = nlohmann::json::parse(run(asJson).second);
    REQUIRE(json["judgements"].size() == 2);
    REQUIRE(json["differences"].size() == 1);
    CHECK(json["differences"][0]["fires_later_s"] == 10);
    CHECK(json["release_at"] == "2026-11-27T17:00:00Z");
    const auto& cards = json["judgements"][0]["cards"];
    CHECK(cards[json["differences"][0]["a"].get<std::size_t>()]["members"].size() == 8);

    const auto csv = run({"judge", launch.path, "--format", "csv"}).second;
    CHECK(csv.starts_with("rules,rule,group,severity,fired [UTC],"));
    CHECK(static_cast<std::size_t>(std::ranges::count(csv, '\n')) == cards.size() + 1);
    CHECK(run({"judge", launch.path, "--release-at", "soon"}).first == 2);
    CHECK_THAT(run({"judge", launch.path, "--baseline", launch.path}).second,
               containsText("\nbeneath " + launch.path + "\n"));
    CHECK(run({"judge", launch.path, "--baseline", none}).first == 2);
    CHECK(run({"judge", launch.path, "--rules", none, "--rules", none, "--rules", none}).first == 2);
}
