package dev.heddle.proxy.route.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.RouteConfig;
import dev.heddle.proxy.config.RouteTexts;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.route.RouteEntry;
import dev.heddle.testkit.Seed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// This file is long because the table of what Envoy does is one table.
class CompiledRoutesTest {

    private static final Seed SEED = Seed.ofRun();

    private final RandomGenerator random = SEED.random();

    private static CompiledRoutes routes(String virtualHosts) {
        return CompiledRoutes.of(table(virtualHosts));
    }

    private static RouteConfig table(String virtualHosts) {
        return RouteTexts.table("name: r\nvirtual_hosts:\n" + virtualHosts);
    }

    /// The cluster of the first route that matches by itself, each in a table of its own.
    private String scanned(RouteConfig table, RequestHead request) {
        RouteConfig.VirtualHost host = table.virtualHosts().getFirst();
        for (RouteConfig.Route route : host.routes()) {
            var alone =
                    new RouteConfig.VirtualHost(
                            host.name(),
                            host.domains(),
                            List.of(route),
                            host.tls(),
                            host.headers(),
                            host.virtualClusters());
            var tableOfOne = new RouteConfig("one", List.of(alone), table.headers(), true, false);
            String cluster = clusterOf(CompiledRoutes.of(tableOfOne), request);
            if (!cluster.equals("none")) {
                return cluster;
            }
        }
        return "none";
    }

    private static RequestHead get(String authority, String path, String... headers) {
        RequestHead head = RequestHead.of("GET", "http", authority, path);
        for (int i = 0; i < headers.length; i += 2) {
            head.headers().add(HeaderName.of(headers[i]), headers[i + 1]);
        }
        return head;
    }

    private String clusterOf(CompiledRoutes routes, RequestHead request) {
        RouteEntry entry = routes.match(request, random);
        return entry != null && entry.action() instanceof RouteAction.Forward forward
                ? forward.choose(request, random).cluster()
                : "none";
    }

    private RequestHead forwarded(CompiledRoutes routes, RequestHead request) {
        RouteEntry entry = Objects.requireNonNull(routes.match(request, random));
        var forward = (RouteAction.Forward) entry.action();
        entry.editRequest(request, forward.choose(request, random), new StreamInfo(), true);
        return request;
    }

    private String location(CompiledRoutes routes, RequestHead request) {
        RouteEntry entry = Objects.requireNonNull(routes.match(request, random));
        return ((RouteAction.Redirect) entry.action()).location().of(request);
    }

    @ParameterizedTest
    @CsvSource({
        "a.b.example.com, exact",
        "A.B.Example.COM, exact",
        "x.b.example.com, b",
        "x.example.com, suffix",
        "-bar.foo.com, any",
        "baz-bar.foo.com, dash",
        "example.com, any",
        "www.example.org, prefix",
        "www.example.net, prefix",
        "www., any",
        "a.b.example.com:80, any"
    })
    void theMostSpecificDomainOwnsTheRequest(String authority, String owner) {
        var routes =
                routes(
                        host("any", "*")
                                + host("exact", "a.b.example.com")
                                + host("suffix", "*.example.com")
                                + host("b", "*.b.example.com")
                                + host("dash", "*-bar.foo.com")
                                + host("prefix", "www.*"));
        assertThat(clusterOf(routes, get(authority, "/"))).isEqualTo(owner);
    }

    private static String host(String name, String domain) {
        return """
        - name: %s
          domains: ['%s']
          routes: [{match: {prefix: /}, route: {cluster: %<s}}]
        """
                .replace("%<s", name)
                .formatted(name, domain);
    }

    @ParameterizedTest
    @CsvSource({
        "reviews:9080, yes",
        "reviews, yes",
        "'[::1]:80', six",
        "'[::1]', six",
        "other:1, none"
    })
    void aPortInTheAuthorityIsIgnoredWhereTheTableSaysSo(String authority, String cluster) {
        var routes =
                CompiledRoutes.of(
                        RouteTexts.table(
                                "name: r\nignore_port_in_host_matching: true\nvirtual_hosts:\n"
                                        + host("yes", "reviews")
                                        + host("six", "[::1]")));
        assertThat(clusterOf(routes, get(authority, "/"))).isEqualTo(cluster);
    }

    /// The index against the sentence in Envoy's documentation, taken literally.
    @Test
    void theIndexAgreesWithAScanOfAllDomains() {
        var domains = new HashMap<String, String>();
        String letters = "ab.";
        for (int i = 0; i < 200; i++) {
            String text = word(letters, 1 + random.nextInt(5));
            int kind = random.nextInt(4);
            String domain = kind == 0 ? "*" + text : kind == 1 ? text + "*" : text;
            domains.put(domain, domain);
        }
        var index = new VirtualHostIndex<>(domains);
        for (int i = 0; i < 5_000; i++) {
            String host = word(letters, 1 + random.nextInt(7));
            assertThat(index.find(host)).as("%s; %s", host, SEED).isEqualTo(scan(domains, host));
        }
    }

    private String word(String letters, int length) {
        var word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append(letters.charAt(random.nextInt(letters.length())));
        }
        return word.toString();
    }

    private static @Nullable String scan(Map<String, String> domains, String host) {
        if (domains.containsKey(host)) {
            return host;
        }
        String suffix = null;
        String prefix = null;
        for (String domain : domains.keySet()) {
            boolean longEnough = domain.length() <= host.length() && domain.length() > 1;
            if (longEnough && domain.startsWith("*") && host.endsWith(domain.substring(1))) {
                suffix = longer(suffix, domain);
            } else if (longEnough
                    && domain.endsWith("*")
                    && host.startsWith(domain.substring(0, domain.length() - 1))) {
                prefix = longer(prefix, domain);
            }
        }
        return suffix != null ? suffix : prefix;
    }

    private static String longer(@Nullable String one, String other) {
        return one == null || other.length() > one.length() ? other : one;
    }

    @ParameterizedTest
    @CsvSource({
        "/exact, exact",
        "/exact?x=/y, exact",
        "/exact/, rest",
        "/EXACT, rest",
        "/Loose, loose",
        "/seg, seg",
        "/seg/x, seg",
        "/segment, rest",
        "/re12, re",
        "/re12x, rest",
        "/pre#x, pre",
        "/prefixed, pre"
    })
    void pathsAreMatchedWithoutTheirQuery(String path, String cluster) {
        var routes =
                routes(
                        """
                        - name: v
                          domains: ["*"]
                          routes:
                          - {match: {path: /exact}, route: {cluster: exact}}
                          - {match: {path: /loose, case_sensitive: false}, route: {cluster: loose}}
                          - {match: {path_separated_prefix: /seg}, route: {cluster: seg}}
                          - {match: {safe_regex: {regex: '/re\\d+'}}, route: {cluster: re}}
                          - {match: {prefix: /pre}, route: {cluster: pre}}
                          - {match: {prefix: /}, route: {cluster: rest}}
                        """);
        assertThat(clusterOf(routes, get("a", path))).isEqualTo(cluster);
    }

    /// The index against a scan of the routes in their order.
    @Test
    void theIndexOfRoutesFindsWhatAScanFinds() {
        for (int run = 0; run < 40; run++) {
            var lines = new StringBuilder("- name: v\n  domains: ['*']\n  routes:\n");
            int count = 1 + random.nextInt(60);
            for (int i = 0; i < count; i++) {
                String path = "/" + word("ab/", random.nextInt(4));
                String match =
                        switch (random.nextInt(6)) {
                            case 0 -> "path: " + path;
                            case 1 -> "path_separated_prefix: /" + word("ab", 1) + path + "b";
                            case 2 -> "safe_regex: {regex: '" + path + "[ab]*'}";
                            case 3 -> "prefix: " + path + ", case_sensitive: false";
                            default -> "prefix: " + path;
                        };
                String headers = random.nextInt(3) == 0 ? ", headers: [{name: x}]" : "";
                lines.append(
                        "  - {match: {%s%s}, route: {cluster: c%d}}\n"
                                .formatted(match, headers, i));
            }
            CompiledRoutes indexed = routes(lines.toString());
            RouteConfig table = table(lines.toString());
            for (int i = 0; i < 100; i++) {
                RequestHead request = get("a", "/" + word("abA/", random.nextInt(6)) + "?q");
                if (random.nextBoolean()) {
                    request.headers().add(HeaderName.of("x"), "1");
                }
                assertThat(clusterOf(indexed, request))
                        .as("%s in %s; %s", request.path(), lines, SEED)
                        .isEqualTo(scanned(table, request));
            }
        }
    }

    private boolean holds(String matcher, String... headers) {
        var routes =
                routes(
                        "- {name: v, domains: ['*'], routes: [{match: {prefix: /, headers: ["
                                + matcher
                                + "]}, route: {cluster: yes}}]}");
        return clusterOf(routes, get("a.com", "/p?q=1", headers)).equals("yes");
    }

    @Test
    void headersAreMatchedAsEnvoyMatchesThem() {
        assertThat(holds("{name: x, string_match: {exact: a}}", "x", "a")).isTrue();
        assertThat(holds("{name: x, string_match: {exact: a}}", "x", "A")).isFalse();
        assertThat(holds("{name: x, string_match: {exact: A, ignore_case: true}}", "x", "a"))
                .isTrue();
        assertThat(holds("{name: x, string_match: {prefix: a}}", "x", "ab")).isTrue();
        assertThat(holds("{name: x, string_match: {suffix: a}}", "x", "ab")).isFalse();
        assertThat(holds("{name: x, string_match: {contains: b}}", "x", "abc")).isTrue();
        assertThat(holds("{name: x, string_match: {safe_regex: {regex: b}}}", "x", "abc"))
                .isFalse();
        assertThat(holds("{name: x, range_match: {start: -1, end: 3}}", "x", "2")).isTrue();
        assertThat(holds("{name: x, range_match: {start: -1, end: 3}}", "x", "3")).isFalse();
        assertThat(holds("{name: x, range_match: {start: -1, end: 3}}", "x", "y")).isFalse();
        assertThat(holds("{name: x}", "x", "")).isTrue();
        assertThat(holds("{name: x, present_match: false}")).isTrue();
        assertThat(holds("{name: ':method', string_match: {exact: GET}}")).isTrue();
        assertThat(holds("{name: ':path', string_match: {exact: '/p?q=1'}}")).isTrue();
        assertThat(holds("{name: host, string_match: {exact: a.com}}")).isTrue();
    }

    @Test
    void severalHeadersOfANameAreOneJoinedByCommas() {
        assertThat(holds("{name: x, string_match: {exact: 'a,b'}}", "x", "a", "X", "b")).isTrue();
        assertThat(holds("{name: x, string_match: {exact: a}}", "x", "a", "x", "b")).isFalse();
    }

    @Test
    void aMissingHeaderMatchesNothingUnlessItCountsAsEmpty() {
        String notA = "{name: x, string_match: {exact: a}, invert_match: true%s}";
        assertThat(holds(notA.formatted(""))).isFalse();
        assertThat(holds(notA.formatted(", treat_missing_header_as_empty: true"))).isTrue();
        assertThat(holds(notA.formatted(""), "x", "b")).isTrue();
        assertThat(holds("{name: x, present_match: true, invert_match: true}")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "/?a=1, one",
        "/?b=&a=1&a=2, one",
        "/?a=2&a=1, none",
        "/?aa=1, none",
        "/?c, there",
        "/?x=c, none",
        "/, none"
    })
    void parametersOfTheQueryAreMatchedUndecoded(String path, String cluster) {
        var routes =
                routes(
                        """
                        - name: v
                          domains: ["*"]
                          routes:
                          - match:
                              prefix: /
                              query_parameters: [{name: a, string_match: {exact: "1"}}]
                            route: {cluster: one}
                          - match: {prefix: /, query_parameters: [{name: c, present_match: true}]}
                            route: {cluster: there}
                        """);
        assertThat(clusterOf(routes, get("a", path))).isEqualTo(cluster);
    }

    @Test
    void weightsAreKeptOverManyRequests() {
        var routes =
                routes(
                        """
                        - name: v
                          domains: ["*"]
                          routes:
                          - match: {prefix: /}
                            route:
                              weighted_clusters:
                                clusters:
                                - {name: v1, weight: 80}
                                - {name: none, weight: 0}
                                - {name: v2, weight: 20}
                        """);
        var counts = new HashMap<String, Integer>();
        for (int i = 0; i < 20_000; i++) {
            counts.merge(clusterOf(routes, get("a", "/")), 1, Integer::sum);
        }
        assertThat(counts).as(SEED.toString()).containsOnlyKeys("v1", "v2");
        assertThat(counts.get("v1")).as(SEED.toString()).isBetween(15_600, 16_400);
    }

    @Test
    void aFractionOfTheRequestsMatchesAndTheRestGoesOn() {
        var routes =
                routes(
                        """
                        - name: v
                          domains: ["*"]
                          routes:
                          - match:
                              prefix: /
                              runtime_fraction:
                                default_value: {numerator: 25, denominator: HUNDRED}
                            route: {cluster: some}
                          - {match: {prefix: /}, route: {cluster: rest}}
                        """);
        int some = 0;
        for (int i = 0; i < 10_000; i++) {
            some += clusterOf(routes, get("a", "/")).equals("some") ? 1 : 0;
        }
        assertThat(some).as(SEED.toString()).isBetween(2_300, 2_700);
    }

    @Test
    void routesThatDifferInTheirFractionAloneShareTheRequests() {
        var routes =
                routes(
                        """
                        - name: v
                          domains: ["*"]
                          routes:
                          - match:
                              prefix: /
                              runtime_fraction:
                                default_value: {numerator: 250000, denominator: MILLION}
                            route: {cluster: first}
                          - match:
                              prefix: /
                              runtime_fraction:
                                default_value: {numerator: 750000, denominator: MILLION}
                            route: {cluster: second}
                          - {match: {prefix: /}, route: {cluster: third}}
                        """);
        var counts = new HashMap<String, Integer>();
        for (int i = 0; i < 20_000; i++) {
            counts.merge(clusterOf(routes, get("a", "/")), 1, Integer::sum);
        }
        assertThat(counts.get("first")).as(SEED.toString()).isBetween(4_700, 5_300);
        assertThat(counts.get("second")).as(SEED.toString()).isBetween(9_600, 10_400);
        assertThat(counts.get("third")).as(SEED.toString()).isBetween(4_700, 5_300);
    }

    @Test
    void pathsAndHostsAreRewrittenAndTheOriginalIsKept() {
        var routes =
                routes(
                        """
                        - name: v
                          domains: ["*"]
                          routes:
                          - match: {prefix: /api/}
                            route: {cluster: a, prefix_rewrite: /, host_rewrite_literal: b.com,
                                    append_x_forwarded_host: true}
                          - match: {path: /one}
                            route: {cluster: a, prefix_rewrite: /two}
                          - match: {prefix: /s}
                            route:
                              cluster: a
                              host_rewrite_header: x-host
                              regex_rewrite:
                                pattern: {regex: '^/s/([^/]+)(/.*)$'}
                                substitution: '\\2/i/\\1'
                        """);
        RequestHead api = forwarded(routes, get("a.com", "/api/x?q=/api/"));
        assertThat(api.path()).isEqualTo("/x?q=/api/");
        assertThat(api.authority()).isEqualTo("b.com");
        assertThat(api.headers().get(HeaderName.X_ENVOY_ORIGINAL_PATH)).isEqualTo("/api/x?q=/api/");
        assertThat(api.headers().get(HeaderName.X_ENVOY_ORIGINAL_HOST)).isEqualTo("a.com");
        assertThat(api.headers().get(HeaderName.X_FORWARDED_HOST)).isEqualTo("a.com");
        assertThat(forwarded(routes, get("a", "/one?x")).path()).isEqualTo("/two?x");
        RequestHead regex = forwarded(routes, get("a", "/s/foo/v1?q", "x-host", "c.com"));
        assertThat(regex.path()).isEqualTo("/v1/i/foo?q");
        assertThat(regex.authority()).isEqualTo("c.com");
    }

    @Test
    void redirectsAreMadeAsEnvoyMakesThem() {
        var routes =
                routes(
                        """
                        - name: v
                          domains: ["*"]
                          routes:
                          - {match: {prefix: /tls}, redirect: {https_redirect: true}}
                          - {match: {prefix: /port}, redirect: {port_redirect: 8443}}
                          - match: {prefix: /host}
                            redirect: {host_redirect: new.com, path_redirect: /n, strip_query: true}
                          - {match: {prefix: /own}, redirect: {path_redirect: "/n?own=1"}}
                          - {match: {prefix: /pre}, redirect: {prefix_rewrite: /after}}
                          - match: {prefix: /re}
                            redirect:
                              regex_rewrite: {pattern: {regex: "/(\\\\w+)"}, substitution: '/[\\1]'}
                        """);
        assertThat(location(routes, get("a.com:80", "/tls?x"))).isEqualTo("https://a.com/tls?x");
        assertThat(location(routes, get("a.com:81", "/tls"))).isEqualTo("https://a.com:81/tls");
        assertThat(location(routes, get("[::1]:80", "/tls"))).isEqualTo("https://[::1]/tls");
        assertThat(location(routes, get("a.com:80", "/port"))).isEqualTo("http://a.com:8443/port");
        assertThat(location(routes, get("a.com", "/host?x"))).isEqualTo("http://new.com/n");
        assertThat(location(routes, get("a.com", "/own?x"))).isEqualTo("http://a.com/n?own=1");
        assertThat(location(routes, get("a.com", "/pre/x?y"))).isEqualTo("http://a.com/after/x?y");
        assertThat(location(routes, get("a.com", "/re/x?/y")))
                .isEqualTo("http://a.com/[re]/[x]?/y");
    }

    @Test
    void aVirtualHostThatRequiresTlsSendsOthersThere() {
        var routes =
                routes(
                        """
                        - name: v
                          domains: ["*"]
                          require_tls: EXTERNAL_ONLY
                          routes: [{match: {prefix: /}, route: {cluster: a}}]
                        """);
        assertThat(location(routes, get("a.com", "/x?y"))).isEqualTo("https://a.com/x?y");
        assertThat(clusterOf(routes, get("a", "/", "x-envoy-internal", "true"))).isEqualTo("a");
        assertThat(clusterOf(routes, get("a", "/", "x-forwarded-proto", "https"))).isEqualTo("a");
    }

    private List<String> layered(String mostSpecificWins, String append) {
        var routes =
                CompiledRoutes.of(
                        RouteTexts.table(
                                """
                                name: r
                                most_specific_header_mutations_wins: %s
                                request_headers_to_add:
                                - {header: {key: x, value: table}, append_action: %s}
                                virtual_hosts:
                                - name: v
                                  domains: ["*"]
                                  request_headers_to_add:
                                  - {header: {key: x, value: host}, append_action: %<s}
                                  routes:
                                  - match: {prefix: /}
                                    request_headers_to_add:
                                    - {header: {key: x, value: route}, append_action: %<s}
                                    route:
                                      weighted_clusters:
                                        clusters:
                                        - name: a
                                          weight: 1
                                          request_headers_to_add:
                                          - {header: {key: x, value: cluster}, append_action: %<s}
                                """
                                        .formatted(mostSpecificWins, append)));
        return forwarded(routes, get("a", "/")).headers().getAll(HeaderName.of("x"));
    }

    @Test
    void editsAreMadeFromTheInnermostOutUnlessTheMostSpecificWins() {
        assertThat(layered("false", "APPEND_IF_EXISTS_OR_ADD"))
                .containsExactly("cluster", "route", "host", "table");
        assertThat(layered("true", "APPEND_IF_EXISTS_OR_ADD"))
                .containsExactly("cluster", "table", "host", "route");
        assertThat(layered("false", "OVERWRITE_IF_EXISTS_OR_ADD")).containsExactly("table");
        assertThat(layered("true", "OVERWRITE_IF_EXISTS_OR_ADD")).containsExactly("route");
        assertThat(layered("false", "ADD_IF_ABSENT")).containsExactly("cluster");
        assertThat(layered("false", "OVERWRITE_IF_EXISTS")).isEmpty();
    }

    @Test
    void valuesOfHeadersMaySpeakOfTheRequestAndNeverBreakTheMessage() {
        var routes =
                routes(
                        """
                        - name: v
                          domains: ["*"]
                          routes:
                          - match: {prefix: /}
                            route: {cluster: a}
                            request_headers_to_remove: [x-gone]
                            request_headers_to_add:
                            - {header: {key: x-was, value: "%REQ(x-gone)%"}}
                            - {header: {key: x-path, value: "<%REQ(:path)%>"}}
                            - {header: {key: x-none, value: "%REQ(x-none)%"}}
                            - {header: {key: x-empty, value: ""}, keep_empty_value: true}
                            response_headers_to_add:
                            - {header: {key: x-for, value: "%REQ(:method)% %RESP(x-up)%"}}
                        """);
        RequestHead request = get("a", "/p", "x-gone", "1");
        RouteEntry entry = Objects.requireNonNull(routes.match(request, random));
        var target = ((RouteAction.Forward) entry.action()).choose(request, random);
        entry.editRequest(request, target, new StreamInfo(), false);
        var headers = new ArrayList<String>();
        request.headers().forEach((name, value) -> headers.add(name + "=" + value));
        assertThat(headers).containsExactly("x-path=</p>", "x-empty=");

        ResponseHead response = ResponseHead.of(200);
        response.headers().set(HeaderName.of("x-up"), "7");
        entry.editResponse(request, response, target, new StreamInfo());
        assertThat(response.headers().get(HeaderName.of("x-for"))).isEqualTo("GET 7");
    }
}
