// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/keys.h"

#include <zmq.h>

#include <array>
#include <cstdint>
#include <cstdlib>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kKeyCharacters = 40;
using KeyText = std::array<char, kKeyCharacters + 1>;

} // namespace

KeyPair KeyPair::make() {
    KeyText publicKey{};
    KeyText secretKey{};
    do { // behind a command, one that begins with - would be an option
        if (::zmq_curve_keypair(publicKey.data(), secretKey.data()) != 0)
            std::abort(); // ZeroMQ without CURVE
    } while (publicKey[0] == '-');
    return {publicKey.data(), secretKey.data()};
}

bool KeyPair::isWhole() const {
    KeyText derived{};
    return isKey(publicKey) && isKey(secretKey) &&
           ::zmq_curve_public(derived.data(), secretKey.c_str()) == 0 && publicKey == derived.data();
}

bool isKey(std::string_view text) {
    if (text.size() != kKeyCharacters) return false;
    // Z85 has a character for each of 85 values; five of them make four bytes, and may be too much for them.
    std::array<std::uint8_t, kKeyBytes> bytes{};
    const std::string terminated(text);
    if (!::zmq_z85_decode(bytes.data(), terminated.c_str())) return false;
    return keyOf({reinterpret_cast<const char*>(bytes.data()), bytes.size()}) == text;
}

std::string keyOf(std::string_view bytes) {
    KeyText text{};
    if (bytes.size() != kKeyBytes) return {};
    ::zmq_z85_encode(text.data(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    return text.data();
}

} // namespace surgescope::feeds
