// SPDX-License-Identifier: GPL-3.0-or-later
// In place of varnish_memory.cpp where there is no libvarnishapi to build with.
#include "feeds/agent/varnish_memory.h"

namespace surgescope::feeds {

struct VarnishMemory::Inner {
    VarnishLogFormat format;
};

Result<std::unique_ptr<VarnishMemory>> VarnishMemory::open(const std::string&, bool, VarnishCounters&) {
    return Error{"built without libvarnishapi (Debian: libvarnishapi-dev)"};
}

VarnishMemory::~VarnishMemory() = default;

bool VarnishMemory::refresh() {
    return false;
}

std::string VarnishMemory::trouble() const {
    return {};
}

std::string VarnishMemory::version() const {
    return {};
}

const VarnishLogFormat& VarnishMemory::logFormat() const {
    return m_inner->format;
}

VarnishMemory::LogState VarnishMemory::next(LogPart&) {
    return LogState::end;
}

bool VarnishMemory::intact() const {
    return false;
}

} // namespace surgescope::feeds
