// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/workspace/view_area.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/workspace/drop_preview.h"

#include <QApplication>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

constexpr double kGap = 10;  // between views, at scale 1
constexpr int kLeastGap = 5; // pixels that a hand still hits
constexpr double kGrip = 36; // a panel's title, by which it is dragged
constexpr double kLeastView = 90;

/// Without the views that there are none of.
void leaveOut(Pane& pane, ViewSet& views) {
    if (!pane.view.empty() && !views.find(pane.view)) pane.view.clear();
    for (Pane& part : pane.parts)
        leaveOut(part, views);
}

} // namespace

ViewArea::ViewArea(ViewSet& views, QWidget* parent)
    : QWidget(parent), m_views(views), m_preview(new DropPreview(this)) {
    setAttribute(Qt::WA_OpaquePaintEvent);
    setMouseTracking(true);
}

void ViewArea::setRoot(Pane root) {
    leaveOut(root, m_views);
    tidy(root);
    root.share = 1;
    if (root == m_root && m_maximised.empty()) return;
    cancelDrag();
    m_root = std::move(root);
    m_maximised.clear();
    place();
}

bool ViewArea::has(std::string_view view) const {
    return std::ranges::count(viewsOf(m_root), view) > 0;
}

void ViewArea::add(Pane pane) {
    m_maximised.clear();
    const WorkspaceLayout all = layOut(m_root, rect(), 0);
    const auto size = [](const WorkspaceLayout::View& view) { return view.box.width() * view.box.height(); };
    const auto largest = std::ranges::max_element(all.views, {}, size);
    const bool put =
        largest != all.views.end() &&
        putBeside(m_root, largest->name,
                  largest->box.width() > largest->box.height() ? Side::right : Side::bottom, pane);
    if (!put) putAtRight(m_root, std::move(pane));
    place();
    emit rearranged();
}

Pane ViewArea::take(std::string_view view) {
    cancelDrag();
    if (m_maximised == view) m_maximised.clear();
    Pane taken = takeView(m_root, view);
    m_root.share = 1;
    place();
    emit rearranged();
    return taken;
}

void ViewArea::setMaximised(const std::string& view) {
    if (view == m_maximised || (!view.empty() && !has(view))) return;
    cancelDrag();
    m_maximised = view;
    place();
}

void ViewArea::setScale(double scale) {
    if (scale == m_scale) return;
    m_scale = scale;
    place();
}

void ViewArea::place() {
    m_layout = layOut(m_maximised.empty() ? m_root : Pane::of(m_maximised), rect(),
                      std::max(kLeastGap, qRound(kGap * m_scale)));
    for (View& view : m_views.views) {
        const auto at = std::ranges::find(m_layout.views, view.name, &WorkspaceLayout::View::name);
        const bool here = at != m_layout.views.end();
        PanelWidget* panel = view.panel;
        if (!here && panel->parentWidget() != this) continue;
        if (here && panel->parentWidget() != this) {
            panel->setParent(this);
            panel->installEventFilter(this);
            panel->setMouseTracking(true); // for the grip's cursor
        }
        if (!here) {
            panel->hide();
            if (has(view.name)) continue; // beneath the one that is maximised
            panel->removeEventFilter(this);
            panel->setParent(m_views.home);
            if (m_hovered == view.name) m_hovered.clear();
            continue;
        }
        panel->setScale(view.scaleIn(m_scale, at->box.size()));
        panel->setGeometry(at->box);
        panel->setVisible(!at->box.isEmpty());
    }
    // Tab leads through them as eyes do.
    QWidget* before = nullptr;
    for (const WorkspaceLayout::View& placed : m_layout.views) {
        const View* view = m_views.find(placed.name);
        if (!view) continue;
        if (before) setTabOrder(before, view->panel);
        before = view->panel;
    }
    setHoveredHandle(nullptr);
    update();
}

std::string ViewArea::viewAt(QPoint at) const {
    const auto* view = m_layout.viewAt(at);
    return view ? view->name : std::string();
}

bool ViewArea::cancelDrag() {
    const bool dragged = m_held || (m_grip && m_grip->dragging);
    m_grip.reset();
    m_held.reset();
    m_target.reset();
    m_preview->hide();
    return dragged;
}

QRectF ViewArea::gripOf(const PanelWidget& panel) const {
    return {0, 0, static_cast<double>(panel.width()), kGrip * panel.scale()};
}

bool ViewArea::eventFilter(QObject* watched, QEvent* event) {
    const View* view = m_views.viewOf(watched);
    if (!view || m_replaying) return QWidget::eventFilter(watched, event);
    auto& panel = *static_cast<PanelWidget*>(watched);
    switch (event->type()) {
    case QEvent::Enter: m_hovered = view->name; break;
    case QEvent::Leave:
        if (m_hovered == view->name) m_hovered.clear();
        break;
    case QEvent::MouseMove: m_hovered = view->name; [[fallthrough]];
    case QEvent::MouseButtonPress:
    case QEvent::MouseButtonRelease:
    case QEvent::MouseButtonDblClick:
        return filterMouse(panel, view->name, *static_cast<QMouseEvent*>(event));
    default: break;
    }
    return QWidget::eventFilter(watched, event);
}

bool ViewArea::filterMouse(PanelWidget& panel, const std::string& view, QMouseEvent& event) {
    const bool onGrip = gripOf(panel).contains(event.position());
    const QPoint global = event.globalPosition().toPoint();
    switch (event.type()) {
    case QEvent::MouseButtonPress:
        if (event.button() != Qt::LeftButton || !onGrip) return false;
        m_grip = Grip{view, event.position(), global};
        return true;
    case QEvent::MouseMove:
        if (!m_grip) {
            if (onGrip)
                panel.setCursor(Qt::OpenHandCursor);
            else if (panel.cursor().shape() == Qt::OpenHandCursor)
                panel.unsetCursor();
            return false;
        }
        if (!(event.buttons() & Qt::LeftButton)) { // released where we did not see it
            cancelDrag();
            return false;
        }
        if (!m_grip->dragging &&
            (global - m_grip->global).manhattanLength() >= QApplication::startDragDistance() &&
            m_maximised.empty()) {
            m_grip->dragging = true;
            panel.setCursor(Qt::ClosedHandCursor);
        }
        if (m_grip->dragging) dragTo(mapFromGlobal(global));
        return true;
    case QEvent::MouseButtonRelease:
        if (!m_grip || event.button() != Qt::LeftButton) return false;
        panel.unsetCursor();
        if (m_grip->dragging)
            drop();
        else
            replayClick(panel, event);
        return true;
    case QEvent::MouseButtonDblClick:
        if (event.button() != Qt::LeftButton || !onGrip) return false;
        setMaximised(m_maximised.empty() ? view : std::string());
        return true;
    default: return false;
    }
}

/// A click on a title is the panel's own, only late: we had to know first that it is no drag.
void ViewArea::replayClick(PanelWidget& panel, const QMouseEvent& release) {
    const Grip grip = *m_grip;
    m_grip.reset();
    m_replaying = true;
    QMouseEvent press(QEvent::MouseButtonPress, grip.pressedAt, QPointF(grip.global), Qt::LeftButton,
                      Qt::LeftButton, release.modifiers());
    QCoreApplication::sendEvent(&panel, &press);
    QMouseEvent end(QEvent::MouseButtonRelease, release.position(), release.globalPosition(), Qt::LeftButton,
                    Qt::NoButton, release.modifiers());
    QCoreApplication::sendEvent(&panel, &end);
    m_replaying = false;
}

void ViewArea::dragTo(QPoint at) {
    m_target = dropTarget(m_layout, at);
    if (m_target && m_target->view == m_grip->view) m_target.reset();
    if (!m_target) return m_preview->hide();
    const QString title = QString::fromUtf16(titleOfView(m_grip->view));
    const QString other = QString::fromUtf16(titleOfView(m_target->view));
    m_preview->show(m_target->box,
                    m_target->side == Side::middle ? title + QStringLiteral("  ⇄  ") + other : title,
                    m_scale);
}

void ViewArea::drop() {
    const std::string dragged = m_grip->view;
    const std::optional<DropTarget> target = m_target;
    cancelDrag();
    if (!target) return;
    Pane changed = m_root;
    if (target->side == Side::middle) {
        swapViews(changed, dragged, target->view);
    } else {
        Pane pane = takeView(changed, dragged);
        if (!putBeside(changed, target->view, target->side, std::move(pane))) return; // too deep
    }
    m_root = std::move(changed);
    m_root.share = 1;
    place();
    emit rearranged();
}

void ViewArea::setHoveredHandle(const WorkspaceLayout::Handle* handle) {
    const QRect box = handle ? handle->box : QRect();
    if (box == m_hoveredHandle) return;
    update(m_hoveredHandle.united(box));
    m_hoveredHandle = box;
    if (!handle)
        unsetCursor();
    else
        setCursor(handle->column ? Qt::SplitVCursor : Qt::SplitHCursor);
}

void ViewArea::mousePressEvent(QMouseEvent* event) {
    const auto* handle = m_layout.handleAt(event->position().toPoint());
    if (event->button() == Qt::LeftButton && handle) m_held = *handle;
}

void ViewArea::mouseMoveEvent(QMouseEvent* event) {
    const QPoint at = event->position().toPoint();
    if (m_held && (event->buttons() & Qt::LeftButton)) {
        moveHandle(m_root, *m_held, m_held->column ? at.y() : at.x(), qRound(kLeastView * m_scale));
        place();
    }
    setHoveredHandle(m_layout.handleAt(at));
}

void ViewArea::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_held) return;
    m_held.reset();
    emit rearranged();
}

void ViewArea::mouseDoubleClickEvent(QMouseEvent* event) {
    const auto* handle = m_layout.handleAt(event->position().toPoint());
    if (event->button() != Qt::LeftButton || !handle) return;
    evenOut(m_root, *handle);
    place();
    emit rearranged();
}

void ViewArea::leaveEvent(QEvent*) {
    if (!m_held) setHoveredHandle(nullptr);
}

void ViewArea::resizeEvent(QResizeEvent*) {
    place();
}

void ViewArea::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Palette& p = colours();
    painter.fillRect(rect(), p.background);
    if (m_root.empty()) {
        painter.setFont(textFont(19 * m_scale));
        painter.setPen(p.muted);
        painter.drawText(rect(), Qt::AlignCenter,
                         QStringLiteral("Every view is closed. A right click shows them again."));
    }
    if (m_hoveredHandle.isEmpty()) return;
    const bool tall = m_hoveredHandle.height() > m_hoveredHandle.width();
    const QPointF middle = QRectF(m_hoveredHandle).center();
    const double wide = std::max(2.0, 3 * m_scale);
    const double length =
        std::min(56 * m_scale, 0.5 * std::max(m_hoveredHandle.height(), m_hoveredHandle.width()));
    QRectF bar(0, 0, tall ? wide : length, tall ? length : wide);
    bar.moveCenter(middle);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(p.accent);
    painter.drawRoundedRect(bar, wide / 2, wide / 2);
}

} // namespace surgescope::widgets
