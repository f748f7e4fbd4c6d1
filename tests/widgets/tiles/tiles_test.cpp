// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/palette.h"
#include "widgets/tiles/header_bar.h"
#include "widgets/tiles/health_strip.h"
#include "widgets/tiles/tile_row.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <algorithm>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

const HealthItem* item(const std::vector<HealthItem>& items, const char16_t* label) {
    const auto found = std::find_if(items.begin(), items.end(), [&](const HealthItem& i) {
        return i.label == QString::fromUtf16(label);
    });
    return found == items.end() ? nullptr : &*found;
}

} // namespace

TEST_CASE("tiles of an empty frame claim nothing") {
    const auto tiles = tileContents(*tests::emptyFrame());
    REQUIRE(tiles.size() == 9);
    for (const TileContent& tile : tiles) {
        CHECK(tile.value == QStringLiteral("no data"));
        CHECK(tile.absent);
        CHECK(tile.secondary.isEmpty());
    }
}

TEST_CASE("tiles say value, doubt and trouble") {
    auto frame = tests::sampleFrame();
    auto tiles = tileContents(*frame);
    CHECK(tiles[0].value == QStringLiteral("≈41.8 M/s")); // some nodes are missing
    CHECK(tiles[0].badge.isEmpty());                      // but few
    CHECK(tiles[1].value == QStringLiteral("38.2 Tb/s"));
    CHECK(tiles[3].value == QStringLiteral("91.4 %"));
    CHECK(tiles[4].secondary == QStringLiteral("+9.0 ms"));
    CHECK(tiles[4].detail == QStringLiteral("misses 412 ms"));
    CHECK(tiles[5].value == QStringLiteral("262 ms"));
    CHECK(tiles[5].valueColour == colours().overload); // above its limit
    CHECK(tiles[6].secondary == QStringLiteral("+4.5 s"));
    CHECK(tiles[6].detail == QStringLiteral("2.10 M pending"));
    CHECK(tiles[0].secondary == QStringLiteral("+450 %"));
    CHECK(tiles[0].detail == QStringLiteral("vs standard rollout"));
    CHECK(tiles[3].secondary.startsWith(QStringLiteral("−6.1 points")));
    CHECK(tiles[7].secondary.contains(QStringLiteral(" times")));
    CHECK(tiles[8].value == QStringLiteral("61.2 M"));
    CHECK(tiles[8].secondary == QStringLiteral("record, before 48.0 M"));

    frame->summary[feeds::Measure::metadata_p95_us].value = 249e3;
    frame->summary.nodesHeard = 610'000;
    frame->summary[feeds::Measure::invalidation_lag_p99_us].quality = feeds::Quality::stale;
    frame->summary[feeds::Measure::waf_blocked_per_second].quality = feeds::Quality::notMeasured;
    tiles = tileContents(*frame);
    CHECK_FALSE(tiles[5].valueColour.isValid());
    CHECK(tiles[0].badge == QStringLiteral("61.0 % heard"));
    CHECK(tiles[6].badge == QStringLiteral("stale"));
    CHECK(tiles[8].badge.isEmpty()); // listeners are not counted by nodes
    CHECK(tiles[7].value == QStringLiteral("not measured"));
}

TEST_CASE("of what is stale nothing alarms, neither a number nor a count of PoPs") {
    const auto tiles = tileContents(*tests::staleFrame());
    for (std::size_t i = 0; i + 1 < tiles.size(); ++i) {
        INFO(tiles[i].title.toStdString());
        CHECK(tiles[i].badge == QStringLiteral("stale"));
        CHECK(tiles[i].valueColour == colours().faint);
    }
}

TEST_CASE("without a baseline the requests so far are told") {
    auto frame = tests::sampleFrame();
    frame->baseline.reset();
    frame->listeners.reset();
    frame->sinceStart[feeds::Counter::requests] = 222;
    CHECK(tileContents(*frame)[0].secondary == QStringLiteral("222 since start"));
    CHECK(tileContents(*frame)[8].value == QStringLiteral("no data"));
}

TEST_CASE("a change too small to say has no sign") {
    auto frame = tests::sampleFrame();
    const auto now = frame->summary[feeds::Measure::requests_per_second].value;
    frame->baseline->now[feeds::Measure::requests_per_second] = static_cast<float>(now * 1.001);
    CHECK(tileContents(*frame)[0].secondary == QStringLiteral("±0 %"));
    frame->baseline->now[feeds::Measure::requests_per_second] = static_cast<float>(now * 1.02);
    CHECK(tileContents(*frame)[0].secondary == QStringLiteral("−2 %"));
}

TEST_CASE("lags by clocks that are off say so") {
    auto frame = tests::sampleFrame();
    CHECK(tileContents(*frame)[6].badge.isEmpty());
    frame->summary[feeds::Measure::clock_offset_p95_us] = {400e3, feeds::Quality::measured};
    CHECK(tileContents(*frame)[6].badge == QStringLiteral("clocks off"));
}

TEST_CASE("levels are counted of PoPs that are measured") {
    feeds::Frame frame;
    auto& pops = frame.pops;
    pops.resize(6);
    const double values[] = {0.5, 0.75, 0.89, 0.9, 1.2};
    for (std::size_t i = 0; i < 5; ++i)
        pops[i].summary[feeds::Measure::saturation] = {values[i], feeds::Quality::measured};
    pops[1].region = pops[3].region = "EU";
    LevelCount count = countLevels(frame);
    CHECK(count.measured == 5);
    CHECK(count.elevated == 2);
    CHECK(count.critical == 2);
    frame.selection = feeds::Selection::region("EU");
    count = countLevels(frame);
    CHECK(count.measured == 2);
    CHECK(count.critical == 1);
}

TEST_CASE("the strip before the first report shows no zero") {
    const auto items = healthItems(tests::emptyFrame()->health);
    for (const HealthItem& i : items)
        CHECK_FALSE(i.value.contains(QLatin1Char('0')));
    REQUIRE(item(items, u"tcp://*:5556"));
    CHECK(item(items, u"tcp://*:5556")->value == QStringLiteral("no peer"));
}

TEST_CASE("the strip tells losses and refusals by reason") {
    const auto frame = tests::sampleFrame();
    auto items = healthItems(frame->health);
    CHECK(item(items, u"nodes")->value == QStringLiteral("998,112 of 1,000,000 (99.8 %)"));
    CHECK(item(items, u"lost")->value == QStringLiteral("7"));
    CHECK(item(items, u"lost")->colour.isValid());
    CHECK_FALSE(item(items, u"duplicates")->colour.isValid());
    CHECK(item(items, u"refused")->value == QStringLiteral("16 (malformed 12, wrong schema version 3)"));
    CHECK_FALSE(item(items, u"newest")->colour.isValid());
    const QString tip = healthTooltip(frame->health);
    CHECK(tip.contains(QStringLiteral("from the future")));
    CHECK(tip.contains(QStringLiteral("agent-17")));

    frame->health.newestAgeSeconds = 12;
    items = healthItems(frame->health);
    CHECK(item(items, u"newest")->colour == colours().overload);
}

TEST_CASE("the strip says that publishers are turned away and why") {
    const auto frame = tests::sampleFrame();
    auto& endpoint = frame->health.endpoints.front();
    endpoint.peers = 1'002;
    endpoint.full = true;
    endpoint.troubles = {{"connections refused: no descriptor left (limit 1024)", 3}};
    const auto items = healthItems(frame->health);
    REQUIRE(item(items, u"1002 peers"));
    CHECK(item(items, u"1002 peers")->value ==
          QStringLiteral("connections refused: no descriptor left (limit 1024)"));
    CHECK(item(items, u"1002 peers")->colour == colours().overload);
    CHECK(healthTooltip(frame->health).contains(QStringLiteral("no descriptor left (limit 1024): 3")));
}

TEST_CASE("the strip says that connections come to nothing, and that nothing is encrypted") {
    const auto frame = tests::sampleFrame();
    CHECK_FALSE(item(healthItems(frame->health), u"turned away"));
    auto& endpoint = frame->health.endpoints.front();
    endpoint.troubles = {{"not let in: EWR/edge-1: its key was revoked", 3},
                         {"connections without a key", 2}};
    endpoint.plain = true;
    const auto items = healthItems(frame->health);
    REQUIRE(item(items, u"turned away"));
    CHECK(item(items, u"turned away")->value == QStringLiteral("5"));
    CHECK(item(items, u"turned away")->colour.isValid());
    CHECK(std::ranges::any_of(items, [](const HealthItem& one) {
        return one.value == QStringLiteral("NOT ENCRYPTED") && one.colour == colours().overload;
    }));
    CHECK(healthTooltip(frame->health).contains(QStringLiteral("its key was revoked: 3")));
}

TEST_CASE("the header's clock counts from the release, in both directions") {
    feeds::Frame frame;
    CHECK(releaseClock(frame).isEmpty());
    frame.releaseAt = feeds::feedSecond(10'000);
    CHECK(releaseClock(frame).isEmpty());
    frame.settled = feeds::feedSecond(10'754);
    CHECK(releaseClock(frame) == QStringLiteral("T+00:12:34"));
    frame.settled = feeds::feedSecond(9'700);
    CHECK(releaseClock(frame) == QStringLiteral("T−00:05:00"));
    CHECK(modeName(feeds::FeedMode::live) == QStringLiteral("LIVE"));
    CHECK(modeName(feeds::FeedMode::replay) == QStringLiteral("REPLAY"));
    CHECK(modeName(feeds::FeedMode::rehearsal) == QStringLiteral("REHEARSAL"));
}

namespace {
feeds::Frame frameOf(feeds::FeedMode mode) {
    feeds::Frame frame;
    frame.mode = mode;
    return frame;
}
} // namespace

TEST_CASE("a feed that is not of now is never called live") {
    feeds::Frame frame;
    feeds::Timeline timeline;
    frame.health.behindSeconds = 4.0;
    CHECK(modeText(frame, timeline).badge == QStringLiteral("LIVE"));
    frame.health.behindSeconds = 300.0;
    frame.health.clockSynchronised = true;
    ModeText text = modeText(frame, timeline);
    CHECK(text.badge == QStringLiteral("5 min BEHIND"));
    CHECK(text.badgeColour == colours().elevated);
    CHECK(text.past);
    CHECK(text.words.contains(QStringLiteral("the kernel calls it synchronised")));
    frame.health.behindSeconds = -7 * 86'400.0;
    frame.health.clockSynchronised = false;
    text = modeText(frame, timeline);
    CHECK(text.badge == QStringLiteral("7 d AHEAD"));
    CHECK(text.words.contains(QStringLiteral("it is not synchronised")));
    // A replay is of then anyway.
    timeline.mode = feeds::Timeline::Mode::replay;
    CHECK(modeText(frame, timeline).badge == QStringLiteral("REPLAY"));
    // And so is a recording that somebody else sends.
    timeline.mode = feeds::Timeline::Mode::live;
    frame.isSentAgain = true;
    CHECK(modeText(frame, timeline).badge == QStringLiteral("REPLAY"));
    CHECK(modeText(frame, timeline).words == QStringLiteral("recorded data, sent again"));
}

TEST_CASE("the badge says where in time the screen is, the words what the data is") {
    using feeds::FeedMode;
    feeds::Timeline timeline;
    CHECK(modeText(frameOf(FeedMode::live), timeline).badge == QStringLiteral("LIVE"));
    CHECK(modeText(frameOf(FeedMode::live), timeline).words.isEmpty());
    CHECK_FALSE(modeText(frameOf(FeedMode::live), timeline).past);
    CHECK(modeText(frameOf(FeedMode::rehearsal), timeline).badge == QStringLiteral("REHEARSAL"));
    CHECK(modeText(frameOf(FeedMode::rehearsal), timeline).words == QStringLiteral("simulated data"));

    timeline.mode = feeds::Timeline::Mode::behindLive;
    timeline.end = feeds::feedSecond(10'000);
    timeline.position = timeline.end - std::chrono::seconds(42);
    ModeText text = modeText(frameOf(FeedMode::live), timeline);
    CHECK(text.badge == QStringLiteral("42 s BEHIND LIVE"));
    CHECK(text.badgeColour == colours().elevated);
    CHECK(text.past);
    timeline.position = timeline.end - std::chrono::seconds(200);
    timeline.paused = true;
    text = modeText(frameOf(FeedMode::rehearsal), timeline);
    CHECK(text.badge == QStringLiteral("3 min 20 s BEHIND LIVE"));
    CHECK(text.words == QStringLiteral("simulated data, paused"));

    timeline.mode = feeds::Timeline::Mode::replay;
    timeline.paused = false;
    CHECK(modeText(frameOf(FeedMode::live), timeline).badge == QStringLiteral("REPLAY"));
    CHECK(modeText(frameOf(FeedMode::live), timeline).words == QStringLiteral("recorded data"));
    CHECK(modeText(frameOf(FeedMode::replay), timeline).badge == QStringLiteral("REPLAY"));
    text = modeText(frameOf(FeedMode::rehearsal), timeline);
    CHECK(text.badge == QStringLiteral("REPLAY"));
    CHECK(text.words == QStringLiteral("simulated data"));
    CHECK(text.wordsColour != text.badgeColour);
}
