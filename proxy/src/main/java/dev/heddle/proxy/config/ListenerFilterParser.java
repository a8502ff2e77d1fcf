package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.config.ListenerFilterConfig.Disabled;
import dev.heddle.proxy.config.ListenerFilterConfig.Kind;
import dev.heddle.proxy.config.ListenerFilterConfig.Version;
import dev.heddle.proxy.upstream.ProxyHeader;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.WireException;
import envoy.config.core.v3.ProxyProtocolConfig;
import envoy.config.listener.v3.Listener;
import envoy.config.listener.v3.ListenerFilterChainMatchPredicate;
import envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import envoy.extensions.filters.listener.original_src.v3.OriginalSrc;
import envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BinaryOperator;

/// Reads what looks at connections first.
final class ListenerFilterParser {

    private final Findings findings;

    ListenerFilterParser(Findings findings) {
        this.findings = findings;
    }

    ListenerFilters filters(Listener listener) {
        var filters = new ArrayList<ListenerFilterConfig>();
        for (int i = 0; i < listener.getListenerFiltersCount(); i++) {
            String path = "listener_filters[" + i + "]";
            var filter = listener.getListenerFilters(i);
            findings.fields(path, filter, Set.of("name", "typed_config", "filter_disabled"));
            Kind kind = kind(join(path, "typed_config"), filter.getTypedConfig());
            filters.add(
                    new ListenerFilterConfig(
                            kind,
                            filter.hasFilterDisabled()
                                    ? disabled(
                                            join(path, "filter_disabled"),
                                            filter.getFilterDisabled())
                                    : new Disabled.Never()));
        }
        boolean isMissing =
                filters.stream().noneMatch(it -> it.kind() instanceof Kind.OriginalDestination);
        if (listener.getUseOriginalDst().getValue() && isMissing) {
            // As Envoy: to hand a connection over one must know where it was made to.
            filters.addFirst(
                    new ListenerFilterConfig(new Kind.OriginalDestination(), new Disabled.Never()));
        }
        return new ListenerFilters(
                filters,
                listener.hasListenerFiltersTimeout()
                        ? findings.duration(
                                "listener_filters_timeout", listener.getListenerFiltersTimeout())
                        : ListenerFilters.TIMEOUT,
                listener.getContinueOnListenerFiltersTimeout(),
                new ProtocolDetectionParser(findings).detection(listener));
    }

    private Kind kind(String path, Any config) {
        try {
            if (config.holds(TlsInspector.getDefaultInstance())) {
                var tls = config.unpack(TlsInspector.getDefaultInstance());
                // How much is read at first changes nothing that one could see.
                findings.fields(
                        path,
                        tls,
                        Set.of("enable_ja3_fingerprinting"),
                        Set.of("initial_read_buffer_size"));
                if (tls.getEnableJa3Fingerprinting().getValue()) {
                    findings.notImplemented(join(path, "enable_ja3_fingerprinting"));
                }
                return new Kind.Tls();
            }
            if (config.holds(HttpInspector.getDefaultInstance())) {
                findings.fields(path, config.unpack(HttpInspector.getDefaultInstance()), Set.of());
                return new Kind.Http();
            }
            if (config.holds(OriginalDst.getDefaultInstance())) {
                findings.fields(path, config.unpack(OriginalDst.getDefaultInstance()), Set.of());
                return new Kind.OriginalDestination();
            }
            if (config.holds(OriginalSrc.getDefaultInstance())) {
                var source = config.unpack(OriginalSrc.getDefaultInstance());
                findings.fields(path, source, Set.of("bind_port", "mark"));
                return new Kind.OriginalSource(source.getMark(), source.getBindPort());
            }
            if (config.holds(ProxyProtocol.getDefaultInstance())) {
                return proxy(path, config.unpack(ProxyProtocol.getDefaultInstance()));
            }
            findings.notImplemented(path, "'" + config.getTypeUrl() + "'");
        } catch (WireException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
        }
        return new Kind.Http();
    }

    private Kind proxy(String path, ProxyProtocol proxy) {
        findings.fields(
                path,
                proxy,
                Set.of(
                        "allow_requests_without_proxy_protocol",
                        "disallowed_versions",
                        "stat_prefix",
                        "pass_through_tlvs"));
        var disallowed = EnumSet.noneOf(Version.class);
        for (ProxyProtocolConfig.Version version : proxy.getDisallowedVersionsList()) {
            switch (version) {
                case V1 -> disallowed.add(Version.V1);
                case V2 -> disallowed.add(Version.V2);
                case UNRECOGNIZED ->
                        findings.reject(join(path, "disallowed_versions"), "is unknown");
            }
        }
        if (disallowed.size() == Version.values().length) {
            findings.reject(
                    join(path, "disallowed_versions"),
                    "every version (expected: at least one that is left)");
        }
        return new Kind.Proxy(
                proxy.getAllowRequestsWithoutProxyProtocol(),
                disallowed,
                proxy.getStatPrefix(),
                proxy.hasPassThroughTlvs()
                        ? UpstreamSocketParser.passed(
                                findings,
                                join(path, "pass_through_tlvs"),
                                proxy.getPassThroughTlvs())
                        : ProxyHeader.Passed.NONE);
    }

    private Disabled disabled(String path, ListenerFilterChainMatchPredicate predicate) {
        findings.fields(
                path,
                predicate,
                Set.of(
                        "or_match",
                        "and_match",
                        "not_match",
                        "any_match",
                        "destination_port_range"));
        return switch (predicate.getRuleCase()) {
            case ANY_MATCH -> new Disabled.Always();
            case NOT_MATCH ->
                    new Disabled.Not(disabled(join(path, "not_match"), predicate.getNotMatch()));
            case OR_MATCH ->
                    joined(
                            join(path, "or_match"),
                            predicate.getOrMatch().getRulesList(),
                            Disabled.Either::new);
            case AND_MATCH ->
                    joined(
                            join(path, "and_match"),
                            predicate.getAndMatch().getRulesList(),
                            Disabled.Both::new);
            case DESTINATION_PORT_RANGE -> {
                var ports = predicate.getDestinationPortRange();
                yield new Disabled.Ports(ports.getStart(), ports.getEnd());
            }
            case RULE_NOT_SET -> {
                findings.reject(path, "is not set (expected: a rule)");
                yield new Disabled.Never();
            }
        };
    }

    private Disabled joined(
            String path,
            List<ListenerFilterChainMatchPredicate> rules,
            BinaryOperator<Disabled> both) {
        if (rules.size() < 2) {
            findings.reject(join(path, "rules"), rules.size() + " rules (expected: two or more)");
        }
        return rules.stream()
                .map(rule -> disabled(join(path, "rules"), rule))
                .reduce(both)
                .orElse(new Disabled.Never());
    }
}
