// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/base_map_layer.h"

#include "widgets/base/paint_device.h"
#include "widgets/map/base_map_renderer.h"
#include "widgets/map/daylight.h"
#include "widgets/map/world_geometry.h"

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

constexpr double kMargin = 0.15; // of the size, drawn beyond each edge

} // namespace

BaseMapLayer::BaseMapLayer(QObject* parent) : QObject(parent) {
    // The worker shares a slot and no more; looked into while something is expected.
    m_timer.setInterval(15);
    connect(&m_timer, &QTimer::timeout, this, &BaseMapLayer::take);
}

void BaseMapLayer::want(const MapView& view, double scale, double pixelRatio,
                        std::optional<std::int64_t> nightMinute) {
    m_wanted = {view, pixelRatio, scale, theme(), nightMinute};
    if (!m_rendering && !view.size.isEmpty() && !isServed()) askWorker();
}

bool BaseMapLayer::isServed() const {
    if (m_picture.isNull() || !m_shown.view.worldRect().contains(m_wanted.view.worldRect())) return false;
    BaseMapWorker::Request same = m_shown;
    same.view = m_wanted.view;
    return same == m_wanted && m_shown.view.pixelsPerUnit == m_wanted.view.pixelsPerUnit;
}

void BaseMapLayer::askWorker() {
    BaseMapWorker::Request request = m_wanted;
    const QSizeF shown = m_wanted.view.size;
    // An even difference keeps both pictures on the same pixel grid.
    const auto larger = [](double length) {
        return std::ceil(length * (1 + 2 * kMargin) / 2) * 2 + std::fmod(length, 2);
    };
    request.view = request.view.withSize({larger(shown.width()), larger(shown.height())});
    // Only the night moved on: the worker then lays it over the picture it still has.
    BaseMapWorker::Request same = m_shown;
    same.view = m_wanted.view;
    same.nightMinute = m_wanted.nightMinute;
    if (!m_picture.isNull() && same == m_wanted &&
        m_shown.view.pixelsPerUnit == m_wanted.view.pixelsPerUnit &&
        m_shown.view.worldRect().contains(m_wanted.view.worldRect()))
        request.view = m_shown.view;
    m_rendering = true;
    m_worker.request(request);
    m_timer.start();
}

void BaseMapLayer::take() {
    const auto picture = m_worker.take();
    if (!picture) return;
    m_timer.stop();
    m_rendering = false;
    m_picture = QPixmap::fromImage(picture->image);
    m_shown = picture->request;
    emit changed();
    if (!isServed()) askWorker(); // the view may have moved on meanwhile
    if (!m_rendering) emit ready();
}

void BaseMapLayer::paint(QPainter& painter) {
    if (m_picture.isNull()) return;
    const QRectF world = m_shown.view.worldRect();
    const QPointF corner = m_wanted.view.toScreen(QPointF(world.left(), world.top() + world.height()));
    if (m_shown.view.pixelsPerUnit == m_wanted.view.pixelsPerUnit &&
        m_picture.devicePixelRatio() == m_wanted.pixelRatio) {
        painter.drawPixmap(corner.toPoint(), m_picture);
        return;
    }
    const double zoom = m_wanted.view.pixelsPerUnit / m_shown.view.pixelsPerUnit;
    painter.drawPixmap(QRectF(corner, m_shown.view.size * zoom), m_picture, QRectF(m_picture.rect()));
}

void BaseMapLayer::paintAnew(QPainter& painter) const {
    const auto world = loadWorld();
    if (!world) return;
    const Palette& p = colours();
    const double fineness = painter.device()->devicePixelRatioF();
    const double lineWidth = std::max(m_wanted.lineScale / 2, 0.6);
    const auto sun = [this] {
        return subsolarPoint(feeds::feedSecond(*m_wanted.nightMinute * BaseMapWorker::kSecondsOfMinute));
    };
    if (keepsVectors(painter) || !m_wanted.nightMinute) {
        paintWorld(painter, *world, m_wanted.view, p, lineWidth,
                   (keepsVectors(painter) ? 0.6 : 1.0) / fineness);
        if (m_wanted.nightMinute) paintNight(painter, m_wanted.view, sun(), p.night);
        return;
    }
    QImage image((m_wanted.view.size * fineness).toSize(), QImage::Format_RGB32);
    if (image.isNull()) return;
    image.setDevicePixelRatio(fineness);
    image.fill(p.panel);
    QPainter onImage(&image);
    onImage.setRenderHint(QPainter::Antialiasing);
    paintWorld(onImage, *world, m_wanted.view, p, lineWidth, 1.0 / fineness);
    onImage.end();
    shadeNight(image, m_wanted.view, sun(), p.night);
    painter.drawImage(QPointF(), image);
}

} // namespace surgescope::widgets
