// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/pipeline.h"

#include "feeds/pipeline/alarm_watch.h"
#include "feeds/pipeline/desk_voice.h"
#include "feeds/util/own_process.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace surgescope::feeds {
namespace {
/// A request waits at most so long: of the 100 ms from a click to its picture, most is for drawing it.
constexpr std::chrono::milliseconds kLooksForRequests{20};
/// Frames that are due because their second settled: at most so often after any other.
constexpr std::chrono::milliseconds kBetweenFrames{20};
/// Where no second settles and nobody asks, a frame tells nothing but ages: so many times as seldom.
constexpr int kSeldom = 10;
/// Looking whether a second has settled costs some microseconds for each of hundreds of PoPs.
constexpr std::chrono::milliseconds kLooksForSettled{5};

/// The share of a core that the calling thread takes, measured anew each second.
class LoadMeter {
  public:
    explicit LoadMeter(SteadyTime now) : m_since(now), m_cpuThen(threadCpuSeconds()) {}
    double at(SteadyTime now) {
        if (const double elapsed = secondsBetween(m_since, now); elapsed >= 1) {
            const double cpu = threadCpuSeconds();
            m_load = (cpu - std::exchange(m_cpuThen, cpu)) / elapsed;
            m_since = now;
        }
        return m_load;
    }

  private:
    SteadyTime m_since;
    double m_cpuThen;
    double m_load = 0;
};

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
    std::vector<FeedTap*> taps;
    if (m_options.tap) taps.push_back(m_options.tap);
    std::optional<AlarmWatch> watch;
    if (m_options.rules) {
        taps.push_back(&watch.emplace(*m_options.rules, m_source->clock(m_clock)));
        watch->restore(m_options.savedAlarms);
    }
    std::optional<DeskVoice> voice;
    if (m_options.tap) voice.emplace(*m_options.tap);
    if (voice && watch) watch->setListener([&voice](const Transition& change) { voice->say(change); });
    FeedStep step(*m_source, m_catalogue, m_clock, m_options.nodeColumns, taps, m_options.firstEpoch);
    auto nextFrame = m_clock.steady();                      // of those that tell ages
    auto frameAt = nextFrame;                               // the last one was built
    auto settledFrameAt = nextFrame - m_options.frameEvery; // of the last one that a second settled for
    auto looksForSettled = nextFrame;
    auto nextSecond = nextFrame;
    bool unsettled = false; // something came since that was looked for
    bool settled = false;   // no frame has shown it
    LoadMeter load(nextFrame);
    while (!m_stop) {
        const auto now = m_clock.steady();
        if (const auto request = m_requests.take()) {
            step.request(*request);
            if (watch) watch->setRelease(request->releaseAt);
            nextFrame = now; // somebody waits for it
        }
        // In fast motion seconds settle more often than anybody needs frames.
        const auto settledFrame = std::max(frameAt + kBetweenFrames, settledFrameAt + m_options.frameEvery);
        // Nobody shall see a past that is half brought back.
        if (!step.isSeeking() && (now >= nextFrame || (settled && now >= settledFrame))) {
            if (const auto baseline = m_baselines.take()) {
                step.setBaseline(baseline); // and keeps it
                if (watch) watch->setBaseline(baseline.get());
            }
            m_frames.put(step.buildFrame(load.at(now)));
            nextFrame = now + kSeldom * m_options.frameEvery;
            if (std::exchange(settled, false)) settledFrameAt = now;
            frameAt = now;
        }
        auto until = nextFrame;
        if (settled) until = std::min(until, settledFrame);
        if (unsettled) until = std::min(until, looksForSettled);
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(until - m_clock.steady());
        if (step.receive(std::clamp(wait, std::chrono::milliseconds(0), kLooksForRequests)) > 0)
            unsettled = true;
        if (const auto after = m_clock.steady(); unsettled && after >= looksForSettled) {
            settled = step.settle() || settled;
            unsettled = false;
            looksForSettled = after + kLooksForSettled;
        }
        for (const auto& notes : m_notes.take())
            for (const auto& note : notes)
                if (voice) voice->say(note);
        if (!watch || step.isSeeking()) continue;
        for (const auto& command : m_commands.take())
            watch->take(command);
        if (const auto steady = m_clock.steady(); steady >= nextSecond) {
            if (m_options.tap) watch->setRecorderDropped(m_options.tap->dropped());
            if (auto saved = watch->save(); !saved.empty())
                m_savedAlarms.put(std::make_shared<const std::string>(std::move(saved)));
            nextSecond = steady + std::chrono::seconds(1);
        }
        watch->tick(step.state());
        if (auto status = watch->takeStatus()) {
            if (voice && watch->at()) voice->say(*status, *watch->at());
            m_statuses.put(std::move(status));
        }
    }
}

} // namespace surgescope::feeds
