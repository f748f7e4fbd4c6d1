// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as what answers where chronyd should be.
#include "feeds/agent/chrony_client.h"

#include "tests/fuzz/promise.h"

#include <string_view>

using namespace surgescope::feeds;
using surgescope::tests::promise;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view datagram(reinterpret_cast<const char*>(data), size);
    const auto offset = ChronyClient::readAnswer(datagram, 1);
    if (offset) promise(offset->count() >= 0, "an offset has no sign");
    return 0;
}
