// SPDX-License-Identifier: GPL-3.0-or-later
// surgescope: the dashboard. Wires a source to the feed thread, the feed thread to the window, and nothing
// else.
#include "feeds/capture/recorded_time.h"
#include "feeds/history/store_past.h"
#include "feeds/pipeline/rehearsal.h"
#include "feeds/pipeline/session.h"
#include "feeds/source/open_feed.h"
#include "feeds/state/rollup.h"
#include "feeds/transport/allow_list.h"
#include "feeds/util/own_process.h"

#include "app/dashboard/alarm_program.h"
#include "app/dashboard/alarm_sound.h"
#include "app/dashboard/heartbeat.h"
#include "app/dashboard/history_fetch.h"
#include "app/dashboard/options.h"
#include "app/dashboard/replay_export.h"
#include "app/dashboard/screens.h"
#include "app/dashboard/stats.h"
#include "app/dashboard/view_exports.h"
#include "app/version.h"
#include "widgets/base/fonts.h"
#include "widgets/timeline/timeline_widget.h"
#include "widgets/wall/notices.h"
#include "widgets/wall/wall_desk.h"
#include "widgets/wall/wall_window.h"

#include <QApplication>
#include <QIcon>
#include <QSysInfo>
#include <QTimer>

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

using namespace surgescope;
using std::chrono::milliseconds;

namespace {

constexpr const char* kRehearsalEndpoint = "inproc://rehearsal";

int fail(const std::string& text) {
    std::fprintf(stderr, "surgescope: %s\n", text.c_str());
    return 2;
}

volatile std::sig_atomic_t stopSignal = 0;

feeds::Rehearsal::Options rehearsalOptions(const app::Options& options,
                                           const std::shared_ptr<feeds::ZmqContext>& context) {
    return {.scenario = *options.simulate,
            .nodes = options.nodes,
            .seed = options.seed,
            .speed = options.speed,
            .publisher = {.name = "rehearsal",
                          .bind = {kRehearsalEndpoint},
                          .lossless = true,
                          .context = context},
            .control = options.control};
}

/// What the desk calls this wall.
std::string wallName() {
    const auto name = QSysInfo::machineHostName().toStdString();
    return feeds::isWord(name, feeds::WallReport::kMostName) ? name : "wall";
}

feeds::Session::Options sessionOptions(const app::Options& options,
                                       std::shared_ptr<feeds::ZmqContext> context = nullptr) {
    feeds::Session::Options session{.nodeColumns = options.nodeColumns,
                                    .recordingsFolder = options.recordingsFolder,
                                    .baseline = options.baseline,
                                    .library = "surgescope " + app::versionText()};
    session.rulesFile = options.rules;
    session.desk = {.serve = options.desk, .ask = options.deskAt, .wall = wallName(), .context = context};
    if (options.flight)
        session.flight = {
            .folder = options.flightFolder, .bytes = options.flightBytes, .library = session.library};
    if (!options.record.empty()) session.record = {.path = options.record, .library = session.library};
    return session;
}

feeds::Result<std::unique_ptr<feeds::Session>> followFeed(const app::Options& options,
                                                          const std::shared_ptr<feeds::ZmqContext>& context,
                                                          const feeds::PopCatalogue& catalogue,
                                                          const feeds::Clock& clock) {
    feeds::FeedEndpoints endpoints{.connect = options.connect,
                                   .bind = options.bind,
                                   .history = feeds::Rollup::kFineRange,
                                   .context = context};
    if (options.simulate) {
        endpoints.connect = {kRehearsalEndpoint};
        endpoints.publishersWait = true;
    }
    auto source = feeds::openFeed(endpoints);
    if (!source) return feeds::Error{source.error()};
    auto session = sessionOptions(options, context);
    session.stream = endpoints;
    return feeds::Session::live(std::move(source.value()), catalogue, clock, session);
}

feeds::Result<std::unique_ptr<feeds::Session>>
playRecording(const app::Options& options, const feeds::PopCatalogue& catalogue, const feeds::Clock& clock) {
    auto source = feeds::ReplaySource::open(options.replay, clock, {.speed = options.speed});
    if (!source) return feeds::Error{"--replay: " + source.error()};
    if (!options.at.empty()) {
        const auto at = feeds::parseRecordedTime(options.at, source.value()->recording());
        if (!at) return feeds::Error{"--at: " + at.error()};
        source.value()->control()->send(feeds::replay::Seek{*at});
    }
    return feeds::Session::replay(std::move(source.value()), catalogue, clock, sessionOptions(options));
}

feeds::Result<std::unique_ptr<feeds::Session>>
watchHistory(const app::Options& options, const feeds::PopCatalogue& catalogue, const feeds::Clock& clock) {
    const auto& watched = *options.watched;
    feeds::Session::Far far{.from = watched.from, .to = watched.to, .name = watched.file};
    feeds::RecordedTime at = watched.from;
    if (!options.at.empty()) {
        feeds::RecordingIndex index;
        index.begin = far.from;
        index.end = far.to;
        index.releaseAt = watched.releaseAt;
        const auto said = feeds::parseRecordedTime(options.at, index);
        if (!said) return feeds::Error{"--at: " + said.error()};
        at = *said;
    }
    auto past = feeds::StorePast::open(
        {.store = {.url = watched.url, .job = options.history.job, .http = options.history.store.http},
         .from = watched.from,
         .to = watched.to,
         .releaseAt = watched.releaseAt,
         .folder = options.flightFolder + "-history",
         .library = "surgescope " + app::versionText()},
        catalogue);
    if (!past) return feeds::Error{watched.option + ": " + past.error()};
    auto charts = past.value()->chartsUpTo(at);
    if (!charts) return feeds::Error{watched.option + ": " + charts.error()};
    far.charts = std::move(charts.value());
    return feeds::Session::replay(std::move(past.value()), far, {.at = at, .speed = options.speed}, catalogue,
                                  clock, sessionOptions(options));
}

/// What the timeline is asked for is done by the session.
void steer(feeds::Session& session, widgets::WallWindow& window) {
    using Bar = widgets::TimelineWidget;
    using feeds::Timeline;
    auto& bar = window.timeline();
    QObject::connect(&bar, &Bar::playRequested, &window, [&session] { session.play(); });
    QObject::connect(&bar, &Bar::pauseRequested, &window, [&session] { session.pause(); });
    QObject::connect(&bar, &Bar::stepRequested, &window, [&session](int seconds) { session.step(seconds); });
    QObject::connect(&bar, &Bar::speedRequested, &window,
                     [&session](double speed) { session.setSpeed(speed); });
    QObject::connect(&bar, &Bar::seekRequested, &window, [&session](Timeline::Time to) { session.seek(to); });
    QObject::connect(&bar, &Bar::loopRequested, &window,
                     [&session](const std::optional<Timeline::Range>& range) { session.loop(range); });
    QObject::connect(&bar, &Bar::eventRequested, &window, [&session](bool next) { session.toEvent(next); });
    QObject::connect(&bar, &Bar::liveRequested, &window, [&session] { session.toLive(); });
    QObject::connect(&bar, &Bar::keepRequested, &window, [&session] { session.keep(); });
    QObject::connect(&window, &widgets::WallWindow::recordRequested, &window,
                     [&session](bool on) { session.record(on); });
}

} // namespace

int main(int argc, char** argv) {
    auto parsed = app::parseOptions(argc, argv);
    if (const auto* status = std::get_if<int>(&parsed)) return *status;
    const auto& options = std::get<app::Options>(parsed);
    feeds::raiseDescriptorLimit();

    for (const auto& wanted : options.fetches)
        if (const auto failed = app::fetchHistory(wanted, options))
            return fail(wanted.option + ": " + failed->text);

    if (options.exportView) {
        const auto failed = app::exportReplay(options, argc, argv);
        return failed ? fail(failed->text) : 0;
    }

    std::unique_ptr<app::StatsWriter> stats;
    if (!options.stats.empty()) {
        auto opened = app::StatsWriter::open(options.stats);
        if (!opened) return fail(opened.error());
        stats = std::move(opened.value());
    }

    const feeds::SystemClock clock;
    const auto& catalogue = *options.catalogue;
    auto context = std::make_shared<feeds::ZmqContext>(std::make_shared<feeds::Trust>(options.trust));
    std::unique_ptr<feeds::Rehearsal> rehearsal;
    if (options.simulate) {
        auto opened = feeds::Rehearsal::open(rehearsalOptions(options, context), catalogue, clock);
        if (!opened) return fail(opened.error());
        rehearsal = std::move(opened.value());
    }
    auto opened = options.watched          ? watchHistory(options, catalogue, clock)
                  : options.replay.empty() ? followFeed(options, context, catalogue, clock)
                                           : playRecording(options, catalogue, clock);
    if (!opened) return fail(opened.error());
    const auto session = std::move(opened.value());

    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("surgescope"));
    // As resources/packaging calls it: by this name desktops find its icon.
    QApplication::setDesktopFileName(QStringLiteral("org.surgescope.surgescope"));
    QApplication::setWindowIcon(QIcon::fromTheme(QApplication::desktopFileName()));
    widgets::loadFonts();

    widgets::WallWindow window(catalogue);
    window.setWindowTitle(QStringLiteral("surgescope"));
    QObject::connect(&window, &widgets::WallWindow::viewRequestChanged, &window,
                     [&session](const feeds::ViewRequest& request) { session->request(request); });
    steer(*session, window);
    window.desk().setPerson(qEnvironmentVariable("USER", QStringLiteral("somebody")));
    QObject::connect(&window.desk(), &widgets::WallDesk::alarmAsked, &window,
                     [&session, &window](const feeds::AlarmCommand& command) {
                         if (const auto refused = session->ask(command))
                             window.notices().sayFailure("Not done: " +
                                                         QString::fromStdString(refused->text));
                     });
    QObject::connect(&window.desk(), &widgets::WallDesk::noteWritten, &window,
                     [&session, &window](const feeds::Note& note) {
                         if (const auto refused = session->write(note))
                             window.notices().sayFailure("Not written: " +
                                                         QString::fromStdString(refused->text));
                     });
    app::ViewExports exports(window, options.exportsFolder);
    QObject::connect(&window, &widgets::WallWindow::exportRequested, &window,
                     [&exports](widgets::ExportView view, widgets::ExportFormats formats) {
                         exports.exportView(view, formats);
                     });
    if (options.releaseAt) window.setRelease(options.releaseAt);
    window.focus().setRange({options.range, std::nullopt, widgets::Reach::data});
    app::Screens screens(options, window);
    if (const std::string problem = screens.problem(); !problem.empty()) return fail(problem);
    window.focus().select(options.select);
    screens.show();
    const app::Heartbeat heart(window, [&session] { session->notePainted(); });

    std::shared_ptr<const feeds::Frame> shown;
    std::shared_ptr<const feeds::LiveStatus> status;
    std::optional<app::AlarmProgram> onAlarm;
    if (!options.onAlarm.empty()) onAlarm.emplace(options.onAlarm);
    std::unique_ptr<app::AlarmSound> sound;
    if (options.sound) {
        auto found = app::AlarmSound::open();
        if (!found) return fail(found.error());
        sound = std::move(found.value());
    }
    QObject::connect(&window.desk(), &widgets::WallDesk::muteRequested, &window, [&] {
        if (sound) sound->mute(clock.steady());
        window.notices().say(sound ? QStringLiteral("Alarms are not heard for a minute")
                                   : QStringLiteral("Alarms are not heard here: see --sound"));
    });
    QTimer frames;
    QObject::connect(&frames, &QTimer::timeout, &window, [&] {
        if (auto frame = session->takeFrame()) window.setFrame(shown = std::move(frame));
        if (auto now = session->takeStatus()) {
            if (onAlarm) onAlarm->take(*now);
            window.setStatus(status = std::move(now));
        }
        if (sound && status) sound->take(*status, clock.steady());
        if (stopSignal) QApplication::quit();
    });
    frames.start(milliseconds(16));

    QTimer timeline;
    std::string programProblem, soundProblem; // as told last
    QObject::connect(&timeline, &QTimer::timeout, &window, [&] {
        window.setTimeline(session->timeline());
        for (const feeds::Notice& notice : session->takeNotices()) {
            const auto text = QString::fromStdString(notice.text);
            notice.isFailure ? window.notices().sayFailure(text) : window.notices().say(text);
        }
        exports.takeUp();
        const auto tellOnce = [&window](std::string& told, const std::string& problem) {
            if (std::exchange(told, problem) != problem)
                window.notices().sayFailure(QString::fromStdString(problem));
        };
        if (onAlarm) tellOnce(programProblem, onAlarm->problem());
        if (sound) tellOnce(soundProblem, sound->problem());
    });
    timeline.start(milliseconds(100));

    const auto started = clock.steady();
    QTimer everySecond;
    if (stats) {
        QObject::connect(&everySecond, &QTimer::timeout, &window, [&] {
            if (!shown) return;
            const auto& notices = window.notices();
            const auto failure = notices.isFailure() ? notices.text().toStdString() : std::string();
            if (!stats->write(*shown, session->timeline(), status.get(), failure, window.takePaintTimes(),
                              window.pictureDelays(), feeds::secondsBetween(started, clock.steady()))) {
                std::fprintf(stderr, "surgescope: --stats: cannot write any more; statistics end here\n");
                everySecond.stop();
            }
        });
        everySecond.start(milliseconds(1000));
    }

    QTimer ending;
    ending.setSingleShot(true);
    if (!options.screenshot.empty()) {
        QObject::connect(&ending, &QTimer::timeout, &window, [&] {
            if (!window.isSettled()) return ending.start(milliseconds(20)); // a map still being drawn
            const bool saved = window.grab().save(QString::fromStdString(options.screenshot), "PNG");
            QApplication::exit(saved ? 0 : fail("--screenshot: cannot write '" + options.screenshot + "'"));
        });
        ending.start(milliseconds(static_cast<int>(options.after * 1000)));
    } else if (options.quitAfter) {
        QObject::connect(&ending, &QTimer::timeout, &window, [] { QApplication::quit(); });
        ending.start(milliseconds(static_cast<int>(*options.quitAfter * 1000)));
    }

    for (const int signal : {SIGINT, SIGTERM})
        std::signal(signal, [](int) { stopSignal = 1; });
    std::signal(SIGPIPE, SIG_IGN);
    std::jthread simulation;
    if (rehearsal)
        simulation = std::jthread([&rehearsal](const std::stop_token& stop) { rehearsal->run(stop); });
    return QApplication::exec();
}
