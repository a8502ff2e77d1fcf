package dev.heddle.compiler.ir;

import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.model.Origin;
import java.time.Duration;
import java.util.List;

/// Where a proxy takes datagrams.
///
/// A gateway has one for each port of a server of protocol UDP: with [Service.Forward] the
/// datagrams of each client go to one host of a cluster. Both data planes run it; it needs the
/// clusters in the plan beside it, whose endpoints are then asked over UDP.
///
/// @param name as in `0.0.0.0_5353_udp`: another than that of any listener for connections
public record DatagramListener(
        String name, SocketAddress address, Direction direction, Service service, Origin origin) {

    /// What is done with datagrams.
    public sealed interface Service {
        /// They are questions for names.
        ///
        /// @param names that are answered here; others are asked for where the proxy's machine has
        ///   its names from
        /// @param search ends that clients put behind names, and that mean nothing
        record Names(List<Name> names, List<String> search) implements Service {
            public Names {
                names = List.copyOf(names);
                search = List.copyOf(search);
            }
        }

        /// They are passed on, and what comes back.
        ///
        /// @param statPrefix of its meters, `udp.<prefix>.`
        /// @param shares among whom clients are shared out; at least one. What a client calls from,
        ///   its port, says which share it is part of
        /// @param idle how long a client may say nothing before it may get another host
        /// @param hashesSource whether a client's address chooses its host, where the cluster's
        ///   balancer hashes; else each client and port is somebody of its own
        record Forward(String statPrefix, List<Share> shares, Duration idle, boolean hashesSource)
                implements Service {
            /// How long where nobody says it, as Envoy has it.
            public static final Duration IDLE = Duration.ofMinutes(1);

            public Forward {
                shares = List.copyOf(shares);
                if (shares.isEmpty()) {
                    throw new IllegalArgumentException("shares: [] (expected: one or more)");
                }
            }
        }
    }

    /// Some of the clients.
    ///
    /// @param weight how many, relative to the sum over the shares; at least 1
    public record Share(String cluster, int weight) {
        public Share {
            if (weight < 1) {
                throw new IllegalArgumentException("weight: " + weight + " (expected: >= 1)");
            }
        }
    }

    /// A name with its addresses.
    ///
    /// @param name in lower case; `*.` before it stands for all names below
    /// @param addresses of either family; at least one
    public record Name(String name, List<String> addresses, Origin origin) {
        public Name {
            addresses = List.copyOf(addresses);
            if (addresses.isEmpty()) {
                throw new IllegalArgumentException("addresses: [] (expected: one or more)");
            }
        }
    }
}
