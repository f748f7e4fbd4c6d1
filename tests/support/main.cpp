// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/catch_session.h"

int main(int argc, char** argv) {
    return surgescope::tests::runTests(argc, argv);
}
