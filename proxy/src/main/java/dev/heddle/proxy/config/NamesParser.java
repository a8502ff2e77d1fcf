package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.dns.NameTable;
import dev.heddle.proxy.dns.NamesConfig;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.WireException;
import envoy.config.core.v3.Metadata;
import envoy.data.dns.v3.DnsTable;
import envoy.extensions.filters.udp.dns_filter.v3.DnsFilterConfig;
import envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Reads how questions for names are answered.
final class NamesParser {
    /// Metadata of a listener with what stock Envoy does not do.
    static final String METADATA = "heddle.names";

    /// Envoy's `resolver_timeout` when none is set.
    private static final Duration TIMEOUT = Duration.ofMillis(500);

    private static final int MOST_PENDING = 1 << 16;

    private final Findings findings;

    NamesParser(Findings findings) {
        this.findings = findings;
    }

    NamesConfig names(String path, DnsFilterConfig filter, Metadata metadata) {
        findings.fields(path, filter, Set.of("stat_prefix", "server_config", "client_config"));
        findings.required(join(path, "stat_prefix"), filter.getStatPrefix());
        List<String> search =
                OwnMetadata.of(findings, metadata, METADATA, Set.of("search"))
                        .map(said -> said.texts("search"))
                        .orElse(List.of());
        Map<String, NameTable.Entry> table =
                filter.hasServerConfig()
                        ? table(join(path, "server_config"), filter.getServerConfig())
                        : Map.of();
        String at = join(path, "client_config");
        var client = filter.getClientConfig();
        findings.fields(
                at,
                client,
                Set.of("resolver_timeout", "typed_dns_resolver_config", "max_pending_lookups"));
        int mostPending = 1;
        if (filter.hasClientConfig()) {
            long said = client.getMaxPendingLookups();
            if (said == 0) {
                findings.reject(join(at, "max_pending_lookups"), "0 (expected: >= 1)");
            }
            mostPending = said < 0 || said > MOST_PENDING ? MOST_PENDING : Math.max(1, (int) said);
        }
        return new NamesConfig(
                filter.getStatPrefix(),
                new NameTable(table, search.stream().map(NamesParser::key).toList()),
                filter.hasClientConfig(),
                client.hasTypedDnsResolverConfig()
                        ? servers(
                                join(at, "typed_dns_resolver_config.typed_config"),
                                client.getTypedDnsResolverConfig().getTypedConfig())
                        : List.of(),
                client.hasResolverTimeout()
                        ? findings.duration(
                                join(at, "resolver_timeout"), client.getResolverTimeout())
                        : TIMEOUT,
                mostPending);
    }

    private Map<String, NameTable.Entry> table(
            String path, DnsFilterConfig.ServerContextConfig server) {
        findings.fields(path, server, Set.of("inline_dns_table"));
        String at = join(path, "inline_dns_table");
        DnsTable said = server.getInlineDnsTable();
        findings.fields(
                at,
                said,
                Set.of("virtual_domains"),
                // All servers are asked twice; nobody looks at the others any more.
                Set.of("external_retry_count", "known_suffixes"));
        var names = new HashMap<String, NameTable.Entry>();
        for (int i = 0; i < said.getVirtualDomainsCount(); i++) {
            add(at + ".virtual_domains[" + i + "]", said.getVirtualDomains(i), names);
        }
        return names;
    }

    private void add(
            String path, DnsTable.DnsVirtualDomain domain, Map<String, NameTable.Entry> names) {
        findings.fields(path, domain, Set.of("name", "endpoint", "answer_ttl"));
        findings.required(join(path, "name"), domain.getName());
        String at = join(path, "endpoint");
        findings.fields(at, domain.getEndpoint(), Set.of("address_list"));
        findings.fields(
                join(at, "address_list"), domain.getEndpoint().getAddressList(), Set.of("address"));
        var addresses = new ArrayList<InetAddress>();
        for (String address : domain.getEndpoint().getAddressList().getAddressList()) {
            try {
                addresses.add(InetAddress.ofLiteral(address));
            } catch (IllegalArgumentException e) {
                findings.reject(
                        join(at, "address_list.address"),
                        "'" + address + "' (expected: an IP address)");
            }
        }
        Duration ttl =
                domain.hasAnswerTtl()
                        ? findings.duration(join(path, "answer_ttl"), domain.getAnswerTtl())
                        : NameTable.Entry.TTL;
        names.merge(
                key(domain.getName()),
                new NameTable.Entry(addresses, (int) ttl.toSeconds()),
                NameTable.Entry::with);
    }

    private static String key(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /// None for those of the machine.
    private List<InetSocketAddress> servers(String path, Any packed) {
        if (!packed.holds(CaresDnsResolverConfig.getDefaultInstance())) {
            findings.notImplemented(path, "'" + packed.getTypeUrl() + "'");
            return List.of();
        }
        try {
            var config = packed.unpack(CaresDnsResolverConfig.getDefaultInstance());
            findings.fields(
                    path,
                    config,
                    Set.of("resolvers"),
                    // All that is asked for is asked as it came, and of all servers in turn.
                    Set.of(
                            "dns_resolver_options",
                            "filter_unroutable_families",
                            "udp_max_queries",
                            "query_timeout_seconds",
                            "query_tries",
                            "rotate_nameservers"));
            var servers = new ArrayList<InetSocketAddress>();
            for (int i = 0; i < config.getResolversCount(); i++) {
                servers.add(
                        new AddressParser(findings)
                                .ofDatagrams(
                                        path + ".resolvers[" + i + "]", config.getResolvers(i)));
            }
            return servers;
        } catch (WireException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return List.of();
        }
    }
}
