// SPDX-License-Identifier: GPL-3.0-or-later
// The way back, and what a timeline asks for; the other half of session.cpp.
#include "feeds/pipeline/session.h"
#include "feeds/pipeline/stream_past.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::seconds;

/// A way back that has caught up with the feed to so many seconds is live again.
constexpr double kAlmostLiveSeconds = 3;
/// Before a part is through the next one is read, so many seconds of the wall's.
constexpr double kReadsAheadSeconds = 10;
constexpr seconds kPictureStays{2};

} // namespace

void Session::beginWayBack() {
    std::unique_ptr<FarPast> stream;
    if (m_options.stream)
        stream = std::make_unique<StreamPast>(StreamPast::Options{.feed = *m_options.stream,
                                                                  .folder = m_flight->folder() + "/stream",
                                                                  .library = m_options.library},
                                              m_catalogue, m_clock);
    m_wayBack.emplace(m_flight.get(), std::move(stream), m_clock);
}

void Session::openPast(RecordedTime at, std::optional<double> speed, bool paused) {
    if (!m_wayBack) return;
    m_history.reachBack(at);
    m_wayBack->open({at, speed, paused});
}

void Session::showPast(WayBack::Opened opened, std::optional<RecordedTime> at) {
    const bool isAfterCharts = m_past && m_past->isChartsAlone();
    const auto alarms = at ? m_past->pipeline->savedAlarms().take() : nullptr; // they go on, too
    closePast();
    auto& source = opened.source;
    Past past;
    past.recordedUntil = opened.until;
    past.part = std::move(opened.part);
    if (past.part)
        for (auto& trouble : past.part->troubles)
            tellFailure(std::move(trouble));
    past.control = source->control();
    if (at) past.control->send(replay::Seek{*at}); // before anything of it is shown
    if (at || isAfterCharts) past.staysUntil = m_clock.steady() + kPictureStays;
    if (const auto& damage = source->damage(); !damage.empty())
        tellFailure(damage.front().text +
                    (damage.size() > 1 ? " (and " + std::to_string(damage.size() - 1) + " more)" : ""));
    const bool isJudged = !m_live && !past.isChartsAlone(); // of no PoP anything is known
    past.pipeline = std::make_unique<Pipeline>(
        std::move(source), m_catalogue, m_clock,
        Pipeline::Options{m_options.frameEvery, m_options.nodeColumns, nullptr,
                          1 + kEpochsEach * m_pipelines++,
                          isJudged && m_desk.mustJudge() ? std::optional(m_options.rules) : std::nullopt,
                          alarms ? *alarms : std::string()});
    if (isJudged) m_desk.setPipeline(past.pipeline.get());
    past.pipeline->requests().put(std::make_shared<ViewRequest>(m_request));
    if (m_baseline) past.pipeline->baselines().put(m_baseline);
    m_past = std::move(past);
}

void Session::showCharts(const WayBack::Wish& first) {
    if (m_far->charts.empty()) return;
    auto source = ReplaySource::open(
        {m_far->charts}, m_clock,
        {.speed = first.speed, .paused = true, .at = first.at, .name = m_wayBack->farName()});
    if (!source) return tellFailure(source.error());
    const FarPast::Part none{.at = first.at, .from = first.at, .to = first.at};
    showPast({.source = std::move(source.value()), .part = none});
}

void Session::closePast() {
    if (!m_past) return;
    m_closing.push_back(std::async(std::launch::async,
                                   [pipeline = std::move(m_past->pipeline)]() mutable { pipeline.reset(); }));
    m_past.reset();
}

void Session::takeUpPast() {
    auto opened = m_wayBack ? m_wayBack->take() : std::nullopt;
    if (!opened) return;
    const bool goesOn = std::exchange(m_goesOn, false) && m_past;
    m_awaits = false;
    if (!*opened) {
        tellFailure(opened->error());
        if (!m_past || m_past->isChartsAlone()) m_loop.reset();
        if (goesOn) m_past->control->send(replay::Pause{}); // whoever plays on asks for it once more
        return m_whenOpen.clear();
    }
    const auto& source = (*opened)->source;
    m_history.fill(source->recording());
    if (m_far && (!m_past || m_past->isChartsAlone())) m_desk.beginReplay(*source, m_far->name);
    std::optional<RecordedTime> at; // where the picture has come to
    if (goesOn && (*opened)->part) at = std::min(m_past->control->status().position, m_past->part->to);
    showPast(std::move(opened->value()), at);
    if (m_loop) sendLoop();
    for (const auto& command : std::exchange(m_whenOpen, {})) {
        if (const auto* wanted = std::get_if<replay::Seek>(&command))
            seek(wanted->to); // it may be elsewhere
        else
            send(command);
    }
}

void Session::goOnAfterPast() {
    if (!m_wayBack || !m_past || m_loop) return;
    const auto status = m_past->control->status();
    if (!status.recording || status.paused) return;
    if (m_past->part) return goOnAfterPart(*m_past->part, status);
    // A way back that has played all there was goes on with what has come since, unless it loops.
    if (!status.atEnd || isOpening()) return;
    if (std::isinf(status.speed) ||
        secondsBetween(m_past->recordedUntil, m_clock.steady()) <= kAlmostLiveSeconds)
        toLive();
    else
        openPast(status.recording->end, status.speed, false);
}

/// What follows is read before the part is through, and shown where the picture is by then.
void Session::goOnAfterPart(const FarPast::Part& part, const replay::Status& status) {
    if (!m_live && part.to >= m_far->to) return;
    const bool isThrough = status.atEnd || status.position >= part.to;
    if (isOpening()) {
        if (!m_goesOn || !isThrough || std::exchange(m_awaits, true)) return;
        return m_past->control->send(replay::Pause{}); // nothing falls silent
    }
    const auto left = std::chrono::duration<double>(part.to - status.position).count();
    // No earlier than that where the picture is then is well within what follows.
    const auto ahead = std::min(kReadsAheadSeconds * status.speed, m_wayBack->overlapSeconds() / 2);
    const bool isSoon = !m_wayBack->isOfRing(part.to) && left <= ahead;
    if (!isThrough && !isSoon) return;
    m_goesOn = true;
    m_wayBack->open({part.to, status.speed, false});
}

/// Somebody wants something else.
void Session::stopGoingOn() {
    if (!std::exchange(m_goesOn, false)) return;
    m_wayBack->cancel();
    m_whenOpen.clear();
    if (std::exchange(m_awaits, false)) send(replay::Play{});
}

// ---- what a timeline asks for

void Session::send(const replay::Command& command) {
    if (m_past) m_past->control->send(command);
    if (!isOpening()) return;
    // Dragging asks for many moments: the last one counts.
    if (std::holds_alternative<replay::Seek>(command)) forgetSeeks();
    m_whenOpen.push_back(command);
}

void Session::forgetSeeks() {
    std::erase_if(m_whenOpen, [](const auto& c) { return std::holds_alternative<replay::Seek>(c); });
}

void Session::play() {
    if (m_awaits) return;    // it does, as soon as what follows is there
    if (m_past && !m_live) { // of a feed, what has come since follows
        const auto status = m_past->control->status();
        if (status.atEnd && !status.loop && status.recording) seek(status.recording->begin);
    }
    send(replay::Play{});
}

void Session::pause() {
    m_awaits = false;
    if (looksBack())
        send(replay::Pause{});
    else if (!m_history.empty())
        openPast(m_history.end(), std::nullopt, true);
}

void Session::step(int by) {
    stopGoingOn();
    if (isElsewhere(seconds(by)))
        openPast(m_past->control->status().position + seconds(by), m_past->control->status().speed, true);
    else if (looksBack())
        send(replay::Step{by});
    else if (by < 0 && !m_history.empty())
        openPast(m_history.end() + seconds(by), std::nullopt, true);
}

void Session::setSpeed(double speed) {
    send(replay::SetSpeed{speed});
}

/// What has come since the way back was opened is not in it yet, and of what is far there is a part.
bool Session::isOpened(RecordedTime at) const {
    if (const auto& part = m_past->part) return at >= part->from && at <= part->to;
    const auto recording = m_past->control->status().recording;
    if (!recording) return true; // it says so as soon as it plays
    return at <= recording->end && (at >= recording->begin || m_wayBack->isOfRing(at));
}

/// A step would lead out of the part that is there.
bool Session::isElsewhere(seconds by) const {
    if (!m_wayBack || !m_past || !m_past->part || isOpening()) return false;
    const auto to = m_past->control->status().position + by;
    return !isOpened(to) && (!m_far || (to >= m_far->from && to <= m_far->to));
}

void Session::seek(Timeline::Time to) {
    stopGoingOn();
    if (isOpening() && !m_wayBack->willHold(to)) {
        forgetSeeks();
        const auto wish = m_wayBack->wish();
        return openPast(to, wish.speed, wish.paused);
    }
    if (m_wayBack && m_past && !isOpening()) {
        const auto status = m_past->control->status();
        if (!isOpened(to)) return openPast(to, status.speed, status.paused);
    }
    if (looksBack())
        send(replay::Seek{to});
    else if (m_far || !m_history.empty())
        openPast(to, std::nullopt, false);
}

void Session::loop(std::optional<Timeline::Range> range) {
    stopGoingOn();
    if (range && range->from >= range->to) range.reset();
    m_loop = range;
    if (!range) return send(replay::Loop{});
    if (!looksBack()) {
        if (m_history.empty())
            m_loop.reset();
        else
            openPast(range->from, std::nullopt, false);
        return;
    }
    if (m_wayBack && m_past && !isOpening()) {
        const auto status = m_past->control->status();
        if (m_past->part) { // as much of it as is read at once
            if (!isOpened(range->from)) return openPast(range->from, status.speed, status.paused);
        } else if (status.recording &&
                   std::min(range->to, Timeline::Time(m_history.end())) > status.recording->end) {
            return openPast(status.position, status.speed, status.paused);
        }
    }
    sendLoop();
}

void Session::sendLoop() {
    auto to = m_loop->to;
    if (m_past && m_past->part && !isOpening()) to = std::min(to, m_past->part->to);
    send(replay::Loop{{{m_loop->from, to}}});
}

void Session::toEvent(bool forward) {
    stopGoingOn();
    const auto moments = timeline().moments();
    if (m_wayBack && m_past && !isOpening()) { // the next one may be elsewhere
        const auto at = m_past->control->status().position;
        const auto next =
            forward ? std::ranges::upper_bound(moments, at) : std::ranges::lower_bound(moments, at);
        if (forward ? next == moments.end() : next == moments.begin()) return;
        if (const auto to = forward ? *next : *std::prev(next); !isOpened(to)) return seek(to);
    }
    if (looksBack()) return send(replay::ToEvent{forward, moments});
    if (!forward && !moments.empty() && !m_history.empty()) openPast(moments.back(), std::nullopt, false);
}

void Session::toLive() {
    if (!m_live) return;
    closePast();
    if (m_wayBack) m_wayBack->cancel();
    m_goesOn = m_awaits = false;
    m_whenOpen.clear();
    m_loop.reset();
    m_live->requests().put(std::make_shared<ViewRequest>(m_request));
}

} // namespace surgescope::feeds
