// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/host_collector.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <fstream>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

struct FakeProc {
    TemporaryFolder folder;

    FakeProc() { std::filesystem::create_directory(folder.path() / "net"); }
    void write(const char* file, const std::string& text) { std::ofstream(folder.path() / file) << text; }
    void cpu(const std::string& times) { write("stat", "cpu  " + times + "\ncpu0 1 2 3\nintr 5\n"); }
    void traffic(const std::string& in, const std::string& out) {
        write("net/dev", "Inter-|   Receive                  |  Transmit\n face |bytes    packets errs\n"
                         "    lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n  eth0:" +
                             in + " 9 0 0 0 0 0 0 " + out + " 9 0 0 0 0 0 0\n");
    }
    HostCollector collector(std::uint32_t linkMbit = 1000) {
        return HostCollector({.proc = folder.path(), .interface = "eth0", .linkMbit = linkMbit});
    }
};

constexpr SteadyTime at(std::chrono::milliseconds t) {
    return SteadyTime(t);
}

} // namespace

TEST_CASE("the CPU is busy for what is not idle, of the time it was given", "[agent][host]") {
    FakeProc proc;
    auto host = proc.collector();
    proc.cpu("100 0 100 1000 50 0 0 10 7 7");
    const auto first = host.read(at(0s));
    CHECK_FALSE(first.cpu);
    CHECK_FALSE(first.steal);
    proc.cpu("130 0 120 1040 60 0 0 110 90 90"); // 50 busy, 50 idle or waiting for a disk, 100 stolen
    const auto second = host.read(at(1s));
    CHECK(second.cpu.value() == Approx(0.5));
    CHECK(second.steal.value() == Approx(0.5));
}

TEST_CASE("CPU times that go backwards are not measured", "[agent][host]") {
    FakeProc proc;
    auto host = proc.collector();
    proc.cpu("100 0 100 1000 50 0 0 0 0 0");
    host.read(at(0s));
    proc.cpu("110 0 100 1010 40 0 0 0 0 0"); // iowait alone does that on real kernels
    CHECK(host.read(at(1s)).cpu.value() == Approx(0.5));
    proc.cpu("5 0 5 5 0 0 0 0 0 0");
    CHECK_FALSE(host.read(at(2s)).cpu);
    proc.cpu("6 0 5 8 0 0 0 0 0 0");
    CHECK(host.read(at(3s)).cpu.value() == Approx(0.25));
    proc.cpu("6 0 5 8 0 0 0 0 0 0"); // no time passed at all
    CHECK_FALSE(host.read(at(4s)).cpu);
}

TEST_CASE("memory is in use when it is not available", "[agent][host]") {
    FakeProc proc;
    auto host = proc.collector();
    proc.write("meminfo",
               "MemTotal:       16000 kB\nMemFree:  10 kB\nMemAvailable:    4000 kB\nBuffers: 1 kB\n");
    CHECK(host.read(at(0s)).memory.value() == Approx(0.75));
    proc.write("meminfo", "MemTotal:       16000 kB\nMemAvailable:    17000 kB\n");
    CHECK_FALSE(host.read(at(1s)).memory);
    proc.write("meminfo", "MemTotal: lots\n");
    CHECK_FALSE(host.read(at(2s)).memory);
}

TEST_CASE("the link is as full as its fuller direction", "[agent][host]") {
    FakeProc proc;
    auto host = proc.collector();
    proc.traffic("1000", "5000");
    CHECK_FALSE(host.read(at(0s)).nic);
    proc.traffic(" 2000", "62505000");
    const auto reading = host.read(at(1s));
    CHECK(reading.bytesIn == 1000U);
    CHECK(reading.bytesOut == 62'500'000U);
    CHECK(reading.nic.value() == Approx(0.5));
    proc.traffic("125002000", "62505000");
    CHECK(host.read(at(3s)).nic.value() == Approx(0.5)); // over two seconds
}

TEST_CASE("an interface that is reset, gone or of unknown speed is not measured", "[agent][host]") {
    FakeProc proc;
    auto host = proc.collector();
    proc.traffic("1000", "5000");
    host.read(at(0s));
    proc.traffic("10", "6000");
    CHECK_FALSE(host.read(at(1s)).nic);
    CHECK_FALSE(host.read(at(1s)).nic); // no time passed
    proc.traffic("10", "7000");
    CHECK(host.read(at(2s)).bytesOut == 1000U);
    std::filesystem::remove(proc.folder.path() / "net/dev");
    CHECK_FALSE(host.read(at(3s)).bytesOut);
    proc.traffic("10", "9000");
    CHECK_FALSE(host.read(at(4s)).bytesOut);

    auto unknown = proc.collector(0);
    unknown.read(at(0s));
    const auto reading = unknown.read(at(1s));
    CHECK(reading.bytesOut == 0U);
    CHECK_FALSE(reading.nic);
}

TEST_CASE("rubbish in /proc is not measured", "[agent][host]") {
    FakeProc proc;
    auto host = proc.collector();
    for (const std::string& text :
         {std::string(), std::string("cpu 1 2"), std::string("cpu x y z"),
          std::string("cpu 99999999999999999999999 1 1 1 1 1 1 1"), std::string(1 << 20, 'c'),
          std::string("  eth0:"), std::string("eth0: 1 2 3\n")}) {
        for (const char* file : {"stat", "meminfo", "net/dev"})
            proc.write(file, text);
        const auto reading = host.read(at(1s));
        CHECK_FALSE((reading.cpu || reading.memory || reading.nic || reading.bytesOut));
    }
}

TEST_CASE("this machine's own /proc is read", "[agent][host]") {
    HostCollector host({});
    const auto reading = host.read(at(0s));
    REQUIRE(reading.memory);
    CHECK(*reading.memory > 0);
    CHECK(*reading.memory < 1);
}
