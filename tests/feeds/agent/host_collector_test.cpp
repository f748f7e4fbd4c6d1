// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/host_collector.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <fstream>
#include <memory>
#include <optional>
#include <utility>

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
};

struct HostClock final : Clock {
    SteadyTime now{};
    SteadyTime steady() const override { return now; }
    WallTime wall() const override { return WallTime(1'800'000'000s); }
};

/// What a collector of `proc`, or of this machine, reads at a time.
struct Host {
    HostClock clock;
    EventLoop loop;
    std::unique_ptr<Collector> collector;

    explicit Host(CollectorSettings::Values settings) {
        auto made = HostCollector::make(CollectorSettings(std::move(settings)), {loop, clock});
        REQUIRE(made);
        collector = *std::move(made);
    }
    explicit Host(const FakeProc& proc)
        : Host({{"proc", proc.folder.path().string()}, {"interface", "eth0"}, {"link-mbit", "1000"}}) {}

    struct Reading {
        std::optional<double> cpu, memory, nic;
    };
    Reading read(std::chrono::milliseconds at) {
        clock.now = SteadyTime(at);
        collector->cut();
        REQUIRE(collector->settled());
        const CollectedSecond second = collector->take();
        return {second[Resource::cpu], second[Resource::memory], second[Resource::nic]};
    }
};

} // namespace

TEST_CASE("the CPU is busy for what is not idle, of the time it was given", "[agent][host]") {
    FakeProc proc;
    Host host(proc);
    proc.cpu("100 0 100 1000 50 0 0 10 7 7");
    CHECK_FALSE(host.read(0s).cpu);
    proc.cpu("130 0 120 1040 60 0 0 110 90 90"); // 50 busy, 50 idle or waiting for a disk, 100 stolen
    CHECK(host.read(1s).cpu.value() == Approx(0.5));
}

TEST_CASE("CPU times that go backwards are not measured", "[agent][host]") {
    FakeProc proc;
    Host host(proc);
    proc.cpu("100 0 100 1000 50 0 0 0 0 0");
    host.read(0s);
    proc.cpu("110 0 100 1010 40 0 0 0 0 0"); // iowait alone does that on real kernels
    CHECK(host.read(1s).cpu.value() == Approx(0.5));
    proc.cpu("5 0 5 5 0 0 0 0 0 0");
    CHECK_FALSE(host.read(2s).cpu);
    proc.cpu("6 0 5 8 0 0 0 0 0 0");
    CHECK(host.read(3s).cpu.value() == Approx(0.25));
    proc.cpu("6 0 5 8 0 0 0 0 0 0"); // no time passed at all
    CHECK_FALSE(host.read(4s).cpu);
}

TEST_CASE("memory is in use when it is not available", "[agent][host]") {
    FakeProc proc;
    Host host(proc);
    proc.write("meminfo",
               "MemTotal:       16000 kB\nMemFree:  10 kB\nMemAvailable:    4000 kB\nBuffers: 1 kB\n");
    CHECK(host.read(0s).memory.value() == Approx(0.75));
    proc.write("meminfo", "MemTotal:       16000 kB\nMemAvailable:    17000 kB\n");
    CHECK_FALSE(host.read(1s).memory);
    proc.write("meminfo", "MemTotal: lots\n");
    CHECK_FALSE(host.read(2s).memory);
}

TEST_CASE("the link is as full as its fuller direction", "[agent][host]") {
    FakeProc proc;
    Host host(proc);
    proc.traffic("1000", "5000");
    CHECK_FALSE(host.read(0s).nic);
    proc.traffic(" 2000", "62505000");
    CHECK(host.read(1s).nic.value() == Approx(0.5));
    proc.traffic("125002000", "62505000");
    CHECK(host.read(3s).nic.value() == Approx(0.5)); // over two seconds
}

TEST_CASE("an interface that is reset or gone is not measured", "[agent][host]") {
    FakeProc proc;
    Host host(proc);
    proc.traffic("1000", "5000");
    host.read(0s);
    proc.traffic("10", "6000");
    CHECK_FALSE(host.read(1s).nic);
    CHECK_FALSE(host.read(1s).nic); // no time passed
    proc.traffic("10", "12506000");
    CHECK(host.read(2s).nic.value() == Approx(0.1));
    std::filesystem::remove(proc.folder.path() / "net/dev");
    CHECK_FALSE(host.read(3s).nic);
    proc.traffic("10", "12509000");
    CHECK_FALSE(host.read(4s).nic);
}

TEST_CASE("a link is of a configured speed, or not watched", "[agent][host]") {
    const HostClock clock;
    EventLoop loop;
    const auto refusal = [&](CollectorSettings::Values settings) {
        const auto made = HostCollector::make(CollectorSettings(std::move(settings)), {loop, clock});
        REQUIRE_FALSE(made);
        return made.error();
    };
    CHECK_THAT(refusal({{"interface", "eth0"}}), containsText("link-mbit"));
    CHECK_THAT(refusal({{"interface", "eth0"}, {"link-mbit", "-1"}}), containsText("from 1 to"));
    const Host host(CollectorSettings::Values{});
    const auto capability = host.collector->capability();
    CHECK_FALSE(capability.measures.has(Counter::nic_permille_seconds));
    REQUIRE(capability.gaps.size() == 1);
    CHECK_THAT(capability.gaps[0].remedy, containsText("interface=eth0"));
}

TEST_CASE("rubbish in /proc is not measured", "[agent][host]") {
    FakeProc proc;
    Host host(proc);
    for (const std::string& text :
         {std::string(), std::string("cpu 1 2"), std::string("cpu x y z"),
          std::string("cpu 99999999999999999999999 1 1 1 1 1 1 1"), std::string(1 << 20, 'c'),
          std::string("  eth0:"), std::string("eth0: 1 2 3\n")}) {
        for (const char* file : {"stat", "meminfo", "net/dev"})
            proc.write(file, text);
        const auto reading = host.read(1s);
        CHECK_FALSE((reading.cpu || reading.memory || reading.nic));
    }
}

TEST_CASE("this machine's own /proc is read", "[agent][host]") {
    Host host(CollectorSettings::Values{});
    const auto reading = host.read(0s);
    REQUIRE(reading.memory);
    CHECK(*reading.memory > 0);
    CHECK(*reading.memory < 1);
}
