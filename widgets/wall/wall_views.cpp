// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/wall_views.h"

#include "widgets/base/format.h"
#include "widgets/charts/chart_views.h"
#include "widgets/charts/line_chart.h"
#include "widgets/heat/heat_widget.h"
#include "widgets/heat/lag_widget.h"
#include "widgets/map/map_widget.h"
#include "widgets/tables/pop_table_widget.h"
#include "widgets/tiles/health_page.h"
#include "widgets/tiles/tile_row.h"

#include <QCoreApplication>
#include <QEvent>
#include <QResizeEvent>

#include <algorithm>

namespace surgescope::widgets {

namespace {

constexpr int kLeastColumns = 120;       // the tiles' curves live on the charts' columns
constexpr double kLagColumn = 3;         // pixels at scale 1
constexpr QSize kSizeOfClosed(960, 540); // pixels at scale 1 of a picture of what is closed

constexpr int kLeastChartWidth = 440; // in less, title and headline would meet

} // namespace

WallViews::WallViews(const feeds::PopCatalogue& catalogue, Focus& focus, QWidget* home)
    : m_catalogue(catalogue), m_focus(focus), m_map(new MapWidget(catalogue, home)),
      m_heat(new HeatWidget(catalogue, focus, home)), m_lag(new LagWidget(catalogue, focus, home)),
      m_table(new PopTableWidget(catalogue, home)), m_health(new HealthPage(home)) {
    m_set.home = home;
    // In this order they get a frame; the costly ones are not neighbours.
    add("map", {640, 240}, m_map, [this](const feeds::Frame&, const TimeWords&) {
        m_map->setDetailed(m_table->isHidden()); // which shows them, too
        m_map->setFrame(m_frame);
    });
    add("lag-by-pop", {640, 105}, m_heat,
        [this](const feeds::Frame&, const TimeWords& words) { m_heat->setFrame(m_frame, words); });
    add("lag-distribution", {320, 130}, m_lag,
        [this](const feeds::Frame&, const TimeWords& words) { m_lag->setFrame(m_frame, words); });
    add("hottest", {400, 150}, m_table,
        [this](const feeds::Frame&, const TimeWords&) { m_table->setFrame(m_frame); });
    add("health", {460, 150}, m_health,
        [this](const feeds::Frame& f, const TimeWords&) { m_health->setFrame(f); });

    for (std::size_t i = 0; i < kChartViews.size(); ++i)
        addChart(i);

    const auto selectPop = [this](const QString& code) {
        m_focus.select(feeds::Selection::pop(code.toStdString()));
    };
    connect(m_map, &MapWidget::selected, &m_focus, &Focus::select);
    connect(m_table, &PopTableWidget::popSelected, this, selectPop);
    for (const LineChart* one : m_charts)
        connect(one, &LineChart::said, this, &WallViews::said);
    m_stepTimer.setSingleShot(true);
    m_stepTimer.setInterval(0);
    connect(&m_stepTimer, &QTimer::timeout, this, &WallViews::nextStep);
}

void WallViews::addChart(std::size_t which) {
    const ChartView& view = kChartViews[which];
    auto* chart = new LineChart(m_focus, view.kind, view.numbers, QString::fromUtf16(view.title),
                                QString::fromUtf16(view.unit), m_set.home);
    m_charts[which] = chart;
    if (view.limit)
        chart->setLimit(*view.limit, QStringLiteral("limit ") + formatNumber(*view.limit, view.numbers));
    if (view.log) chart->setLogarithmic((*view.log)[0], (*view.log)[1]);
    add(view.name, {kLeastChartWidth, view.leastHeight}, chart,
        [this, &view, chart](const feeds::Frame& f, const TimeWords& words) {
            chart->setTitle(titleOf(view, f, m_catalogue));
            if (view.headline) {
                const auto& of = view.isAnnounced ? f.world : f.summary;
                chart->setHeadline(formatMeasure(of, *view.headline), changeText(f, *view.headline),
                                   !of[*view.headline].hasValue() ||
                                       of[*view.headline].quality == feeds::Quality::stale);
            }
            chart->setData({f.chartAxis, linesOf(view, f, m_catalogue), f.events, words, absenceOf(view, f)});
        });
}

void WallViews::add(std::string_view name, QSize least, PanelWidget* panel, Give give) {
    panel->hide();
    panel->installEventFilter(this);
    m_set.views.push_back({std::string(name), panel, least});
    m_give.push_back(std::move(give));
    m_due.push_back(false);
}

void WallViews::setFrame(std::shared_ptr<const feeds::Frame> frame) {
    if (m_frame && m_frame->epoch != frame->epoch)
        for (LineChart* chart : m_charts)
            chart->reset();
    m_frame = std::move(frame);
    repeat();
}

void WallViews::repeat() {
    for (std::size_t i = 0; i < m_due.size(); ++i)
        markDue(i);
}

void WallViews::markDue(std::size_t view) {
    if (!m_frame || !m_set.views[view].isPlaced()) return;
    m_due[view] = true;
    if (!m_stepTimer.isActive()) m_stepTimer.start();
}

void WallViews::nextStep() {
    // In turn, going on where the last frame left off, so that a flood of frames starves no view.
    for (std::size_t i = 1; i <= m_due.size(); ++i) {
        const std::size_t view = (m_last + i) % m_due.size();
        if (!m_due[view]) continue;
        m_due[view] = false;
        m_last = view;
        if (!m_set.views[view].isPlaced()) continue; // it went meanwhile
        m_give[view](*m_frame, timeWords());
        break;
    }
    if (std::ranges::count(m_due, true) > 0) m_stepTimer.start();
}

TimeWords WallViews::timeWords() const {
    return {m_focus.timeText(), m_focus.localZone(), m_mode == feeds::Timeline::Mode::live, m_frame->settled,
            m_frame->releaseAt};
}

bool WallViews::isSettled() const {
    for (std::size_t i = 0; i < m_due.size(); ++i)
        if (m_due[i] && m_set.views[i].isPlaced()) return false;
    return m_map->isHidden() || m_map->isCrisp();
}

void WallViews::describe(feeds::ViewRequest& request) const {
    request.chartColumns = kLeastColumns;
    for (const LineChart* chart : m_charts)
        if (!chart->isHidden()) request.chartColumns = std::max(request.chartColumns, chart->plotColumns());
    request.heatColumns = request.heatRows = 1;
    if (!m_heat->isHidden()) {
        request.heatColumns = m_heat->plotColumns();
        request.heatRows = m_heat->plotRows();
    }
    if (!m_lag->isHidden()) { // it has the same columns
        const double columns = m_lag->plotRect().width() / (kLagColumn * m_lag->scale());
        request.heatColumns = std::max(request.heatColumns, std::clamp(static_cast<int>(columns), 1, 600));
    }
}

PanelWidget& WallViews::exported(std::string_view view, double windowScale, std::optional<QSize> size) {
    View& found = *m_set.find(view);
    PanelWidget& panel = *found.panel;
    const bool closed = panel.isHidden();
    const bool unplaced = closed && panel.parentWidget() == m_set.home;
    if (size || unplaced) {
        const QSize wanted = size.value_or((QSizeF(kSizeOfClosed) * windowScale).toSize());
        panel.setScale(found.scaleIn(windowScale, wanted));
        panel.resize(wanted);
    }
    if (closed) { // such panels hear of neither sizes nor frames
        QResizeEvent resized(panel.size(), panel.size());
        QCoreApplication::sendEvent(&panel, &resized);
    }
    if (m_frame)
        m_give[static_cast<std::size_t>(&found - m_set.views.data())](*m_frame, timeWords().lasting());
    return panel;
}

void WallViews::showSelection(const feeds::Selection& selection) {
    m_map->setSelection(selection);
    m_table->setSelection(selection);
}

bool WallViews::eventFilter(QObject* watched, QEvent* event) {
    const auto type = event->type();
    if (type == QEvent::ShowToParent || type == QEvent::HideToParent || type == QEvent::Resize) {
        emit appearanceChanged();
        const View* view = m_set.viewOf(watched);
        if (view && type == QEvent::ShowToParent)
            markDue(static_cast<std::size_t>(view - m_set.views.data()));
    }
    return QObject::eventFilter(watched, event);
}

} // namespace surgescope::widgets
