# SPDX-License-Identifier: GPL-3.0-or-later
"""A long line between two sites: network namespaces of their own, and between them packets that take their time or are
lost, as they come out of a tunnel device on either side. Needs root, /dev/net/tun and ip(8); NoLink says what is missing."""

import ctypes
import fcntl
import heapq
import os
import random
import select
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
CLONE_NEWNET = 0x40000000


class NoLink(Exception):
    pass


class Site:
    """A network namespace with one address. Programs that are started in it see nothing else."""

    def __init__(self, address):
        self.address = address
        ours, theirs = socket.socketpair()
        self.keeper = os.fork()
        if self.keeper == 0:
            ours.close()
            self._keep(theirs)
        theirs.close()
        answer, descriptors, _, _ = socket.recv_fds(ours, 4096, 1)
        ours.close()
        if not descriptors:
            raise NoLink(answer.decode())
        self.tunnel = descriptors[0]

    def _keep(self, parent):
        """The namespace lives as long as this process."""
        try:
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.unshare(CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "unshare")
            tunnel = os.open("/dev/net/tun", os.O_RDWR)
            fcntl.ioctl(tunnel, TUNSETIFF, struct.pack("16sH", b"line", IFF_TUN | IFF_NO_PI))
            for words in ("link set lo up", f"addr add {self.address}/24 dev line", "link set line up"):
                subprocess.run(["ip", *words.split()], check=True, capture_output=True)
            socket.send_fds(parent, [b"up"], [tunnel])
        except (OSError, subprocess.CalledProcessError) as error:
            parent.send(str(error).encode())
            os._exit(1)
        while True:
            signal.pause()

    def start(self, words, **how):
        namespace = os.open(f"/proc/{self.keeper}/ns/net", os.O_RDONLY)

        def enter():
            if ctypes.CDLL(None).setns(namespace, CLONE_NEWNET) != 0:
                os._exit(126)

        try:
            return subprocess.Popen(words, preexec_fn=enter, **how)
        finally:
            os.close(namespace)

    def end(self):
        os.kill(self.keeper, signal.SIGKILL)
        os.waitpid(self.keeper, 0)
        os.close(self.tunnel)


class Link:
    """Two sites with a line between them: `delay` seconds each way, of packets a share `loss` never comes."""

    def __init__(self, delay, loss, seed=1):
        if os.geteuid() != 0:
            raise NoLink("root is needed for network namespaces")
        if not shutil.which("ip"):
            raise NoLink("ip is not installed (iproute2)")
        self.sites = []
        try:
            self.sites.append(Site("10.77.0.1"))
            self.sites.append(Site("10.77.0.2"))
        except NoLink:
            self._end_sites()
            raise
        self.delay, self.loss, self.isUp = delay, loss, True
        self.carried, self.lost, self.bytes = 0, 0, 0
        self.draw = random.Random(seed)
        self.ended = False
        self.carrier = threading.Thread(target=self._carry)
        self.carrier.start()

    def _carry(self):
        ends = [site.tunnel for site in self.sites]
        under_way = []  # (when it comes, number, end, packet)
        number = 0
        while not self.ended:
            wait = max(0, under_way[0][0] - time.monotonic()) if under_way else 0.05
            ready, _, _ = select.select(ends, [], [], min(wait, 0.05))
            now = time.monotonic()
            for end in ready:
                packet = os.read(end, 65536)
                if not self.isUp or self.draw.random() < self.loss:
                    self.lost += 1
                    continue
                number += 1
                heapq.heappush(under_way, (now + self.delay, number, ends[ends[0] == end], packet))
            while under_way and under_way[0][0] <= time.monotonic():
                _, _, end, packet = heapq.heappop(under_way)
                self.carried += 1
                self.bytes += len(packet)
                try:
                    os.write(end, packet)
                except OSError:
                    self.lost += 1

    def cut(self):
        self.isUp = False

    def mend(self):
        self.isUp = True

    def end(self):
        self.ended = True
        self.carrier.join()
        self._end_sites()

    def _end_sites(self):
        for site in self.sites:
            site.end()
