// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/file_lines.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kTailBytes = 64; // a line's time is in it, so no two are alike

}

FileLines::FileLines(std::string path) : m_path(std::move(path)) {}

FileLines::~FileLines() {
    close();
}

void FileLines::close() {
    if (m_file >= 0) ::close(m_file);
    m_file = -1;
    m_read = 0;
    m_tail.clear();
    m_tooLong = false;
    if (!m_half.empty()) ++m_lost; // its other half will never come
    m_half.clear();
}

void FileLines::open(bool atItsEnd) {
    // A pipe or a terminal would have us wait.
    m_file = ::open(m_path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat status {};
    if (m_file < 0 || ::fstat(m_file, &status) != 0) {
        m_trouble = m_path + ": " + std::strerror(errno);
        return close();
    }
    if (!S_ISREG(status.st_mode)) {
        m_trouble = m_path + ": not a file";
        return close();
    }
    m_trouble.clear();
    m_device = status.st_dev;
    m_inode = status.st_ino;
    if (!atItsEnd) return;
    m_read = status.st_size;
    std::array<char, kTailBytes> tail{};
    const auto size = std::min<off_t>(m_read, kTailBytes);
    const ssize_t got = ::pread(m_file, tail.data(), static_cast<std::size_t>(size), m_read - size);
    if (got > 0) keepTail({tail.data(), static_cast<std::size_t>(got)});
}

bool FileLines::isAnother() {
    struct stat status {};
    if (::stat(m_path.c_str(), &status) != 0) { // a rotation looks so, for a moment
        if (++m_without > kLooksWithout) m_trouble = m_path + ": " + std::strerror(errno);
        return false;
    }
    m_without = 0;
    m_trouble.clear();
    return status.st_dev != m_device || status.st_ino != m_inode;
}

bool FileLines::isTruncated() const {
    struct stat status {};
    if (::fstat(m_file, &status) != 0) return false;
    if (status.st_size < m_read) return true;
    std::string now(m_tail.size(), '\0');
    const ssize_t size = ::pread(m_file, now.data(), now.size(), m_read - static_cast<off_t>(now.size()));
    return size != static_cast<ssize_t>(m_tail.size()) || now != m_tail;
}

void FileLines::keepTail(std::string_view bytes) {
    m_tail.append(bytes.substr(bytes.size() - std::min(bytes.size(), kTailBytes)));
    m_tail.erase(0, m_tail.size() - std::min(m_tail.size(), kTailBytes));
}

void FileLines::read(const std::function<void(std::string_view)>& take) {
    std::size_t left = kBytesAtOnce;
    if (m_file < 0) open(!std::exchange(m_begun, true));
    if (m_file < 0) return;
    // What was written to the old file while we looked for the new one is read at the next call.
    const bool another = isAnother();
    readOpen(left, take);
    if (!another || left == 0) return;
    close();
    open(false);
    if (m_file >= 0) readOpen(left, take);
}

void FileLines::readOpen(std::size_t& left, const std::function<void(std::string_view)>& take) {
    if (isTruncated()) {
        m_read = 0;
        m_tooLong = false;
        if (!m_half.empty()) ++m_lost; // its other half will never come
        m_half.clear();
        m_tail.clear();
    }
    std::array<char, 65'536> buffer{};
    while (left > 0) {
        const ssize_t size = ::pread(m_file, buffer.data(), std::min(buffer.size(), left), m_read);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return;
        m_read += size;
        left -= static_cast<std::size_t>(size);
        keepTail({buffer.data(), static_cast<std::size_t>(size)});
        split(std::string_view(buffer.data(), static_cast<std::size_t>(size)), take);
    }
}

void FileLines::split(std::string_view bytes, const std::function<void(std::string_view)>& take) {
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        const std::string_view part = bytes.substr(0, end);
        if (!m_tooLong && m_half.size() + part.size() > kLineBytes) {
            m_tooLong = true;
            m_half.clear();
            ++m_lost;
        }
        if (end == std::string_view::npos) {
            if (!m_tooLong) m_half.append(part);
            return;
        }
        if (!std::exchange(m_tooLong, false)) {
            if (m_half.empty()) {
                take(part);
            } else {
                m_half.append(part);
                take(m_half);
                m_half.clear();
            }
        }
        bytes.remove_prefix(end + 1);
    }
}

std::uint64_t FileLines::takeLost() {
    return std::exchange(m_lost, 0);
}

} // namespace surgescope::feeds
