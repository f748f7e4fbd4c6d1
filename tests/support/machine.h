// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/context.h"
#include "feeds/transport/trust.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace surgescope::tests {

/// A machine with a key of its own, as far as keys know it: a folder, and who reads it.
struct Machine {
    TemporaryFolder folder;
    std::shared_ptr<feeds::Trust> trust;
    std::shared_ptr<feeds::ZmqContext> context;

    explicit Machine(bool plainTcp = false)
        : trust(std::make_shared<feeds::Trust>(
              feeds::Trust::Options{.folder = (folder.path() / "keys").string(),
                                    .plainTcp = plainTcp,
                                    .rereadEvery = std::chrono::milliseconds(5)})),
          context(std::make_shared<feeds::ZmqContext>(trust)) {}

    std::string key() {
        const auto own = trust->own();
        if (!own) FAIL(own.error());
        return own->publicKey;
    }
    void knows(const std::string& server, const std::string& at = "") {
        const auto error = trust->files().addServer({server, at});
        if (error) FAIL(error->text);
    }
    void allows(feeds::Permit permit) {
        if (permit.as.empty()) permit.as = {permit.name};
        change([&](feeds::AllowList& list) { list.put(std::move(permit)); });
    }
    void revokes(const std::string& key) {
        change([&](feeds::AllowList& list) {
            auto permit = *list.find(key);
            permit.revoked = true;
            list.put(std::move(permit));
        });
    }
    void change(const std::function<void(feeds::AllowList&)>& how) {
        const auto error = trust->files().changeAllowed([&](feeds::AllowList& list) {
            how(list);
            return std::optional<feeds::Error>();
        });
        if (error) FAIL(error->text);
    }
};

} // namespace surgescope::tests
