// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/mcap.h"
#include "feeds/util/file.h"

#include <cstdint>
#include <optional>

namespace surgescope::feeds::mcap {

/// For a scan of record heads: where to go on if the record at `at`, whose head says `op`, is damaged, which
/// is the next consistent chunk, or the file's end. Nothing: the record is sound, as far as its head can
/// tell.
std::optional<std::uint64_t> afterDamage(const InputFile& file, std::uint64_t at, Op op);

} // namespace surgescope::feeds::mcap
