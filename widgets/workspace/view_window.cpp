// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/workspace/view_window.h"

#include "widgets/base/palette.h"

#include <QCloseEvent>
#include <QContextMenuEvent>
#include <QPainter>

#include <algorithm>

namespace surgescope::widgets {

ViewWindow::ViewWindow(ViewSet& views) : m_area(new ViewArea(views, this)) {
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAttribute(Qt::WA_QuitOnClose, false); // the wall is the main window's
    setFocusPolicy(Qt::ClickFocus);
}

ViewWindow::~ViewWindow() {
    m_area->setRoot({});
}

void ViewWindow::setTypeFactor(double factor) {
    m_factor = factor;
    layOutArea();
}

void ViewWindow::layOutArea() {
    m_scale = std::max(0.75, height() / 1080.0) * m_factor; // a small one is read from near
    const int edge = qRound(10 * m_scale);
    m_area->setScale(m_scale);
    m_area->setGeometry(rect().adjusted(edge, edge, -edge, -edge));
}

void ViewWindow::closeEvent(QCloseEvent* event) {
    event->accept();
    emit closed();
}

void ViewWindow::resizeEvent(QResizeEvent*) {
    layOutArea();
    emit resized();
}

void ViewWindow::paintEvent(QPaintEvent*) {
    QPainter(this).fillRect(rect(), colours().background);
}

void ViewWindow::keyPressEvent(QKeyEvent* event) {
    emit keyPressed(event);
}

void ViewWindow::contextMenuEvent(QContextMenuEvent* event) {
    emit menuRequested(event->globalPos());
}

} // namespace surgescope::widgets
