// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as what alarms have saved, as it is found in a recording.
#include "feeds/alarm/alarms.h"

#include "tests/fuzz/promise.h"

#include <string_view>

using namespace surgescope::feeds;
using surgescope::tests::promise;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    Alarms alarms(Rules::builtIn());
    if (alarms.restore({reinterpret_cast<const char*>(data), size})) {
        promise(alarms.status() == AlarmStatus(), "what is refused changes nothing");
        return 0;
    }
    Alarms again(Rules::builtIn());
    promise(!again.restore(alarms.save()), "what is saved is restored");
    ObservedSecond second;
    second.second = feedSecond(1'795'000'000);
    for (int i = 0; i < 3; ++i) {
        second.second += std::chrono::seconds(1);
        alarms.judge(second);
        alarms.tick(second.second, 10, 5);
    }
    for (const auto& card : alarms.status().cards)
        alarms.acknowledge(card.id, "Ada", "");
    return 0;
}
