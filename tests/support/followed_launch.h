// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/pipeline/rehearsal.h"
#include "feeds/pipeline/session.h"
#include "feeds/sim/scenario_file.h"
#include "feeds/source/zmq_source.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wait.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace surgescope::tests {

using namespace feeds; // of nearly everything here

/// A simulated launch in fast motion, followed live with a flight recorder.
struct FollowedLaunch {
    TemporaryFolder folder;
    SystemClock clock;
    std::shared_ptr<ZmqContext> context = std::make_shared<ZmqContext>();
    std::unique_ptr<Rehearsal> rehearsal;
    std::unique_ptr<Session> session;
    std::jthread feed;
    std::shared_ptr<const Frame> frame;
    Timeline timeline;
    std::vector<Notice> notices; // all so far

    std::shared_ptr<const LiveStatus> status;

    explicit FollowedLaunch(bool flight = true, const std::string& rulesFile = {},
                            const Desk::Line& line = {}) {
        Rehearsal::Options options;
        options.scenario = *sim::findScenario("triple-drop");
        options.nodes = 400;
        options.speed = 10;
        options.publisher = {
            .name = "simulator", .bind = {"inproc://rehearsal"}, .lossless = true, .context = context};
        auto opened = Rehearsal::open(options, PopCatalogue::builtIn(), clock);
        REQUIRE(opened);
        rehearsal = std::move(opened.value());
        follow(flight, rulesFile, line);
        feed = std::jthread([this](const std::stop_token& stop) { rehearsal->run(stop); });
    }
    void follow(bool flight = true, const std::string& rulesFile = {}, const Desk::Line& line = {}) {
        session = open(line, flight ? "flight" : "", rulesFile);
    }
    /// A session more; its ring is in this folder.
    std::unique_ptr<Session> open(const Desk::Line& line, const std::string& ring = {},
                                  const std::string& rulesFile = {}) {
        auto source =
            ZmqSource::open({.connect = {"inproc://rehearsal"}, .publishersWait = true, .context = context});
        REQUIRE(source);
        Session::Options asked;
        asked.recordingsFolder = (folder.path() / "recordings").string();
        asked.frameEvery = std::chrono::milliseconds(20);
        asked.rulesFile = rulesFile;
        asked.desk = line;
        asked.desk.context = context;
        if (!ring.empty()) asked.flight = {.folder = (folder.path() / ring).string()};
        auto live = Session::live(std::move(source.value()), PopCatalogue::builtIn(), clock, asked);
        if (!live) FAIL(live.error());
        return std::move(live.value());
    }
    void look() {
        if (auto next = session->takeFrame()) frame = std::move(next);
        if (auto now = session->takeStatus()) status = std::move(now);
        timeline = session->timeline();
        for (auto& notice : session->takeNotices())
            notices.push_back(std::move(notice));
    }
    bool wasTold(const std::string& part, bool asFailure) const {
        return std::ranges::any_of(notices, [&](const Notice& notice) {
            return notice.isFailure == asFailure && notice.text.find(part) != std::string::npos;
        });
    }
    /// What the window does thirty times a second, until `isSo`.
    template <class IsSo> bool until(IsSo isSo) {
        return eventually([&] {
            look();
            if (isSo()) return true;
            std::this_thread::yield();
            return false;
        });
    }
    bool untilLength(std::chrono::seconds length) {
        return until([&] { return frame && timeline.end - timeline.begin >= length; });
    }
    Timeline::Time shown() const { return Timeline::Time(frame->settled->time_since_epoch()); }
    std::vector<std::string> recordings() const {
        std::vector<std::string> paths;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "recordings"))
            paths.push_back(entry.path().string());
        return paths;
    }
};

} // namespace surgescope::tests
