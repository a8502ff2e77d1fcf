package dev.heddle.cli.online;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.codec.Json;
import org.junit.jupiter.api.Test;

class CertificateUseTest {
    private static final String ANSWER =
            """
            {
              "at": "2026-11-29T12:00:00Z",
              "certificates": [
                {"kind": "Secret", "namespace": "shop", "name": "web", "file": "s.yaml", "line": 9,
                 "entry": "tls.crt", "number": 1, "subject": "CN=web", "issuer": "CN=ca",
                 "names": ["web.example.com", "10.0.0.1"], "notBefore": "2026-01-01T00:00:00Z",
                 "notAfter": "2026-12-09T12:00:00Z", "secondsLeft": 864000,
                 "validity": "expires soon", "proxies": ["router~10.0.0.1~edge.shop~d"],
                 "uses": [
                   {"kind": "Gateway", "namespace": "shop", "name": "edge", "listener": "https",
                    "file": "g.yaml", "line": 4},
                   {"kind": "Gateway", "namespace": "shop", "name": "edge", "listener": "more",
                    "file": "g.yaml", "line": 8},
                   {"kind": "DestinationRule", "namespace": "shop", "name": "bank",
                    "listener": "", "file": "d.yaml", "line": 2}]},
                {"kind": "Secret", "namespace": "shop", "name": "web", "file": "s.yaml", "line": 9,
                 "entry": "tls.crt", "number": 2, "subject": "CN=\\u001b[2Jca", "issuer": "CN=root",
                 "names": [], "notBefore": "2025-01-01T00:00:00Z",
                 "notAfter": "2026-11-29T11:00:00Z", "secondsLeft": -3600,
                 "validity": "expired", "proxies": [], "uses": []},
                {"kind": "Secret", "namespace": "bank", "name": "next", "file": "n.yaml", "line": 1,
                 "entry": "ca.crt", "number": 1, "subject": "CN=n", "issuer": "CN=n", "names": [],
                 "notBefore": "2027-01-01T00:00:00Z", "notAfter": "2028-01-01T12:00:00Z",
                 "secondsLeft": 34387200, "validity": "not yet valid", "proxies": [], "uses": []}
              ],
              "workloads": [
                {"identity": "spiffe://cluster.local/ns/shop/sa/web", "number": "a1",
                 "notAfter": "2026-11-30T00:00:00Z", "secondsLeft": 43200, "state": "revoked"}
              ]
            }
            """;
    private static final CertificateUse USE = new CertificateUse(new Answer(Json.parse(ANSWER)));

    private static String text(String table) {
        return table.replaceAll(" {2,}", " | ");
    }

    @Test
    void whatEndsSoonAndWhatHasEndedIsSaidLoudly() {
        assertThat(text(USE.table("", true, false).print()))
                .isEqualTo(
                        """
                        NAMESPACE | NAME | ENTRY | NAMES | ISSUER | UNTIL | LEFT | USED BY
                        shop | web | tls.crt | web.example.com,10.0.0.1 | CN=ca | 2026-12-09T12:00:00Z\
                         | 10d EXPIRES SOON | Gateway shop/edge https (g.yaml:4), Gateway shop/edge\
                         more (g.yaml:8), and 1 more
                        shop | web | tls.crt #2 | - | CN=root | 2026-11-29T11:00:00Z | EXPIRED | -
                        bank | next | ca.crt | - | CN=n | 2028-01-01T12:00:00Z\
                         | 398d NOT YET VALID | -
                        """);
    }

    @Test
    void theWideTableHasWhoHasItAndAllUsersAndNoControlCharacters() {
        String wide = text(USE.table("web", false, true).print());
        assertThat(wide)
                .contains(
                        "| CN=web | 2026-01-01T00:00:00Z | edge.shop | s.yaml:9 |",
                        "DestinationRule shop/bank (d.yaml:2)\n",
                        "| CN=?[2Jca |")
                .doesNotContain("next", "more)", "NAMESPACE");
    }

    @Test
    void workloadsHaveALineEach() {
        assertThat(text(USE.workloads().print()))
                .isEqualTo(
                        """
                        IDENTITY | NUMBER | UNTIL | LEFT | STATE
                        spiffe://cluster.local/ns/shop/sa/web | a1 | 2026-11-30T00:00:00Z | 12h\
                         | revoked
                        """);
    }
}
