// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// Files as captures need them: 64-bit offsets, whole writes, errors in words. One thread each.
namespace surgescope::feeds {

/// A file that only grows. What was written is in the kernel's hands when append() returns: it survives the
/// end of this process, and after sync() that of the machine.
class OutputFile {
  public:
    /// Makes the file anew, readable by others as the umask says; refuses one that exists already.
    static Result<OutputFile> create(const std::string& path);
    OutputFile(OutputFile&& other) noexcept;
    OutputFile& operator=(OutputFile&&) = delete;
    ~OutputFile();

    /// Writes all bytes. When that fails the file ends where it ended before.
    std::optional<Error> append(std::string_view bytes);
    std::optional<Error> sync();
    /// The file is still there under its name; an Error when it was deleted or replaced.
    std::optional<Error> checkPresent() const;

    std::uint64_t size() const { return m_size; }
    const std::string& path() const { return m_path; }

  private:
    OutputFile(int descriptor, std::string path) : m_descriptor(descriptor), m_path(std::move(path)) {}

    int m_descriptor;
    std::string m_path;
    std::uint64_t m_size = 0;
};

/// A file that is being made by whoever holds this: gone again unless it was finished. What is no file of its
/// own, as a pipe, stays.
class UnfinishedFile {
  public:
    explicit UnfinishedFile(std::string path) : m_path(std::move(path)) {}
    ~UnfinishedFile();
    UnfinishedFile(const UnfinishedFile&) = delete;
    UnfinishedFile& operator=(const UnfinishedFile&) = delete;
    void finish() { m_path.clear(); }

  private:
    std::string m_path;
};

/// Held by one process at a time, and never left behind by one that died: a file that is locked.
class FileLock {
  public:
    /// Makes the file if it is not there. Nothing: another holds it. An Error: it cannot be made.
    static Result<std::optional<FileLock>> take(const std::string& path);
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

  private:
    explicit FileLock(int descriptor) : m_descriptor(descriptor) {}
    int m_descriptor;
};

/// Gives a file its name, through to the disk. Refused when there is one of that name.
std::optional<Error> renameNew(const std::string& from, const std::string& to);

/// Makes the file hold these bytes and nothing else, through to the disk: whoever reads it finds what it held
/// before, or all of these.
std::optional<Error> replaceFile(const std::string& path, std::string_view bytes);

/// A file read by position.
class InputFile {
  public:
    static Result<InputFile> open(const std::string& path);
    /// What is in memory already, and outlives it, as a file.
    static InputFile ofBytes(std::string_view bytes, std::string name);
    InputFile(InputFile&& other) noexcept;
    InputFile& operator=(InputFile&&) = delete;
    ~InputFile();

    /// Fills `to` with `size` bytes from `offset`. False: they are not all there or cannot be read.
    [[nodiscard]] bool read(std::uint64_t offset, std::size_t size, std::string& to) const;

    std::uint64_t size() const { return m_size; }
    const std::string& path() const { return m_path; }

  private:
    InputFile(int descriptor, std::string path, std::uint64_t size)
        : m_descriptor(descriptor), m_path(std::move(path)), m_size(size) {}

    int m_descriptor; // -1: of bytes
    std::string m_path;
    std::uint64_t m_size;
    const char* m_bytes = nullptr;
};

} // namespace surgescope::feeds
