// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/varnish_log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Varnish's log records made of text, as it would write them.
namespace surgescope::tests {

/// Tags numbered as in the enumeration.
inline feeds::VarnishLogFormat varnishFormat(std::size_t headerWords = 3) {
    feeds::VarnishLogFormat format;
    format.headerWords = headerWords;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(feeds::VarnishTag::vclLog); ++i)
        format.tags[i] = static_cast<feeds::VarnishTag>(i);
    return format;
}

inline feeds::VarnishTag varnishTag(std::string_view name) {
    using enum feeds::VarnishTag;
    static constexpr std::array<std::pair<std::string_view, feeds::VarnishTag>, 13> names{
        {{"Begin", begin},
         {"End", end},
         {"Link", link},
         {"ReqStart", client},
         {"Timestamp", timestamp},
         {"ReqMethod", method},
         {"ReqURL", url},
         {"RespStatus", status},
         {"VCL_call", call},
         {"Hit", hit},
         {"ReqAcct", account},
         {"PipeAcct", pipeAccount},
         {"VCL_Log", vclLog}}};
    for (const auto& [known, tag] : names)
        if (known == name) return tag;
    return other;
}

inline void appendRecord(std::vector<std::uint32_t>& words, const feeds::VarnishLogFormat& format,
                         feeds::VarnishTag tag, std::string_view text) {
    text = text.substr(0, 0xfffe);
    const auto length = static_cast<std::uint32_t>(text.size() + 1); // with its NUL
    const std::size_t from = words.size();
    words.push_back(static_cast<std::uint32_t>(tag) << 24 | length);
    words.resize(from + format.headerWords + (length + 3) / 4);
    if (!text.empty()) std::memcpy(words.data() + from + format.headerWords, text.data(), text.size());
}

struct VarnishPart {
    std::uint64_t transaction = 0;
    std::vector<std::uint32_t> words;
};

/// Of what `varnishlog -g raw` prints, "8 VCL_call c HIT" a line: a part for as long as lines are of one
/// transaction. An empty line ends a part, too.
inline std::vector<VarnishPart> varnishParts(std::string_view lines, const feeds::VarnishLogFormat& format) {
    std::vector<VarnishPart> parts;
    bool open = false;
    while (!lines.empty()) {
        std::string_view line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
        const auto word = [&line] {
            const auto taken = line.substr(0, line.find(' '));
            line.remove_prefix(std::min(taken.size() + 1, line.size()));
            return taken;
        };
        std::uint64_t transaction = 0;
        const auto number = word();
        std::from_chars(number.data(), number.data() + number.size(), transaction);
        if (!open || parts.back().transaction != transaction) parts.push_back({transaction, {}});
        open = !number.empty();
        const auto tag = varnishTag(word());
        word(); // c or b
        if (open) appendRecord(parts.back().words, format, tag, line);
    }
    return parts;
}

} // namespace surgescope::tests
