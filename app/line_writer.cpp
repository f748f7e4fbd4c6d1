// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/line_writer.h"

#include <climits>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace surgescope::app {
namespace {

/// Standard output again, for us alone: what does not wait is a setting of whoever else has it open, too.
int openStandardOutput() {
    struct stat status {};
    const bool isFile = ::fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode);
    if (!isFile)
        if (const int own = ::open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC); own >= 0)
            return own;
    return ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0); // a file goes on where it is
}

int openPath(const std::string& path) {
    constexpr int kHow = O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC;
    const int descriptor = ::open(path.c_str(), kHow | O_WRONLY, 0666);
    if (descriptor >= 0 || errno != ENXIO) return descriptor;
    return ::open(path.c_str(), kHow | O_RDWR, 0666); // a pipe that nobody reads yet
}

} // namespace

feeds::Result<std::unique_ptr<LineWriter>> LineWriter::open(const std::string& path) {
    const int descriptor = path == "-" ? openStandardOutput() : openPath(path);
    if (descriptor < 0) return feeds::Error{"cannot write '" + path + "': " + std::strerror(errno)};
    struct stat status {};
    const bool known = ::fstat(descriptor, &status) == 0;
    const auto kind = !known                     ? Kind::stream
                      : S_ISREG(status.st_mode)  ? Kind::file
                      : S_ISSOCK(status.st_mode) ? Kind::socket
                                                 : Kind::stream;
    return std::unique_ptr<LineWriter>(new LineWriter(descriptor, kind));
}

LineWriter::~LineWriter() {
    flush();
    ::close(m_descriptor);
}

bool LineWriter::write(std::string_view line) {
    if (!flush()) return false;
    if (!m_kept.empty() && m_kept.size() + line.size() > kKeptBytes) {
        ++m_dropped;
        return true;
    }
    m_kept += line;
    return flush();
}

long LineWriter::put(std::string_view bytes) const {
    if (m_kind == Kind::socket)
        return ::send(m_descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (m_kind == Kind::stream) {
        // Also where the descriptor could not be made one that does not wait: what a pipe that is ready takes
        // at once.
        pollfd ready{m_descriptor, POLLOUT, 0};
        const int isReady = ::poll(&ready, 1, 0);
        if (isReady == 0) errno = EAGAIN;
        if (isReady > 0 && (ready.revents & (POLLERR | POLLNVAL)) != 0) errno = EPIPE; // and no signal
        if (isReady <= 0 || (ready.revents & (POLLERR | POLLNVAL)) != 0) return -1;
        bytes = bytes.substr(0, PIPE_BUF);
    }
    return ::write(m_descriptor, bytes.data(), bytes.size());
}

bool LineWriter::flush() {
    std::size_t gone = 0;
    bool works = true;
    while (gone < m_kept.size()) {
        const auto put = this->put(std::string_view(m_kept).substr(gone));
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) {
            works = put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
            break;
        }
        gone += static_cast<std::size_t>(put);
    }
    m_kept.erase(0, gone);
    return works;
}

} // namespace surgescope::app
