// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/relay/relay_thread.h"

#include "feeds/relay/roster_file.h"
#include "feeds/util/own_process.h"

#include <chrono>
#include <utility>

namespace surgescope::feeds {
namespace {
constexpr std::chrono::seconds kTellEvery{1};
}

RelayThread::RelayThread(std::unique_ptr<Source> source, std::unique_ptr<Publisher> up,
                         const PopCatalogue& catalogue, const Clock& clock, Options options)
    : m_catalogue(catalogue), m_clock(clock), m_options(std::move(options)), m_source(std::move(source)),
      m_up(std::move(up)), m_thread([this] { run(); }) {}

RelayThread::~RelayThread() {
    stop();
}

void RelayThread::stop() {
    if (!m_thread.joinable()) return;
    m_stop = true;
    m_source->wake();
    m_thread.join();
    m_up.reset();
}

void RelayThread::run() {
    RelayStep step(*m_source, m_catalogue, *m_up, m_clock, m_options.tap, m_options.history);
    for (const auto& roster : m_options.kept)
        step.relay().restore(roster, m_clock.steady());
    m_options.kept = {};
    auto toldAt = m_clock.steady();
    double cpuThen = threadCpuSeconds();
    std::uint64_t changesKept = step.relay().rosterChanges();
    const auto tell = [&] {
        const auto now = m_clock.steady();
        const double cpu = threadCpuSeconds();
        const double load = (cpu - std::exchange(cpuThen, cpu)) / std::max(secondsBetween(toldAt, now), 1e-3);
        toldAt = now;
        m_statuses.put(std::make_shared<const RelayStatus>(step.status(load)));
        if (!m_options.keepsRosters || step.relay().rosterChanges() == changesKept) return;
        changesKept = step.relay().rosterChanges();
        m_rosters.put(std::make_shared<const std::string>(rosterFileOf(step.relay(), m_clock.wall())));
    };
    while (!m_stop) {
        step.turn(std::chrono::milliseconds(100));
        if (m_clock.steady() - toldAt >= kTellEvery) tell();
    }
    step.drain();
    tell();
}

} // namespace surgescope::feeds
