package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.Gateway;
import dev.heddle.model.gatewayapi.Gateway.Address;
import dev.heddle.model.gatewayapi.Gateway.CaReference;
import dev.heddle.model.gatewayapi.Gateway.FrontendTls;
import dev.heddle.model.gatewayapi.Gateway.GatewayTls;
import dev.heddle.model.gatewayapi.Gateway.Infrastructure;
import dev.heddle.model.gatewayapi.Gateway.PortTls;
import dev.heddle.model.gatewayapi.ParametersReference;
import dev.heddle.model.tree.Node;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Looks at the Gateway API's Gateways, as their CRD does.
final class KubernetesGatewayCheck implements Check<Gateway> {
    private static final FieldPath SPEC = FieldPath.of("spec");
    private static final FieldPath STATUS = FieldPath.of("status", "addresses");
    private static final Pattern ADDRESS_TYPE =
            Pattern.compile(
                    "^Hostname|IPAddress|NamedAddress|[a-z0-9]([-a-z0-9]*[a-z0-9])?"
                            + "(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
                            + "/[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+$");
    private static final int MOST_ADDRESSES = 16;

    @Override
    public void check(Resource<Gateway> resource, Findings findings) {
        Gateway spec = resource.spec();
        GatewayTexts.name(spec.gatewayClassName(), SPEC.field("gatewayClassName"), findings);
        ListenersCheck.check(spec.listeners(), findings);
        checkAddresses(spec.addresses(), findings);
        spec.infrastructure()
                .ifPresent(i -> checkInfrastructure(i, SPEC.field("infrastructure"), findings));
        spec.tls().ifPresent(t -> checkTls(t, SPEC.field("tls"), findings));
        spec.status().ifPresent(s -> checkStatus(s, findings));
    }

    private static void checkAddresses(List<Address> addresses, Findings findings) {
        FieldPath path = SPEC.field("addresses");
        GatewayTexts.most(addresses, MOST_ADDRESSES, path, findings);
        Set<List<String>> seen = new HashSet<>();
        for (int i = 0; i < addresses.size(); i++) {
            Address address = addresses.get(i);
            FieldPath at = path.index(i);
            String type = address.typeOrIp();
            if (!ADDRESS_TYPE.matcher(type).find()) {
                findings.invalid(at.field("type"), type, "IPAddress or Hostname");
            }
            address.value()
                    .ifPresent(value -> {
                        checkAddress(type, value, at.field("value"), findings);
                        boolean isUnique = type.equals(Address.IP) || type.equals(Address.HOSTNAME);
                        if (isUnique && !seen.add(List.of(type, value))) {
                            findings.error(at, "'" + value + "' is here for the second time");
                        }
                    });
        }
    }

    private static void checkAddress(String type, String value, FieldPath path, Findings findings) {
        GatewayTexts.longest(value, 253, path, findings);
        if (type.equals(Address.IP) && !Addresses.isIp(value)) {
            findings.invalid(path, value, "an IP address");
        }
        if (type.equals(Address.HOSTNAME) && !value.isEmpty() && !GatewayTexts.isHostname(value)) {
            findings.invalid(path, value, "a host in lower case");
        }
    }

    private static void checkInfrastructure(
            Infrastructure infrastructure, FieldPath path, Findings findings) {
        FieldPath labels = path.field("labels");
        if (infrastructure.labels().size() > 8) {
            findings.error(labels, infrastructure.labels().size() + " (expected: at most 8)");
        }
        GatewayTexts.labelKeys(infrastructure.labels(), labels, findings);
        infrastructure
                .labels()
                .forEach((k, v) -> GatewayTexts.labelValue(v, labels.field(k), findings));
        GatewayTexts.options(infrastructure.annotations(), path.field("annotations"), findings);
        GatewayTexts.labelKeys(infrastructure.annotations(), path.field("annotations"), findings);
        infrastructure
                .parametersRef()
                .ifPresent(p -> checkParameters(p, path.field("parametersRef"), findings));
    }

    static void checkParameters(ParametersReference ref, FieldPath path, Findings findings) {
        GatewayTexts.reference(ref.group().orElse(""), ref.kind(), ref.name(), path, findings);
        GatewayTexts.namespace(ref.namespace(), path.field("namespace"), findings);
    }

    private static void checkTls(GatewayTls tls, FieldPath path, Findings findings) {
        tls.backend()
                .flatMap(Gateway.BackendTls::clientCertificateRef)
                .ifPresent(ref ->
                        ListenersCheck.checkSecret(
                                ref,
                                path.field("backend").field("clientCertificateRef"),
                                findings));
        tls.frontend().ifPresent(f -> checkFrontend(f, path.field("frontend"), findings));
    }

    private static void checkFrontend(FrontendTls tls, FieldPath path, Findings findings) {
        tls.fallback().ifPresent(t -> checkPortTls(t, path.field("default"), findings));
        FieldPath ports = path.field("perPort");
        GatewayTexts.most(tls.perPort(), 64, ports, findings);
        GatewayTexts.unique(tls.perPort(), Gateway.OfPort::port, ports, findings);
        for (int i = 0; i < tls.perPort().size(); i++) {
            Gateway.OfPort of = tls.perPort().get(i);
            Values.checkPort(of.port(), ports.index(i).field("port"), findings);
            checkPortTls(of.tls(), ports.index(i).field("tls"), findings);
        }
    }

    private static void checkPortTls(PortTls tls, FieldPath path, Findings findings) {
        tls.validation()
                .ifPresent(v -> {
                    FieldPath refs = path.field("validation").field("caCertificateRefs");
                    GatewayTexts.most(v.caCertificateRefs(), 16, refs, findings);
                    for (int i = 0; i < v.caCertificateRefs().size(); i++) {
                        CaReference ref = v.caCertificateRefs().get(i);
                        FieldPath at = refs.index(i);
                        GatewayTexts.reference(
                                ref.group().orElse(""), ref.kind(), ref.name(), at, findings);
                        GatewayTexts.namespace(ref.namespace(), at.field("namespace"), findings);
                    }
                });
    }

    /// What somebody wrote as a status is looked at as far as the CRD does.
    private static void checkStatus(Node status, Findings findings) {
        if (!(status instanceof Node.Mapping mapping)
                || !(mapping.get("addresses").orElse(status)
                        instanceof Node.Sequence(List<Node> items, _))) {
            return;
        }
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof Node.Mapping address) {
                String type = text(address, "type");
                checkAddress(
                        type.isEmpty() ? Address.IP : type,
                        text(address, "value"),
                        STATUS.index(i).field("value"),
                        findings);
            }
        }
    }

    private static String text(Node.Mapping mapping, String key) {
        return mapping.get(key).orElse(mapping) instanceof Node.Text(String value, _) ? value : "";
    }
}
