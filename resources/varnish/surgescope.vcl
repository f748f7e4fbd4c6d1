# What Varnish has to say to surgescope-agent on the same machine.
#
# Copy to /etc/varnish/surgescope.vcl and begin your own VCL with
#   vcl 4.1;
#   include "surgescope.vcl";
# Its subroutines then run before yours. The agent's user has to be in the group varnish:
#   usermod -aG varnish surgescope && surgescope-agent --pop EWR --collect varnish ...
# Everything but purges and refusals is measured without this file.

import std;

# Who may purge, and is believed what it says about its purges. Add your control plane's addresses.
acl surgescope_issuers {
    "127.0.0.1";
    "::1";
}

# The agent believes these lines and no headers: nobody else can make up your lag.
sub surgescope_stamps {
    std.log("surgescope:purge_id=" + req.http.X-Purge-Id);
    std.log("surgescope:purge_seq=" + req.http.X-Purge-Seq);
    std.log("surgescope:purge_issued=" + req.http.X-Purge-Issued-At);
}

sub vcl_recv {
    if (client.ip ~ surgescope_issuers) {
        if (req.method == "PURGE") {
            call surgescope_stamps;
            return (purge);
        }
        if (req.method == "BAN") {
            # All that has the key in its Surrogate-Key. On obj.* alone, or the ban lurker could not test it.
            call surgescope_stamps;
            if (!req.http.X-Surrogate-Key) {
                return (synth(400, "X-Surrogate-Key is missing."));
            }
            if (!std.ban("obj.http.Surrogate-Key ~ (^|\s)" +
                         regsuball(req.http.X-Surrogate-Key, "[^A-Za-z0-9_-]", ".") + "(\s|$)")) {
                return (synth(500, std.ban_error()));
            }
            return (synth(200, "Banned."));
        }
        if (req.http.X-Purge-Id) {
            # Fetched anew; the answer replaces what was cached.
            call surgescope_stamps;
            set req.hash_always_miss = true;
        }
    } elsif (req.method == "PURGE" || req.method == "BAN") {
        std.log("surgescope:denied");
        return (synth(405, "Not allowed."));
    }
}

# Where your VCL refuses somebody, say so, and the wall shows it as blocked:
#   std.log("surgescope:denied");
#   return (synth(403));
