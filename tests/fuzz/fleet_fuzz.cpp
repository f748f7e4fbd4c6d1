// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as what a few publishers say: eight bytes a step, in whatever order, by whatever clocks.
#include "feeds/capture/rollup_maker.h"
#include "feeds/frame/frame_builder.h"
#include "feeds/state/fleet_state.h"

#include "tests/fuzz/promise.h"
#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;

namespace {

constexpr std::array kPops{"LHR", "CDG", "X-1"};

/// A clock's error, from none to decades, both ways.
milliseconds errorOf(std::uint8_t byte) {
    const auto size = milliseconds(std::int64_t{1} << (byte & 0x1FU)) * 100;
    return byte < 32 ? milliseconds(0) : byte & 0x20U ? size : -size;
}

class Stage final : RollupMaker::Sink {
  public:
    void step(const unsigned char* bytes) {
        m_clock.advance(milliseconds(bytes[1] * 8));
        const auto itsTime = m_clock.wall() + errorOf(bytes[2]) + milliseconds(bytes[3] * 20 - 2'540);
        ReportOptions options{.publisher = std::string("p") + static_cast<char>('0' + bytes[4] % 5),
                              .pop = kPops[bytes[4] / 5 % kPops.size()],
                              .second = unixSeconds(std::chrono::floor<std::chrono::seconds>(itsTime)),
                              .sequence = bytes[5],
                              .session = bytes[6] % 6U,
                              .nodes = bytes[7] % 4U,
                              .requests = bytes[7],
                              .timeSource = static_cast<TimeSource>(bytes[6] / 6 % 3)};
        switch (bytes[0] % 6) {
        case 0: say(roster(options, bytes[5]), itsTime); break;
        case 1: say(nodeColumns(options, bytes[5]), itsTime); break;
        case 2: look(); break;
        default: report(options, itsTime);
        }
    }

  private:
    template <class Message> std::optional<Refused> say(Message message, WallTime itsTime) {
        message.header.sent = itsTime;
        message.header.received = m_clock.wall();
        auto refused = m_state.apply(message, m_clock.arrival());
        if (refused) promise(!refused->text.empty(), "a refusal says why");
        return refused;
    }
    void report(const ReportOptions& options, WallTime itsTime) {
        const auto before = m_state.sinceStart()[Counter::requests];
        const auto epoch = m_state.epoch();
        const bool counted = !say(popReport(options), itsTime);
        if (m_state.epoch() != epoch) return; // the sum begins anew
        promise(m_state.sinceStart()[Counter::requests] == before + (counted ? options.requests : 0),
                "what is accepted is counted once, what is refused not at all");
    }
    void look() {
        m_state.settle(m_clock.steady());
        m_rollups.settled(m_state, *this);
        std::uint64_t expected = 0;
        for (const auto& [code, place] : m_state.places())
            expected += place->expectedNodes();
        promise(m_state.expectedNodes() == expected, "the world expects what its places do");
    }
    void take(const Points&) override {}
    void take(const FleetRollup& rollup) override {
        promise(rollup.width == RollupMaker::kWidth && !rollup.pops.empty(), "a rollup is of somebody");
    }

    TestClock m_clock;
    FleetState m_state{PopCatalogue::builtIn()};
    RollupMaker m_rollups;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    constexpr std::size_t kStep = 8;
    constexpr std::size_t kMostSteps = 512;
    Stage stage;
    for (std::size_t i = 0; i + kStep <= size && i < kStep * kMostSteps; i += kStep)
        stage.step(data + i);
    return 0;
}
