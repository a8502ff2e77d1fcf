package dev.heddle.model.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Severity;
import dev.heddle.model.codec.ResourceReader;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChecksTest {
    private static final String RULES =
            """
            route: [{destination: {host: a}, weight: 50}, {destination: {host: b}, weight: 40}] | \
            WARNING | HED0010 | spec.http[0].route | weights add up to 90 (expected: 100). They \
            are used in proportion; is one missing?
            route: [{destination: {host: a}}, {destination: {host: b}}] | ERROR | HED0010 | \
            spec.http[0].route | the weights of 2 destinations add up to 0. Give each its share \
            of 100.
            route: [{destination: {host: a}, weight: -1}] | ERROR | HED0010 | \
            spec.http[0].route[0].weight | -1 (expected: >= 0)
            route: [{destination: {host: 'a_b'}}] | ERROR | HED0005 | \
            spec.http[0].route[0].destination.host | 'a_b' (expected: the name of a service)
            route: [{destination: {host: a, subset: 'v 1'}}] | ERROR | HED0005 | \
            spec.http[0].route[0].destination.subset | 'v 1' (expected: the name of a subset)
            route: [{destination: {host: a, port: {number: 99999}}}] | ERROR | HED0005 | \
            spec.http[0].route[0].destination.port.number | 99999 (expected: a port from 1 to \
            65535)
            timeout: 1s | ERROR | HED0006 | spec.http[0] | it does nothing (expected: route, \
            redirect or directResponse)
            route: [{destination: {host: a}}], redirect: {uri: /} | ERROR | HED0007 | \
            spec.http[0].route | 'redirect' and 'route' exclude each other. Keep one of the two.
            redirect: {} | ERROR | HED0006 | spec.http[0].redirect | it leads nowhere (expected: \
            uri, prefixRewrite, authority, scheme or port)
            redirect: {uri: /, redirectCode: 200} | ERROR | HED0005 | \
            spec.http[0].redirect.redirectCode | 200 (expected: 301, 302, 303, 307 or 308)
            redirect: {uri: /, redirectCode: 400} | ERROR | HED0005 | \
            spec.http[0].redirect.redirectCode | 400 (expected: 301, 302, 303, 307 or 308)
            directResponse: {status: 99} | ERROR | HED0005 | spec.http[0].directResponse.status | \
            99 (expected: a status from 200 to 599)
            route: [{destination: {host: a}}], timeout: 1us | ERROR | HED0005 | \
            spec.http[0].timeout | '1000ns' (expected: at least 1ms)
            route: [{destination: {host: a}}], match: [{uri: {regex: 'a(?=b)'}}] | ERROR | \
            HED0005 | spec.http[0].match[0].uri.regex | 'a(?=b)' is no expression: invalid or \
            unsupported Perl syntax. RE2 knows no look-around and no references: see \
            https://github.com/google/re2/wiki/Syntax.
            route: [{destination: {host: a}}], \
            match: [{uri: {regex: '[acegikmoqsuwyACEGIKMOQSUWY0246813579]{1000}'}}] | ERROR | \
            HED0005 | spec.http[0].match[0].uri.regex | its program may have 37074 instructions \
            (expected: at most 32768, as proxies take; say less often how often something is \
            repeated)
            route: [{destination: {host: a}}], match: [{headers: {'a b': {exact: c}}}] | ERROR | \
            HED0005 | spec.http[0].match[0].headers["a b"] | 'a b' (expected: the name of a header)
            route: [{destination: {host: a}}], match: [{uri: {prefix: ''}}] | ERROR | HED0005 | \
            spec.http[0].match[0].uri.prefix | '' (expected: not empty)
            route: [{destination: {host: a}}], match: [{port: 0}] | ERROR | HED0005 | \
            spec.http[0].match[0].port | 0 (expected: a port from 1 to 65535)
            route: [{destination: {host: a}}], headers: {response: {set: {host: b}}} | ERROR | \
            HED0005 | spec.http[0].headers.response.set.host | 'host' (expected: the name of a \
            header that may be changed)
            route: [{destination: {host: a}}], headers: {request: {add: {a: '50%'}}} | ERROR | \
            HED0005 | spec.http[0].headers.request.add.a | '50%' (expected: %VARIABLE%, and %% \
            for a percent sign)
            route: [{destination: {host: a}}], rewrite: {} | ERROR | HED0006 | \
            spec.http[0].rewrite | it changes nothing (expected: uri, uriRegexRewrite or \
            authority)
            route: [{destination: {host: a}}], retries: {attempts: -1} | ERROR | HED0005 | \
            spec.http[0].retries.attempts | -1 (expected: >= 0)
            route: [{destination: {host: a}}], fault: {abort: {httpStatus: 500, percentage: \
            {value: 101}}} | ERROR | HED0005 | spec.http[0].fault.abort.percentage.value | 101.0 \
            (expected: 0 to 100)
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\u0001', textBlock = RULES)
    void aRuleThatMakesNoSenseIsToldSo(
            String rule, Severity severity, String code, String path, String text) {
        expect(
                "VirtualService",
                "{hosts: [x], http: [{" + rule + "}]}",
                severity,
                code,
                path,
                text);
    }

    private static final String RESOURCES =
            """
            VirtualService | {hosts: [x]} | ERROR | HED0006 | spec | there is no rule (expected: \
            one of http, tls, tcp)
            VirtualService | {hosts: ['*'], http: [{redirect: {uri: /}}]} | ERROR | HED0005 | \
            spec.hosts[0] | '*' (expected: a narrower host for the sidecars of the mesh). Name \
            the gateways that it is for, without 'mesh'.
            VirtualService | {hosts: [x, x], http: [{redirect: {uri: /}}]} | ERROR | HED0005 | \
            spec.hosts[1] | 'x' is here for the second time
            VirtualService | {hosts: [x], exportTo: ['*', b], http: [{redirect: {uri: /}}]} | \
            ERROR | HED0005 | spec.exportTo | *, b (expected: '*' and '~' stand alone)
            DestinationRule | {host: a, subsets: [{name: b}, {name: b}]} | ERROR | HED0005 | \
            spec.subsets[1].name | the subset 'b' is here for the second time
            DestinationRule | {host: a, subsets: [{name: b_c}]} | ERROR | HED0005 | \
            spec.subsets[0].name | 'b_c' (expected: letters, digits and '-', at most 63)
            DestinationRule | {host: a, trafficPolicy: {connectionPool: {tcp: {maxConnections: \
            -1}}}} | ERROR | HED0005 | spec.trafficPolicy.connectionPool.tcp.maxConnections | -1 \
            (expected: >= 0)
            DestinationRule | {host: a, trafficPolicy: {portLevelSettings: [{}]}} | ERROR | \
            HED0006 | spec.trafficPolicy.portLevelSettings[0].port | 'port' is missing (expected: \
            {number: 8080})
            Gateway | {servers: []} | ERROR | HED0006 | spec.servers | there is no server \
            (expected: at least one)
            Gateway | {servers: [{hosts: ['a*b'], port: {number: 1, name: a, protocol: HTTP}}]} | \
            ERROR | HED0005 | spec.servers[0].hosts[0] | 'a*b' (expected: host or namespace/host, \
            as *.example.com)
            Gateway | {servers: [{hosts: [a], port: {number: 1, name: a, protocol: X}}]} | ERROR | \
            HED0005 | spec.servers[0].port.protocol | 'X' (expected: one of HTTP, HTTPS, GRPC, \
            GRPC-WEB, HTTP2, MONGO, TCP, TLS)
            Gateway | {servers: [{hosts: [a], port: {number: 1, name: a, protocol: TLS}}]} | \
            ERROR | HED0006 | spec.servers[0].tls | TLS needs 'tls'
            ServiceEntry | {hosts: ['*']} | ERROR | HED0005 | spec.hosts[0] | '*' (expected: a \
            host, as reviews or *.example.com)
            ServiceEntry | {hosts: [a.b], ports: [{number: 1, name: a, protocol: HTTP}, \
            {number: 1, name: b, protocol: HTTP}]} | ERROR | HED0005 | spec.ports[1].number | 1 is here for the second time
            ServiceEntry | {hosts: [a.b], addresses: [1.2.3.400]} | ERROR | HED0005 | \
            spec.addresses[0] | '1.2.3.400' (expected: an address or a range)
            WorkloadEntry | {address: 'a b'} | ERROR | HED0005 | spec.address | 'a b' (expected: \
            an IP address or a host)
            WorkloadEntry | {} | ERROR | HED0006 | spec.address | 'address' is missing (expected: \
            an IP address or a name)
            Sidecar | {} | ERROR | HED0006 | spec | it says nothing (expected: egress or ingress)
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\u0001', textBlock = RESOURCES)
    void aResourceThatMakesNoSenseIsToldSo(
            String kind, String spec, Severity severity, String code, String path, String text) {
        expect(kind, spec, severity, code, path, text);
    }

    private static void expect(
            String kind, String spec, Severity severity, String code, String path, String text) {
        String head = "apiVersion: networking.istio.io/v1\nkind: " + kind + "\n";
        var parsed =
                ResourceReader.read("f.yaml", head + "metadata: {name: a}\nspec: " + spec + "\n");

        Diagnostic found =
                parsed.diagnostics().stream()
                        .filter(d -> d.code() != DiagnosticCode.NOT_IMPLEMENTED)
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("nothing found in " + spec));
        assertThat(found.origin().path()).hasToString(path);
        assertThat(found.toString())
                .isEqualTo(
                        "f.yaml:%s: %s %s %s default/a %s: %s"
                                .formatted(
                                        found.origin().position(),
                                        severity.name().toLowerCase(Locale.ROOT),
                                        code,
                                        kind,
                                        path,
                                        text));
        assertThat(found.origin().position().line()).isEqualTo(4);
        assertThat(parsed.resources()).hasSize(severity == Severity.ERROR ? 0 : 1);
    }
}
