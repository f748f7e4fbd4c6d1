// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/session.h"

#include "feeds/pipeline/replay_timeline.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

namespace surgescope::feeds {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

template <class T> bool isReady(const std::future<T>& future) {
    return future.valid() && future.wait_for(seconds(0)) == std::future_status::ready;
}

} // namespace

// ---- what the feed is recorded by

void Session::Taps::received(std::string_view topic, std::string_view payload, WallTime arrived) {
    if (flight) flight->received(topic, payload, arrived);
    const std::scoped_lock lock(m_mutex);
    m_rosters.received(topic, payload);
    if (m_recorder) m_recorder->received(topic, payload, arrived);
}

void Session::Taps::settled(const FleetState& state) {
    if (flight) flight->settled(state);
    const std::scoped_lock lock(m_mutex);
    if (m_recorder) m_recorder->settled(state);
}

void Session::Taps::said(std::string_view topic, std::string_view payload) {
    if (flight) flight->said(topic, payload);
    const std::scoped_lock lock(m_mutex);
    if (m_recorder) m_recorder->said(topic, payload);
}

std::optional<std::uint64_t> Session::Taps::dropped() const {
    const std::scoped_lock lock(m_mutex);
    if (m_recorder) return m_recorder->status().dropped;
    return flight ? std::optional(flight->status().dropped) : std::nullopt;
}

void Session::Taps::setRecorder(Recorder* recorder) {
    const std::scoped_lock lock(m_mutex);
    m_recorder = recorder;
}

KnownRosters Session::Taps::rosters() const {
    const std::scoped_lock lock(m_mutex);
    return m_rosters;
}

// ---- beginning and ending

Session::Session(const PopCatalogue& catalogue, const Clock& clock, const Options& options)
    : m_catalogue(catalogue), m_clock(clock), m_options(options),
      m_desk(options.rules, options.rulesFile, clock) {}

Result<std::unique_ptr<Session>> Session::live(std::unique_ptr<Source> source, const PopCatalogue& catalogue,
                                               const Clock& clock, const Options& options) {
    std::unique_ptr<Session> session(new Session(catalogue, clock, options));
    if (options.flight) {
        // A wall without it is better than none.
        auto flight = FlightRecorder::open(*options.flight, clock);
        if (flight)
            session->m_flight = std::move(flight.value());
        else
            session->m_flightError = flight.error();
        session->m_taps.flight = session->m_flight.get();
        if (session->m_flight) session->beginWayBack();
    }
    if (options.record) {
        auto recorder = Recorder::open(*options.record, clock);
        if (!recorder) return Error{recorder.error()};
        session->m_recorder = std::move(recorder.value());
        session->m_taps.setRecorder(session->m_recorder.get());
    }
    if (auto refused = session->m_desk.openLine(options.desk)) return std::move(*refused);
    auto saved = session->m_desk.beginLive(session->m_flight ? session->m_flight->folder() : std::string());
    session->m_live = std::make_unique<Pipeline>(
        std::move(source), catalogue, clock,
        Pipeline::Options{options.frameEvery, options.nodeColumns, &session->m_taps,
                          1 + kEpochsEach * session->m_pipelines++, options.rules, std::move(saved)});
    session->m_desk.setPipeline(session->m_live.get());
    session->m_desk.sayNotes();
    session->readBaseline();
    return session;
}

std::unique_ptr<Session> Session::replay(std::unique_ptr<ReplaySource> source, const PopCatalogue& catalogue,
                                         const Clock& clock, const Options& options) {
    std::unique_ptr<Session> session(new Session(catalogue, clock, options));
    session->m_desk.beginReplay(*source, source->endpoints().front().name);
    session->showPast({.source = std::move(source), .until = clock.steady()});
    session->readBaseline();
    return session;
}

std::unique_ptr<Session> Session::replay(std::unique_ptr<FarPast> past, const Far& far,
                                         const WayBack::Wish& first, const PopCatalogue& catalogue,
                                         const Clock& clock, const Options& options) {
    std::unique_ptr<Session> session(new Session(catalogue, clock, options));
    session->m_far = far;
    session->m_wayBack.emplace(nullptr, std::move(past), clock);
    session->m_wayBack->setKept(far.from, {});
    session->showCharts(first);
    session->openPast(first.at, first.speed, first.paused);
    session->readBaseline();
    return session;
}

Session::~Session() = default;

// ---- the baseline

void Session::readBaseline() {
    m_readingBaseline = std::async(std::launch::async, [this] {
        return m_options.baseline.empty() ? builtInBaseline(m_catalogue)
                                          : feeds::readBaseline(m_options.baseline, m_catalogue);
    });
}

void Session::takeUpBaseline() {
    auto read = m_readingBaseline.get();
    if (!read) {
        tellFailure("baseline: " + read.error());
        return;
    }
    m_baseline = std::move(read.value());
    for (auto* pipeline : {m_live.get(), m_past ? m_past->pipeline.get() : nullptr})
        if (pipeline) pipeline->baselines().put(m_baseline);
}

// ---- what was begun elsewhere

void Session::takeUp() {
    std::erase_if(m_closing, [](const auto& closing) { return isReady(closing); });
    if (isReady(m_keeping)) {
        const auto kept = m_keeping.get();
        kept ? tell({"kept as " + kept.value()}) : tellFailure("not kept: " + kept.error());
    }
    if (isReady(m_readingBaseline)) takeUpBaseline();
    if (auto problem = m_desk.takeUp(); !problem.empty()) tellFailure(std::move(problem));
    takeUpPast();
    takeUpFailures();
    goOnAfterPast();
}

void Session::takeUpFailures() {
    if (m_flight)
        if (auto problem = m_flight->takeAsideProblem(); !problem.empty()) tellFailure(std::move(problem));
    const auto hasFailed = [](const auto& recorder) {
        return recorder && recorder->status().state == Recorder::State::failed;
    };
    if (!m_flightFailed && hasFailed(m_flight)) {
        m_flightFailed = true;
        tellFailure("the flight recorder failed: " + m_flight->status().reason);
    }
    if (m_recorderFailed || !hasFailed(m_recorder)) return;
    m_recorderFailed = true;
    const auto status = m_recorder->status();
    tellFailure("not recording: " + status.reason);
    if (status.files == 0) record(false); // it never was one
}

// ---- frames and alarms

std::shared_ptr<const LiveStatus> Session::takeStatus() {
    return m_desk.takeStatus(m_past ? m_past->control->status().position : RecordedTime{});
}

std::shared_ptr<const Frame> Session::takeFrame() {
    takeUp();
    auto live = m_live ? m_live->frames().take() : nullptr;
    auto shown = m_past ? takePastFrame() : live;
    if (const auto& newest = m_live ? live : shown) noteNewest(*newest);
    if (live) m_history.add(*live, m_clock.steady());
    return shown;
}

std::shared_ptr<const Frame> Session::takePastFrame() {
    auto frame = m_past->pipeline->frames().take();
    auto& until = m_past->staysUntil;
    if (!frame || !until) return frame;
    if (!frame->settled && m_clock.steady() < *until) return nullptr;
    until.reset();
    return frame;
}

void Session::noteNewest(const Frame& frame) {
    m_feedAgeSeconds = frame.health.newestAgeSeconds;
    m_feedAgeAt = m_clock.steady();
    if (!m_wayBack || m_far) return;
    // A stream is stored by the clocks of now: what a simulation in fast motion calls now is not in it.
    std::optional<RecordedTime> kept;
    if (frame.health.behindSeconds)
        for (const auto& endpoint : frame.health.endpoints)
            if (endpoint.keptSince) kept = std::chrono::ceil<std::chrono::milliseconds>(*endpoint.keptSince);
    m_wayBack->setKept(kept, std::chrono::round<std::chrono::milliseconds>(
                                 std::chrono::duration<double>(frame.health.behindSeconds.value_or(0))));
    m_history.setKept(kept ? m_wayBack->since() : std::nullopt);
}

void Session::request(const ViewRequest& request) {
    m_request = request;
    for (auto* pipeline : {m_live.get(), m_past ? m_past->pipeline.get() : nullptr})
        if (pipeline) pipeline->requests().put(std::make_shared<ViewRequest>(request));
}

// ---- the timeline

Timeline Session::timeline() {
    takeUp();
    Timeline timeline;
    timeline.opening = isOpening();
    if (m_wayBack) timeline.openingShare = m_wayBack->share();
    m_desk.writeTo(timeline);
    writeRecording(timeline);
    timeline.feedAgeSeconds = m_feedAgeSeconds;
    if (m_live) {
        if (m_feedAgeSeconds) *timeline.feedAgeSeconds += secondsBetween(m_feedAgeAt, m_clock.steady());
        timeline.mode = m_past ? Timeline::Mode::behindLive : Timeline::Mode::live;
        m_history.writeTo(timeline);
        timeline.position = timeline.end;
        if (m_wayBack && !timeline.empty && m_flight->status().state != Recorder::State::failed)
            if (const auto since = m_wayBack->since()) timeline.buffered = {{*since, timeline.end}};
    } else {
        timeline.mode = Timeline::Mode::replay;
    }
    if (m_past) writeReplay(m_past->control->status(), timeline);
    if (m_awaits) timeline.paused = false;               // nobody asked for it
    if (m_far && (!m_past || m_past->isChartsAlone())) { // all of it can be gone to, though nothing was read
        timeline.empty = false;
        if (timeline.overview.empty()) {
            timeline.begin = m_far->from;
            timeline.end = m_far->to;
        }
        timeline.position = isOpening() ? m_wayBack->wish().at : std::max(timeline.position, timeline.begin);
        if (isOpening()) timeline.paused = m_wayBack->wish().paused;
    }
    if (m_far && m_past) // what was not read is no gap
        std::erase_if(timeline.gaps,
                      [&](const auto& gap) { return !isOpened(gap.from) || !isOpened(gap.to); });
    if (!m_live && m_desk.mustJudge()) timeline.judgedTo = timeline.position;
    return timeline;
}

void Session::writeRecording(Timeline& timeline) const {
    auto& recording = timeline.recording;
    if (!m_recorder && !m_flight) {
        if (m_flightError.empty()) return;
        recording.state = Timeline::Recording::State::failed;
        recording.flight = true;
        recording.reason = m_flightError;
        recording.path = m_options.flight->folder;
        return;
    }
    const auto status = m_recorder ? m_recorder->status() : m_flight->status();
    recording.flight = !m_recorder;
    // Failed from when it was taken up, so that it is told at the same moment.
    const bool failed = m_recorder ? m_recorderFailed : m_flightFailed;
    recording.state = failed ? Timeline::Recording::State::failed : Timeline::Recording::State::recording;
    recording.reason = status.reason;
    recording.path = m_recorder ? status.path : m_flight->folder();
    recording.bytes = m_recorder ? status.bytes : m_flight->bytes();
    recording.dropped = status.dropped;
    recording.rostersForgotten = status.rostersForgotten;
    recording.queueFill = status.queueFill;
}

// ---- what is told

std::vector<Notice> Session::takeNotices() {
    return std::exchange(m_notices, {});
}

/// Of a flood that nobody takes the newest are kept, and nothing is told twice in a row.
void Session::tell(Notice notice) {
    constexpr std::size_t kMost = 100;
    if (!m_notices.empty() && m_notices.back() == notice) return;
    if (m_notices.size() == kMost) m_notices.erase(m_notices.begin());
    m_notices.push_back(std::move(notice));
}

// ---- keeping and recording

std::string Session::newPath(const char* kind) {
    auto stamp = utcText(std::chrono::floor<seconds>(m_clock.wall()));
    std::ranges::replace(stamp, ' ', 'T');
    std::erase(stamp, ':');
    const auto stem = (fs::path(m_options.recordingsFolder) / (stamp + "Z-" + kind)).string();
    m_sameStem = stem == m_lastStem ? m_sameStem + 1 : 1; // within a second
    m_lastStem = stem;
    return stem + (m_sameStem > 1 ? "-" + std::to_string(m_sameStem) : "") + ".mcap";
}

void Session::keep() {
    if (!m_flight || m_keeping.valid()) return;
    tell({"keeping what the flight recorder holds"});
    m_keeping = std::async(std::launch::async, [this, path = newPath("kept")]() -> Result<std::string> {
        std::error_code error;
        fs::create_directories(m_options.recordingsFolder, error);
        const auto kept = m_flight->keep(path, m_catalogue);
        if (!kept) return Error{kept.error()};
        return path;
    });
}

void Session::record(bool on) {
    if (!m_live || (on && m_recorder && !m_recorderFailed)) return;
    m_taps.setRecorder(nullptr);
    if (m_recorder) // its last words to the disk are waited for elsewhere
        m_closing.push_back(
            std::async(std::launch::async, [ended = std::move(m_recorder)]() mutable { ended.reset(); }));
    m_recorderFailed = false;
    if (!on) return;
    Recorder::Options options;
    options.path = newPath("recorded");
    options.library = m_options.library;
    options.rosters = [this] { return m_taps.rosters(); };
    m_recorder = Recorder::start(options, m_clock);
    m_taps.setRecorder(m_recorder.get());
    m_desk.sayNotes();
}

} // namespace surgescope::feeds
