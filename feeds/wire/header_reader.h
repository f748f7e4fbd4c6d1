// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/wire/messages.h"
#include "feeds/wire/refusal.h"

#include <optional>
#include <string_view>

namespace surgescope::v1 {
class Header;
}

namespace surgescope::feeds {

std::optional<Refused> readHeader(const v1::Header& from, Header& to);

/// As readPlainTotals, of a Header.
[[nodiscard]] bool readPlainHeader(std::string_view bytes, Header& to);

} // namespace surgescope::feeds
