// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/rehearsal.h"

#include <algorithm>
#include <chrono>

namespace surgescope::feeds {
namespace {

/// Stamps messages with simulated time and paces with real time.
class SimulatedClock final : public Clock {
  public:
    SimulatedClock(const Clock& real, FeedSecond start) : m_real(real), m_wall(start) {}
    SteadyTime steady() const override { return m_real.steady(); }
    WallTime wall() const override { return m_wall; }
    void set(FeedSecond second) { m_wall = second; }

  private:
    const Clock& m_real;
    WallTime m_wall;
};

} // namespace

struct Rehearsal::Parts {
    Parts(const Options& o, const PopCatalogue& catalogue, const Clock& real)
        : options(o), clock(real, o.scenario.start()), simulator(catalogue, o.scenario, o.nodes, o.seed) {}

    Options options;
    SimulatedClock clock;
    sim::Simulator simulator;
    std::unique_ptr<Publisher> publisher;
    std::unique_ptr<AnsweringSocket> control;
    std::mutex mutex;
    std::condition_variable_any wakeUp; // notified by the stop token only
};

Rehearsal::Rehearsal(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
Rehearsal::~Rehearsal() = default;

Result<std::unique_ptr<Rehearsal>> Rehearsal::open(const Options& options, const PopCatalogue& catalogue,
                                                   const Clock& clock) {
    auto parts = std::make_unique<Parts>(options, catalogue, clock);
    auto how = options.publisher;
    how.timeSource = TimeSource::simulated;
    // Not simulated: each run is a session of its own.
    if (how.session == 0) how.session = static_cast<std::uint64_t>(clock.wall().time_since_epoch().count());
    for (const auto& roster : parts->simulator.rosters()) {
        ++how.pops;
        how.nodes += roster.nodes.size();
    }
    auto publisher = Publisher::open(how, parts->clock);
    if (!publisher) return Error{publisher.error()};
    parts->publisher = std::move(publisher.value());
    if (!options.control.empty()) {
        auto control = AnsweringSocket::open(kLevers, options.control, options.publisher.context);
        if (!control) return Error{control.error()};
        parts->control = std::move(control.value());
    }
    return std::unique_ptr<Rehearsal>(new Rehearsal(std::move(parts)));
}

const Publisher& Rehearsal::publisher() const {
    return *m_parts->publisher;
}

const AnsweringSocket* Rehearsal::control() const {
    return m_parts->control.get();
}

void Rehearsal::serveControl() {
    if (!m_parts->control) return;
    m_parts->control->serve(
        [this](std::string_view line, const AnsweringSocket::Asker&) -> Result<std::string> {
            const auto setting = sim::parseLever(line);
            if (!setting) return Error{setting.error()};
            return m_parts->simulator.pull(*setting);
        });
}

bool Rehearsal::waitUntil(SteadyTime time, const std::stop_token& stop) {
    // In short waits, so that whoever joins does not wait for rosters, and levers are felt at once.
    while (!stop.stop_requested()) {
        m_parts->publisher->tick();
        serveControl();
        const auto now = m_parts->clock.steady();
        if (now >= time) return true;
        std::unique_lock lock(m_parts->mutex);
        m_parts->wakeUp.wait_until(lock, stop, std::min(time, now + std::chrono::milliseconds(100)),
                                   [] { return false; });
    }
    return false;
}

SteadyTime::duration Rehearsal::publishSecond(const std::stop_token& stop) {
    auto& p = *m_parts;
    const auto messages = p.publisher->sentMessages();
    const auto bytes = p.publisher->sentBytes();
    p.clock.set(p.simulator.now());
    // A subscriber that does not keep up is waited for, but never longer than the user wants to.
    const auto send = [&](auto& message) {
        while (!p.publisher->publish(message) && !stop.stop_requested())
            p.publisher->tick();
    };
    for (std::size_t i = 0; i < p.simulator.reports().size(); ++i) {
        auto& report = p.simulator.reports()[i];
        send(report);
        if (p.publisher->wanted("node/" + report.pop)) send(p.simulator.columns(i));
    }
    send(p.simulator.global());
    for (auto& event : p.simulator.events())
        send(event);
    if (p.options.publisher.isWithinProcess()) return {};
    const std::chrono::duration<double> least(
        std::max(static_cast<double>(p.publisher->sentMessages() - messages) / p.options.messagesPerSecond,
                 static_cast<double>(p.publisher->sentBytes() - bytes) / p.options.bytesPerSecond));
    return std::chrono::duration_cast<SteadyTime::duration>(least);
}

void Rehearsal::run(const std::stop_token& stop) {
    auto& p = *m_parts;
    for (auto& roster : p.simulator.rosters())
        p.publisher->setRoster(std::move(roster));
    const auto start = p.clock.steady();
    auto noFloodBefore = start;
    for (std::uint64_t n = 0; !p.options.seconds || n < *p.options.seconds; ++n) {
        p.simulator.step();
        const auto due = std::chrono::duration<double>(static_cast<double>(n) / p.options.speed);
        const auto time =
            std::max(start + std::chrono::duration_cast<SteadyTime::duration>(due), noFloodBefore);
        if (!waitUntil(time, stop)) return;
        noFloodBefore = time + publishSecond(stop);
    }
}

} // namespace surgescope::feeds
