// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace surgescope::feeds {

/// How a program shows a NATS server who it is, and knows it. Files; empty: none.
struct NatsAccess {
    /// A .creds file as nsc writes it, or a file of one line, NAME:PASSWORD.
    std::string credentials;
    /// Certificates of the authorities that servers behind tls:// may be signed by, PEM; empty: the system's.
    std::string authorities;
};

} // namespace surgescope::feeds
