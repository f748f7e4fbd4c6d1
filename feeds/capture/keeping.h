// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// What lies on the disk while segments of a ring are made into one recording: links to the segments, so that
/// they outlive the ring's forgetting them, and the recording under a name that says it is not finished. Gone
/// with this object; and of a process that died, with removeLeftovers() of the next that has the ring. One
/// thread, which waits for the disk.
class Keeping {
  public:
    /// `ring`: the folder of the segments. `path`: what the recording shall be named.
    Keeping(const std::string& ring, std::string path);
    ~Keeping();
    Keeping(const Keeping&) = delete;
    Keeping& operator=(const Keeping&) = delete;

    /// Before everything else. Refuses a recording that exists.
    std::optional<Error> begin();
    /// Links to the segment; copies it where there are no links. One that is gone meanwhile is left out.
    std::optional<Error> add(const std::string& segment);
    /// The recording, written to unfinished(), gets its name. Refused when somebody took it meanwhile.
    std::optional<Error> finish();

    const std::vector<std::string>& links() const { return m_links; }
    const std::string& unfinished() const { return m_unfinished; }

    /// What keepings that never ended left in this ring. Nobody else may have the ring.
    static std::vector<std::string> leftovers(const std::string& ring);
    static void removeLeftovers(const std::vector<std::string>& leftovers);

  private:
    std::string m_folder; // of the links, in the ring
    std::string m_path;
    std::string m_unfinished;
    std::vector<std::string> m_links;
};

} // namespace surgescope::feeds
