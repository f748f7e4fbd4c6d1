// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line.h"

#include "app/description.h"
#include "app/version.h"

#include <cstdlib>
#include <iostream>
#include <string_view>

namespace surgescope::app {

std::optional<int> parseCommandLine(CLI::App& app, int argc, char** argv) {
    app.set_version_flag("--version", app.get_name() + " " + versionText());
    // For whoever packages it; never together with others, so that nothing is asked for that a task needs.
    if (argc == 3 && argv[1] == std::string_view("--describe")) {
        const auto text = describe(app, argv[2]);
        if (!text) return commandLineError(app, "--describe: expected man, bash or zsh");
        std::cout << *text;
        return 0;
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        std::cout << app.help();
        return 0;
    } catch (const CLI::CallForVersion&) {
        std::cout << app.version() << '\n';
        return 0;
    } catch (const CLI::ParseError& error) {
        const std::string text = error.what();
        return commandLineError(app, text.substr(0, text.find('\n')));
    }
    return std::nullopt;
}

std::string stateFolder() {
    if (const char* folder = std::getenv("XDG_STATE_HOME"); folder && *folder == '/')
        return std::string(folder) + "/surgescope";
    const char* home = std::getenv("HOME");
    return std::string(home && *home ? home : ".") + "/.local/state/surgescope";
}

CLI::Option* addEdgeOption(CLI::App& app, std::string& file) {
    return app.add_option("--edge", file,
                          "Your own network, a TOML file of regions, PoPs and nodes as resources/edge.toml, "
                          "instead of the one built in");
}

void addKeysOption(CLI::App& app, feeds::Trust::Options& trust) {
    app.add_option("--key-folder", trust.folder,
                   "Folder of our key and of those we know; surgescope-keys fills it")
        ->capture_default_str();
}

void addTrustOptions(CLI::App& app, feeds::Trust::Options& trust) {
    addKeysOption(app, trust);
    app.add_option("--nats-credentials", trust.nats.credentials,
                   "Who we are to a NATS server: a .creds file, or one line, NAME:PASSWORD");
    app.add_option("--nats-ca", trust.nats.authorities,
                   "Certificates (PEM) that servers behind tls:// are signed by, instead of the system's");
    app.add_flag("--insecure-plain-tcp", trust.plainTcp,
                 "No keys, on any endpoint: whoever is on the way may read everything and speak for anybody");
}

int failure(const CLI::App& app, const std::string& text) {
    std::cerr << app.get_name() << ": " << text << "\n";
    return 2;
}

int commandLineError(const CLI::App& app, const std::string& text) {
    return failure(app, text + " (see " + app.get_name() + " --help)");
}

} // namespace surgescope::app
