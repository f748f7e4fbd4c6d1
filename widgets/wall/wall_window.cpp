// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/wall_window.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/charts/frame_lines.h"
#include "widgets/charts/line_chart.h"
#include "widgets/heat/heat_widget.h"
#include "widgets/heat/lag_widget.h"
#include "widgets/map/map_widget.h"
#include "widgets/tables/pop_detail_widget.h"
#include "widgets/tables/pop_table_widget.h"
#include "widgets/tiles/header_bar.h"
#include "widgets/tiles/health_strip.h"
#include "widgets/tiles/tile_row.h"
#include "widgets/timeline/timeline_widget.h"

#include <QCursor>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace surgescope::widgets {

WallWindow::WallWindow(const feeds::PopCatalogue& catalogue, QWidget* parent)
    : QWidget(parent), m_catalogue(catalogue), m_header(new HeaderBar(this)), m_tiles(new TileRow(this)),
      m_map(new MapWidget(catalogue, this)),
      m_charts{new LineChart(m_focus, ChartKind::stackedAreas, Unit::perSecond,
                             QStringLiteral("Requests by region"), this),
               new LineChart(m_focus, ChartKind::stackedAreas, Unit::bitsPerSecond,
                             QStringLiteral("Egress by region"), this),
               new LineChart(m_focus, ChartKind::lines, Unit::microseconds,
                             QStringLiteral("Metadata latency"), this),
               new LineChart(m_focus, ChartKind::lines, Unit::microseconds,
                             QStringLiteral("Edge latency, p95"), this)},
      m_heat(new HeatWidget(m_focus, this)), m_lag(new LagWidget(m_focus, this)),
      m_table(new PopTableWidget(catalogue, this)), m_detail(new PopDetailWidget(catalogue, this)),
      m_timeline(new TimelineWidget(this)), m_health(new HealthStrip(this)) {
    setWindowTitle(QStringLiteral("surgescope"));
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::StrongFocus);
    m_charts[metadataChart]->setLimit(kMetadataLimitUs, QStringLiteral("limit 250 ms, p95"));
    m_charts[egressChart]->setLegend(LineChart::Legend::none); // the chart above it has the same
    m_charts[metadataChart]->setLegend(LineChart::Legend::besideTitle);
    m_charts[latencyChart]->setLegend(LineChart::Legend::besideTitle);
    m_charts[latencyChart]->setLogarithmic(100, 10e6);
    m_detail->hide();
    QPalette tip = QToolTip::palette();
    tip.setColor(QPalette::ToolTipBase, colours().panel);
    tip.setColor(QPalette::ToolTipText, colours().text);
    QToolTip::setPalette(tip);

    const auto selectPop = [this](const QString& code) {
        m_focus.select(feeds::Selection::pop(code.toStdString()));
    };
    connect(m_map, &MapWidget::popSelected, this, selectPop);
    connect(m_map, &MapWidget::selectionCleared, this, [this] { m_focus.select({}); });
    connect(m_table, &PopTableWidget::popSelected, this, selectPop);
    connect(&m_focus, &Focus::selectionChanged, this, &WallWindow::selectionChanged);
    connect(&m_focus, &Focus::rangeChanged, &m_requestTimer, qOverload<>(&QTimer::start));
    connect(&m_focus, &Focus::timeTextChanged, this, [this] {
        if (m_frame) setFrame(m_frame);
    });
    m_stepTimer.setSingleShot(true);
    m_stepTimer.setInterval(0);
    connect(&m_stepTimer, &QTimer::timeout, this, &WallWindow::nextStep);
    m_requestTimer.setSingleShot(true);
    m_requestTimer.setInterval(0);
    connect(&m_requestTimer, &QTimer::timeout, this, &WallWindow::postRequest);
    resize(1600, 900);
}

void WallWindow::setFrame(std::shared_ptr<const feeds::Frame> frame) {
    if (!frame) return;
    if (m_frame && m_frame->epoch != frame->epoch)
        for (LineChart* chart : m_charts)
            chart->reset();
    m_frame = std::move(frame);
    m_header->setFrame(m_frame);
    m_health->setFrame(*m_frame);
    m_tiles->setFrame(*m_frame);
    m_due = (1U << kSteps) - 1;
    if (!m_stepTimer.isActive()) m_stepTimer.start();
}

void WallWindow::setTimeline(const feeds::Timeline& timeline) {
    m_mode = timeline.mode;
    m_timeline->setTimeline(timeline);
    m_header->setTimeline(timeline);
}

void WallWindow::nextStep() {
    // In turn, going on where the last frame left off, so that a flood of frames starves no widget.
    for (unsigned i = 1; i <= kSteps; ++i) {
        const unsigned step = (m_last + i) % kSteps;
        if ((m_due & (1U << step)) == 0) continue;
        m_due &= ~(1U << step);
        m_last = step;
        doStep(static_cast<Step>(step));
        break;
    }
    if (m_due != 0) m_stepTimer.start();
}

void WallWindow::doStep(Step step) {
    const feeds::Frame& f = *m_frame;
    const TimeWords words = timeWords();
    const auto show = [&](Chart chart, std::vector<ChartLine> lines) {
        m_charts[chart]->setData({f.chartAxis, std::move(lines), f.events, words});
    };
    switch (step) {
    case mapStep: m_map->setFrame(m_frame); break;
    case requestsStep: show(requestsChart, requestLines(f, m_catalogue)); break;
    case egressStep: show(egressChart, egressLines(f, m_catalogue)); break;
    case metadataStep: show(metadataChart, metadataLines(f)); break;
    case latencyStep: show(latencyChart, latencyLines(f)); break;
    case heatStep: m_heat->setFrame(m_frame, words); break;
    case lagStep: m_lag->setFrame(m_frame, words); break;
    case tableStep:
        m_table->setFrame(m_frame);
        m_detail->setFrame(m_frame);
        break;
    case kSteps: break;
    }
}

TimeWords WallWindow::timeWords() const {
    return {m_focus.timeText(), m_focus.localZone(), m_mode == feeds::Timeline::Mode::live, m_frame->settled,
            m_frame->releaseAt};
}

feeds::ViewRequest WallWindow::viewRequest() const {
    feeds::ViewRequest request;
    request.range = m_focus.range().length;
    request.until = m_focus.range().until;
    request.selection = m_focus.selection();
    request.releaseAt = m_release;
    request.chartColumns = m_charts[0]->plotColumns();
    request.heatColumns = m_heat->plotColumns();
    request.heatRows = m_heat->plotRows();
    return request;
}

void WallWindow::setRelease(std::optional<feeds::FeedSecond> at) {
    m_release = at;
    m_requestTimer.start();
}

void WallWindow::selectionChanged() {
    const feeds::Selection& selection = m_focus.selection();
    m_map->setSelectedPop(selection.isPop() ? std::optional(selection.code) : std::nullopt);
    if (selection.isPop()) m_detail->setPop(selection.code);
    m_detail->setVisible(selection.isPop());
    m_table->setVisible(!selection.isPop());
    m_requestTimer.start();
}

void WallWindow::postRequest() {
    const feeds::ViewRequest request = viewRequest();
    if (m_posted == request) return;
    m_posted = request;
    emit viewRequestChanged(request);
}

bool WallWindow::isSettled() const {
    return m_due == 0 && m_map->isCrisp();
}

void WallWindow::layOut() {
    // Placed by hand after a drawing of 1920 × 1080: everything scales with the height, the width is shared.
    m_scale = std::max(0.3, height() / 1080.0);
    QToolTip::setFont(textFont(15 * m_scale));
    const auto s = [this](double v) { return qRound(v * m_scale); };
    const int edge = s(20), gap = s(10), w = width(), h = height();
    m_header->setScale(m_scale);
    m_tiles->setScale(m_scale);
    m_timeline->setScale(m_scale);
    m_health->setScale(m_scale);
    m_map->setScale(m_scale);
    m_heat->setScale(m_scale);
    m_lag->setScale(m_scale);
    m_table->setScale(m_scale);
    m_detail->setScale(m_scale);
    for (LineChart* chart : m_charts)
        chart->setScale(m_scale);

    m_header->setGeometry(0, 0, w, s(60));
    m_health->setGeometry(0, h - s(40), w, s(40));
    m_timeline->setGeometry(0, h - s(100), w, s(60));
    const int bottom = h - s(100) - gap;
    m_tiles->setGeometry(edge, s(70), w - 2 * edge, s(100));

    const int top = s(180), inner = w - 2 * edge;
    const int left = qRound(inner * 0.655), right = inner - left - gap, rightX = edge + left + gap;
    const int lower = qRound((bottom - top) * 0.325), upper = bottom - top - lower - gap;
    m_map->setGeometry(edge, top, left, upper);
    const int heatWide = qRound((left - gap) * 0.63);
    m_heat->setGeometry(edge, top + upper + gap, heatWide, lower);
    m_lag->setGeometry(edge + heatWide + gap, top + upper + gap, left - heatWide - gap, lower);
    m_table->setGeometry(rightX, top + upper + gap, right, lower);
    m_detail->setGeometry(m_table->geometry());
    double y = top;
    constexpr std::array kShares{0.31, 0.22, 0.235, 0.235}; // of the charts, one below the other
    for (std::size_t i = 0; i < m_charts.size(); ++i) {
        const double high = (upper - 3.0 * gap) * kShares[i];
        m_charts[i]->setGeometry(rightX, qRound(y), right, qRound(y + high) - qRound(y));
        y += high + gap;
    }
    m_requestTimer.start();
}

bool WallWindow::event(QEvent* event) {
    if (event->type() != QEvent::UpdateRequest) return QWidget::event(event);
    const PaintTimer timer(
        m_paintClock); // all that is dirty in this window, children included, and its way out
    return QWidget::event(event);
}

void WallWindow::resizeEvent(QResizeEvent*) {
    layOut();
    if (m_frame) m_due |= 1U << tableStep; // it may hold more rows now
    if (m_frame) m_stepTimer.start();
}

void WallWindow::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), colours().background);
}

void WallWindow::keyPressEvent(QKeyEvent* event) {
    if (m_timeline->handleKey(*event) || handleTimeKey(*event) || handleExportKey(*event)) return;
    switch (event->key()) {
    case Qt::Key_Escape:
        if (!m_focus.selection().isWorld())
            m_focus.select({});
        else if (isFullScreen())
            showNormal();
        break;
    case Qt::Key_F11: isFullScreen() ? showNormal() : showFullScreen(); break;
    default: QWidget::keyPressEvent(event);
    }
}

QWidget& WallWindow::view(View view) {
    switch (view) {
    case View::map: return *m_map;
    case View::requests: return *m_charts[requestsChart];
    case View::egress: return *m_charts[egressChart];
    case View::metadata: return *m_charts[metadataChart];
    case View::latency: return *m_charts[latencyChart];
    case View::lagByPop: return *m_heat;
    case View::lagDistribution: return *m_lag;
    case View::hottest:
        if (m_focus.selection().isPop()) return *m_detail;
        return *m_table;
    case View::tiles: return *m_tiles;
    case View::wall: break;
    }
    return *this;
}

QString WallWindow::viewTitle(View which) {
    if (which == View::tiles) return QStringLiteral("Headline numbers");
    if (which == View::wall) return QStringLiteral("The whole wall");
    const auto* panel = qobject_cast<PanelWidget*>(&view(which));
    return panel ? panel->title() : QString();
}

View WallWindow::viewAtHand() {
    const QPoint pointer = mapFromGlobal(QCursor::pos());
    for (const View candidate : kViews) {
        QWidget& widget = view(candidate);
        if (candidate != View::wall && widget.isVisible() && widget.geometry().contains(pointer))
            return candidate;
    }
    return m_lastExported;
}

void WallWindow::exportView(View view, ExportFormats formats) {
    m_lastExported = view;
    emit exportRequested(view, formats);
}

bool WallWindow::handleExportKey(const QKeyEvent& event) {
    const bool copies = event.key() == Qt::Key_C && event.modifiers() == Qt::ControlModifier;
    if (!copies && event.key() != Qt::Key_E) return false;
    if (event.isAutoRepeat()) return true;
    if (copies)
        exportView(viewAtHand(), ExportFormat::clipboard);
    else if (event.modifiers() & Qt::ShiftModifier)
        exportView(viewAtHand(), ExportFormat::svg | ExportFormat::pdf | ExportFormat::csv);
    else
        exportView(viewAtHand(), ExportFormat::png);
    return true;
}

bool WallWindow::handleTimeKey(const QKeyEvent& event) {
    switch (event.key()) {
    case Qt::Key_1:
    case Qt::Key_2:
    case Qt::Key_3:
    case Qt::Key_4:
    case Qt::Key_5:
    case Qt::Key_6:
        m_focus.setRange({kRanges[static_cast<std::size_t>(event.key() - Qt::Key_1)], std::nullopt});
        return true;
    case Qt::Key_Backspace:
        (event.modifiers() & Qt::ShiftModifier) ? m_focus.forward() : m_focus.back();
        return true;
    case Qt::Key_T: {
        // Ago, since release, by the clock; with Shift the clock's zone.
        const auto next = static_cast<TimeText>((static_cast<int>(m_focus.timeText()) + 1) % 3);
        if (event.modifiers() & Qt::ShiftModifier)
            m_focus.setTimeText(TimeText::clock, !m_focus.localZone());
        else
            m_focus.setTimeText(next, m_focus.localZone());
        return true;
    }
    default: return false;
    }
}

} // namespace surgescope::widgets
