// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace surgescope::tests {

/// Runs the tests as the command line says. Catch2's runner takes long to compile: it is compiled once, for all
/// programs of tests.
int runTests(int argc, char** argv);

} // namespace surgescope::tests
