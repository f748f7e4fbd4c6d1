// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/timeline/timeline_renderer.h"

#include "tests/support/catch.h"
#include "tests/support/sample_timeline.h"

#include <QFontMetricsF>
#include <QImage>
#include <QPainter>

#include <algorithm>
#include <limits>
#include <map>

using namespace surgescope;
using namespace surgescope::widgets;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const TimelineLayout kLayout({1920, 60}, 1);

QImage drawn(const feeds::Timeline& timeline, const TimelineLook& look = {}) {
    QImage image(kLayout.whole.size().toSize(), QImage::Format_RGB32);
    QPainter painter(&image);
    paintTimeline(painter, timeline, kLayout, look);
    return image;
}

/// How often each colour occurs in a rectangle.
std::map<QRgb, int> colours(const QImage& image, const QRectF& where) {
    std::map<QRgb, int> found;
    const QRect box = where.toRect();
    for (int y = box.top(); y <= box.bottom(); ++y)
        for (int x = box.left(); x <= box.right(); ++x)
            ++found[image.pixel(x, y)];
    return found;
}

bool has(const QImage& image, const QRectF& where, const QColor& colour) {
    return colours(image, where).contains(colour.rgb());
}

/// The lower part of the track, where no text lies, between two moments.
QRectF strip(const feeds::Timeline& t, TimelineTime from, TimelineTime to) {
    const TimelineScale scale = scaleOf(t, kLayout);
    return {scale.xOf(from) + 2, kLayout.labels.bottom() + 2, scale.xOf(to) - scale.xOf(from) - 4,
            kLayout.track.bottom() - kLayout.labels.bottom() - 4};
}

} // namespace

TEST_CASE("no two states of the bar look alike") {
    std::map<std::string, QImage> seen;
    for (const std::string_view state : tests::timelineStates()) {
        const QImage image = drawn(tests::sampleTimeline(state));
        for (const auto& [other, picture] : seen) {
            INFO(state << " and " << other);
            CHECK(image != picture);
        }
        seen.emplace(state, image);
    }
}

TEST_CASE("the newest second of a feed that is not of now is not called so, nor green") {
    const auto timeline = tests::sampleTimeline("live");
    const auto& palette = widgets::colours();
    TimelineLook look;
    CHECK(has(drawn(timeline, look), kLayout.button, palette.good));
    CHECK(has(drawn(timeline, look), kLayout.speed, palette.good));
    look.ofNow = false;
    CHECK_FALSE(has(drawn(timeline, look), kLayout.button, palette.good));
    CHECK_FALSE(has(drawn(timeline, look), kLayout.speed, palette.good));
}

TEST_CASE("a gap is hatched, zero is not, and nothing is drawn across either") {
    feeds::Timeline t = tests::sampleTimeline("playing");
    t.events.clear();
    t.gaps.clear();
    t.position = t.begin;
    const auto from = t.begin + minutes(30), to = t.begin + minutes(35);
    const auto fill = [&](float value) {
        std::fill(t.overview.begin() + 1800, t.overview.begin() + 2100, value);
        return drawn(t);
    };
    const QRectF inside = strip(t, from, to);
    const auto zero = colours(fill(0), inside);
    CHECK(zero.size() == 1); // the bare panel
    CHECK(zero.contains(colours().panel.rgb()));
    const QImage unknown = fill(std::numeric_limits<float>::quiet_NaN());
    CHECK(has(unknown, inside, colours().faint));
    CHECK(has(unknown, inside, colours().panel));
    CHECK(colours(unknown, inside).size() == 2); // hatching and panel, no curve

    fill(20e6F); // the feed says there were numbers, the list of gaps that they are not to be trusted
    t.gaps = {{from, to}};
    CHECK(colours(drawn(t), inside) == colours(unknown, inside));

    t.gaps = {{from, from + seconds(1)}}; // less than a pixel
    const QRectF narrow(scaleOf(t, kLayout).xOf(from), inside.top(), 2, inside.height());
    CHECK(has(drawn(t), narrow, colours().faint));
}

TEST_CASE("what cannot be gone back to is dimmer than what can") {
    feeds::Timeline t = tests::sampleTimeline("buffered");
    t.events.clear();
    const auto brightest = [&](const QImage& image, TimelineTime from) {
        int most = 0;
        for (const auto& [colour, count] : colours(image, strip(t, from, from + minutes(1))))
            most = std::max(most, qGray(colour));
        return most;
    };
    const QImage image = drawn(t);
    CHECK(brightest(image, t.buffered->from - minutes(2)) < brightest(image, t.buffered->from + minutes(3)));
    const QRectF ground(scaleOf(t, kLayout).xOf(t.buffered->from), kLayout.track.bottom() - 1, 200, 2);
    CHECK(has(image, ground, colours().good));
    t.buffered.reset();
    CHECK_FALSE(has(drawn(t), ground, colours().good));
}

TEST_CASE("the handle is where the position is, and where the hand holds it") {
    feeds::Timeline t = tests::sampleTimeline("playing");
    const double x = scaleOf(t, kLayout).xOf(t.position);
    const QPoint at(qRound(x), qRound(kLayout.track.center().y()) + 6);
    CHECK(drawn(t).pixelColor(at) == colours().text);
    TimelineLook look;
    look.held = t.position + minutes(10);
    CHECK(drawn(t, look).pixelColor(at) != colours().text);
    CHECK(drawn(t, look).pixelColor(qRound(scaleOf(t, kLayout).xOf(*look.held)), at.y()) == colours().text);
}

TEST_CASE("a loop in effect is shaded, one switched off is only marked") {
    feeds::Timeline t = tests::sampleTimeline("loop");
    t.events.clear();
    t.gaps.clear();
    const QRectF inside = strip(t, t.loop->from + minutes(1), t.loop->from + minutes(2));
    const QImage on = drawn(t);
    TimelineLook off;
    off.loop = t.loop;
    t.loop.reset();
    CHECK(colours(on, inside) != colours(drawn(t, off), inside));
    CHECK(colours(drawn(t), inside) == colours(drawn(t, off), inside));
    CHECK(drawn(t) != drawn(t, off));
}

TEST_CASE("a failed recording is the one thing in red") {
    const QColor red = colours().overload;
    CHECK(colours(drawn(tests::sampleTimeline("failed")), kLayout.recording)[red.rgb()] >
          kLayout.recording.width() * kLayout.recording.height() / 2);
    for (const std::string_view state : tests::timelineStates())
        if (state != "failed") CHECK_FALSE(has(drawn(tests::sampleTimeline(state)), kLayout.whole, red));
}

TEST_CASE("labels never overlap, and releases come first") {
    feeds::Timeline t = tests::sampleTimeline("playing");
    for (int i = 0; i < 3000; ++i)
        t.events.push_back({*t.releaseAt - seconds(500) + seconds(i), i % 40 == 0 ? "note" : "purge",
                            "purge number " + std::to_string(i)});
    std::stable_sort(t.events.begin(), t.events.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
    const QFont font = textFont(14, QFont::Medium);
    const auto labels = placeEventLabels(eventRows(t), scaleOf(t, kLayout), kLayout.labels, font);
    CHECK(labels.size() >= 5);
    bool release = false;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        CHECK(kLayout.labels.contains(labels[i].box));
        release = release || t.events[labels[i].event].kind == "release";
        for (std::size_t j = 0; j < i; ++j)
            CHECK_FALSE(labels[i].box.intersects(labels[j].box));
    }
    CHECK(release);

    // At the right end there is room only at the left of the tick.
    t.events = {{std::chrono::floor<seconds>(t.end), "note", "the end"}};
    const auto last = placeEventLabels(eventRows(t), scaleOf(t, kLayout), kLayout.labels, font);
    REQUIRE(last.size() == 1);
    CHECK(last[0].box.right() < kLayout.track.right());
    t.events = {{std::chrono::floor<seconds>(t.end) + minutes(1), "note", "not shown yet"}};
    CHECK(placeEventLabels(eventRows(t), scaleOf(t, kLayout), kLayout.labels, font).empty());
}
