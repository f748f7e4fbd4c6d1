// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/util/file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace surgescope::feeds {
namespace {

Error systemError(const std::string& what, const std::string& path) {
    return {"cannot " + what + " '" + path + "': " + std::strerror(errno)};
}

} // namespace

Result<OutputFile> OutputFile::create(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0) return systemError("create", path);
    return OutputFile(descriptor, path);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_path(std::move(other.m_path)),
      m_size(other.m_size) {}

OutputFile::~OutputFile() {
    if (m_descriptor >= 0) ::close(m_descriptor);
}

UnfinishedFile::~UnfinishedFile() {
    std::error_code ignored;
    if (!m_path.empty() && std::filesystem::is_regular_file(m_path, ignored))
        std::filesystem::remove(m_path, ignored);
}

std::optional<Error> OutputFile::append(std::string_view bytes) {
    std::uint64_t at = m_size;
    while (!bytes.empty()) {
        const auto written = ::pwrite(m_descriptor, bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            auto error = systemError("write to", m_path);
            // Half a record would be torn; if even this fails, readers know what a torn tail is.
            static_cast<void>(::ftruncate(m_descriptor, static_cast<off_t>(m_size)));
            return error;
        }
        at += static_cast<std::uint64_t>(written);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    m_size = at;
    return std::nullopt;
}

std::optional<Error> OutputFile::sync() {
    // A device such as a pipe cannot be synchronised and loses nothing by it.
    if (::fdatasync(m_descriptor) != 0 && errno != EINVAL && errno != EROFS)
        return systemError("write through to", m_path);
    return std::nullopt;
}

std::optional<Error> OutputFile::checkPresent() const {
    struct stat open {};
    struct stat named {};
    if (::fstat(m_descriptor, &open) != 0) return systemError("look at", m_path);
    if (::stat(m_path.c_str(), &named) != 0 || named.st_ino != open.st_ino || named.st_dev != open.st_dev)
        return Error{"'" + m_path + "' was deleted or replaced"};
    return std::nullopt;
}

Result<std::optional<FileLock>> FileLock::take(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) return systemError("create", path);
    FileLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return std::optional(std::move(lock));
    if (errno == EWOULDBLOCK) return std::optional<FileLock>();
    return systemError("lock", path);
}

FileLock::FileLock(FileLock&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}

FileLock::~FileLock() {
    if (m_descriptor >= 0) ::close(m_descriptor);
}

std::optional<Error> renameNew(const std::string& from, const std::string& to) {
    const int descriptor = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return systemError("open", from);
    const bool synced = ::fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS;
    ::close(descriptor);
    if (!synced) return systemError("write through to", from);
    // A link never replaces anything; where there are none, what is there is looked at first.
    if (::link(from.c_str(), to.c_str()) == 0)
        return ::unlink(from.c_str()) == 0 ? std::nullopt : std::optional(systemError("remove", from));
    if (errno == EEXIST) return systemError("create", to);
    struct stat named {};
    if (::lstat(to.c_str(), &named) == 0) {
        errno = EEXIST;
        return systemError("create", to);
    }
    if (::rename(from.c_str(), to.c_str()) != 0) return systemError("create", to);
    return std::nullopt;
}

std::optional<Error> replaceFile(const std::string& path, std::string_view bytes) {
    const auto next = path + ".next";
    if (::unlink(next.c_str()) != 0 && errno != ENOENT) return systemError("remove", next); // of who died
    auto file = OutputFile::create(next);
    if (!file) return Error{file.error()};
    auto error = file.value().append(bytes);
    if (!error) error = file.value().sync();
    if (!error && ::rename(next.c_str(), path.c_str()) != 0) error = systemError("replace", path);
    if (error) ::unlink(next.c_str());
    return error;
}

Result<InputFile> InputFile::open(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return systemError("open", path);
    struct stat status {};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        ::close(descriptor);
        return Error{"'" + path + "' is not a file"};
    }
    return InputFile(descriptor, path, static_cast<std::uint64_t>(status.st_size));
}

InputFile InputFile::ofBytes(std::string_view bytes, std::string name) {
    InputFile file(-1, std::move(name), bytes.size());
    file.m_bytes = bytes.data();
    return file;
}

InputFile::InputFile(InputFile&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_path(std::move(other.m_path)),
      m_size(other.m_size), m_bytes(other.m_bytes) {}

InputFile::~InputFile() {
    if (m_descriptor >= 0) ::close(m_descriptor);
}

bool InputFile::read(std::uint64_t offset, std::size_t size, std::string& to) const {
    if (offset > m_size || size > m_size - offset) return false;
    if (m_bytes) {
        to.assign(m_bytes + offset, size);
        return true;
    }
    to.resize(size);
    for (std::size_t done = 0; done < size;) {
        const auto got =
            ::pread(m_descriptor, to.data() + done, size - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false; // an error, or the file became shorter meanwhile
        done += static_cast<std::size_t>(got);
    }
    return true;
}

} // namespace surgescope::feeds
