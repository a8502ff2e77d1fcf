package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.SessionPersistence;
import dev.heddle.model.gatewayapi.XBackend;
import dev.heddle.model.gatewayapi.XBackend.BackendType;
import dev.heddle.model.gatewayapi.XBackend.Protocol;
import dev.heddle.model.gatewayapi.XBackend.Tls;
import dev.heddle.model.gatewayapi.XBackend.TlsMode;
import java.util.Map;
import java.util.Optional;

/// Looks at an XBackend, as its CRD does, and at what the CRD lets pass: TLS that is asked for and
/// left out at once.
final class XBackendCheck {
    private static final FieldPath SPEC = FieldPath.of("spec");
    private static final FieldPath TLS = SPEC.field("tls");

    private XBackendCheck() {}

    static void check(Resource<XBackend> resource, Findings findings) {
        XBackend spec = resource.spec();
        var union = new Union(spec.type().name(), SPEC, findings);
        union.only("ExternalHostname", spec.externalHostname());
        union.only("EndpointSelector", spec.endpointSelector());
        spec.port().ifPresent(p -> checkPort(p, SPEC.field("port"), findings));
        spec.endpointSelector().ifPresent(s -> checkLabels(s.matchLabels(), findings));
        spec.sessionPersistence().ifPresent(s -> checkSession(s, spec, findings));
        spec.externalHostname().ifPresent(e -> checkHostname(e.hostname(), findings));
        spec.protocol().ifPresent(p -> checkProtocol(p, spec.tls(), findings));
        spec.tls().ifPresent(t -> checkTls(t, findings));
        boolean isNameless =
                spec.endpointSelector().isPresent()
                        && spec.tls()
                                .filter(t -> t.mode() != TlsMode.None && t.validation().isEmpty())
                                .isPresent();
        if (isNameless) {
            findings.missing(
                    TLS.field("validation"),
                    "'validation' is missing (expected: the name that certificates bear)");
        }
        if (spec.tls().isEmpty() && spec.externalHostname().isPresent()) {
            findings.warn(
                    TLS,
                    "connections to a host outside are not secured",
                    "Say 'tls', or mode None in it if this is meant");
        }
    }

    private static void checkPort(XBackend.Port port, FieldPath path, Findings findings) {
        if (port.said().isEmpty()) {
            findings.missing(path.field("port"), "'port' is missing (expected: a number)");
        }
        if (port.number().isPresent() && port.port().isPresent()) {
            findings.exclusive(path, "port", "number");
        }
        GatewayTexts.port(port.number(), path.field("number"), findings);
        GatewayTexts.port(port.port(), path.field("port"), findings);
        port.name()
                .filter(n -> !n.isEmpty())
                .ifPresent(n -> GatewayTexts.label(n, path.field("name"), findings));
    }

    private static void checkLabels(Map<String, String> labels, Findings findings) {
        FieldPath path = SPEC.field("endpointSelector").field("matchLabels");
        if (labels.isEmpty()) {
            findings.missing(path, "it chooses nobody (expected: a label)");
        }
        GatewayTexts.labelKeys(labels, path, findings);
        labels.forEach((key, value) -> GatewayTexts.labelValue(value, path.field(key), findings));
    }

    private static void checkSession(SessionPersistence session, XBackend spec, Findings findings) {
        FieldPath path = SPEC.field("sessionPersistence");
        if (spec.type() != BackendType.EndpointSelector) {
            findings.error(path, "not with type " + spec.type() + " (expected: none)");
        }
        SessionPersistenceCheck.check(session, path, findings);
    }

    private static void checkHostname(String hostname, Findings findings) {
        FieldPath path = SPEC.field("externalHostname").field("hostname");
        GatewayTexts.subdomain(hostname, path, findings);
        if (Addresses.isIp(hostname)) {
            findings.invalid(path, hostname, "no IP address");
        } else if (hostname.endsWith(".cluster.local")) {
            findings.invalid(path, hostname, "a host outside of the cluster");
        }
    }

    private static void checkProtocol(Protocol protocol, Optional<Tls> tls, Findings findings) {
        boolean isPlain = tls.filter(t -> t.mode() != TlsMode.None).isEmpty();
        switch (protocol) {
            case H2C -> {
                if (!isPlain) {
                    findings.error(TLS, "H2C is plain text (expected: protocol HTTP2, or no tls)");
                }
            }
            case HTTP2 -> {
                if (isPlain) {
                    findings.error(TLS, "HTTP2 is secured (expected: TLS, or protocol H2C)");
                }
            }
            case WSS -> {
                if (isPlain) {
                    findings.error(TLS, "WSS is secured (expected: TLS)");
                }
            }
            case TCP, HTTP, HTTP11, MCP, GRPC -> {}
        }
    }

    private static void checkTls(Tls tls, Findings findings) {
        FieldPath certificate = TLS.field("clientCertificateRef");
        boolean isMutual = tls.mode() == TlsMode.ClientAndServer;
        if (isMutual && tls.clientCertificateRef().isEmpty()) {
            findings.missing(certificate, "mode ClientAndServer needs 'clientCertificateRef'");
        } else if (!isMutual && tls.clientCertificateRef().isPresent()) {
            findings.error(certificate, "not with mode " + tls.mode() + " (expected: none)");
        }
        tls.clientCertificateRef()
                .ifPresent(ref -> {
                    GatewayTexts.reference(
                            ref.group(), ref.kindOrSecret(), ref.name(), certificate, findings);
                    GatewayTexts.namespace(
                            ref.namespace(), certificate.field("namespace"), findings);
                });
        FieldPath validation = TLS.field("validation");
        tls.validation().ifPresent(v -> GatewayApiChecks.checkValidation(v, validation, findings));
        if (tls.mode() == TlsMode.None && tls.validation().isPresent()) {
            findings.warn(
                    validation, "says nothing with mode None", "Remove it, or change the mode");
        }
    }
}
