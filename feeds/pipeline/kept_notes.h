// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/desk/note.h"
#include "feeds/desk/said.h"

#include <future>
#include <string>

namespace surgescope::feeds {

/// A file of notes: beside a flight recorder's ring, so that a dashboard that is started again knows them, or
/// beside a recording, which cannot be added to. One thread; the disk is another's.
class KeptNotes {
  public:
    /// Empty: nothing is kept.
    explicit KeptNotes(std::string path) : m_path(std::move(path)) {}
    /// Waits until all is written.
    ~KeptNotes();

    /// What the file holds; none: nothing. Reads it here and now.
    said::ReadLines read() const;
    /// These from now on; written elsewhere.
    void keep(const Notes& notes);
    /// Call it now and then. Why the last ones could not be written, once; empty: they were, or it is not
    /// known yet.
    std::string takeProblem();

  private:
    void goOn();

    std::string m_path;
    std::future<std::string> m_writing;
    std::string m_problem; // not told yet
    std::string m_waiting; // lines to be written behind that
    bool m_waits = false;
};

} // namespace surgescope::feeds
