// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as Varnish's log: as the words of one part after another, or, after a '#', as the texts of
// records that are written as Varnish would.
#include "feeds/agent/varnish_log.h"
#include "feeds/wire/limits.h"

#include "tests/fuzz/promise.h"
#include "tests/support/varnish_records.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

/// The first byte of a part is its transaction, the second its size in words.
std::vector<VarnishPart> partsOfBytes(std::string_view bytes) {
    std::vector<VarnishPart> parts;
    while (bytes.size() > 2) {
        const std::size_t size =
            std::min<std::size_t>(static_cast<unsigned char>(bytes[1]) * 4U, bytes.size() - 2);
        VarnishPart& part = parts.emplace_back();
        part.transaction = static_cast<unsigned char>(bytes[0]) % 8U;
        part.words.resize(size / 4);
        if (!part.words.empty()) std::memcpy(part.words.data(), bytes.data() + 2, part.words.size() * 4);
        bytes.remove_prefix(2 + size);
    }
    return parts;
}

void check(const Exchange& exchange) {
    promise(exchange.time >= limits::kEarliest && exchange.time < limits::kLatest, "a request has a time");
    promise(exchange.status <= 999, "a status has three digits");
    promise(exchange.bytes <= std::uint64_t{1} << 50, "an answer is no flood");
    promise(!exchange.ttfb || exchange.ttfb->count() >= 0, "no time is negative");
    promise(!exchange.duration || exchange.duration->count() >= 0, "no time is negative");
    for (const std::string_view text :
         {std::string_view(exchange.uri), std::string_view(exchange.method),
          std::string_view(exchange.purgeId), std::string_view(exchange.address)}) {
        promise(text.size() <= VarnishLog::kTextBytes, "texts are short");
        promise(std::ranges::all_of(text, [](char c) { return c >= 0x20; }), "texts are ASCII");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const std::size_t headerWords : {2U, 3U}) {
        const auto format = varnishFormat(headerWords);
        VarnishLog log(format);
        RequestTally tally("/api/");
        const auto parts =
            bytes.starts_with('#') ? varnishParts(bytes.substr(1), format) : partsOfBytes(bytes);
        for (const VarnishPart& part : parts) {
            const auto read = log.read(part.transaction, part.words);
            if (!read) {
                promise(read.error().size() < 100, "a refusal is short");
                tally.addRefused(read.error());
            } else if (*read) {
                check(**read);
                tally.add(**read);
            }
        }
        promise(log.open() <= parts.size(), "no more is open than began");
        tally.cut();
    }
    return 0;
}
