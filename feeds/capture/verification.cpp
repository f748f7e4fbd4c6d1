// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/verification.h"

#include "feeds/capture/message_stream.h"
#include "feeds/capture/recording.h"
#include "feeds/state/judge.h"
#include "feeds/wire/decode.h"

#include <type_traits>

namespace surgescope::feeds {

Result<Verification> verify(const std::string& path, const Progress& progress) {
    auto opened = McapReader::open(path);
    if (!opened) return Error{opened.error()};
    auto& reader = *opened.value();
    Verification found;
    found.indexed = reader.indexed();
    found.bytes = reader.size();
    found.chunks = reader.parts().size();
    found.gaps = indexOf(reader).gaps;
    for (const auto& attachment : reader.attachments())
        if (auto content = reader.read(attachment); !content)
            found.damage.push_back({attachment.offset, content.error()});

    Decoder decoder;
    Judge judge; // follows sequences as a wall does
    MessageStream all(reader, [](const mcap::Channel&) { return true; });
    std::uint64_t count = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 1;
    for (const auto& part : reader.parts()) {
        begin = begin == 0 ? part.start : std::min(begin, part.start);
        end = std::max(end, part.end);
    }
    const auto refuse = [&found](Refusal reason, const std::string& text) {
        ++found.refused[static_cast<std::size_t>(reason)];
        ++found.all.refused;
        found.lastRefusal = text;
    };
    while (const auto* message = all.next()) {
        ++found.messages[message->channel->topic];
        if (progress && ++count % 1'024 == 0)
            progress(static_cast<double>(message->logTime - begin) / static_cast<double>(end - begin + 1));
        const auto origin = recording::originOf(message->channel->topic);
        ++found.all.of;
        const bool isReport = origin == recording::Origin::received && message->topic.starts_with("pop/");
        if (isReport) ++found.reports.of;
        if (origin == recording::Origin::said) {
            if (const auto wrong = said::whyUnreadable(message->topic, message->payload))
                refuse(Refusal::unparseable, wrong->text);
            continue;
        }
        const auto decoded = decoder.decode(message->topic, message->payload);
        std::visit(
            [&](const auto& value) {
                using Alternative = std::decay_t<decltype(value)>;
                if constexpr (std::is_same_v<Alternative, Refused>) {
                    refuse(value.reason, value.text);
                    if (isReport) ++found.reports.refused;
                } else if constexpr (requires { value->header; }) {
                    if (origin == recording::Origin::received)
                        judge.hear(*value, {SteadyTime(std::chrono::nanoseconds(message->logTime)),
                                            WallTime(std::chrono::microseconds(message->logTime / 1'000))});
                }
            },
            decoded);
    }
    found.lost = judge.gaps().counts().lost;
    found.duplicates = judge.gaps().counts().duplicates;
    found.damage.insert(found.damage.end(), reader.damage().begin(), reader.damage().end());
    return found;
}

} // namespace surgescope::feeds
