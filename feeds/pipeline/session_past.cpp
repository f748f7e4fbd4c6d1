// SPDX-License-Identifier: GPL-3.0-or-later
// The way back, and what a timeline asks for; the other half of session.cpp.
#include "feeds/pipeline/session.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace surgescope::feeds {
namespace {

/// A way back that has caught up with the feed to so many seconds is live again.
constexpr double kAlmostLiveSeconds = 3;

} // namespace

void Session::beginWayBack() {
    std::unique_ptr<StreamPast> stream;
    if (m_options.stream)
        stream = std::make_unique<StreamPast>(StreamPast::Options{.feed = *m_options.stream,
                                                                  .folder = m_flight->folder() + "/stream",
                                                                  .library = m_options.library},
                                              m_catalogue, m_clock);
    m_wayBack.emplace(*m_flight, std::move(stream), m_clock);
}

void Session::openPast(RecordedTime at, std::optional<double> speed, bool paused) {
    if (!m_wayBack) return;
    m_history.reachBack(at);
    m_wayBack->open({at, speed, paused});
}

void Session::showPast(WayBack::Opened opened) {
    closePast();
    auto& source = opened.source;
    Past past;
    past.recordedUntil = opened.until;
    past.goesOn = opened.goesOn;
    past.control = source->control();
    if (const auto& damage = source->damage(); !damage.empty())
        tellFailure(damage.front().text +
                    (damage.size() > 1 ? " (and " + std::to_string(damage.size() - 1) + " more)" : ""));
    past.pipeline = std::make_unique<Pipeline>(
        std::move(source), m_catalogue, m_clock,
        Pipeline::Options{m_options.frameEvery, m_options.nodeColumns, nullptr,
                          1 + kEpochsEach * m_pipelines++,
                          m_live || !m_desk.mustJudge() ? std::nullopt : std::optional(m_options.rules)});
    if (!m_live) m_desk.setPipeline(past.pipeline.get());
    past.pipeline->requests().put(std::make_shared<ViewRequest>(m_request));
    if (m_baseline) past.pipeline->baselines().put(m_baseline);
    m_past = std::move(past);
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
    if (*opened) {
        m_history.fill((*opened)->source->recording());
        showPast(std::move(opened->value()));
        if (m_loop) send(replay::Loop{{{m_loop->from, m_loop->to}}});
        for (const auto& command : m_whenOpen)
            send(command);
    } else {
        tellFailure(opened->error());
        if (!m_past) m_loop.reset();
    }
    m_whenOpen.clear();
}

void Session::goOnAfterPast() {
    // A way back that has played all there was goes on with what has come since, unless it loops.
    if (!m_live || !m_past || m_loop || isOpening()) return;
    const auto status = m_past->control->status();
    if (!status.recording || !status.atEnd || status.paused) return;
    if (m_past->goesOn)
        openPast(*m_past->goesOn, status.speed, false);
    else if (std::isinf(status.speed) ||
             secondsBetween(m_past->recordedUntil, m_clock.steady()) <= kAlmostLiveSeconds)
        toLive();
    else
        openPast(status.recording->end, status.speed, false);
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
    if (m_past && !m_live) { // of a feed, what has come since follows
        const auto status = m_past->control->status();
        if (status.atEnd && !status.loop && status.recording) send(replay::Seek{status.recording->begin});
    }
    send(replay::Play{});
}

void Session::pause() {
    if (looksBack())
        send(replay::Pause{});
    else if (!m_history.empty())
        openPast(m_history.end(), std::nullopt, true);
}

void Session::step(int by) {
    if (looksBack())
        send(replay::Step{by});
    else if (by < 0 && !m_history.empty())
        openPast(m_history.end() + seconds(by), std::nullopt, true);
}

void Session::setSpeed(double speed) {
    send(replay::SetSpeed{speed});
}

/// What has come since the way back was opened is not in it yet, and of a stream there is a part.
bool Session::isOpened(RecordedTime at) const {
    const auto recording = m_past->control->status().recording;
    if (!recording) return true; // it says so as soon as it plays
    return at <= recording->end && (at >= recording->begin || (!m_past->goesOn && m_wayBack->isOfRing(at)));
}

void Session::seek(Timeline::Time to) {
    if (isOpening() && !m_wayBack->willHold(to)) {
        forgetSeeks();
        const auto wish = m_wayBack->wish();
        return openPast(to, wish.speed, wish.paused);
    }
    if (m_live && m_past && !isOpening()) {
        const auto status = m_past->control->status();
        if (!isOpened(to)) return openPast(to, status.speed, status.paused);
    }
    if (looksBack())
        send(replay::Seek{to});
    else if (!m_history.empty())
        openPast(to, std::nullopt, false);
}

void Session::loop(std::optional<Timeline::Range> range) {
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
    if (m_live && m_past && !isOpening()) { // what has come since the way back was opened is not in it yet
        const auto status = m_past->control->status();
        if (status.recording && std::min(range->to, Timeline::Time(m_history.end())) > status.recording->end)
            return openPast(status.position, status.speed, status.paused);
    }
    send(replay::Loop{{{range->from, range->to}}});
}

void Session::toEvent(bool forward) {
    const auto moments = timeline().moments();
    if (m_live && m_past && !isOpening()) { // the next one may be elsewhere
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
    m_whenOpen.clear();
    m_loop.reset();
    m_live->requests().put(std::make_shared<ViewRequest>(m_request));
}

} // namespace surgescope::feeds
