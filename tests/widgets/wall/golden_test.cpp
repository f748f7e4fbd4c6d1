// SPDX-License-Identifier: GPL-3.0-or-later
// The wall as a whole, compared with pictures of it in tests/data/golden: a quarter of its width and height,
// to see at a glance what a change does to it. When it looks otherwise on purpose:
//
//     SURGESCOPE_WRITE_GOLDEN=1 .build/release/tests/widgets_tests '[golden]'
//
// writes them anew; look at them before committing. Of a picture that differs, the actual one and the
// difference are left in the temporary folder, and the worst block is named.
#include "widgets/base/palette.h"
#include "widgets/map/map_widget.h"
#include "widgets/timeline/timeline_widget.h"
#include "widgets/wall/wall_window.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"
#include "tests/support/sample_timeline.h"

#include <QDir>
#include <QImage>
#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

constexpr QSize kWall(1920, 1080), kStored(480, 270);
constexpr int kBlock = 10; // stored pixels: 40 of the wall
// Levels of 255 by which a block's mean may be off. Versions of Qt place and smooth glyphs and edges
// otherwise, which a mean hardly notices; a line of a chart that is not there changes it by 4 and more.
constexpr double kTolerance = 2.5;

struct Look {
    const char* name;
    Theme theme;
    const char* timeline;
    std::function<std::shared_ptr<feeds::Frame>(const tests::SampleOptions&)> frame;
    const char* selected = ""; // a PoP
    bool isAlarmed = false;
};

const std::array kLooks{
    Look{"empty", Theme::dark, "empty", [](const auto&) { return tests::emptyFrame(); }},
    Look{"few", Theme::dark, "live", [](const auto&) { return tests::fewNodesFrame(); }},
    Look{"many", Theme::dark, "buffered", tests::sampleFrame, "", true},
    Look{"many-light", Theme::light, "playing", tests::sampleFrame, "", true},
    Look{"selected-high-contrast", Theme::highContrast, "buffered", tests::sampleFrame, "LHR"},
    Look{"stale", Theme::dark, "live", tests::staleFrame},
    Look{"half-covered", Theme::light, "failed", tests::halfCoveredFrame},
};

struct InTheme {
    const Theme before = theme();
    explicit InTheme(Theme now) { setTheme(now); }
    ~InTheme() { setTheme(before); }
};

/// None of these blinks.
std::shared_ptr<feeds::LiveStatus> alarmsOf(const feeds::Frame& frame) {
    auto status = std::make_shared<feeds::LiveStatus>();
    status->alarms.verdict = feeds::Verdict::watch;
    status->alarms.since = *frame.releaseAt + std::chrono::seconds(123);
    const auto add = [&](const char* text, const char* todo, bool isSilence, bool isCritical,
                         std::vector<std::string> members) {
        feeds::Card card;
        card.text = text;
        card.todo = todo;
        card.isSilence = isSilence;
        card.severity = isCritical ? feeds::Severity::critical : feeds::Severity::warning;
        card.state = isCritical ? feeds::AlarmState::acked : feeds::AlarmState::unacked;
        card.by = isCritical ? "anna" : "";
        card.since = *status->alarms.since;
        card.members = std::move(members);
        status->alarms.cards.push_back(card);
    };
    add("3 silent in Latin America: GIG GRU EZE", "Ask the NOC for power and uplink", true, true,
        {"GIG", "GRU", "EZE"});
    add("2 over 90 % in Asia, worst KIX 93 %", "Steer to PoPs below 75 %; see what fills first", false, false,
        {"KIX", "NRT"});
    status->alarms.unacked = status->alarms.acked = 1;
    return status;
}

struct Difference {
    double worst = 0; // of a block's mean, in levels of 255
    QPoint at;        // the block's corner on the wall
    int blocks = 0;   // that are beyond what is tolerated
};

Difference difference(const QImage& actual, const QImage& golden) {
    Difference found;
    for (int top = 0; top < kStored.height(); top += kBlock)
        for (int left = 0; left < kStored.width(); left += kBlock) {
            std::array<int, 3> sums{};
            for (int y = top; y < top + kBlock; ++y)
                for (int x = left; x < left + kBlock; ++x) {
                    const QRgb a = actual.pixel(x, y), g = golden.pixel(x, y);
                    sums[0] += qRed(a) - qRed(g);
                    sums[1] += qGreen(a) - qGreen(g);
                    sums[2] += qBlue(a) - qBlue(g);
                }
            double off = 0;
            for (const int sum : sums)
                off = std::max(off, std::abs(sum) / static_cast<double>(kBlock * kBlock));
            if (off > kTolerance) ++found.blocks;
            if (off > found.worst) found.worst = off, found.at = {left, top};
        }
    found.at *= kWall.width() / kStored.width();
    return found;
}

/// Grey where both are the same, brighter or darker by four times what they differ.
QImage differencePicture(const QImage& actual, const QImage& golden) {
    QImage picture(kStored, QImage::Format_RGB32);
    const auto channel = [](int a, int g) { return std::clamp(128 + 4 * (a - g), 0, 255); };
    for (int y = 0; y < kStored.height(); ++y)
        for (int x = 0; x < kStored.width(); ++x) {
            const QRgb a = actual.pixel(x, y), g = golden.pixel(x, y);
            picture.setPixel(
                x, y,
                qRgb(channel(qRed(a), qRed(g)), channel(qGreen(a), qGreen(g)), channel(qBlue(a), qBlue(g))));
        }
    return picture;
}

} // namespace

TEST_CASE("the wall looks as it did", "[golden]") {
    const auto& look = GENERATE(from_range(kLooks));
    const InTheme theme(look.theme);
    WallWindow wall{feeds::PopCatalogue::builtIn()};
    wall.setHost(QStringLiteral("wall"));
    wall.setClock([] { return feeds::feedSecond(1'795'000'000); });
    wall.resize(kWall);
    wall.show();
    tests::SampleOptions options;
    options.columns = wall.viewRequest().chartColumns / 2;
    options.heatRows = wall.viewRequest().heatRows;
    options.selected = look.selected;
    const auto frame = look.frame(options);
    if (!options.selected.empty()) wall.focus().select(feeds::Selection::pop(options.selected));
    wall.setFrame(frame);
    wall.setStatus(look.isAlarmed ? alarmsOf(*frame)
                                  : std::make_shared<feeds::LiveStatus>()); // as a running one has
    const feeds::Timeline timeline = tests::sampleTimeline(look.timeline);
    wall.setTimeline(timeline);
    REQUIRE(QTest::qWaitFor([&] { return wall.isSettled(); }, 20'000));
    // What goes on by itself begins anew: how long the frame has been on the screen, and the flash of the
    // live dot when a second has come.
    wall.setFrame(frame);
    wall.timeline().setTimeline({});
    wall.setTimeline(timeline);
    const QImage painted = wall.grab().toImage();
    const QImage actual = painted.scaled(kStored, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)
                              .convertToFormat(QImage::Format_RGB32);

    const QString name = QString::fromLatin1(look.name);
    const QString file = QStringLiteral(SURGESCOPE_SOURCE_DIR "/tests/data/golden/%1.png").arg(name);
    if (qEnvironmentVariableIsSet("SURGESCOPE_WRITE_GOLDEN")) {
        REQUIRE(actual.save(file));
        return;
    }
    const QImage golden(file);
    REQUIRE(golden.size() == kStored);
    const Difference found = difference(actual, golden);
    if (found.worst <= kTolerance) return;
    const QString left = QDir::temp().filePath(QStringLiteral("surgescope-golden-") + name);
    painted.save(left + QStringLiteral("-actual.png"));
    differencePicture(actual, golden).save(left + QStringLiteral("-difference.png"));
    const QWidget* there = wall.childAt(found.at + QPoint(20, 20));
    FAIL(look.name << ": the block at " << found.at.x() << ", " << found.at.y() << " of 1920x1080 ("
                   << (there ? there : &wall)->metaObject()->className() << ") is off by " << found.worst
                   << " of 255, and " << found.blocks << " blocks by more than " << kTolerance << "; see "
                   << left.toStdString() << "-actual.png and -difference.png");
}
