// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/clock_offset.h"
#include "feeds/agent/host_collector.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <algorithm>
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
        std::optional<double> cpu, memory, nic, disk;
        std::optional<std::uint64_t> rejected;
        PopTotals totals;
    };
    Reading read(std::chrono::milliseconds at) {
        clock.now = SteadyTime(at);
        collector->cut();
        REQUIRE(collector->settled());
        const CollectedSecond second = collector->take();
        Reading reading{second[Resource::cpu], second[Resource::memory],
                        second[Resource::nic], second[Resource::disk],
                        std::nullopt,          second.totals};
        if (second.totals.measuredByAll.has(Counter::connections_rejected))
            reading.rejected = second.totals[Counter::connections_rejected];
        return reading;
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
    REQUIRE_FALSE(capability.gaps.empty());
    CHECK_THAT(capability.gaps[0].remedy, containsText("interface=eth0"));
}

TEST_CASE("a disk is as busy as the busiest there is, of whole disks", "[agent][host]") {
    FakeProc proc;
    Host host(proc);
    const auto stats = [&proc](std::uint32_t sda, std::uint32_t nvme, std::uint32_t others) {
        const auto line = [](const std::string& name, std::uint32_t busy) {
            return "   8       0 " + name + " 5 5 5 5 5 5 5 5 0 " + std::to_string(busy) + " 9 0 0 0 0 0 0\n";
        };
        proc.write("diskstats", line("sda", sda) + line("sda1", others) + line("nvme0n1", nvme) +
                                    line("nvme0n1p2", others) + line("loop0", others) + line("dm-0", others) +
                                    line("zram0", others) + line("md127", others) + "rubbish\n");
    };
    stats(1000, 5000, 0);
    CHECK_FALSE(host.read(0s).disk);
    stats(1300, 5100, 1000);
    CHECK(host.read(1s).disk.value() == Approx(0.3));
    stats(1300, 6100, 9000);
    CHECK(host.read(3s).disk.value() == Approx(0.5)); // over two seconds
    stats(1300, 7105, 9000);
    CHECK(host.read(4s).disk.value() == Approx(1.0)); // clocks are not that exact
    stats(1301, 7105, 9000);
    CHECK_FALSE(host.read(4s).disk); // no time passed
}

TEST_CASE("a disk's busy time wraps, and another disk of its name is none", "[agent][host]") {
    FakeProc proc;
    const auto stats = [&proc](const std::string& disks) { proc.write("diskstats", disks); };
    const std::string rest = " 0 0 0 0 0 0 0 0 0 ";
    Host host({{"proc", proc.folder.path().string()}, {"disks", "sda,sdb"}});
    stats("8 0 sda" + rest + "4294967200\n8 0 sdb" + rest + "10\n8 0 sdc" + rest + "0\n");
    host.read(0s);
    stats("8 0 sda" + rest + "104\n8 0 sdb" + rest + "10\n8 0 sdc" + rest + "900\n");
    CHECK(host.read(1s).disk.value() == Approx(0.2));        // sdc was not named
    stats("8 0 sda" + rest + "5\n8 0 sdb" + rest + "410\n"); // a new one in sda's place
    CHECK(host.read(2s).disk.value() == Approx(0.4));
    stats("8 0 sdd" + rest + "5\n");
    CHECK_FALSE(host.read(3s).disk);
    const HostClock clock;
    EventLoop loop;
    const auto made = HostCollector::make(CollectorSettings(CollectorSettings::Values{{"disks", "sda,,sdb"}}),
                                          {loop, clock});
    REQUIRE_FALSE(made);
    CHECK_THAT(made.error(), containsText("expected names"));
}

TEST_CASE("what listening sockets turned away is counted", "[agent][host]") {
    FakeProc proc;
    Host host(proc);
    const auto netstat = [](const std::string& drops) {
        return "TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPHPHits\nTcpExt: 7 3 " + drops +
               " 9\nIpExt: InNoRoutes ListenDrops\nIpExt: 5 5\n";
    };
    proc.write("net/netstat", netstat("100"));
    CHECK_FALSE(host.read(0s).rejected);
    proc.write("net/netstat", netstat("104"));
    CHECK(host.read(1s).rejected == 4U);
    proc.write("net/netstat", netstat("2")); // a machine restored
    CHECK_FALSE(host.read(2s).rejected);
    proc.write("net/netstat", "TcpExt: ListenDrops\n");
    CHECK_FALSE(host.read(3s).rejected);
    proc.write("net/netstat", netstat("5"));
    CHECK_FALSE(host.read(4s).rejected);
    CHECK_FALSE(host.read(5s).totals.measuredByAll.has(Counter::backlog_us_seconds));

    // An agent in a container is in a network of its own: the machine's is that of its first process.
    std::filesystem::create_directories(proc.folder.path() / "1/net");
    proc.write("1/net/netstat", netstat("1000"));
    host.read(6s);
    proc.write("1/net/netstat", netstat("1003"));
    proc.write("net/netstat", netstat("70"));
    CHECK(host.read(7s).rejected == 3U);
}

TEST_CASE("TCP segments sent again are counted", "[agent][host]") {
    FakeProc proc;
    Host host(proc);
    const auto snmp = [](const std::string& sent, const std::string& again) {
        return "Ip: Forwarding OutSegs\nIp: 1 5\nTcp: RtoAlgorithm MaxConn OutSegs RetransSegs InErrs\nTcp: "
               "1 -1 " +
               sent + " " + again + " 0\n";
    };
    const FieldSet fields = FieldSet::of({Counter::tcp_segments, Counter::tcp_retransmits});
    proc.write("net/snmp", snmp("1000", "10"));
    CHECK((host.read(0s).totals.measuredByAll & fields) == FieldSet());
    proc.write("net/snmp", snmp("1200", "16"));
    const auto second = host.read(1s).totals;
    CHECK((second.measuredByAll & fields) == fields);
    CHECK(second[Counter::tcp_segments] == 200);
    CHECK(second[Counter::tcp_retransmits] == 6);
    proc.write("net/snmp", snmp("7", "1")); // a machine restored
    CHECK((host.read(2s).totals.measuredByAll & fields) == FieldSet());
}

TEST_CASE("how long something waited is the kernel's pressure figure", "[agent][host]") {
    FakeProc proc;
    Host host(proc);
    const FieldSet fields =
        FieldSet::of({Counter::cpu_waiting_us, Counter::memory_waiting_us, Counter::io_waiting_us});
    const auto gap = [&] {
        const auto gaps = host.collector->capability().gaps;
        return std::ranges::any_of(gaps, [&](const Gap& g) { return g.fields == fields; });
    };
    CHECK(gap()); // a kernel that keeps none

    std::filesystem::create_directory(proc.folder.path() / "pressure");
    const auto pressure = [&](const char* what, const std::string& some) {
        proc.write(what, "some avg10=2.62 avg60=1.63 avg300=1.60 total=" + some +
                             "\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=99999999\n");
    };
    pressure("pressure/cpu", "4880268548");
    pressure("pressure/memory", "0");
    pressure("pressure/io", "700");
    CHECK_FALSE(gap());
    CHECK((host.read(0s).totals.measuredByAll & fields) == FieldSet());
    pressure("pressure/cpu", "4880518548");
    proc.write("pressure/io", "some avg10=2.62\n"); // not understood: not measured
    const auto second = host.read(1s).totals;
    CHECK(second[Counter::cpu_waiting_us] == 250'000);
    CHECK(second.measuredByAll.has(Counter::memory_waiting_us));
    CHECK(second[Counter::memory_waiting_us] == 0);
    CHECK_FALSE(second.measuredByAll.has(Counter::io_waiting_us));
}

TEST_CASE("a clock is off by what the kernel's loop has not corrected yet", "[agent][host]") {
    timex kernel{};
    kernel.status = STA_PLL;
    kernel.offset = -1234;
    kernel.maxerror = 20'000;
    CHECK(kernelClockOffset(kernel, TIME_OK).value() == 1234us);
    kernel.status |= STA_NANO;
    CHECK(kernelClockOffset(kernel, TIME_OK).value() == 1us);
    kernel.offset = 7'800'700;
    CHECK(kernelClockOffset(kernel, TIME_INS).value() == 7801us);
}

TEST_CASE("a clock that nobody keeps, or that tells nothing, is not measured", "[agent][host]") {
    timex kernel{};
    kernel.status = STA_PLL;
    CHECK_THAT(kernelClockOffset(kernel, TIME_ERROR).error(), containsText("nothing keeps"));
    kernel.status = STA_PLL | STA_UNSYNC;
    CHECK_THAT(kernelClockOffset(kernel, TIME_OK).error(), containsText("nothing keeps"));
    kernel.status = 0; // as chrony leaves it: its offset is 0, whatever it is
    CHECK_THAT(kernelClockOffset(kernel, TIME_OK).error(), containsText("does not tell the kernel"));
    kernel.status = STA_PLL;
    kernel.maxerror = 2'000'001; // its servers were lost an hour ago
    CHECK_THAT(kernelClockOffset(kernel, TIME_OK).error(), containsText("not been corrected for long"));
    CHECK_FALSE(kernelClockOffset(kernel, -1));

    // This machine's: either is right, but measured and missing go together.
    Host host(CollectorSettings::Values{});
    const bool known = static_cast<bool>(kernelClockOffset());
    const auto offset = FieldSet::of({}, {Distribution::clock_offset});
    CHECK(host.read(0s).totals.measuredByAll.has(Distribution::clock_offset) == known);
    CHECK(((host.collector->capability().measures & offset) == offset) == known);
}

TEST_CASE("rubbish in /proc is not measured", "[agent][host]") {
    FakeProc proc;
    Host host(proc);
    for (const std::string& text :
         {std::string(), std::string("cpu 1 2"), std::string("cpu x y z"),
          std::string("cpu 99999999999999999999999 1 1 1 1 1 1 1"), std::string(1 << 20, 'c'),
          std::string("  eth0:"), std::string("eth0: 1 2 3\n")}) {
        for (const char* file : {"stat", "meminfo", "net/dev", "diskstats", "net/netstat"})
            proc.write(file, text);
        const auto reading = host.read(1s);
        CHECK_FALSE((reading.cpu || reading.memory || reading.nic || reading.disk || reading.rejected));
    }
}

TEST_CASE("this machine's own /proc is read", "[agent][host]") {
    Host host(CollectorSettings::Values{});
    const auto reading = host.read(0s);
    REQUIRE(reading.memory);
    CHECK(*reading.memory > 0);
    CHECK(*reading.memory < 1);
}
