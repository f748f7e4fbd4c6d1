// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/replay_export.h"

#include "feeds/capture/baseline_file.h"
#include "feeds/capture/recorded_time.h"
#include "feeds/pipeline/feed_step.h"
#include "feeds/pipeline/replay_timeline.h"
#include "feeds/source/replay_source.h"

#include "app/dashboard/view_exports.h"
#include "app/dashboard/whole_file.h"
#include "widgets/base/fonts.h"
#include "widgets/base/panel_widget.h"
#include "widgets/charts/line_chart.h"
#include "widgets/export/frame_csv.h"
#include "widgets/export/picture.h"
#include "widgets/timeline/timeline_widget.h"
#include "widgets/wall/wall_window.h"

#include <QApplication>
#include <QEventLoop>
#include <QTimer>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace surgescope::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using widgets::ExportFormat;
using widgets::ExportView;

struct Range {
    feeds::RecordedTime from{};
    feeds::RecordedTime to{};
};

std::string text(feeds::RecordedTime time) {
    return feeds::isoText(std::chrono::floor<seconds>(time));
}

feeds::Result<Range> rangeOf(const Options& options, const feeds::RecordingIndex& recording) {
    Range range{recording.begin, recording.end};
    if (!options.exportTo.empty()) {
        const auto to = feeds::parseRecordedTime(options.exportTo, recording);
        if (!to) return feeds::Error{"--to: " + to.error()};
        range.to = *to;
    }
    if (!options.exportFrom.empty()) {
        const auto from = feeds::parseRecordedTime(options.exportFrom, recording);
        if (!from) return feeds::Error{"--from: " + from.error()};
        range.from = *from;
    } else {
        range.from = std::max(range.from, range.to - options.range);
    }
    const bool inGap = std::ranges::any_of(recording.gaps, [&](const feeds::RecordingIndex::Gap& gap) {
        return gap.from <= range.from && gap.to >= range.to;
    });
    const std::string said = text(range.from) + " to " + text(range.to);
    if (range.to <= recording.begin || range.from >= recording.end || inGap)
        return feeds::Error{"nothing is recorded from " + said + ": '" + options.replay + "' reaches from " +
                            text(recording.begin) + " to " + text(recording.end)};
    range.to = std::min(range.to, recording.end);
    if (range.to - range.from < widgets::Focus::kShortest || range.to - range.from > widgets::Focus::kLongest)
        return feeds::Error{"--from, --to: expected 10 seconds to 48 hours, got " + said};
    return range;
}

/// A recording, standing at a moment.
struct Replay {
    feeds::SystemClock clock;
    std::unique_ptr<feeds::ReplaySource> source;
    std::unique_ptr<feeds::FeedStep> step;

    std::shared_ptr<const feeds::Frame> show(const feeds::ViewRequest& request) {
        step->request(request);
        while (step->receive(milliseconds(0)) > 0) {
        }
        return step->buildFrame(0);
    }
    feeds::Timeline timeline() const {
        feeds::Timeline timeline;
        timeline.mode = feeds::Timeline::Mode::replay;
        feeds::writeReplay(source->control()->status(), timeline);
        return timeline;
    }
};

/// Until all widgets show their frame and the map is drawn.
void settle(widgets::WallWindow& window) {
    QEventLoop loop;
    QTimer poll;
    QObject::connect(&poll, &QTimer::timeout, &loop, [&] {
        if (window.isSettled()) loop.quit();
    });
    poll.start(milliseconds(5));
    loop.exec();
}

feeds::ViewRequest requestFor(const widgets::WallWindow& window, const QWidget& shown, ExportFormat format) {
    feeds::ViewRequest request = window.viewRequest();
    if (format == ExportFormat::csv) { // all there is: no screen limits a table
        request.chartColumns = request.heatColumns = 5'000;
        request.heatRows = 10'000;
    } else if (const auto* chart = qobject_cast<const widgets::LineChart*>(&shown)) {
        request.chartColumns = chart->plotColumns();
    }
    return request;
}

/// The size of a view that fills a picture of the size asked for, together with its note.
feeds::Result<QSize> sizeFor(widgets::WallWindow& window, ExportView view, const Options& options) {
    const QSize whole = options.sizeGiven ? QSize(options.width, options.height) : widgets::pictureSize(view);
    const QSize room = widgets::Picture::roomIn(whole, noteOf(window, view), window.scale());
    if (room.height() < 60) return feeds::Error{"--size: too low for a picture and what it says of itself"};
    return room;
}

} // namespace

std::optional<feeds::Error> exportReplay(const Options& options, int& argc, char** argv) {
    const ExportView view = *options.exportView;
    const ExportFormat format = *widgets::formatOf(options.output);
    Replay replay;
    auto opened = feeds::ReplaySource::open(options.replay, replay.clock, {.paused = true});
    if (!opened) return feeds::Error{"--replay: " + opened.error()};
    replay.source = std::move(opened.value());
    const auto range = rangeOf(options, replay.source->recording());
    if (!range) return feeds::Error{range.error()};
    replay.source->control()->send(feeds::replay::Seek{range->to});

    qputenv("QT_QPA_PLATFORM", "offscreen"); // there may be no screen, and nothing shall appear on it
    const QApplication application(argc, argv);
    widgets::loadFonts();
    widgets::setTheme(options.theme);
    const auto& catalogue = *options.catalogue;
    replay.step =
        std::make_unique<feeds::FeedStep>(*replay.source, catalogue, replay.clock, options.nodeColumns);
    auto baseline = options.baseline.empty() ? feeds::builtInBaseline(catalogue)
                                             : feeds::readBaseline(options.baseline, catalogue);
    if (!baseline) return feeds::Error{baseline.error()};
    replay.step->setBaseline(std::move(baseline.value()));

    widgets::WallWindow window(catalogue);
    window.resize(1920, 1080);
    if (view == ExportView::wall && options.sizeGiven) window.resize(options.width, options.height);
    if (options.releaseAt) window.setRelease(options.releaseAt);
    window.focus().setRange({std::chrono::ceil<seconds>(range->to - range->from), std::nullopt});
    window.focus().select(options.select);
    window.show();
    std::optional<QSize> size;
    const auto show = [&] {
        window.setFrame(replay.show(requestFor(window, window.exported(view, size), format)));
        window.setTimeline(replay.timeline());
    };
    show();
    if (!window.frame()->settled)
        return feeds::Error{"nothing is recorded of " + text(range->to) + " in '" + options.replay + "'"};
    const auto& pops = window.frame()->pops;
    if (options.select.isPop() && !catalogue.find(options.select.code) &&
        std::ranges::find(pops, options.select.code, &feeds::PopFrame::code) == pops.end())
        return feeds::Error{"--select: neither the catalogue nor '" + options.replay + "' knows a PoP '" +
                            options.select.code + "'"};
    if (format == ExportFormat::csv) {
        const std::string table = widgets::csvOf(view, *window.frame(), catalogue);
        return writeWhole(options.output, QByteArray(table.data(), static_cast<qsizetype>(table.size())));
    }
    const auto fitted = sizeFor(window, view, options);
    if (!fitted) return feeds::Error{fitted.error()};
    size = *fitted; // the wall lays itself out anew, other views keep the size of their text if they can
    show();
    settle(window);

    const widgets::Picture picture(window.exported(view, size), noteOf(window, view), window.scale());
    const QByteArray bytes =
        format == ExportFormat::svg ? widgets::svgMaker(picture)()
        : format == ExportFormat::pdf
            ? widgets::pdfMaker(picture)()
            : widgets::pngOf(widgets::imageOf(picture, options.pixelRatio), picture.note());
    if (bytes.isEmpty()) return feeds::Error{"too large a picture"};
    return writeWhole(options.output, bytes);
}

} // namespace surgescope::app
