// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/disk_queue.h"

#include "feeds/util/crc32.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <unistd.h>
#include <utility>

namespace surgescope::feeds {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".waiting";
constexpr std::size_t kCheckBytes = 8; // before an entry: its CRC-32 in hexadecimal digits

std::string checkOf(std::string_view entry) {
    char text[kCheckBytes + 1];
    std::snprintf(text, sizeof text, "%08x", crc32(entry));
    return text;
}

template <class Number> std::optional<Number> numberOf(std::string_view text) {
    Number number{};
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return number;
}

} // namespace

DiskQueue::DiskQueue(std::string folder, std::uint64_t atMostBytes, FileLock lock)
    : m_folder(std::move(folder)), m_atMostBytes(atMostBytes), m_lock(std::move(lock)) {
    std::error_code ignored;
    for (fs::directory_iterator at(m_folder, ignored), end; at != end; at.increment(ignored)) {
        const auto name = at->path().filename().string();
        if (!name.ends_with(kEnding)) continue;
        const auto number = numberOf<std::uint64_t>(name.substr(0, name.size() - kEnding.size()));
        if (number) m_entries.push_back({*number, at->file_size(ignored)});
    }
    std::ranges::sort(m_entries, {}, &Entry::number);
    for (const auto& entry : m_entries)
        m_bytes += entry.bytes;
}

Result<std::unique_ptr<DiskQueue>> DiskQueue::open(const std::string& folder, std::uint64_t atMostBytes) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return Error{"cannot make '" + folder + "': " + error.message()};
    auto lock = FileLock::take(folder + "/lock");
    if (!lock) return Error{lock.error()};
    if (!*lock) return Error{"another process queues in '" + folder + "'"};
    return std::unique_ptr<DiskQueue>(new DiskQueue(folder, atMostBytes, std::move(*lock.value())));
}

std::string DiskQueue::pathOf(std::uint64_t number) const {
    char name[32];
    std::snprintf(name, sizeof name, "/%016llu", static_cast<unsigned long long>(number));
    return (m_folder + name).append(kEnding);
}

std::optional<Error> DiskQueue::append(std::string_view entry) {
    const auto bytes = entry.size() + kCheckBytes;
    if (bytes > m_atMostBytes)
        return Error{"an entry of " + std::to_string(bytes) + " bytes, expected at most " +
                     std::to_string(m_atMostBytes)};
    while (m_bytes + bytes > m_atMostBytes) {
        pop();
        ++m_dropped;
    }
    const auto number = m_entries.empty() ? 1 : m_entries.back().number + 1;
    if (auto failed = replaceFile(pathOf(number), checkOf(entry).append(entry))) return failed;
    m_entries.push_back({number, bytes});
    m_bytes += bytes;
    return std::nullopt;
}

Result<std::string> DiskQueue::front() const {
    const auto path = pathOf(m_entries.front().number);
    const auto file = InputFile::open(path);
    if (!file) return Error{file.error()};
    std::string bytes;
    if (file->size() < kCheckBytes || file->size() > m_atMostBytes || !file->read(0, file->size(), bytes) ||
        checkOf(std::string_view(bytes).substr(kCheckBytes)) != bytes.substr(0, kCheckBytes))
        return Error{path + ": damaged"};
    return bytes.substr(kCheckBytes);
}

void DiskQueue::pop() {
    ::unlink(pathOf(m_entries.front().number).c_str());
    m_bytes -= m_entries.front().bytes;
    m_entries.pop_front();
}

std::optional<std::int64_t> DiskQueue::remembered() const {
    const auto file = InputFile::open(m_folder + "/remembered");
    std::string bytes;
    if (!file || file->size() > 20 || !file->read(0, file->size(), bytes)) return std::nullopt;
    return numberOf<std::int64_t>(bytes);
}

std::optional<Error> DiskQueue::remember(std::int64_t number) {
    return replaceFile(m_folder + "/remembered", std::to_string(number));
}

} // namespace surgescope::feeds
