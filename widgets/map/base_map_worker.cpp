// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/base_map_worker.h"

#include "widgets/map/base_map_renderer.h"
#include "widgets/map/daylight.h"
#include "widgets/map/world_geometry.h"

#include <utility>

namespace surgescope::widgets {

BaseMapWorker::BaseMapWorker() : m_thread([this] { run(); }) {}

BaseMapWorker::~BaseMapWorker() {
    {
        const std::scoped_lock lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

void BaseMapWorker::request(const Request& request) {
    {
        const std::scoped_lock lock(m_mutex);
        m_request = request;
    }
    m_wake.notify_one();
}

void BaseMapWorker::run() {
    const auto world = loadWorld();
    if (!world) return; // a build with a broken map: the sea stays empty
    Request drawn;      // what `day` shows; it serves again when only the night has moved on
    QImage day;
    for (;;) {
        std::unique_lock lock(m_mutex);
        m_wake.wait(lock, [this] { return m_stop || m_request; });
        if (m_stop) return;
        const Request request = *std::exchange(m_request, std::nullopt);
        lock.unlock();
        Request ofDay = request;
        ofDay.nightMinute.reset();
        if (day.isNull() || ofDay != drawn) {
            day = renderBaseMap(*world, request.view, paletteOf(request.theme), request.pixelRatio,
                                request.lineScale);
            drawn = ofDay;
        }
        QImage picture = day;
        if (request.nightMinute)
            shadeNight(picture, request.view,
                       subsolarPoint(feeds::feedSecond(*request.nightMinute * kSecondsOfMinute)),
                       paletteOf(request.theme).night);
        m_pictures.put(std::make_shared<Picture>(Picture{request, picture}));
    }
}

} // namespace surgescope::widgets
