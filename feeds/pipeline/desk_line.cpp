// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/desk_line.h"

#include <random>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAskEvery{1'000};
constexpr milliseconds kDeskPatience{900};
constexpr std::size_t kMostAsked = 100; // people do not do more while a desk is away

} // namespace

DeskLine::DeskLine(std::string endpoint, std::string wall, std::shared_ptr<ZmqContext> context,
                   const Clock& clock)
    : m_endpoint(std::move(endpoint)), m_wall(std::move(wall)),
      m_run((std::uint64_t{std::random_device{}()} << 32U) | std::random_device{}()),
      m_context(std::move(context)), m_clock(clock), m_paintedAt(clock.steady()),
      m_thread([this] { run(); }) {}

DeskLine::~DeskLine() {
    {
        const std::scoped_lock lock(m_mutex);
        m_stop = true;
    }
    m_wakeUp.notify_one();
    m_thread.join();
}

bool DeskLine::isSilent() const {
    const std::scoped_lock lock(m_mutex);
    return !m_answeredAt || m_clock.steady() - *m_answeredAt > kSilentAfter;
}

std::string DeskLine::problem() const {
    const std::scoped_lock lock(m_mutex);
    return m_problem;
}

void DeskLine::notePainted() {
    const std::scoped_lock lock(m_mutex);
    m_paintedAt = m_clock.steady();
}

bool DeskLine::ask(DeskRequest request) {
    {
        const std::scoped_lock lock(m_mutex);
        if (m_waiting.size() >= kMostAsked) return false;
        m_waiting.push_back(std::move(request));
    }
    m_wakeUp.notify_one();
    return true;
}

void DeskLine::run() {
    for (;;) {
        DeskRequest request;
        {
            std::unique_lock lock(m_mutex);
            m_wakeUp.wait_for(lock, kAskEvery, [this] { return m_stop || !m_waiting.empty(); });
            if (m_stop) break;
            if (!m_waiting.empty()) {
                request = std::move(m_waiting.front());
                m_waiting.pop_front();
            }
        }
        askOnce(std::move(request));
    }
    if (!m_wall.empty() && !isSilent()) askOnce({.wall = WallReport{.leaves = true}});
}

void DeskLine::askOnce(DeskRequest request) {
    request.changesKnown = m_changesKnown;
    request.notesKnown = m_notesKnown;
    if (!m_wall.empty()) {
        const std::scoped_lock lock(m_mutex);
        const auto ago = std::chrono::duration_cast<milliseconds>(m_clock.steady() - m_paintedAt);
        request.wall = {m_wall, m_run, ago, request.wall && request.wall->leaves};
    }
    const auto answer = feeds::ask(kDesk, m_endpoint, bytesOf(request), kDeskPatience, *m_context);
    auto reply = answer ? readDeskReply(*answer) : Result<DeskReply>(Error{answer.error()});
    {
        const std::scoped_lock lock(m_mutex);
        // What somebody wanted and was refused is to be seen until he wants something else.
        if (!reply)
            m_problem = reply.error();
        else if (request.command || request.note || !m_answeredAt ||
                 m_clock.steady() - *m_answeredAt > kSilentAfter)
            m_problem.clear();
        if (reply) m_answeredAt = m_clock.steady();
    }
    if (reply) take(std::move(reply.value()));
}

void DeskLine::take(DeskReply reply) {
    auto news = std::make_shared<News>();
    if (reply.shown) {
        if (reply.shown->status.changes < m_changesKnown) m_history.clear(); // another desk
        m_changesKnown = reply.shown->status.changes;
        for (auto& change : reply.changes)
            m_history.push_back(std::move(change));
        while (m_history.size() > LiveStatus::kHistory)
            m_history.pop_front();
        auto status = std::move(reply.shown->status);
        status.judgedBy = LiveStatus::JudgedBy::desk;
        status.history = {m_history.begin(), m_history.end()};
        news->status = std::make_shared<const LiveStatus>(std::move(status));
    }
    if (std::exchange(m_notesKnown, reply.notesChanges) != reply.notesChanges)
        m_notes = std::move(reply.notes);
    news->notes = m_notes;
    m_news.put(std::move(news));
}

} // namespace surgescope::feeds
