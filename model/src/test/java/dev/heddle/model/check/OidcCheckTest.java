package dev.heddle.model.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.codec.ResourceReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a SecurityPolicy says of a login and cannot be done is found at its field.
class OidcCheckTest {
    private static final String USUAL =
            "provider: {issuer: 'https://idp.example'}, clientID: a, clientSecret: {name: a}";

    private static final String CASES =
            """
            scopes: [email], resources: ['https://a.example/b'], cookieDomain: example.com | ''
            redirectURL: 'https://a.example/back' | ''
            redirectURL: '%REQ(x-forwarded-proto)%://%REQ(:authority)%/a/back' | ''
            redirectURL: 'https://a.example' | spec.oidc.redirectURL
            redirectURL: '%LOCAL_REPLY_BODY%://a.example/back' | spec.oidc.redirectURL
            redirectURL: 'https://a.example/out', logoutPath: /out | spec.oidc.redirectURL
            redirectURL: 'https://a.example/logout' | spec.oidc.redirectURL
            logoutPath: out | spec.oidc.logoutPath
            clientIDRef: {name: b} | spec.oidc.clientID
            cookieDomain: 'a; path=/' | spec.oidc.cookieDomain
            cookieNames: {idToken: 'a b'} | spec.oidc.cookieNames.idToken
            cookieNames: {idToken: a, accessToken: a} | spec.oidc.cookieNames.idToken
            cookieConfig: {sameSite: Lax} | ''
            scopes: ['a b'] | spec.oidc.scopes[0]
            denyRedirect: {headers: [{name: accept, type: Prefix, value: a}]} | ''
            denyRedirect: {headers: []} | spec.oidc.denyRedirect.headers
            denyRedirect: {headers: [{name: 'a b', value: a}]} | \
            spec.oidc.denyRedirect.headers[0].name
            denyRedirect: {headers: [{name: a, type: RegularExpression, value: '('}]} | \
            spec.oidc.denyRedirect.headers[0].value
            forwardIDToken: {header: Authorization} | ''
            forwardIDToken: {header: host} | spec.oidc.forwardIDToken.header
            forwardIDToken: {header: Authorization}, forwardAccessToken: true | \
            spec.oidc.forwardIDToken.header
            defaultTokenTTL: 0s | spec.oidc.defaultTokenTTL
            csrfTokenTTL: 5m, defaultRefreshTokenTTL: 24h | ''
            """;

    private static final String ISSUERS =
            """
            https://idp.example/realms/a | ''
            http://127.0.0.1:8080 | ''
            idp.example | spec.oidc.provider.issuer
            https://a@idp.example | spec.oidc.provider.issuer
            https://idp.example/#a | spec.oidc.provider.issuer
            javascript:alert(1) | spec.oidc.provider.issuer
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = CASES)
    void whatIsSaidIsLookedAt(String said, String found) {
        assertThat(findings(USUAL + ", " + said)).isEqualTo(found.replace("''", ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = ISSUERS)
    void anIssuerIsAUrl(String issuer, String found) {
        assertThat(findings(USUAL.replace("https://idp.example", issuer)))
                .isEqualTo(found.replace("''", ""));
    }

    private static String findings(String oidc) {
        String text =
                """
                apiVersion: heddle.dev/v1alpha1
                kind: SecurityPolicy
                metadata: {name: a, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: a}]
                  oidc: {%s}
                """
                        .formatted(oidc);
        return String.join(
                " ",
                ResourceReader.read("case", text).diagnostics().stream()
                        .map(it -> String.valueOf(it.origin().path()))
                        .toList());
    }
}
