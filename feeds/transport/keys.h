// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <string>
#include <string_view>

/// Keys of CURVE (Curve25519), by which two ends of a connection know each other and nobody else can read or
/// change what they say: ZeroMQ's RFC 26. As text they are 40 characters of Z85 (RFC 32). Any thread.
namespace surgescope::feeds {

struct KeyPair {
    std::string publicKey; // may be shown to anybody
    std::string secretKey; // leaves its file for a socket only

    static KeyPair make();
    /// Nothing wrong with its form, and the two belong together.
    bool isWhole() const;
};

/// 40 characters that are a key.
bool isKey(std::string_view text);
/// Of the 32 bytes that a handshake brings.
std::string keyOf(std::string_view bytes);

inline constexpr std::string_view kKeyForm = "a key of 40 characters, as surgescope-keys show prints it";

} // namespace surgescope::feeds
