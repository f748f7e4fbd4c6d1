// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/judge_recording.h"

#include "feeds/capture/baseline_file.h"
#include "feeds/capture/recorded_time.h"
#include "feeds/pipeline/alarm_watch.h"
#include "feeds/pipeline/feed_step.h"
#include "feeds/source/replay_source.h"
#include "feeds/state/freshness.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// What settled is looked for so often, by the recording's time: as often as a wall builds frames.
constexpr milliseconds kStep{100};
/// After so long a silence nobody is live: nothing settles until somebody speaks, and what a watch thinks of
/// the silence it makes up for.
constexpr seconds kQuiet{5};
static_assert(kQuiet.count() > kLateAfterSeconds);

/// No launch takes longer, and no time of a recording then is beyond what can be counted.
constexpr auto kLongest = std::chrono::days(366);

/// Goes on when it is told, so that a replay it paces depends on nothing else.
class SteppedClock final : public Clock {
  public:
    SteadyTime steady() const override { return SteadyTime(m_passed); }
    WallTime wall() const override { return WallTime(m_passed); }
    void advance(milliseconds by) { m_passed += by; }

  private:
    milliseconds m_passed{0};
};

/// A step, or in a silence as many as end before the next message: what settles with it ends the silence.
milliseconds nextStep(WallTime now, WallTime lastArrival, WallTime nextArrival) {
    if (now - lastArrival < kQuiet) return kStep;
    return std::max(kStep,
                    (std::chrono::ceil<milliseconds>(nextArrival - now) - milliseconds(1)) / kStep * kStep);
}

/// Rules, and what they make of it.
struct Judged {
    Judged(const Rules& rules, const Clock& clock) : watch(rules, clock) {
        watch.setListener([this](const Transition& transition) { judgement.take(transition); });
    }
    AlarmWatch watch;
    Judgement judgement;
};

} // namespace

Result<JudgedRecording> judgeRecording(const std::string& path, const PopCatalogue& catalogue,
                                       const JudgeOptions& options) {
    SteppedClock real;
    auto opened = ReplaySource::open(path, real, {});
    if (!opened) return Error{opened.error()};
    auto& source = *opened.value();
    const auto& index = source.recording();
    const auto& clock = source.clock(real);
    std::optional<FeedSecond> releaseAt;
    if (!options.releaseAt.empty()) {
        const auto time = parseRecordedTime(options.releaseAt, index);
        if (!time) return Error{time.error()};
        releaseAt = std::chrono::floor<seconds>(*time);
    }
    std::shared_ptr<const Baseline> baseline;
    if (!options.baseline.empty()) {
        auto read = readBaseline(options.baseline, catalogue);
        if (!read) return Error{read.error()};
        baseline = std::move(read.value());
    }
    std::deque<Judged> judged;
    std::vector<FeedTap*> taps;
    for (const auto& rules : options.rules) {
        auto& one = judged.emplace_back(rules, clock);
        one.watch.setRelease(releaseAt);
        one.watch.setBaseline(baseline.get());
        taps.push_back(&one.watch);
    }
    FeedStep step(source, catalogue, real, NodeColumnsWanted::ofSelectedPop, taps);
    const auto length = std::max<double>(1, static_cast<double>((index.end - index.begin).count()));
    JudgedRecording result;
    std::optional<WallTime> begin; // known once something is received
    for (auto lastArrival = clock.wall();;) {
        while (step.receive(milliseconds(0)) > 0)
            lastArrival = clock.wall();
        begin = begin.value_or(clock.wall());
        step.settle();
        for (auto& one : judged)
            one.watch.tick(step.state());
        if (!result.first) result.first = step.state().settled();
        const auto status = source.control()->status();
        if (status.atEnd) break;
        result.isWhole =
            !options.goesOn ||
            options.goesOn(static_cast<double>((status.position - index.begin).count()) / length);
        if (!result.isWhole) break;
        if (source.nextArrival() - *begin > kLongest)
            return Error{"'" + path + "' goes on after more than a year, expected a recording of a launch"};
        real.advance(nextStep(clock.wall(), lastArrival, source.nextArrival()));
    }
    result.last = step.state().settled();
    result.releaseAt = releaseAt ? releaseAt : step.state().releaseAt();
    for (auto& one : judged) {
        if (const auto status = one.watch.takeStatus()) one.judgement.take(status->alarms);
        result.judgements.push_back(std::move(one.judgement));
    }
    for (const auto& damage : source.damage())
        result.damage.push_back("byte " + std::to_string(damage.offset) + ": " + damage.text);
    return result;
}

} // namespace surgescope::feeds
