package dev.heddle.proxy.config;

import dev.heddle.proxy.upstream.ProxyHeader;
import java.util.Set;
import java.util.function.IntPredicate;

/// What looks at the first bytes of a connection, or at its socket, before a filter chain is chosen
/// (`envoy.config.listener.v3.ListenerFilter`).
///
/// @param kind what it looks for
/// @param disabled the connections that it leaves alone
public record ListenerFilterConfig(Kind kind, Disabled disabled) {

    /// What is looked for.
    public sealed interface Kind {
        /// A client hello: the server's name, the protocols that the client speaks.
        record Tls() implements Kind {}

        /// A request line, or HTTP/2's preface.
        record Http() implements Kind {}

        /// Where the connection was made to before the system redirected it here.
        record OriginalDestination() implements Kind {}

        /// Hosts are to see the client's address and not this proxy's.
        ///
        /// @param mark of the packets to hosts, as unsigned 32 bits; 0 for none
        /// @param bindsPort whether they see the client's port, too
        record OriginalSource(int mark, boolean bindsPort) implements Kind {}

        /// Who the client of the load balancer in front is. The header is taken off.
        ///
        /// @param isOptional whether a connection may come without
        /// @param disallowed versions that are refused
        /// @param statPrefix of its meters, after `proxy_proto.`; may be empty
        /// @param passed which extensions of it clusters may pass on
        record Proxy(
                boolean isOptional,
                Set<Version> disallowed,
                String statPrefix,
                ProxyHeader.Passed passed)
                implements Kind {
            public Proxy {
                disallowed = Set.copyOf(disallowed);
            }
        }
    }

    /// Versions of the PROXY protocol.
    public enum Version {
        /// A line of text.
        V1,
        /// Binary.
        V2
    }

    /// When a filter leaves a connection alone
    /// (`envoy.config.listener.v3.ListenerFilterChainMatchPredicate`).
    public sealed interface Disabled extends IntPredicate {
        record Never() implements Disabled {}

        record Always() implements Disabled {}

        /// At those ports, the last one excluded.
        record Ports(int first, int end) implements Disabled {}

        record Not(Disabled inner) implements Disabled {}

        record Both(Disabled one, Disabled other) implements Disabled {}

        record Either(Disabled one, Disabled other) implements Disabled {}

        /// @param port that the connection was made to
        @Override
        default boolean test(int port) {
            return switch (this) {
                case Never() -> false;
                case Always() -> true;
                case Ports(int first, int end) -> port >= first && port < end;
                case Not(Disabled inner) -> !inner.test(port);
                case Both(Disabled one, Disabled other) -> one.test(port) && other.test(port);
                case Either(Disabled one, Disabled other) -> one.test(port) || other.test(port);
            };
        }
    }
}
