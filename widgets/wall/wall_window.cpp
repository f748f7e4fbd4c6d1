// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/wall_window.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/charts/line_chart.h"
#include "widgets/heat/heat_widget.h"
#include "widgets/map/map_widget.h"
#include "widgets/tables/pop_detail_widget.h"
#include "widgets/tables/pop_table_widget.h"
#include "widgets/tiles/header_bar.h"
#include "widgets/tiles/health_strip.h"
#include "widgets/tiles/tile_row.h"
#include "widgets/timeline/timeline_widget.h"

#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace surgescope::widgets {

WallWindow::WallWindow(const feeds::PopCatalogue& catalogue, QWidget* parent)
    : QWidget(parent), m_catalogue(catalogue), m_header(new HeaderBar(this)), m_tiles(new TileRow(this)),
      m_map(new MapWidget(catalogue, this)),
      m_charts{new LineChart(LineChart::Kind::stackedAreas, Unit::perSecond,
                             QStringLiteral("Requests by region"), this),
               new LineChart(LineChart::Kind::stackedAreas, Unit::bitsPerSecond,
                             QStringLiteral("Egress by region"), this),
               new LineChart(LineChart::Kind::lines, Unit::microseconds, QStringLiteral("Metadata latency"),
                             this)},
      m_heat(new HeatWidget(this)), m_table(new PopTableWidget(catalogue, this)),
      m_detail(new PopDetailWidget(catalogue, this)), m_timeline(new TimelineWidget(this)),
      m_health(new HealthStrip(this)) {
    setWindowTitle(QStringLiteral("surgescope"));
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::StrongFocus);
    m_charts[2]->setLimit(kMetadataLimitUs, QStringLiteral("limit 250 ms, p95"));
    m_charts[1]->setLegend(LineChart::Legend::none); // the chart above it has the same
    m_charts[2]->setLegend(LineChart::Legend::besideTitle);
    m_detail->hide();
    QPalette tip = QToolTip::palette();
    tip.setColor(QPalette::ToolTipBase, colours().panel);
    tip.setColor(QPalette::ToolTipText, colours().text);
    QToolTip::setPalette(tip);

    const auto select = [this](const QString& code) { selectPop(code.toStdString()); };
    connect(m_map, &MapWidget::selected, this, [this](const feeds::Selection& selection) {
        selectPop(selection.isPop() ? std::optional(selection.code) : std::nullopt);
        m_map->setSelection(selection);
    });
    connect(m_heat, &HeatWidget::popSelected, this, select);
    connect(m_table, &PopTableWidget::popSelected, this, select);
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
    switch (step) {
    case mapStep: m_map->setFrame(m_frame); break;
    case requestsStep:
        m_charts[0]->setData(f.chartAxis, requestLines(f, m_catalogue), f.releaseAt, f.events);
        break;
    case egressStep:
        m_charts[1]->setData(f.chartAxis, egressLines(f, m_catalogue), f.releaseAt, f.events);
        break;
    case metadataStep: m_charts[2]->setData(f.chartAxis, metadataLines(f), f.releaseAt, f.events); break;
    case heatStep: m_heat->setFrame(m_frame); break;
    case tableStep:
        m_table->setFrame(m_frame);
        m_detail->setFrame(m_frame);
        break;
    case kSteps: break;
    }
}

feeds::ViewRequest WallWindow::viewRequest() const {
    feeds::ViewRequest request;
    request.range = m_range;
    request.chartColumns = m_charts[0]->plotColumns();
    request.heatColumns = m_heat->plotColumns();
    request.heatRows = m_heat->plotRows();
    request.selectedPop = m_selected;
    return request;
}

void WallWindow::setRange(std::chrono::seconds range) {
    m_range = std::max(range, std::chrono::seconds(10));
    m_requestTimer.start();
}

void WallWindow::selectPop(const std::optional<std::string>& code) {
    if (code == m_selected) return;
    m_selected = code;
    m_map->setSelection(code ? feeds::Selection::pop(*code) : feeds::Selection{});
    m_heat->setSelectedPop(code);
    if (code) m_detail->setPop(*code);
    m_detail->setVisible(code.has_value());
    m_table->setVisible(!code.has_value());
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
    m_heat->setGeometry(edge, top + upper + gap, left, lower);
    m_table->setGeometry(rightX, top + upper + gap, right, lower);
    m_detail->setGeometry(m_table->geometry());
    const int first = qRound((upper - 2 * gap) * 0.36), others = (upper - 2 * gap - first) / 2;
    m_charts[0]->setGeometry(rightX, top, right, first);
    m_charts[1]->setGeometry(rightX, top + first + gap, right, others);
    m_charts[2]->setGeometry(rightX, top + first + others + 2 * gap, right, upper - first - others - 2 * gap);
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
    if (m_timeline->handleKey(*event) || m_map->handleKey(*event)) return;
    switch (event->key()) {
    case Qt::Key_Escape:
        if (m_selected)
            selectPop(std::nullopt);
        else if (isFullScreen())
            showNormal();
        break;
    case Qt::Key_F11: isFullScreen() ? showNormal() : showFullScreen(); break;
    case Qt::Key_1:
    case Qt::Key_2:
    case Qt::Key_3:
    case Qt::Key_4:
    case Qt::Key_5:
    case Qt::Key_6: setRange(kRanges[static_cast<std::size_t>(event->key() - Qt::Key_1)]); break;
    default: QWidget::keyPressEvent(event);
    }
}

} // namespace surgescope::widgets
