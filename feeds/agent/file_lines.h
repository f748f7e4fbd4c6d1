// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace surgescope::feeds {

/// Follows a log file from its present end: through rotation by renaming (the old one is read to its end
/// before the new one is begun) and by copying and truncating (reading begins anew at its front). What stood
/// in a file that came and went between two looks is never seen. A line that is only half written waits for
/// its other half. Reads without waiting and within bounds. One thread.
class FileLines {
  public:
    static constexpr std::size_t kLineBytes = 65'536; // a longer one is lost, and counted
    static constexpr int kLooksWithout = 20;          // after so many a file that is gone is gone for good
    static constexpr std::size_t kBytesAtOnce = 4U << 20; // then others have their turn

    explicit FileLines(std::string path);
    ~FileLines();
    FileLines(const FileLines&) = delete;
    FileLines& operator=(const FileLines&) = delete;

    /// Hands over the whole lines that came since the last call. The first call hands over none: it finds
    /// the end. A file that comes to be after that is read from its front.
    void read(const std::function<void(std::string_view)>& take);
    /// Lines too long to be kept, since the last call.
    std::uint64_t takeLost();
    /// "/var/log/x.log: No such file or directory"; empty: it is being read.
    const std::string& trouble() const { return m_trouble; }

  private:
    void open(bool atItsEnd);
    void close();
    bool isAnother();
    bool isTruncated() const;
    void keepTail(std::string_view bytes);
    void readOpen(std::size_t& left, const std::function<void(std::string_view)>& take);
    void split(std::string_view bytes, const std::function<void(std::string_view)>& take);

    std::string m_path;
    int m_file = -1;
    dev_t m_device = 0;
    ino_t m_inode = 0;
    off_t m_read = 0;       // how far
    std::string m_half;     // of a line
    bool m_tooLong = false; // the line that runs: skipped to its end
    std::string m_tail;     // the last bytes read: a log that grew again after truncation has others there
    int m_without = 0;      // looks at which no file was there
    bool m_begun = false;
    std::uint64_t m_lost = 0;
    std::string m_trouble;
};

} // namespace surgescope::feeds
