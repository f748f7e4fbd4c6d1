// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/map/base_map_worker.h"
#include "widgets/map/map_view.h"

#include <QObject>
#include <QPainter>
#include <QPixmap>
#include <QTimer>

#include <cstdint>
#include <optional>

namespace surgescope::widgets {

/// The picture below the PoPs. It is decoded and drawn on a worker thread; what is at hand is shown, moved
/// and scaled, until a crisp one arrives. GUI thread.
class BaseMapLayer : public QObject {
    Q_OBJECT
  public:
    explicit BaseMapLayer(QObject* parent = nullptr);

    /// What is to be shown now, in the theme in use. `nightMinute`: whose night; nothing: none. Cheap.
    void want(const MapView& view, double scale, double pixelRatio, std::optional<std::int64_t> nightMinute);
    void paint(QPainter& painter);
    /// What is wanted, drawn at once: for pictures finer than the screen and for devices that keep lines as
    /// lines. There dusk comes in steps.
    void paintAnew(QPainter& painter) const;
    /// The picture at hand is of the wanted zoom, and none is being drawn.
    bool isCrisp() const {
        return !m_picture.isNull() && !m_rendering &&
               m_shown.view.pixelsPerUnit == m_wanted.view.pixelsPerUnit;
    }

  signals:
    /// Another picture is at hand.
    void changed();
    /// None is being drawn any more.
    void ready();

  private:
    bool isServed() const;
    void take();
    void askWorker();

    BaseMapWorker::Request m_wanted; // its view is that of the screen
    BaseMapWorker::Request m_shown;  // its view is larger, so that a small pan needs no new picture
    QPixmap m_picture;
    bool m_rendering = false;
    BaseMapWorker m_worker;
    QTimer m_timer;
};

} // namespace surgescope::widgets
