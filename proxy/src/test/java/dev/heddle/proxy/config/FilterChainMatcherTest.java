package dev.heddle.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.FilterChainMatcher.Connection;
import envoy.config.listener.v3.Listener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which chain a connection gets, in Envoy's order of questions.
class FilterChainMatcherTest {

    /// Chains by name, each with its match in Envoy's own text.
    private static FilterChainMatcher matcher(Map<String, String> matches, String otherwise) {
        var text = new StringBuilder("name: l\n");
        text.append("address: {socket_address: {address: 127.0.0.1, port_value: 0}}\n");
        text.append("filter_chains:\n");
        matches.forEach((name, match) -> text.append("- ").append(chain(name, match, 2)));
        if (!otherwise.isEmpty()) {
            text.append("default_filter_chain:\n  ").append(chain(otherwise, "", 2));
        }
        ListenerConfig config =
                Texts.accepted(
                        ListenerParser.parse(
                                Texts.read(Listener.getDefaultInstance(), text.toString()),
                                List.of()));
        return FilterChainMatcher.of(config.chains());
    }

    private static String chain(String name, String match, int indent) {
        String pad = " ".repeat(indent);
        return "name: %s\n%sfilter_chain_match: {%s}\n%sfilters: [%s]\n"
                .formatted(
                        name,
                        pad,
                        match,
                        pad,
                        "{name: t, typed_config: {\"@type\": type/tcp, stat_prefix: s, cluster:"
                                + " c}}");
    }

    private static Connection connection(String facts) {
        var by = new HashMap<String, String>();
        for (String fact : facts.split(" ", -1)) {
            int at = fact.indexOf('=');
            if (at > 0) {
                by.put(fact.substring(0, at), fact.substring(at + 1));
            }
        }
        InetSocketAddress remote = address(by.getOrDefault("from", "203.0.113.9:50000"));
        return new Connection(
                address(by.getOrDefault("to", "192.0.2.1:443")),
                remote,
                by.containsKey("direct")
                        ? address(Objects.requireNonNull(by.get("direct")))
                        : remote,
                by.getOrDefault("sni", ""),
                by.getOrDefault("transport", by.containsKey("sni") ? "tls" : "raw_buffer"),
                by.containsKey("alpn")
                        ? List.of(Objects.requireNonNull(by.get("alpn")).split("/", -1))
                        : List.of());
    }

    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(
                InetAddress.ofLiteral(text.substring(0, colon)),
                Integer.parseInt(text.substring(colon + 1)));
    }

    private static String chosen(FilterChainMatcher matcher, String facts) {
        return matcher.choose(connection(facts)).map(FilterChainConfig::name).orElse("-");
    }

    @ParameterizedTest
    @CsvSource({
        "sni=www.example.com, exact",
        "sni=api.example.com, wild",
        "sni=a.b.example.com, wild",
        "sni=example.com, com",
        "sni=other.com, com",
        "sni=other.org, none",
        "sni=com, none",
        "'', none",
    })
    void theLongestServerNameWins(String facts, String chain) {
        var matcher =
                matcher(
                        Map.of(
                                "exact", "server_names: [www.example.com]",
                                "wild", "server_names: ['*.example.com']",
                                "com", "server_names: ['*.com']",
                                "none", ""),
                        "");
        assertThat(chosen(matcher, facts)).isEqualTo(chain);
    }

    @ParameterizedTest
    @CsvSource({
        "to=192.0.2.1:443 sni=a.com, named",
        "to=192.0.2.1:443 sni=b.com, otherwise",
        "to=192.0.2.1:80, plain",
    })
    void aQuestionThatIsAnsweredIsNotAskedAgain(String facts, String chain) {
        var matcher =
                matcher(
                        Map.of(
                                "named", "destination_port: 443, server_names: [a.com]",
                                "plain", ""),
                        "otherwise");
        assertThat(chosen(matcher, facts)).isEqualTo(chain);
    }

    @ParameterizedTest
    @CsvSource({
        "to=10.1.2.3:1, ten-one",
        "to=10.2.2.3:1, ten",
        "to=10.1.2.4:1, host",
        "to=11.0.0.1:1, any",
        "to=[2001:db8::1]:1, six",
        "to=[2001:db9::1]:1, any",
    })
    void theLongestPrefixWins(String facts, String chain) {
        var matcher =
                matcher(
                        Map.of(
                                "ten", "prefix_ranges: [{address_prefix: 10.0.0.0, prefix_len: 8}]",
                                "ten-one",
                                        "prefix_ranges: [{address_prefix: 10.1.0.0, prefix_len:"
                                                + " 16}]",
                                "host",
                                        "prefix_ranges: [{address_prefix: 10.1.2.4, prefix_len:"
                                                + " 32}]",
                                "six",
                                        "prefix_ranges: [{address_prefix: '2001:db8::', prefix_len:"
                                                + " 32}]",
                                "any", ""),
                        "");
        assertThat(chosen(matcher, facts.replace("[", "").replace("]", ""))).isEqualTo(chain);
    }

    @ParameterizedTest
    @CsvSource({
        "alpn=h2/http/1.1, two",
        "alpn=istio, mesh",
        "alpn=http/1.1, any",
        "'', any",
        "transport=tls sni=x alpn=istio, secure",
        "transport=tls sni=x alpn=h2, secure",
    })
    void transportComesBeforeApplicationProtocols(String facts, String chain) {
        var matcher =
                matcher(
                        Map.of(
                                "two", "application_protocols: [h2, h3]",
                                "mesh", "application_protocols: [istio]",
                                "secure", "transport_protocol: tls",
                                "any", ""),
                        "");
        assertThat(chosen(matcher, facts)).isEqualTo(chain);
    }

    @ParameterizedTest
    @CsvSource({
        "from=127.0.0.1:9, here",
        "from=192.0.2.1:9 to=192.0.2.1:80, here",
        "from=203.0.113.1:9, away",
        "from=203.0.113.1:1000, away-1000",
        "from=198.51.100.7:9, network",
        "from=198.51.100.7:1000, network",
    })
    void sourcesComeLast(String facts, String chain) {
        var matcher =
                matcher(
                        Map.of(
                                "here", "source_type: SAME_IP_OR_LOOPBACK",
                                "away", "source_type: EXTERNAL",
                                "away-1000", "source_type: EXTERNAL, source_ports: [1000, 1001]",
                                "network",
                                        "source_type: EXTERNAL, source_prefix_ranges:"
                                                + " [{address_prefix: 198.51.100.0, prefix_len:"
                                                + " 24}]"),
                        "");
        assertThat(chosen(matcher, facts)).isEqualTo(chain);
    }

    @ParameterizedTest
    @CsvSource({
        "from=1.1.1.1:9 direct=10.0.0.1:9, balancer",
        "from=10.0.0.1:9 direct=1.1.1.1:9, any",
    })
    void theDirectSourceIsThatOfTheSocket(String facts, String chain) {
        var matcher =
                matcher(
                        Map.of(
                                "balancer",
                                "direct_source_prefix_ranges: [{address_prefix: 10.0.0.0,"
                                        + " prefix_len: 8}]",
                                "any",
                                ""),
                        "");
        assertThat(chosen(matcher, facts)).isEqualTo(chain);
    }

    @Test
    void withoutAMatchOrADefaultThereIsNone() {
        assertThat(chosen(matcher(Map.of("a", "destination_port: 1"), ""), "")).isEqualTo("-");
        assertThat(chosen(matcher(Map.of("a", "destination_port: 1"), "d"), "")).isEqualTo("d");
    }

    @Test
    void aRangeHoldsItsAddressesAndNoOthers() {
        var range = new IpRange(InetAddress.ofLiteral("10.20.30.40"), 20);
        assertThat(range).hasToString("10.20.16.0/20");
        assertThat(range.contains(InetAddress.ofLiteral("10.20.31.255"))).isTrue();
        assertThat(range.contains(InetAddress.ofLiteral("10.20.32.0"))).isFalse();
        assertThat(range.contains(InetAddress.ofLiteral("10.20.15.255"))).isFalse();
        assertThat(range.contains(InetAddress.ofLiteral("::1"))).isFalse();
        assertThat(new IpRange(InetAddress.ofLiteral("::1"), 128).contains(ip("::1"))).isTrue();
        assertThat(new IpRange(InetAddress.ofLiteral("::1"), 128).contains(ip("::2"))).isFalse();
        assertThat(new IpRange(InetAddress.ofLiteral("1.2.3.4"), 0).contains(ip("9.9.9.9")))
                .isTrue();
    }

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }

    @Test
    void manyChainsAreOneWalk() {
        var matches = new LinkedHashMap<String, String>();
        var names = new ArrayList<String>();
        for (int i = 0; i < 2_000; i++) {
            matches.put("c" + i, "server_names: [h" + i + ".example.com]");
            names.add("h" + i + ".example.com");
        }
        var matcher = matcher(matches, "");
        for (int i = 0; i < names.size(); i++) {
            assertThat(chosen(matcher, "sni=" + names.get(i))).isEqualTo("c" + i);
        }
    }
}
