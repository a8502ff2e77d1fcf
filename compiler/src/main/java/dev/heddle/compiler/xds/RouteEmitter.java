package dev.heddle.compiler.xds;

import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import dev.heddle.compiler.ir.Access;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.RouteAction.PathRewrite;
import dev.heddle.compiler.ir.RouteAction.RedirectPath;
import dev.heddle.compiler.ir.RouteAction.ReplyBody;
import dev.heddle.compiler.ir.RouteConfiguration.Told;
import dev.heddle.compiler.reuse.Kept;
import dev.heddle.compiler.reuse.Row;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.model.Origin;
import dev.heddle.xds.TypedConfigs;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireWriter;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction.RequestMirrorPolicy;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// Emits route tables.
///
/// Tables and clusters travel apart, so Envoy is told not to check the one against the other.
final class RouteEmitter {
    /// Istio's limit; Envoy's own is 4 KiB, and a longer body would cost the whole table.
    private static final int MAX_BODY_BYTES = 1024 * 1024;

    /// Of a route's metadata: what it says of itself, and in it the file and the line.
    static final String OWN = "heddle";

    static final String SOURCE = "source";

    /// For how long a client may go on without asking again, as with Istio.
    private static final int ALTERNATIVE_SECONDS = 86_400;

    private RouteEmitter() {}

    /// All that a virtual host's bytes are made of.
    record Host(Same<dev.heddle.compiler.ir.VirtualHost> host, Told told) {
        Piece piece() {
            return Piece.of(RouteEmitter.host(host.get(), told).toByteArray());
        }
    }

    /// A serialized virtual host.
    record Piece(Bytes bytes, Bytes fingerprint) {
        static Piece of(byte[] bytes) {
            return new Piece(Bytes.of(bytes), Bytes.of(XdsResource.fingerprint(bytes)));
        }
    }

    static RouteConfiguration emit(dev.heddle.compiler.ir.RouteConfiguration table) {
        RouteConfiguration.Builder out = first(table).mergeFrom(last(table));
        table.virtualHosts().forEach(v -> out.addVirtualHosts(host(v, table.told())));
        return out.build();
    }

    /// The same as a resource: byte for byte what a serialization of the message gives, put
    /// together of hosts that may have been serialized before.
    static XdsResource resource(
            dev.heddle.compiler.ir.RouteConfiguration table, Kept<String, Row<Host, Piece>> hosts) {
        Piece first = Piece.of(first(table).build().toByteArray());
        Piece last = Piece.of(last(table).toByteArray());
        List<Host> keys =
                table.virtualHosts().stream().map(v -> new Host(Same.as(v), table.told())).toList();
        List<Piece> between =
                hosts.get(
                                table.name(),
                                earlier -> Optional.of(earlier.next(keys, Host::piece)),
                                _ -> Row.<Host, Piece>none().next(keys, Host::piece))
                        .values();
        var bytes = new WireWriter(room(between, Piece::bytes)).raw(first.bytes());
        var fingerprint = new WireWriter(room(between, Piece::fingerprint));
        fingerprint.raw(first.fingerprint());
        for (Piece host : between) {
            bytes.bytes(RouteConfiguration.VIRTUAL_HOSTS_FIELD_NUMBER, host.bytes());
            fingerprint.raw(host.fingerprint());
        }
        bytes.raw(last.bytes());
        fingerprint.raw(last.fingerprint());
        return XdsResource.of(
                table.name(),
                Any.of(
                        TypedConfigs.typeUrl(RouteConfiguration.getDefaultInstance()),
                        bytes.toBytes()),
                fingerprint.toBytes());
    }

    /// What a table takes in bytes: its hosts with their tags, and a little for the rest.
    private static int room(List<Piece> hosts, Function<Piece, Bytes> of) {
        int room = 256;
        for (Piece host : hosts) {
            room += of.apply(host).size() + 6;
        }
        return room;
    }

    /// The fields before the virtual hosts, in the order of their numbers.
    private static RouteConfiguration.Builder first(
            dev.heddle.compiler.ir.RouteConfiguration table) {
        return RouteConfiguration.newBuilder().setName(table.name());
    }

    /// The fields behind the virtual hosts.
    private static RouteConfiguration last(dev.heddle.compiler.ir.RouteConfiguration table) {
        RouteConfiguration.Builder out =
                RouteConfiguration.newBuilder()
                        .setValidateClusters(BoolValue.of(false))
                        .setMaxDirectResponseBodySizeBytes(UInt32Value.of(MAX_BODY_BYTES));
        if (table.ignorePort()) {
            out.setIgnorePortInHostMatching(true);
        }
        if (!table.told().denials()) {
            out.addResponseHeadersToRemove(Access.DENIED_BY);
        }
        return out.build();
    }

    /// Of virtual hosts for what the mesh does not know.
    private static final String ANYWHERE = "allow_any";

    private static VirtualHost host(dev.heddle.compiler.ir.VirtualHost host, Told told) {
        VirtualHost.Builder out =
                VirtualHost.newBuilder().setName(host.name()).addAllDomains(host.domains());
        if (host.httpsOnly()) {
            out.setRequireTls(VirtualHost.TlsRequirementType.ALL);
        }
        if (told.http3() > 0) {
            out.addResponseHeadersToAdd(alternative(told.http3()));
        }
        if (told.attempts()) {
            out.setIncludeRequestAttemptCount(true);
        }
        Callees callees = Callees.of(host, told);
        if (callees == Callees.ALL) {
            StatsEmitter.tell(out::addRequestHeadersToAdd);
        }
        host.routes().forEach(r -> out.addRoutes(route(r, told, callees)));
        return out.build();
    }

    /// Where a client finds HTTP/3, unless the service says so itself.
    private static HeaderValueOption alternative(int port) {
        return HeaderValueOption.newBuilder()
                .setHeader(
                        HeaderValue.newBuilder()
                                .setKey("alt-svc")
                                .setValue("h3=\":" + port + "\"; ma=" + ALTERNATIVE_SECONDS))
                .setAppendAction(HeaderAppendAction.ADD_IF_ABSENT)
                .build();
    }

    /// Who of those whom a virtual host leads to is told who calls.
    private enum Callees {
        ALL,
        /// Those of the mesh.
        SOME,
        NONE;

        static Callees of(dev.heddle.compiler.ir.VirtualHost host, Told told) {
            if (told.strangers().isEmpty() || host.name().startsWith(ANYWHERE)) {
                return NONE;
            }
            Set<String> strangers = told.strangers().get();
            boolean isAnyStrange =
                    !strangers.isEmpty()
                            && host.routes().stream().anyMatch(r -> leadsTo(r, strangers));
            return isAnyStrange ? SOME : ALL;
        }
    }

    private static boolean leadsTo(dev.heddle.compiler.ir.Route route, Set<String> hosts) {
        return route.action() instanceof dev.heddle.compiler.ir.RouteAction.Forward forward
                && Stream.concat(
                                forward.destinations().stream(),
                                forward.mirrors().stream().map(m -> m.to()))
                        .anyMatch(to -> isOneOf(hosts, to));
    }

    /// Whether requests to a destination may come to one of these hosts.
    private static boolean isOneOf(
            Set<String> hosts, dev.heddle.compiler.ir.RouteAction.Destination to) {
        return hosts.contains(to.host())
                || to.fallback()
                        .flatMap(ClusterName::parse)
                        .filter(other -> hosts.contains(other.host()))
                        .isPresent();
    }

    private static Route route(dev.heddle.compiler.ir.Route route, Told told, Callees callees) {
        Route.Builder out =
                Route.newBuilder().setName(route.name()).setMatch(MatchEmitter.emit(route.match()));
        if (!route.origin().equals(Origin.BUILT_IN)) {
            out.setMetadata(metadata(route));
        }
        switch (route.action()) {
            case dev.heddle.compiler.ir.RouteAction.Forward forward ->
                    out.setRoute(
                            forward(forward, callees == Callees.SOME ? told : Told.NOTHING)
                                    .setAppendXForwardedHost(told.host()));
            case dev.heddle.compiler.ir.RouteAction.Redirect redirect ->
                    out.setRedirect(redirect(redirect));
            case dev.heddle.compiler.ir.RouteAction.DirectResponse(int status, var body) ->
                    out.setDirectResponse(directResponse(status, body));
        }
        HeaderEmitter.emit(route.headers(), out);
        out.setStatPrefix(route.statPrefix());
        route.features().forEach(it -> FeatureEmitter.emit(it, out));
        if (callees == Callees.SOME && isOfOne(route) && !leadsTo(route, told.strangers().get())) {
            StatsEmitter.tell(out::addRequestHeadersToAdd);
        }
        return out.build();
    }

    /// Where the route comes from: under `istio`, as Istio's own tools read it; under `heddle`, the
    /// line.
    private static Metadata metadata(dev.heddle.compiler.ir.Route route) {
        Metadata.Builder out = Metadata.newBuilder();
        if (!route.config().isEmpty()) {
            out.putFilterMetadata(
                    "istio",
                    Struct.newBuilder().putFields("config", Protos.text(route.config())).build());
        }
        Origin origin = route.origin();
        Struct.Builder own =
                Struct.newBuilder()
                        .putFields("resource", Protos.text(origin.resource()))
                        .putFields("field", Protos.text(origin.path().toString()));
        if (!origin.file().isEmpty()) {
            own.putFields(SOURCE, Protos.text(origin.file() + ":" + origin.position().line()));
        }
        if (!route.rule().isEmpty()) {
            own.putFields("rule", Protos.text(route.rule()));
        }
        return out.putFilterMetadata(OWN, own.build()).build();
    }

    private static boolean isOfOne(dev.heddle.compiler.ir.Route route) {
        return route.action() instanceof dev.heddle.compiler.ir.RouteAction.Forward forward
                && forward.destinations().size() == 1;
    }

    /// @param told by whose words each of several destinations is told for itself who calls
    private static RouteAction.Builder forward(
            dev.heddle.compiler.ir.RouteAction.Forward forward, Told told) {
        RouteAction.Builder out =
                RouteAction.newBuilder()
                        .setTimeout(Protos.duration(forward.resilience().timeout()));
        if (forward.destinations().size() == 1) {
            out.setCluster(forward.destinations().getFirst().target());
        } else {
            WeightedCluster.Builder weighted = WeightedCluster.newBuilder();
            boolean isCopied = forward.mirrors().stream().anyMatch(m -> isStrange(m.to(), told));
            forward.destinations()
                    .forEach(d ->
                            weighted.addClusters(
                                    weight(
                                            d,
                                            told.strangers().isPresent()
                                                    && !isCopied
                                                    && !isStrange(d, told))));
            out.setWeightedClusters(weighted);
        }
        switch (forward.rewrite().path()) {
            case PathRewrite.None() -> {}
            case PathRewrite.Matched(String replacement) -> out.setPrefixRewrite(replacement);
            case PathRewrite.Regex(String regex, String substitution) ->
                    out.setRegexRewrite(
                            RegexMatchAndSubstitute.newBuilder()
                                    .setPattern(RegexMatcher.newBuilder().setRegex(regex))
                                    .setSubstitution(substitution));
        }
        forward.rewrite().authorityFrom().ifPresent(out::setHostRewriteHeader);
        forward.rewrite().authority().ifPresent(out::setHostRewriteLiteral);
        forward.resilience().retry().ifPresent(r -> out.setRetryPolicy(RetryEmitter.emit(r)));
        forward.mirrors()
                .forEach(mirror ->
                        out.addRequestMirrorPolicies(
                                RequestMirrorPolicy.newBuilder()
                                        .setCluster(mirror.to().cluster())
                                        .setRuntimeFraction(FeatureEmitter.fraction(mirror.of()))
                                        .setTraceSampled(BoolValue.of(false))));
        forward.hash().forEach(key -> out.addHashPolicy(BalancingEmitter.hash(key)));
        return out;
    }

    private static boolean isStrange(dev.heddle.compiler.ir.RouteAction.Destination to, Told told) {
        return told.strangers().filter(it -> isOneOf(it, to)).isPresent();
    }

    private static WeightedCluster.ClusterWeight weight(
            dev.heddle.compiler.ir.RouteAction.Destination destination, boolean isTold) {
        WeightedCluster.ClusterWeight.Builder out =
                WeightedCluster.ClusterWeight.newBuilder()
                        .setName(destination.target())
                        .setWeight(UInt32Value.of(destination.weight()));
        destination.authority().ifPresent(out::setHostRewriteLiteral);
        HeaderEmitter.emit(destination.headers(), out);
        if (isTold) {
            StatsEmitter.tell(out::addRequestHeadersToAdd);
        }
        return out.build();
    }

    private static RedirectAction redirect(dev.heddle.compiler.ir.RouteAction.Redirect redirect) {
        RedirectAction.Builder out = RedirectAction.newBuilder();
        redirect.scheme().ifPresent(out::setSchemeRedirect);
        redirect.authority().ifPresent(out::setHostRedirect);
        redirect.port().ifPresent(out::setPortRedirect);
        switch (redirect.path()) {
            case RedirectPath.Kept() -> {}
            case RedirectPath.Replaced(String path) -> out.setPathRedirect(path);
            case RedirectPath.PrefixReplaced(String prefix) -> out.setPrefixRewrite(prefix);
        }
        out.setResponseCode(
                switch (redirect.status()) {
                    case 302 -> RedirectAction.RedirectResponseCode.FOUND;
                    case 303 -> RedirectAction.RedirectResponseCode.SEE_OTHER;
                    case 307 -> RedirectAction.RedirectResponseCode.TEMPORARY_REDIRECT;
                    case 308 -> RedirectAction.RedirectResponseCode.PERMANENT_REDIRECT;
                    default -> RedirectAction.RedirectResponseCode.MOVED_PERMANENTLY;
                });
        return out.build();
    }

    private static DirectResponseAction directResponse(int status, ReplyBody body) {
        DirectResponseAction.Builder out = DirectResponseAction.newBuilder().setStatus(status);
        switch (body) {
            case ReplyBody.Empty() -> {}
            case ReplyBody.Text(String text) ->
                    out.setBody(DataSource.newBuilder().setInlineString(text));
            case ReplyBody.Base64(String base64) ->
                    out.setBody(
                            DataSource.newBuilder()
                                    .setInlineBytes(
                                            ByteString.copyFrom(
                                                    Base64.getDecoder().decode(base64))));
        }
        return out.build();
    }
}
