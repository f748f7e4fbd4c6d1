// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/pipeline.h"

#include "feeds/util/own_process.h"

#include <algorithm>
#include <utility>

namespace surgescope::feeds {
namespace {
/// A request waits at most so long: of the 100 ms from a click to its picture, most is for drawing it.
constexpr std::chrono::milliseconds kLooksForRequests{20};
} // namespace

Pipeline::Pipeline(std::unique_ptr<Source> source, const PopCatalogue& catalogue, const Clock& clock,
                   Options options)
    : m_source(std::move(source)), m_catalogue(catalogue), m_clock(clock), m_options(options),
      m_thread([this] { run(); }) {}

Pipeline::~Pipeline() {
    m_stop = true;
    m_source->wake();
    m_thread.join();
}

void Pipeline::run() {
    FeedStep step(*m_source, m_catalogue, m_clock, m_options.nodeColumns, m_options.tap,
                  m_options.firstEpoch);
    auto nextFrame = m_clock.steady();
    auto loadSince = nextFrame;
    double cpuThen = threadCpuSeconds();
    double load = 0;
    while (!m_stop) {
        const auto now = m_clock.steady();
        if (const auto request = m_requests.take()) {
            step.request(*request);
            nextFrame = now; // somebody waits for it
        }
        if (now >= nextFrame) {
            if (auto baseline = m_baselines.take()) step.setBaseline(std::move(baseline));
            if (const double elapsed = secondsBetween(loadSince, now); elapsed >= 1) {
                const double cpu = threadCpuSeconds();
                load = (cpu - cpuThen) / elapsed;
                cpuThen = cpu;
                loadSince = now;
            }
            m_frames.put(step.buildFrame(load));
            nextFrame = std::max(nextFrame + m_options.frameEvery, now);
        }
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(nextFrame - m_clock.steady());
        step.receive(std::clamp(wait, std::chrono::milliseconds(0), kLooksForRequests));
    }
}

} // namespace surgescope::feeds
