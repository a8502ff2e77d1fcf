package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A route table.
///
/// @param name as in `9080`, `http_proxy`, `http.8080`, `inbound|9080||`; with a suffix for those
///   who are asked whether requests may pass, if any are
/// @param ignorePort whether `Host: reviews:9080` finds the virtual host of the domain `reviews`;
///   domains that name a port are then never found
/// @param virtualHosts no domain twice
/// @param told of every request
public record RouteConfiguration(
        String name, boolean ignorePort, List<VirtualHost> virtualHosts, Told told, Origin origin) {

    /// What hosts are told of a request, and clients of its answer.
    ///
    /// @param attempts how often it was tried: `x-envoy-attempt-count`
    /// @param host that was asked for, where another is asked for instead: `x-forwarded-host`
    /// @param denials whether clients are told what proxies behind this one say of denials
    /// @param strangers services that are not told whose workload calls, as they are outside of the
    ///   mesh; empty where nobody is told
    /// @param http3 the port at which clients may speak HTTP/3 (`alt-svc`, RFC 7838); 0 where they
    ///   may not
    public record Told(
            boolean attempts,
            boolean host,
            boolean denials,
            Optional<Set<String>> strangers,
            int http3) {
        /// Nothing.
        public static final Told NOTHING = new Told(false, false, true, Optional.empty(), 0);

        /// The same, and clients are told nothing of denials.
        public Told hidingDenials() {
            return new Told(attempts, host, false, strangers, http3);
        }

        /// The same, and clients are told of HTTP/3 at a port.
        public Told ofHttp3(int port) {
            return new Told(attempts, host, denials, strangers, port);
        }
    }

    /// A table whose hosts are told nothing.
    public RouteConfiguration(
            String name, boolean ignorePort, List<VirtualHost> virtualHosts, Origin origin) {
        this(name, ignorePort, virtualHosts, Told.NOTHING, origin);
    }

    /// The same with other hosts.
    public RouteConfiguration with(List<VirtualHost> others) {
        return new RouteConfiguration(name, ignorePort, others, told, origin);
    }

    private static final char ASKED = '~';

    /// The name of a table that has somebody asked, as in `http.8080~1f0c33aa`.
    ///
    /// @param asked who they are
    public static String named(String plain, String asked) {
        return plain + ASKED + asked;
    }

    /// A table's name without those whom it has asked.
    public static String plainName(String name) {
        int end = name.indexOf(ASKED);
        return end < 0 ? name : name.substring(0, end);
    }

    /// The same under another name.
    public RouteConfiguration called(String other) {
        return new RouteConfiguration(other, ignorePort, virtualHosts, told, origin);
    }

    /// The same, whose hosts are told that.
    public RouteConfiguration telling(Told other) {
        return new RouteConfiguration(name, ignorePort, virtualHosts, other, origin);
    }

    public RouteConfiguration {
        virtualHosts = List.copyOf(virtualHosts);
    }
}
