// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/event_loop.h"

#include <functional>
#include <string>
#include <utility>

namespace surgescope::feeds {

/// Asks a server for one page again and again, as UnixQuery does through a socket. Never waits for it. One
/// thread, the loop's.
class PageQuery {
  public:
    PageQuery(EventLoop& loop, std::string url) : m_loop(loop), m_url(std::move(url)) {}

    const std::string& url() const { return m_url; }
    /// Asks anew, and gives up what was asked before. `answered` is called once, from the loop.
    void ask(std::function<void(Result<HttpResponse>)> answered) {
        m_asking = true;
        m_fetch = m_loop.fetch(m_url, [this, answered = std::move(answered)](Result<HttpResponse> response) {
            m_asking = false;
            answered(std::move(response));
        });
    }
    /// What was asked is not wanted any more.
    void giveUp() {
        m_asking = false;
        m_fetch = {};
    }
    bool asking() const { return m_asking; }

  private:
    EventLoop& m_loop;
    std::string m_url;
    bool m_asking = false;
    EventLoop::Handle m_fetch;
};

} // namespace surgescope::feeds
