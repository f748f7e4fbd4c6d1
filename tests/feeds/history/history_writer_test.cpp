// SPDX-License-Identifier: GPL-3.0-or-later
// What a writer of history does when its store does not do as it should.
#include "feeds/history/history_writer.h"
#include "feeds/history/write_recording.h"

#include "tests/support/catch.h"
#include "tests/support/history_store.h"
#include "tests/support/http_responder.h"

#include <memory>
#include <string>
#include <sys/mount.h>
#include <vector>

using namespace surgescope;
using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

std::string answerOf(const std::string& status, const std::string& body = {}) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

struct OddStore {
    explicit OddStore(const std::string& answer) : responder(answer) {}
    std::unique_ptr<HistoryWriter> open(HistoryWriter::Options options = {}) {
        options.store.url = "http://127.0.0.1:" + std::to_string(responder.port()) + "/api/v1/write";
        options.store.form = HistogramForm::classic;
        options.store.http.timeout = std::chrono::milliseconds(300);
        options.farewell = std::chrono::milliseconds(300);
        if (options.queueFolder.empty()) options.queueFolder = (folder.path() / "queue").string();
        auto opened = HistoryWriter::open(std::move(options), PopCatalogue::builtIn(), clock);
        if (!opened) FAIL(opened.error());
        return std::move(opened.value());
    }
    /// Of so many slots, one of which is over only when the writer ends.
    void report(HistoryWriter& writer, int slots) {
        for (int i = 0; i < slots; ++i) {
            second += std::chrono::seconds(10);
            writer.add(someReport("LHR", second, ++seed), 3);
        }
    }
    bool eventuallyTells(HistoryWriter& writer, const std::function<bool(const HistoryStatus&)>& holds) {
        return eventually([&] {
            if (holds(writer.status())) return true;
            ::poll(nullptr, 0, 20);
            return false;
        });
    }

    TemporaryFolder folder;
    HttpResponder responder;
    SystemClock clock;
    FeedSecond second = someSlot();
    unsigned seed = 0;
};

} // namespace

TEST_CASE("a store that answers 500 gets it again, and what waits outlives the writer", "[history]") {
    OddStore store(answerOf("500 Internal Server Error", "the head is not ready\n"));
    auto writer = store.open();
    store.report(*writer, 4);
    REQUIRE(store.eventuallyTells(*writer, [](const auto& s) { return s.waiting == 3; }));
    CHECK(writer->status().trouble == "HTTP 500: the head is not ready");
    CHECK(writer->status().points == 0);
    writer->stop();
    CHECK(writer->status().waiting == 4);
    writer.reset();

    store.responder.setAnswer(answerOf("204 No Content"));
    writer = store.open();
    REQUIRE(store.eventuallyTells(*writer, [](const auto& s) { return s.points == 4; }));
    CHECK(writer->status().waiting == 0);
    CHECK(writer->status().lost == 0);
    CHECK(writer->status().trouble == "");
}

TEST_CASE("a store that never answers is away, and nobody waits for it", "[history]") {
    OddStore store("");
    auto writer = store.open();
    const auto begin = store.clock.steady();
    store.report(*writer, 4);
    CHECK(secondsBetween(begin, store.clock.steady()) < 0.1);
    REQUIRE(store.eventuallyTells(*writer, [](const auto& s) { return s.waiting == 3; }));
    CHECK(writer->status().trouble.find("imed out") != std::string::npos);
    const auto stopping = store.clock.steady();
    writer->stop();
    CHECK(secondsBetween(stopping, store.clock.steady()) < 2);
    CHECK(writer->status().waiting == 4);
}

TEST_CASE("who writes a recording is told why the store is away", "[history]") {
    OddStore store(answerOf("500 Internal Server Error", "full"));
    std::vector<std::string> told;
    const auto written = writeRecording(
        SURGESCOPE_SOURCE_DIR "/tests/data/captures/mcap/surgescope_1.mcap", PopCatalogue::builtIn(),
        {.store = {.url = "http://127.0.0.1:" + std::to_string(store.responder.port()) + "/api/v1/write",
                   .form = HistogramForm::classic},
         .goesOn = [&](double) { return told.empty(); },
         .away = [&](const std::string& why) { told.push_back(why); }});
    REQUIRE(written);
    CHECK_FALSE(written->isWhole);
    CHECK(told == std::vector<std::string>{"HTTP 500: full"});
}

TEST_CASE("what a store refuses is counted, told in its words and not repeated", "[history]") {
    OddStore store(answerOf("400 Bad Request", "out of order sample\n"));
    auto writer = store.open();
    store.report(*writer, 3);
    REQUIRE(store.eventuallyTells(*writer, [](const auto& s) { return s.refusedSamples > 0; }));
    writer->stop();
    const auto status = writer->status();
    CHECK(status.lastRefusal == "HTTP 400: out of order sample");
    CHECK(status.waiting == 0);
    CHECK(status.points == 0);
    CHECK(status.trouble == "");
    CHECK(store.responder.requests() == 3);
}

TEST_CASE("a wrong URL and wrong credentials are told before there is anything to write, and lose nothing",
          "[history]") {
    OddStore store(answerOf("404 Not Found", "404 page not found\n"));
    const auto url = "http://127.0.0.1:" + std::to_string(store.responder.port()) + "/wrong";
    auto opened =
        HistoryWriter::open({.store = {.url = url}, .queueFolder = (store.folder.path() / "q").string()},
                            PopCatalogue::builtIn(), store.clock);
    REQUIRE(opened);
    REQUIRE(store.eventuallyTells(*opened.value(),
                                  [](const auto& s) { return s.trouble == "HTTP 404: 404 page not found"; }));
    store.report(*opened.value(), 3);
    REQUIRE(store.eventuallyTells(*opened.value(), [](const auto& s) { return s.waiting == 2; }));
    store.responder.setAnswer(answerOf("401 Unauthorized", "who are you?"));
    REQUIRE(store.eventuallyTells(*opened.value(),
                                  [](const auto& s) { return s.trouble == "HTTP 401: who are you?"; }));
    CHECK(opened.value()->status().lost == 0);
    CHECK(opened.value()->status().refusedSamples == 0);
}

TEST_CASE("what is no URL, and credentials that are not there, are refused by name", "[history]") {
    SystemClock clock;
    TemporaryFolder folder;
    const auto refusalOf = [&](RemoteStore::Options store) {
        const auto opened = HistoryWriter::open(
            {.store = std::move(store), .queueFolder = (folder.path() / "queue").string()},
            PopCatalogue::builtIn(), clock);
        return opened ? std::string() : opened.error();
    };
    CHECK(refusalOf({.url = "store:8428"}).find("'store:8428' is no URL") == 0);
    CHECK(refusalOf({.url = "ftp://store/"}).find("'ftp://store/' is no URL") == 0);
    CHECK(refusalOf({.url = "http://me:secret@store/"}) != "");
    CHECK(refusalOf({.url = "http://store/", .query = "store"}).find("'store' is no URL") == 0);
    const auto absent = (folder.path() / "absent").string();
    CHECK(refusalOf({.url = "http://store/", .http = {.bearerFile = absent}}).find(absent) !=
          std::string::npos);
    CHECK(refusalOf({.url = "http://store/", .http = {.userFile = absent}}).find(absent) !=
          std::string::npos);
}

TEST_CASE("two writers do not queue in one folder", "[history]") {
    OddStore store(answerOf("204 No Content"));
    auto writer = store.open();
    const auto second = HistoryWriter::open(
        {.store = {.url = "http://store/"}, .queueFolder = (store.folder.path() / "queue").string()},
        PopCatalogue::builtIn(), store.clock);
    REQUIRE(!second);
    CHECK(second.error().find("another process") != std::string::npos);
}

TEST_CASE("credentials are sent as their files say now", "[history]") {
    OddStore store(answerOf("204 No Content"));
    const auto token = store.folder.path() / "token";
    std::ofstream(token) << "first\n";
    HistoryWriter::Options options;
    options.store.http.bearerFile = token.string();
    auto writer = store.open(options);
    store.report(*writer, 2);
    REQUIRE(store.eventuallyTells(*writer, [](const auto& s) { return s.points == 1; }));
    CHECK(store.responder.lastRequest().find("Authorization: Bearer first\r\n") != std::string::npos);
    CHECK(store.responder.lastRequest().find("Content-Encoding: snappy\r\n") != std::string::npos);
    std::ofstream(token) << "second\n";
    writer->stop();
    CHECK(writer->status().points == 2);
    CHECK(store.responder.lastRequest().find("Authorization: Bearer second\r\n") != std::string::npos);

    std::ofstream(token) << "me:secret\n";
    options.store.http = {.userFile = token.string()};
    writer.reset();
    writer = store.open(options);
    store.report(*writer, 1);
    writer->stop();
    CHECK(store.responder.lastRequest().find("Authorization: Basic bWU6c2VjcmV0\r\n") != std::string::npos);
}

TEST_CASE("of what there is no room for the oldest is given up, and counted", "[history]") {
    OddStore store(answerOf("503 Service Unavailable", "no"));
    HistoryWriter::Options options;
    options.queueBytes = 6'000; // for two, or three
    auto writer = store.open(options);
    store.report(*writer, 11);
    REQUIRE(store.eventuallyTells(*writer, [](const auto& s) { return s.waiting + s.lost == 10; }));
    const auto status = writer->status();
    CHECK(status.lost >= 5);
    CHECK(status.waiting >= 2);
    CHECK(status.waitingBytes <= options.queueBytes);
    store.responder.setAnswer(answerOf("204 No Content"));
    writer->stop();
    CHECK(writer->status().points + writer->status().lost == 11);
}

TEST_CASE("a full disk is told, and what is lost by it counted", "[history]") {
    OddStore store(answerOf("500 Internal Server Error"));
    const auto disk = store.folder.path() / "disk";
    std::filesystem::create_directory(disk);
    if (::mount("none", disk.c_str(), "tmpfs", 0, "size=16k") != 0) {
        WARN("skipped: no file system can be mounted here");
        std::cout << "surgescope: skipped, no file system can be mounted here\n";
        return;
    }
    {
        HistoryWriter::Options options;
        options.queueFolder = disk / "queue";
        auto writer = store.open(options);
        store.report(*writer, 12);
        CHECK(store.eventuallyTells(*writer, [](const auto& s) { return s.waiting + s.lost == 11; }));
        const auto status = writer->status();
        CHECK(status.lost > 0);
        CHECK(status.diskTrouble.find("No space left") != std::string::npos);
        // A store that is there needs no disk.
        store.responder.setAnswer(answerOf("204 No Content"));
        CHECK(store.eventuallyTells(*writer, [](const auto& s) { return s.waiting == 0; }));
        writer->stop();
        CHECK(writer->status().points + writer->status().lost == 12);
        CHECK(writer->status().diskTrouble.empty()); // there is room again
    }
    ::umount(disk.c_str());
}
