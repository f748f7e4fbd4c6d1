// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/mcap_damage.h"

#include <algorithm>
#include <string>

namespace surgescope::feeds::mcap {
namespace {

/// The most that a record of this kind may hold; beyond it the length is taken for damage.
std::uint64_t limitFor(Op op) {
    if (op == Op::chunk) return limits::kChunkBytes + limits::kSmallRecord;
    if (op == Op::attachment) return limits::kAttachmentBytes + limits::kSmallRecord;
    if (op == Op::message) return limits::kChunkBytes;
    return limits::kSmallRecord;
}

bool isKnown(Op op) {
    return op >= Op::header && op <= Op::dataEnd;
}

bool isChunkAt(const InputFile& file, std::uint64_t offset) {
    constexpr std::size_t kMost = kRecordHead + 64;
    std::string bytes;
    if (!file.read(offset, static_cast<std::size_t>(std::min<std::uint64_t>(kMost, file.size() - offset)),
                   bytes) ||
        bytes.size() < kRecordHead)
        return false;
    const auto [op, length] = readRecordHead(bytes);
    ChunkHead head;
    return op == Op::chunk && length <= file.size() - offset - kRecordHead &&
           read(std::string_view(bytes).substr(kRecordHead), head) &&
           head.bytes() + head.recordsSize == length && head.recordsSize <= limits::kChunkBytes;
}

bool isRecordAt(const InputFile& file, std::uint64_t offset) {
    std::string bytes;
    if (offset == file.size()) return true;
    if (!file.read(offset, kRecordHead, bytes)) return false;
    const auto [op, length] = readRecordHead(bytes);
    return isKnown(op) && length <= limitFor(op) && length <= file.size() - offset - kRecordHead &&
           (op != Op::chunk || isChunkAt(file, offset));
}

std::uint64_t findChunk(const InputFile& file, std::uint64_t from) {
    constexpr std::size_t kStep = 64U << 10;
    std::string bytes;
    for (; from < file.size(); from += bytes.size()) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kStep, file.size() - from));
        if (!file.read(from, size, bytes)) break;
        for (auto at = bytes.find(static_cast<char>(Op::chunk)); at != std::string::npos;
             at = bytes.find(static_cast<char>(Op::chunk), at + 1)) {
            // Most are none by the length that would follow, and asking the file takes a while.
            if (at + kRecordHead <= bytes.size() &&
                readRecordHead(std::string_view(bytes).substr(at, kRecordHead)).second > limitFor(Op::chunk))
                continue;
            if (isChunkAt(file, from + at)) return from + at;
        }
    }
    return file.size();
}

} // namespace

std::optional<std::uint64_t> afterDamage(const InputFile& file, std::uint64_t at, Op op) {
    if (!isRecordAt(file, at)) return findChunk(file, at + 1);
    if (op == Op::chunk || op == Op::footer) return std::nullopt; // their lengths are proved
    // A damaged length may still be a possible one, and would swallow what comes behind.
    std::string bytes;
    if (!file.read(at, kRecordHead, bytes)) return file.size();
    const auto end = at + kRecordHead + readRecordHead(bytes).second;
    if (isRecordAt(file, end)) return std::nullopt;
    const auto chunk = findChunk(file, at + 1);
    return chunk < end ? std::optional(chunk) : std::nullopt;
}

} // namespace surgescope::feeds::mcap
