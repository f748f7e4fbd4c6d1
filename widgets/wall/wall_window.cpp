// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/wall_window.h"

#include "feeds/state/freshness.h"
#include "feeds/util/clock.h"
#include "feeds/util/own_process.h"

#include "widgets/alarm/alarm_strip.h"
#include "widgets/alarm/waiting_text.h"
#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/base/place_name.h"
#include "widgets/map/map_widget.h"
#include "widgets/tiles/header_bar.h"
#include "widgets/tiles/health_page.h"
#include "widgets/tiles/tile_row.h"
#include "widgets/timeline/timeline_widget.h"
#include "widgets/wall/arrangement.h"
#include "widgets/wall/edge_frame.h"
#include "widgets/wall/help_overlay.h"
#include "widgets/wall/notices.h"
#include "widgets/wall/progress_line.h"
#include "widgets/wall/shortcuts.h"
#include "widgets/wall/wall_desk.h"
#include "widgets/wall/wall_menu.h"
#include "widgets/workspace/built_in_workspaces.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QSysInfo>
#include <QToolTip>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace surgescope::widgets {

WallWindow::WallWindow(const feeds::PopCatalogue& catalogue, QWidget* parent)
    : QWidget(parent), m_views(catalogue, m_focus, this), m_header(new HeaderBar(this)),
      m_alarms(new AlarmStrip(this)), m_tiles(new TileRow(this)), m_area(new ViewArea(m_views.set(), this)),
      m_timeline(new TimelineWidget(this)), m_progress(new ProgressLine(this)), m_help(new HelpOverlay(this)),
      m_desk(new WallDesk(*this, m_focus)), m_edge(new EdgeFrame(this)), m_notices(new Notices(this)),
      m_arrangement(std::make_unique<Arrangement>(m_views.set(), *m_area)) {
    setWindowTitle(QStringLiteral("surgescope"));
    m_clock = [] { return std::chrono::floor<std::chrono::seconds>(feeds::SystemClock().wall()); };
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::ClickFocus); // Tab leads to what is in it
    setAccessibleName(windowTitle());
    setToolTipColours();
    connectViews();
    m_host = QSysInfo::machineHostName();
    m_alarms->hide();
    connect(m_alarms, &AlarmStrip::listRequested, m_desk, &WallDesk::toggleAlarms);
    connect(m_desk, &WallDesk::jumpRequested, m_timeline, &TimelineWidget::seekRequested);
    m_requestTimer.setSingleShot(true);
    m_requestTimer.setInterval(0);
    connect(&m_requestTimer, &QTimer::timeout, this, &WallWindow::postRequest);
    m_arrangedTimer.setSingleShot(true);
    m_arrangedTimer.setInterval(0);
    connect(&m_arrangedTimer, &QTimer::timeout, this, &WallWindow::noteArranged);
    m_ageTimer.setInterval(250);
    connect(&m_ageTimer, &QTimer::timeout, this, &WallWindow::checkAge);
    setWorkspace(overviewWorkspace());
    resize(1600, 900);
}

WallWindow::~WallWindow() {
    // Qt would delete the widgets after the members, for which they ask as long as they get events; nor may a
    // member tell them anything any more.
    m_wall.disconnect(this);
    m_arrangement.reset();
    qDeleteAll(findChildren<QWidget*>(Qt::FindDirectChildrenOnly));
}

void WallWindow::connectViews() {
    connect(&m_focus, &Focus::selectionChanged, this, &WallWindow::selectionChanged);
    connect(&m_focus, &Focus::rangeChanged, &m_requestTimer, qOverload<>(&QTimer::start));
    connect(&m_focus, &Focus::timeTextChanged, &m_views, &WallViews::repeat);
    connect(&m_views, &WallViews::appearanceChanged, &m_requestTimer, qOverload<>(&QTimer::start));
    connect(&m_views, &WallViews::said, m_notices, &Notices::say);
    connect(m_alarms, &AlarmStrip::commandCopied, m_notices,
            [this] { m_notices->say(QStringLiteral("Copied: run it on an edge node")); });
    connect(m_arrangement.get(), &Arrangement::rearranged, this, &WallWindow::arranged);
    connect(m_arrangement.get(), &Arrangement::rearranged, &m_arrangedTimer, qOverload<>(&QTimer::start));
    connect(m_timeline, &TimelineWidget::recordRequested, this, &WallWindow::chooseRecording);
    connect(m_arrangement.get(), &Arrangement::keyPressed, this, &WallWindow::keyPressEvent);
    connect(m_arrangement.get(), &Arrangement::windowOpened, this,
            [this](ViewWindow* window) { adoptWindow(*window); });
    connect(m_arrangement.get(), &Arrangement::menuRequested, this, [this](QPoint global, ViewArea* area) {
        popUpMenu(area->viewAt(area->mapFromGlobal(global)), global);
    });
    connect(m_notices, &Notices::changed, this,
            [this] { m_header->setNotice(m_notices->text(), m_notices->isFailure()); });
    connect(&m_wall, &WallMode::pageTurned, this, &WallWindow::turnPage);
    connect(&m_wall, &WallMode::urgentTurned, this, &WallWindow::showUrgent);
    connect(&m_wall, &WallMode::progressed, this, [this] {
        const PageRotation& pages = m_wall.rotation();
        m_progress->setVisible(pages.turns());
        m_progress->setProgress(pages.progress(), pages.held());
    });
    connect(&m_wall, &WallMode::pointerHid, this, [this] { m_focus.setCrosshair(std::nullopt); });
}

void WallWindow::setFrame(std::shared_ptr<const feeds::Frame> frame) {
    if (!frame) return;
    m_header->setFrame(frame);
    const feeds::Selection& of = frame->selection;
    m_tiles->setFrame(*frame, of.isWorld() ? QString()
                              : of.isPop() ? QString::fromStdString(of.code) // its city has no room
                                           : placeName(of, catalogue()));
    m_newestAge = frame->health.newestAgeSeconds;
    m_sinceFrame.start();
    m_timeline->setOfNow(feeds::isOfNow(*frame) &&
                         frame->health.newestAgeSeconds.value_or(0) <= feeds::kStaleAfterSeconds);
    noteReport(*frame);
    m_alarms->setWaiting(frame->settled ? QStringList() : waitingText(frame->health),
                         frame->settled ? QString() : joinCommand(frame->health, m_host));
    m_views.setFrame(std::move(frame));
    nameSelection();
    if (m_focus.range().reach != Reach::fixed) m_requestTimer.start(); // it may have grown
    m_alarms->setWords(timeWords(), m_mode == feeds::Timeline::Mode::behindLive);
    m_desk->setWords(timeWords());
    checkAge();
    if (!m_ageTimer.isActive()) m_ageTimer.start();
}

void WallWindow::setStatus(std::shared_ptr<const feeds::LiveStatus> status) {
    if (!status) return;
    m_status = status;
    showAlarms();
    findUrgent();
    const bool isFirst = m_alarms->isHidden();
    m_alarms->setStatus(status);
    m_desk->setStatus(status);
    if (!isFirst) return;
    m_alarms->show();
    layOut();
}

/// Alarms of a feed are of now: while the screen looks back the map shows none of them.
void WallWindow::showAlarms() {
    std::vector<MapAlarm> all;
    if (m_status && m_mode != feeds::Timeline::Mode::behindLive)
        for (const feeds::Card& card : m_status->alarms.cards)
            if (card.state != feeds::AlarmState::returned)
                all.push_back({QString::fromStdString(card.text), card.members, card.isSilence,
                               card.severity == feeds::Severity::critical});
    map().setAlarms(all);
}

void WallWindow::setTimeline(feeds::Timeline timeline) {
    if (m_release) timeline.releaseAt = m_release;
    if (std::exchange(m_mode, timeline.mode) != timeline.mode) showAlarms();
    m_views.setMode(m_mode);
    m_timeline->setTimeline(timeline);
    m_desk->setTimeline(timeline);
    m_views.health().setTimeline(timeline);
    if (!m_sinceHealth.isValid() || m_sinceHealth.elapsed() >= 1000) {
        const double seconds =
            m_sinceHealth.isValid() ? static_cast<double>(m_sinceHealth.restart()) / 1000 : 0;
        if (seconds == 0) m_sinceHealth.start();
        m_views.health().setWindow({m_healthClock.take(), seconds, feeds::residentMebibytes(),
                                    m_pictureDelay.delays(), m_notCounted});
    }
    m_header->setTimeline(timeline);
}

void WallWindow::noteReport(const feeds::Frame& frame) {
    // A fleet may rehearse by real clocks; simulated time tells nothing of how long a report was on its way.
    const bool simulated = frame.mode != feeds::FeedMode::live && !frame.health.behindSeconds;
    if (m_mode != feeds::Timeline::Mode::live || frame.isSentAgain)
        m_notCounted = QStringLiteral("not counted in a replay");
    else if (simulated)
        m_notCounted = QStringLiteral("not counted in a rehearsal");
    else
        m_notCounted.clear();
    if (!m_notCounted.isEmpty()) {
        m_reportAt.reset();
        m_pictureDelay.forget();
    } else if (const auto at = frame.health.settledReportAt; at && at != m_reportThen) {
        if (m_reportAt && m_reportAt != at) notePictured(); // a second without a whole picture took that long
        m_reportAt = at;
    }
}

void WallWindow::notePictured() {
    if (!m_reportAt) return;
    m_reportThen = std::exchange(m_reportAt, std::nullopt);
    m_pictureDelay.record(1e3 * feeds::secondsBetween(*m_reportThen, feeds::SystemClock().steady()));
}

void WallWindow::checkAge() {
    m_header->setNow(m_clock());
    // Whoever looks at the past knows: the header says so.
    const bool live = m_mode == feeds::Timeline::Mode::live && m_sinceFrame.isValid();
    const DataAge age =
        live ? dataAge(m_newestAge, static_cast<double>(m_sinceFrame.elapsed()) / 1000) : DataAge{};
    m_edge->setAge(age);
    m_header->setCovered(m_edge->wordsBox());
    for (const auto& window : m_arrangement->windows())
        for (auto* edge : window->findChildren<EdgeFrame*>(Qt::FindDirectChildrenOnly))
            edge->setAge(age);
}

feeds::ViewRequest WallWindow::viewRequest() const {
    feeds::ViewRequest request;
    const feeds::Timeline& known = m_timeline->timeline();
    request.range = m_focus.range().length;
    if (frame() && frame()->settled && !known.empty)
        request.range = m_focus.range().lengthAt(
            *frame()->settled, std::chrono::floor<std::chrono::seconds>(known.begin), frame()->releaseAt);
    request.until = m_focus.range().until;
    request.selection = m_focus.selection();
    request.releaseAt = m_release;
    m_views.describe(request);
    return request;
}

void WallWindow::setRelease(std::optional<feeds::FeedSecond> at) {
    m_release = at;
    m_requestTimer.start();
}

void WallWindow::selectionChanged() {
    m_views.showSelection(m_focus.selection());
    nameSelection();
    m_requestTimer.start();
}

/// At once, though the numbers of it come with the next frame.
void WallWindow::nameSelection() {
    const feeds::Selection& selection = m_focus.selection();
    QString name = selection.isWorld() ? QString() : placeName(selection, catalogue());
    if (selection.isPop() && !catalogue().find(selection.code)) {
        const bool heard = frame() && std::ranges::find(frame()->pops, selection.code,
                                                        &feeds::PopFrame::code) != frame()->pops.end();
        name += heard ? QStringLiteral(", on no map") : QStringLiteral(", not known and not heard");
    }
    m_header->setSelection(name);
}

void WallWindow::postRequest() {
    const feeds::ViewRequest request = viewRequest();
    if (m_posted == request) return;
    m_posted = request;
    emit viewRequestChanged(request);
}

namespace {

// Heights at scale 1: of boxes as in a drawing of 1920 × 1080, and what their words take at least.
constexpr double kHeader = 54, kHeaderWords = 44;
constexpr double kTiles = 92, kTileWords = 75;
constexpr double kTimeline = 72, kTimelineWords = 56;
constexpr double kTimelineType = 13;               // its smallest
constexpr double kEdge = 16, kGap = 10, kFoot = 8; // the last for a frame that says that data is old
constexpr double kTypeGrows = 0.75; // the exponent with which type on a desk follows the height beyond that

} // namespace

void WallWindow::layOut() {
    // Boxes scale with the window's height and the width is shared. Type does on a desk, a little less where
    // there are more pixels, which then show more; on a wall it is as large as its readers are far away.
    const bool wall = isWallMode();
    const double boxes = std::max(0.3, height() / 1080.0);
    m_scale = wall ? wallScale(m_viewing, size()) : std::min(boxes, std::pow(boxes, kTypeGrows));
    QToolTip::setFont(textFont(15 * m_scale));
    const auto high = [&](double box, double words) {
        return qRound(std::max(box * boxes, words * m_scale));
    };
    const int edge = qRound(kEdge * boxes), gap = qRound(kGap * boxes), foot = qRound(kFoot * boxes);
    const int w = width(), h = height();
    const int headerHigh = high(kHeader, kHeaderWords), tilesHigh = high(kTiles, kTileWords);
    const int timelineHigh = high(kTimeline, kTimelineWords),
              stripHigh = qRound(AlarmStrip::kHeight * m_scale);
    m_header->setScale(m_scale);
    m_tiles->setScale(m_scale);
    m_timeline->setTrackOnly(wall);
    m_timeline->setScale(wall ? m_scale * kLeastType / kTimelineType : m_scale);
    m_arrangement->setTypeFactor(wall ? m_scale / boxes : 1);

    m_header->setGeometry(0, 0, w, headerHigh);
    m_progress->setGeometry(0, headerHigh, w, std::max(2, qRound(3 * boxes)));
    m_timeline->setGeometry(0, h - foot - timelineHigh, w, timelineHigh);
    int top = headerHigh + gap;
    if (!m_alarms->isHidden()) {
        m_alarms->setScale(m_scale);
        m_alarms->setGeometry(edge, top, w - 2 * edge, stripHigh);
        top += stripHigh + gap;
    }
    m_tiles->setGeometry(edge, top, w - 2 * edge, tilesHigh);
    top += tilesHigh + gap;
    const int bottom = h - foot - timelineHigh - gap;
    m_area->setScale(m_scale);
    m_area->setGeometry(edge, top, std::max(1, w - 2 * edge), std::max(1, bottom - top));
    m_help->place(m_scale);
    m_desk->place(m_scale);
    m_edge->place(m_scale);
    m_header->setCovered(m_edge->wordsBox());
    m_requestTimer.start();
}

void WallWindow::adoptWindow(ViewWindow& window) {
    auto* edge = new EdgeFrame(&window);
    connect(&window, &ViewWindow::resized, edge, [edge, &window] { edge->place(window.scale()); });
    edge->place(window.scale());
    edge->setAge(m_edge->age());
}

void WallWindow::setToolTipColours() {
    QPalette tip = QToolTip::palette();
    tip.setColor(QPalette::ToolTipBase, colours().panel);
    tip.setColor(QPalette::ToolTipText, colours().text);
    QToolTip::setPalette(tip);
}

bool WallWindow::event(QEvent* event) {
    if (event->type() != QEvent::UpdateRequest) return QWidget::event(event);
    // All that is dirty in this window, children included, and its way out.
    const PaintTimer timer(m_paintClock), forHealth(m_healthClock);
    const bool known = QWidget::event(event);
    if (m_views.isSettled()) notePictured(); // views are painted in turns
    return known;
}

void WallWindow::resizeEvent(QResizeEvent*) {
    layOut();
    emit arranged();
}

void WallWindow::moveEvent(QMoveEvent*) {
    emit arranged();
}

void WallWindow::showEvent(QShowEvent*) {
    m_arrangement->setShown(true);
}

void WallWindow::closeEvent(QCloseEvent* event) {
    m_arrangement->setShown(false);
    QWidget::closeEvent(event);
}

void WallWindow::changeEvent(QEvent* event) {
    if (event->type() == QEvent::StyleChange) {
        setToolTipColours();
        m_views.repeat(); // colours are part of what charts were given
    }
    QWidget::changeEvent(event);
}

void WallWindow::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), colours().background);
}

void WallWindow::contextMenuEvent(QContextMenuEvent* event) {
    popUpMenu(m_area->viewAt(m_area->mapFrom(this, event->pos())), event->globalPos());
}

void WallWindow::popUpMenu(const std::string& view, QPoint global) {
    m_help->dismiss();
    popUpWallMenu(*this, view, global);
}

void WallWindow::toggleHelp() {
    m_help->toggle(m_scale);
}

} // namespace surgescope::widgets
