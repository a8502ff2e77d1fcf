package dev.heddle.model.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.codec.ResourceReader;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Sessions as version 1.6 of the Gateway API writes them, and as version 1.7 does.
class SessionPersistenceCheckTest {
    private static final String CASES =
            """
            type: Cookie | ''
            sessionName: kept | ''
            sessionName: kept, type: Header | ''
            sessionName: not a token | error sessionName
            cookieConfig: {lifetimeType: Session} | ''
            cookieConfig: {lifetimeType: Permanent} | error absoluteTimeout
            cookieConfig: {lifetimeType: Permanent}, absoluteTimeout: 1h | ''
            cookieConfig: {}, type: Header | error cookieConfig
            absoluteTimeout: 1h | warning absoluteTimeout
            type: Header, sessionName: kept, absoluteTimeout: 1h | warning absoluteTimeout
            cookie: {name: kept} | ''
            cookie: {lifetimeType: Permanent} | error absoluteTimeout
            header: {name: x-kept} | error header
            type: Header, header: {name: x-kept} | ''
            type: Header, cookie: {} | error cookie
            cookie: {name: kept}, sessionName: kept | error
            cookie: {name: kept}, cookieConfig: {} | error
            type: Header, header: {name: x-kept}, sessionName: x-kept | error
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = CASES)
    void whatIsSaidIsLookedAt(String said, String found) {
        String text =
                """
                apiVersion: gateway.networking.x-k8s.io/v1alpha1
                kind: XBackendTrafficPolicy
                metadata: {name: p, namespace: shop}
                spec:
                  targetRefs: [{group: "", kind: Service, name: cart}]
                  sessionPersistence: {%s}
                """
                        .formatted(said);

        assertThat(ResourceReader.read("case", text).diagnostics())
                .extracting(d ->
                        (d.severity().name().toLowerCase(Locale.ROOT)
                                        + " "
                                        + d.origin()
                                                .path()
                                                .toString()
                                                .replaceFirst("spec.sessionPersistence\\.?", ""))
                                .strip())
                .isEqualTo(found.isEmpty() ? List.of() : List.of(found));
    }
}
