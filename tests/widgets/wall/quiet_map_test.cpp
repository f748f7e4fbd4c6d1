// SPDX-License-Identifier: GPL-3.0-or-later
// However bad the night, colours of status are few on the map: an eye finds them.
#include "feeds/pipeline/alarm_watch.h"
#include "feeds/pipeline/feed_step.h"

#include "widgets/base/palette.h"
#include "widgets/map/map_widget.h"
#include "widgets/wall/wall_window.h"

#include "tests/support/catch.h"
#include "tests/support/list_source.h"
#include "tests/support/simulated_launch.h"
#include "tests/support/test_clock.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numbers>

using namespace surgescope;
using namespace surgescope::widgets;
using std::chrono::seconds;

namespace {

struct Hue {
    double chroma, degrees; // of CIE L*a*b*, D65
};

Hue hueOf(QRgb colour) {
    const auto linear = [](int channel) {
        const double c = channel / 255.0;
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    const double r = linear(qRed(colour)), g = linear(qGreen(colour)), b = linear(qBlue(colour));
    const auto f = [](double t) { return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116; };
    const double x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
    const double y = f(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
    const double z = f((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
    const double a = 500 * (x - y), bb = 200 * (y - z);
    return {std::hypot(a, bb), std::atan2(bb, a) * 180 / std::numbers::pi};
}

/// As saturated as a status colour, and of its hue.
bool isStatus(QRgb colour) {
    const Hue seen = hueOf(colour);
    if (seen.chroma <= 50) return false;
    const Palette& p = colours();
    return std::ranges::any_of(std::array{p.good, p.elevated, p.critical, p.overload, p.silent},
                               [&](const QColor& status) {
                                   const double off = std::abs(hueOf(status.rgb()).degrees - seen.degrees);
                                   return std::min(off, 360 - off) < 20;
                               });
}

double statusShare(MapWidget& map) {
    const QImage image = map.grab().toImage();
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            count += isStatus(image.pixel(x, y)) ? 1 : 0;
    return static_cast<double>(count) / (image.width() * image.height());
}

/// A launch on the wall, second by second.
struct ShownLaunch {
    tests::SimulatedLaunch launch{"triple-drop", 4'000, false};
    tests::ListSource source;
    tests::TestClock clock;
    feeds::AlarmWatch watch{feeds::Rules::builtIn(), clock};
    feeds::FeedStep step{
        source, feeds::PopCatalogue::builtIn(), clock, feeds::NodeColumnsWanted::ofSelectedPop, {&watch}};
    WallWindow wall{feeds::PopCatalogue::builtIn()};
    std::shared_ptr<const feeds::Frame> frame;

    ShownLaunch() {
        source.clock = &clock;
        clock.advance(std::chrono::duration_cast<std::chrono::milliseconds>(launch.now() - clock.wall()));
        wall.resize(1920, 1080);
        wall.show();
    }
    void runTo(seconds sinceRelease) {
        while (!frame || !frame->releaseAt || *frame->settled - *frame->releaseAt < sinceRelease) {
            for (tests::Wire& wire : launch.second())
                source.items.push_back(
                    tests::ListSource::Item{std::move(wire.topic), std::move(wire.payload)});
            clock.advance(seconds(1));
            while (step.receive(std::chrono::milliseconds(0)) > 0) {
            }
            step.settle();
            watch.tick(step.state());
            if (auto status = watch.takeStatus()) wall.setStatus(std::move(status));
            frame = step.buildFrame(0);
            if (frame->settled) wall.map().setFrame(frame);
        }
        wall.setFrame(frame);
        REQUIRE(QTest::qWaitFor([&] { return wall.isSettled(); }, 20'000));
    }
};

} // namespace

TEST_CASE("status colours take at most 2 % of the map where a quarter of the world is full") {
    ShownLaunch shown;
    shown.runTo(seconds(147));
    const auto full = std::ranges::count_if(shown.frame->pops, [](const feeds::PopFrame& pop) {
        const auto& saturation = pop.summary[feeds::Measure::saturation];
        return saturation.hasValue() && saturation.value >= kCriticalFrom;
    });
    CHECK(full > 30);
    const double share = statusShare(shown.wall.map());
    CHECK(share > 0); // what is to be seen is seen
    CHECK(share <= 0.02);
    CHECK(shown.wall.map().scene().marks().size() <= kMostStatusMarks);
}
