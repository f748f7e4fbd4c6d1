// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/mailbox.h"

#include "widgets/base/palette.h"
#include "widgets/map/map_view.h"

#include <QImage>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace surgescope::widgets {

/// Draws base maps on a thread of its own, which decodes the world first. Both functions are for one thread,
/// the GUI's; neither waits. The destructor waits for the picture being drawn, some tens of milliseconds at
/// most.
class BaseMapWorker {
  public:
    struct Request {
        MapView view;
        double pixelRatio = 1;
        double lineScale = 1;
        Theme theme = Theme::dark;
        std::optional<std::int64_t> nightMinute; // since 1970, UTC: the night of then is laid over it
        bool operator==(const Request&) const = default;
    };
    struct Picture {
        Request request;
        QImage image;
    };

    BaseMapWorker();
    ~BaseMapWorker();
    BaseMapWorker(const BaseMapWorker&) = delete;
    BaseMapWorker& operator=(const BaseMapWorker&) = delete;

    /// Replaces a request that is not begun yet.
    void request(const Request& request);
    /// The newest picture, once; null when there is none.
    std::shared_ptr<const Picture> take() { return m_pictures.take(); }

    static constexpr std::int64_t kSecondsOfMinute = 60;

  private:
    void run();

    feeds::Mailbox<Picture> m_pictures;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::optional<Request> m_request; // guarded by m_mutex
    bool m_stop = false;              // guarded by m_mutex
    std::thread m_thread;
};

} // namespace surgescope::widgets
