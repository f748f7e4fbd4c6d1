// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/level_count.h"
#include "widgets/base/palette.h"
#include "widgets/tiles/header_bar.h"
#include "widgets/tiles/health_items.h"
#include "widgets/tiles/mode_text.h"
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
    REQUIRE(tiles.size() == 6);
    for (const TileContent& tile : tiles) {
        CHECK(tile.value == QStringLiteral("no data"));
        CHECK(tile.absent);
        CHECK(tile.secondary.isEmpty());
    }
}

TEST_CASE("before the first picture a header tells what keeps it from coming") {
    HeaderBar header;
    header.resize(1920, 54);
    const auto silent = header.grab().toImage();
    header.setNotice(QStringLiteral("http://store:8428: HTTP 500"), true);
    CHECK(header.grab().toImage() != silent);
}

TEST_CASE("tiles say value, doubt and trouble, and of what a change is") {
    auto frame = tests::sampleFrame();
    frame->summary[feeds::Measure::api_requests_per_second].quality = feeds::Quality::partial;
    auto tiles = tileContents(*frame);
    CHECK(tiles[0].title == QStringLiteral("API requests"));
    CHECK(tiles[0].value == QStringLiteral("≈12.1 M/s")); // some nodes are missing
    CHECK(tiles[0].badge.isEmpty());                      // the header says how many
    CHECK(tiles[0].secondary == QStringLiteral("of ≈ 41.8 M/s requests"));
    CHECK(tiles[1].value == QStringLiteral("38.2 Tb/s"));
    CHECK(tiles[1].secondary.endsWith(QStringLiteral(" vs standard rollout")));
    CHECK(tiles[3].value == QStringLiteral("91.4 %"));
    CHECK(tiles[3].secondary.startsWith(QStringLiteral("5xx ")));
    CHECK(tiles[3].detail == QStringLiteral("−6.1 points vs standard rollout"));
    CHECK(tiles[4].secondary == QStringLiteral("2.10 M pending"));
    CHECK(tiles[4].detail == QStringLiteral("+4.5 s vs standard rollout"));
    CHECK(tiles[5].value == QStringLiteral("61.2 M"));
    CHECK(tiles[5].secondary == QStringLiteral("record, before 48.0 M"));
    CHECK(changeText(*frame, feeds::Measure::requests_per_second) ==
          QStringLiteral("+450 % vs standard rollout"));

    frame->baseline->now[feeds::Measure::invalidations_pending] = 39'000;
    frame->summary[feeds::Measure::invalidations_pending] = {1.88e9, feeds::Quality::measured};
    CHECK(changeText(*frame, feeds::Measure::invalidations_pending) ==
          QStringLiteral("48.2 k times standard rollout"));

    frame->summary[feeds::Measure::api_requests_per_second].quality = feeds::Quality::notMeasured;
    CHECK(tileContents(*frame)[0].value == QStringLiteral("not measured"));
    frame->baseline.reset();
    CHECK(changeText(*frame, feeds::Measure::requests_per_second).isEmpty());
    frame->world[feeds::Measure::listeners] = {0, feeds::Quality::notMeasured};
    CHECK(tileContents(*frame)[5].value == QStringLiteral("not measured"));
}

TEST_CASE(
    "of what is old nothing alarms, neither a number nor a count of PoPs, and each says how old it is") {
    const auto tiles = tileContents(*tests::staleFrame());
    for (const TileContent& tile : tiles) {
        INFO(tile.title.toStdString());
        if (tile.absent) continue;
        CHECK(tile.badge == QStringLiteral("12 s old"));
        CHECK(tile.valueColour == colours().faint); // listeners, too
        CHECK_FALSE(tile.secondaryColour.isValid());
    }
    CHECK_FALSE(tiles[5].absent);
}

TEST_CASE("errors alarm where there are enough requests to tell") {
    auto frame = tests::sampleFrame();
    frame->summary[feeds::Measure::error_ratio] = {0.05, feeds::Quality::measured};
    CHECK(tileContents(*frame)[3].secondaryColour == colours().overload);
    frame->summary[feeds::Measure::requests_per_second].value = 40;
    CHECK_FALSE(tileContents(*frame)[3].secondaryColour.isValid());
}

TEST_CASE("a change too small to say has no sign") {
    auto frame = tests::sampleFrame();
    const auto change = [&](feeds::Measure measure, double times) {
        frame->baseline->now[measure] = static_cast<float>(frame->summary[measure].value * times);
        return changeText(*frame, measure);
    };
    CHECK(change(feeds::Measure::requests_per_second, 1.001) == QStringLiteral("as standard rollout"));
    CHECK(change(feeds::Measure::requests_per_second, 1.02) == QStringLiteral("−2 % vs standard rollout"));
    CHECK(change(feeds::Measure::requests_per_second, 0.01) == QStringLiteral("100 times standard rollout"));
    // Two buckets of a histogram apart is the same.
    CHECK(change(feeds::Measure::invalidation_lag_p99_us, 1.15) == QStringLiteral("as standard rollout"));
    CHECK(change(feeds::Measure::invalidation_lag_p99_us, 2).startsWith(u'−'));
    CHECK(change(feeds::Measure::hit_ratio, 1.0001) == QStringLiteral("as standard rollout"));
}

TEST_CASE("rates are not compared with those of another edge, ratios and times are") {
    auto frame = tests::sampleFrame();
    frame->baseline->isOfAnotherEdge = true;
    for (const auto measure : {feeds::Measure::requests_per_second, feeds::Measure::egress_bits_per_second})
        CHECK(changeText(*frame, measure) == QStringLiteral("standard rollout is of another edge"));
    CHECK(changeText(*frame, feeds::Measure::hit_ratio) == QStringLiteral("−6.1 points vs standard rollout"));
}

TEST_CASE("lags by clocks that are off say so") {
    auto frame = tests::sampleFrame();
    CHECK(tileContents(*frame)[4].badge.isEmpty());
    frame->summary[feeds::Measure::clock_offset_p95_us] = {400e3, feeds::Quality::measured};
    CHECK(tileContents(*frame)[4].badge == QStringLiteral("clocks off"));
}

TEST_CASE("levels are counted of PoPs that are heard and measured") {
    feeds::Frame frame;
    auto& pops = frame.pops;
    pops.resize(7);
    const double values[] = {0.5, 0.75, 0.89, 0.9, 1.2, 1.3};
    for (std::size_t i = 0; i < 6; ++i) {
        pops[i].freshness = feeds::Freshness::live;
        pops[i].summary[feeds::Measure::saturation] = {values[i], feeds::Quality::measured};
    }
    pops[5].freshness = feeds::Freshness::stale; // and one was never heard
    pops[1].region = pops[3].region = "EU";
    LevelCount count = countLevels(frame, {});
    CHECK(count.measured == 5);
    CHECK(count.critical == 2);
    CHECK(count.overload == 1);
    CHECK(count.silent == 2);
    count = countLevels(frame, feeds::Selection::region("EU"));
    CHECK(count.measured == 2);
    CHECK(count.critical == 1);
    CHECK(count.silent == 0);
}

TEST_CASE("the header says what is wrong of a feed, and nothing when nothing is") {
    const auto frame = tests::sampleFrame();
    CHECK(troubleText(frame->health).contains(QStringLiteral("lost 7")));
    CHECK_FALSE(troubleText(frame->health).contains(QStringLiteral("nodes")));
    frame->health.endpoints.front().plain = true;
    CHECK(troubleText(frame->health).contains(QStringLiteral("NOT ENCRYPTED")));
    feeds::FeedHealth well;
    well.nodesHeard = well.nodesExpected = 3;
    well.newestAgeSeconds = 0.2;
    well.endpoints = {{"tcp://*:5556", true, 1}};
    CHECK(troubleText(well).isEmpty());
}

TEST_CASE("nobody connected is waiting, nothing heard any more is silence: neither is live") {
    feeds::Frame frame;
    feeds::Timeline timeline;
    ModeText text = modeText(frame, timeline);
    CHECK(text.badge == QStringLiteral("WAITING"));
    CHECK(text.badgeColour != colours().good);
    frame.health.newestAgeSeconds = 0.3;
    CHECK(modeText(frame, timeline).badge == QStringLiteral("LIVE"));
    frame.health.newestAgeSeconds = 4;
    text = modeText(frame, timeline);
    CHECK(text.badge == QStringLiteral("SILENT"));
    CHECK(text.badgeColour == colours().silent);
}

TEST_CASE("the feed's health before the first report shows no zero") {
    const auto items = healthItems(tests::emptyFrame()->health);
    for (const HealthItem& i : items)
        CHECK_FALSE(i.value.contains(QLatin1Char('0')));
    REQUIRE(item(items, u"tcp://*:5556"));
    CHECK(item(items, u"tcp://*:5556")->value == QStringLiteral("no peer"));
}

TEST_CASE("the feed's health tells losses and refusals by reason") {
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

TEST_CASE("the feed's health says that publishers are turned away and why") {
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

TEST_CASE("the feed's health says that connections come to nothing, and that nothing is encrypted") {
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
    frame.health.newestAgeSeconds = 0.2;
    return frame;
}
} // namespace

TEST_CASE("a feed that is not of now is never called live") {
    feeds::Frame frame;
    feeds::Timeline timeline;
    frame.health.newestAgeSeconds = 0.2;
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

TEST_CASE("under a selection every tile says of what it is") {
    const auto frame = tests::sampleFrame();
    for (const TileContent& tile : tileContents(*frame))
        CHECK_FALSE(tile.title.contains(u','));
    const auto tiles = tileContents(*frame, QStringLiteral("LHR, London"));
    for (std::size_t i = 0; i + 1 < tiles.size(); ++i)
        CHECK(tiles[i].title.endsWith(QStringLiteral(", LHR, London")));
    CHECK(tiles.back().title == QStringLiteral("Listeners, world"));
}
