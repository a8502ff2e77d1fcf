package dev.heddle.model.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.codec.ResourceReader;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What an XBackend's CRD refuses is refused, and TLS that is asked for and left out at once.
class XBackendCheckTest {
    private static final String CASES =
            """
            port: {number: 443}, tls: {mode: ServerOnly} | ''
            port: {number: 443}, tls: {mode: None}, sessionPersistence: {type: Cookie} | error \
            spec.sessionPersistence
            port: {number: 443}, tls: {mode: None} | ''
            port: {number: 80} | warning spec.tls
            port: {port: 443}, tls: {mode: ServerOnly} | ''
            port: {port: 443, name: https}, tls: {mode: ServerOnly} | ''
            port: {port: 443, name: HTTPS}, tls: {mode: ServerOnly} | error spec.port.name
            port: {port: 443, number: 443}, tls: {mode: ServerOnly} | error spec.port
            port: {port: 65536}, tls: {mode: ServerOnly} | error spec.port.port
            port: {}, tls: {mode: None} | error spec.port.port
            port: {number: 0}, tls: {mode: None} | error spec.port.number
            tls: {mode: None} | error spec.port
            port: {number: 443}, protocol: H2C, tls: {mode: None} | ''
            port: {number: 443}, protocol: H2C, tls: {mode: ServerOnly} | error spec.tls
            port: {number: 443}, protocol: HTTP2, tls: {mode: ServerOnly} | ''
            port: {number: 443}, protocol: HTTP2, tls: {mode: None} | error spec.tls
            port: {number: 443}, protocol: WSS, tls: {mode: None} | error spec.tls
            port: {number: 443}, protocol: SPDY, tls: {mode: None} | error spec.protocol
            port: {number: 443}, tls: {mode: ClientAndServer} | error spec.tls.clientCertificateRef
            port: {number: 443}, tls: {mode: ClientAndServer, clientCertificateRef: {name: a}} | ''
            port: {number: 443}, tls: {mode: ServerOnly, clientCertificateRef: {name: a}} | error \
            spec.tls.clientCertificateRef
            port: {number: 443}, tls: {mode: ServerOnly, validation: {hostname: a.example}} | error \
            spec.tls.validation
            port: {number: 443}, tls: {mode: None, validation: {hostname: a.example, \
            wellKnownCACertificates: System}} | warning spec.tls.validation
            """;

    private static final String HOSTS =
            """
            api.example.com | ''
            10.0.0.1 | error spec.externalHostname.hostname
            a.b.svc.cluster.local | error spec.externalHostname.hostname
            '*.example.com' | error spec.externalHostname.hostname
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = CASES)
    void whatIsSaidIsLookedAt(String said, String found) {
        assertThat(findings("externalHostname: {hostname: api.example.com}, " + said))
                .isEqualTo(found);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = HOSTS)
    void aHostIsAnExactNameOutside(String host, String found) {
        assertThat(
                        findings(
                                "externalHostname: {hostname: '"
                                        + host
                                        + "'}, port: {number: 443}, tls: {mode: ServerOnly}"))
                .isEqualTo(found);
    }

    private static final String SELECTORS =
            """
            matchLabels: {app: cart} | '' | ''
            matchLabels: {} | '' | error spec.endpointSelector.matchLabels
            matchLabels: {app/: cart} | '' | error spec.endpointSelector.matchLabels.app/
            matchLabels: {app: "not, a value"} | '' | error spec.endpointSelector.matchLabels.app
            matchLabels: {app: cart} | 'sessionPersistence: {type: Cookie}' | ''
            matchLabels: {app: cart} | 'tls: {mode: ServerOnly}' | error spec.tls.validation
            matchLabels: {app: cart} | 'externalHostname: {hostname: a.example}, tls: {mode: None}' | error \
            spec.externalHostname
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = SELECTORS)
    void labelsChooseWorkloads(String labels, String more, String found) {
        assertThat(
                        findings(
                                "endpointSelector: {"
                                        + labels
                                        + "}, port: {number: 80}"
                                        + (more.isEmpty() ? "" : ", " + more),
                                "EndpointSelector"))
                .isEqualTo(found);
    }

    private static String findings(String spec) {
        return findings(spec, "ExternalHostname");
    }

    private static String findings(String spec, String type) {
        String text =
                """
                apiVersion: gateway.networking.x-k8s.io/v1alpha1
                kind: XBackend
                metadata: {name: api, namespace: shop}
                spec: {type: %s, %s}
                """
                        .formatted(type, spec);
        return String.join(
                ", ",
                ResourceReader.read("case", text).diagnostics().stream()
                        .map(d ->
                                d.severity().name().toLowerCase(Locale.ROOT)
                                        + " "
                                        + d.origin().path())
                        .toList());
    }
}
