// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/key_files.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

unsigned modeOf(const std::string& path) {
    struct stat file {};
    return ::stat(path.c_str(), &file) == 0 ? file.st_mode & 0777U : 0;
}

void writeFile(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
    ::chmod(path.c_str(), 0600);
}

} // namespace

TEST_CASE("a key is 40 characters that are one", "[keys]") {
    const auto keys = KeyPair::make();
    CHECK(keys.isWhole());
    CHECK(isKey(keys.publicKey));
    CHECK(keys.publicKey.front() != '-'); // it would be an option of a command
    CHECK_FALSE(isKey(""));
    CHECK_FALSE(isKey(keys.publicKey.substr(1)));
    CHECK_FALSE(isKey(keys.publicKey + "0"));
    CHECK_FALSE(isKey(std::string(40, ' ')));
    CHECK_FALSE(isKey(std::string(40, '#'))); // more than four bytes hold
    CHECK_FALSE(KeyPair{keys.publicKey, KeyPair::make().secretKey}.isWhole());
}

TEST_CASE("our own key is made once, and only ours to read", "[keys]") {
    const TemporaryFolder folder;
    const KeyFiles files((folder.path() / "surgescope" / "keys").string());
    REQUIRE(files.own());
    CHECK_FALSE(files.own()->has_value());
    const auto made = files.makeOwn();
    REQUIRE(made);
    CHECK(files.own().value()->publicKey == made->publicKey);
    CHECK(files.own().value()->secretKey == made->secretKey);
    CHECK(modeOf(files.ownPath()) == 0600);
    CHECK(modeOf(files.folder()) == 0700);
    CHECK_THAT(files.makeOwn().error(), containsText("surgescope-keys show prints it"));
    CHECK(files.own().value()->publicKey == made->publicKey);

    ::chmod(files.ownPath().c_str(), 0640);
    CHECK_THAT(files.own().error(), containsText("others may read it"));
}

TEST_CASE("a key is followed by another one", "[keys]") {
    const TemporaryFolder folder;
    const KeyFiles files((folder.path() / "keys").string());
    CHECK_FALSE(files.makeNext());
    const auto first = files.makeOwn();
    CHECK_FALSE(files.switchToNext());
    const auto next = files.makeNext();
    REQUIRE(next);
    CHECK(files.own().value()->publicKey == first->publicKey); // until it is switched
    CHECK_FALSE(files.makeNext());
    REQUIRE(files.switchToNext());
    CHECK(files.own().value()->publicKey == next->publicKey);
    CHECK_FALSE(files.switchToNext());
}

TEST_CASE("a key file that is none is refused in words", "[keys]") {
    const TemporaryFolder folder;
    const KeyFiles files(folder.path().string());
    const auto keys = KeyPair::make();
    const auto refusalOf = [&](const std::string& text) {
        writeFile(files.ownPath(), text);
        return files.own().error();
    };
    CHECK_THAT(refusalOf(""), containsText("own.key: expected public"));
    CHECK_THAT(refusalOf("public = 3\n"), containsText("own.key:1: public"));
    CHECK_THAT(refusalOf("secret = '" + keys.secretKey + "'\nshared = 1\n"), containsText("'shared'"));
    CHECK_THAT(refusalOf("public = '" + KeyPair::make().publicKey + "'\nsecret = '" + keys.secretKey + "'\n"),
               containsText("belong together"));
    CHECK_THAT(refusalOf(std::string(10'000, '#')), containsText("at most 4096 bytes"));
}

TEST_CASE("servers are known by endpoint, or anywhere", "[keys]") {
    const TemporaryFolder folder;
    const KeyFiles files((folder.path() / "keys").string());
    const auto one = KeyPair::make().publicKey;
    const auto two = KeyPair::make().publicKey;
    CHECK(files.servers()->empty());
    REQUIRE_FALSE(files.addServer({one, "tcp://wall:5556"}));
    REQUIRE_FALSE(files.addServer({two, ""}));
    REQUIRE_FALSE(files.addServer({one, "tcp://wall:5556"})); // once is enough
    CHECK((files.servers().value() == std::vector<KeyFiles::Server>{{one, "tcp://wall:5556"}, {two, ""}}));
    CHECK(modeOf(files.serversPath()) == 0600);
    writeFile(files.serversPath(), "[[server]]\npublic = 'short'\n");
    CHECK_THAT(files.servers().error(), containsText("expected a key of 40 characters"));
    CHECK(files.addServer({one, ""})); // what cannot be read is not written over
}

TEST_CASE("what is no endpoint to connect to is not written down as one", "[keys]") {
    const TemporaryFolder folder;
    const KeyFiles files((folder.path() / "keys").string());
    const auto key = KeyPair::make().publicKey;
    for (const std::string at :
         {"garbage", "tcp://x\"\n[[server]]", "tcp://x\"\n:5556", "tcp://a b:5556", "tcp://\x1b[31m:5556",
          "tcp://*:5556", "tcp://wall:*", "tcp://wall:0", "tcp://wall", "tcp://:5556", "ipc:///tmp/wall"}) {
        const auto error = files.addServer({key, at});
        REQUIRE(error);
        CHECK_THAT(error->text, containsText("expected tcp://HOST:PORT"));
        CHECK(error->text.find_first_of("\n\x1b") == std::string::npos);
    }
    CHECK(files.servers()->empty());
    REQUIRE_FALSE(files.addServer({key, "tcp://x\"y\\:5556"})); // odd, and one word
    CHECK(files.servers()->front().at == "tcp://x\"y\\:5556");
    writeFile(files.serversPath(), "[[server]]\npublic = '" + key + "'\nat = 'garbage'\n");
    CHECK_THAT(files.servers().error(), containsText("servers.toml:1: at: 'garbage': expected tcp://"));
}

TEST_CASE("what others may write decides nothing", "[keys]") {
    const TemporaryFolder folder;
    const KeyFiles files((folder.path() / "keys").string());
    REQUIRE(files.makeOwn());
    REQUIRE_FALSE(files.addServer({KeyPair::make().publicKey, ""}));
    REQUIRE_FALSE(files.changeAllowed([](AllowList&) { return std::optional<Error>(); }));
    const std::string words = "others may write it";
    for (const mode_t mode : {0620U, 0602U, 0666U}) {
        ::chmod(files.allowedPath().c_str(), mode);
        ::chmod(files.serversPath().c_str(), mode);
        CHECK_THAT(files.allowed().error(), containsText("allowed.toml: " + words));
        CHECK_THAT(files.servers().error(), containsText("servers.toml: " + words));
        CHECK(files.addServer({KeyPair::make().publicKey, ""})); // nor does it become ours by a change
        CHECK(files.changeAllowed([](AllowList&) { return std::optional<Error>(); }));
    }
    for (const auto& path : {files.allowedPath(), files.serversPath()})
        ::chmod(path.c_str(), 0644); // to read them is no harm
    CHECK(files.allowed());
    CHECK(files.servers());
    for (const mode_t mode : {0770U, 0702U, 0777U}) {
        ::chmod(files.folder().c_str(), mode);
        CHECK_THAT(files.allowed().error(), containsText("/keys: " + words));
        CHECK_THAT(files.servers().error(), containsText("/keys: " + words));
        CHECK_THAT(files.own().error(), containsText("/keys: " + words));
        CHECK_FALSE(files.makeNext());
    }
    ::chmod(files.folder().c_str(), 0755);
    CHECK(files.own());
}

TEST_CASE("what is no file in the place of one is called what it is", "[keys]") {
    const TemporaryFolder folder;
    const KeyFiles files(folder.path().string());
    ::mkdir(files.allowedPath().c_str(), 0700);
    CHECK_THAT(files.allowed().error(), containsText("allowed.toml: is a folder"));
    ::mkfifo(files.serversPath().c_str(), 0600);
    CHECK_THAT(files.servers().error(), containsText("servers.toml: is no file but a pipe"));
}

TEST_CASE("an allow-list that cannot be read is not written over", "[keys]") {
    const TemporaryFolder folder;
    const KeyFiles files(folder.path().string());
    writeFile(files.allowedPath(), "[[key]]\nname = 'a'\n");
    bool called = false;
    const auto error = files.changeAllowed([&](AllowList&) {
        called = true;
        return std::optional<Error>();
    });
    REQUIRE(error);
    CHECK_THAT(error->text, containsText("allowed.toml:1"));
    CHECK_FALSE(called);
    std::ifstream file(files.allowedPath());
    std::string line;
    std::getline(file, line);
    CHECK(line == "[[key]]");
}
