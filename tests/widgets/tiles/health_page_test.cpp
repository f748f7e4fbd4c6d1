// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/palette.h"
#include "widgets/tiles/health_items.h"
#include "widgets/tiles/health_page.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <algorithm>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

HealthLine lineOf(const std::vector<HealthLine>& lines, const char16_t* name) {
    const auto found = std::ranges::find(lines, QString::fromUtf16(name), &HealthLine::name);
    return found == lines.end() ? HealthLine{} : *found;
}

} // namespace

TEST_CASE("the health page tells losses, refusals, recorder and window, and colours trouble alone") {
    const auto frame = tests::sampleFrame();
    feeds::Timeline::Recording recording;
    recording.state = feeds::Timeline::Recording::State::recording;
    recording.bytes = 1'200'000'000;
    const auto lines = healthLines(frame->health, recording, {{120, 2.1, 8.4, 21}, 2, 174});
    CHECK(lineOf(lines, u"lost, by sequence").value == QStringLiteral("7"));
    CHECK(lineOf(lines, u"lost, by sequence").colour == colours().elevated);
    CHECK_FALSE(lineOf(lines, u"received twice").colour.isValid());
    CHECK(lineOf(lines, u"malformed").value == QStringLiteral("12"));
    CHECK(lineOf(lines, u"recording").value == QStringLiteral("1.2 GB"));
    CHECK_FALSE(lineOf(lines, u"dropped").colour.isValid());
    CHECK(lineOf(lines, u"repaints").value == QStringLiteral("60.0 /s"));
    CHECK(lineOf(lines, u"each, p95").value == QStringLiteral("8.4 ms"));
    CHECK(lineOf(lines, u"memory of the program").value == QStringLiteral("174 MiB"));
}

TEST_CASE("a recorder that failed says why, and what was never measured is left out") {
    feeds::Timeline::Recording recording;
    recording.state = feeds::Timeline::Recording::State::failed;
    recording.reason = "no space left";
    recording.flight = true;
    const auto lines = healthLines({}, recording, {});
    CHECK(lineOf(lines, u"flight recorder").value == QStringLiteral("no space left"));
    CHECK(lineOf(lines, u"flight recorder").colour == colours().overload);
    CHECK(lineOf(lines, u"newest report").value == QStringLiteral("none yet"));
    CHECK(lineOf(lines, u"repaints").name.isEmpty());
    CHECK(lineOf(healthLines({}, {}, {}), u"nothing is recorded").group == QStringLiteral("Recorder"));
}

TEST_CASE("the health page tells what connections came to and how old a picture is") {
    auto health = tests::sampleFrame()->health;
    health.endpoints = {{"tcp://0.0.0.0:5556", true, 960, 12, 0, {{"connections refused: full", 2}}, true}};
    health.endpoints[0].silent = 7;
    WindowHealth window{{}, 1, 100, {600, 41, 83.4}, {}};
    auto lines = healthLines(health, {}, window);
    CHECK(lineOf(lines, u"bound to tcp://0.0.0.0:5556").value == QStringLiteral("960 peers, full"));
    CHECK(lineOf(lines, u"connections that ended before they said who they are").value ==
          QStringLiteral("7"));
    CHECK(lineOf(lines, u"bound to tcp://0.0.0.0:5556").colour == colours().overload);
    CHECK(lineOf(lines, u"connections refused: full").value == QStringLiteral("2"));
    CHECK(lineOf(lines, u"connections that ended").value == QStringLiteral("12"));
    CHECK(lineOf(lines, u"report to picture, median").value == QStringLiteral("41 ms"));
    CHECK(lineOf(lines, u"report to picture, p99").value == QStringLiteral("83 ms"));
    window.notCounted = QStringLiteral("not counted in a rehearsal");
    lines = healthLines(health, {}, window);
    CHECK(lineOf(lines, u"report to picture").value == QStringLiteral("not counted in a rehearsal"));
    CHECK(lineOf(lines, u"report to picture, p99").name.isEmpty());
}

TEST_CASE("who is wrong is named, the worst first, and the others are counted") {
    auto health = tests::sampleFrame()->health;
    for (int i = 0; i < 30; ++i)
        health.complaints.push_back("clock of LHR/edge-" + std::to_string(i) + " is 60 s ahead: corrected");
    health.complaintCount = 250;
    const auto lines = healthLines(health, {}, {});
    CHECK(lineOf(lines, u"clock of LHR/edge-0 is 60 s ahead: corrected").colour == colours().elevated);
    const auto wrong = std::ranges::count(lines, QStringLiteral("Wrong"), &HealthLine::group);
    CHECK(lineOf(lines, u"and 238 more publishers").group == QStringLiteral("Wrong"));
    CHECK(wrong == 13);
    const auto items = healthItems(health);
    CHECK(std::ranges::any_of(items, [](const HealthItem& item) {
        return item.value == QStringLiteral("clock of LHR/edge-0 is 60 s ahead: corrected (and 249 more)");
    }));
}

TEST_CASE("the health page can be painted at any size") {
    for (const QSize size : {QSize(1, 1), QSize(400, 200), QSize(1800, 700)}) {
        HealthPage page;
        page.resize(size);
        page.setFrame(*tests::sampleFrame());
        CHECK(page.grab().size() == size);
    }
}
