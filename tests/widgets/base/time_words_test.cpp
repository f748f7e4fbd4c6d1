// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/time_words.h"

#include "tests/support/catch.h"

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

constexpr std::int64_t kNow = 1'795'000'000 + 754;

QStringList textsOf(const TimeWords& words, std::int64_t from, std::int64_t to, int most) {
    QStringList texts;
    for (const TimeTick& tick : timeTicks(feeds::feedSecond(from), feeds::feedSecond(to), words, most))
        texts << tick.text;
    return texts;
}

} // namespace

TEST_CASE("ticks stand at whole steps of the words in use") {
    TimeWords words{.now = feeds::feedSecond(kNow), .release = feeds::feedSecond(kNow - 754)};
    CHECK(textsOf(words, kNow - 900, kNow, 4) == QStringList{"−15 m", "−10 m", "−5 m", "now"});
    words.live = false; // of a recording nothing is now
    CHECK(textsOf(words, kNow - 900, kNow, 4).back() == QStringLiteral("0"));
    words.text = TimeText::sinceRelease;
    CHECK(textsOf(words, kNow - 900, kNow, 4) == QStringList{"T−0", "T+5 m", "T+10 m"});
    CHECK(textsOf(words, kNow - 900 - 600, kNow - 600, 4) == QStringList{"T−10 m", "T−5 m", "T−0"});
    words.release.reset(); // nothing to count from
    CHECK(textsOf(words, kNow - 900, kNow, 4).size() == 4);
    words.text = TimeText::clock;
    const auto clock =
        timeTicks(feeds::feedSecond(86'400 - 1'800), feeds::feedSecond(86'400 + 1'800), words, 5);
    REQUIRE(clock.size() == 3);
    CHECK(clock[0].text == QStringLiteral("23:30"));
    CHECK(clock[1].text == QStringLiteral("2 Jan"));
    CHECK(clock[2].text == QStringLiteral("00:30"));
}

TEST_CASE("what lasts is never ago") {
    TimeWords words{.text = TimeText::ago, .localZone = true, .release = feeds::FeedSecond{}};
    CHECK(words.lasting().used() == TimeText::sinceRelease);
    words.release.reset();
    CHECK(words.lasting().used() == TimeText::clock);
    words.text = TimeText::sinceRelease; // of no release
    CHECK(words.lasting().used() == TimeText::clock);
    CHECK(words.lasting().localZone);
}

TEST_CASE("short and long ranges have as many ticks as were asked for at most") {
    const TimeWords words{.now = feeds::feedSecond(kNow), .release = std::nullopt};
    for (const std::int64_t range : {10, 47, 300, 3'600, 40'000, 172'800})
        for (const int most : {2, 4, 8}) {
            const auto count = textsOf(words, kNow - range, kNow, most).size();
            CAPTURE(range, most, count);
            CHECK(count >= 1);
            CHECK(count <= most + 1);
        }
    CHECK(timeTicks(feeds::feedSecond(5), feeds::feedSecond(5), words, 4).empty());
}

TEST_CASE("a moment is told in UTC whatever else") {
    TimeWords words{.now = feeds::feedSecond(kNow), .release = feeds::feedSecond(kNow - 754)};
    CHECK(momentText(feeds::feedSecond(kNow), words).startsWith(QStringLiteral("T+00:12:34")));
    CHECK(momentText(feeds::feedSecond(kNow), words).endsWith(QStringLiteral(" UTC")));
    words.release.reset();
    CHECK(momentText(feeds::feedSecond(0), words) == QStringLiteral("1970-01-01 00:00:00 UTC"));
}
