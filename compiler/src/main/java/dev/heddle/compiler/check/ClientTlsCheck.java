package dev.heddle.compiler.check;

import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.ClientTlsSettings;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.istio.DestinationRule.PortTrafficPolicy;
import dev.heddle.model.istio.DestinationRule.TrafficPolicy;
import dev.heddle.model.service.Hostname;
import java.util.List;

/// Checks how a DestinationRule secures connections.
record ClientTlsCheck(
        MeshIndex index, Resource<DestinationRule> rule, Hostname host, Diagnostics findings) {

    void check() {
        FieldPath spec = FieldPath.of("spec");
        rule.spec().trafficPolicy().ifPresent(p -> policy(p, spec.field("trafficPolicy")));
        List<DestinationRule.Subset> subsets = rule.spec().subsets();
        for (int i = 0; i < subsets.size(); i++) {
            FieldPath at = spec.field("subsets").index(i).field("trafficPolicy");
            subsets.get(i).trafficPolicy().ifPresent(p -> policy(p, at));
        }
    }

    private void policy(TrafficPolicy policy, FieldPath path) {
        policy.tls().ifPresent(tls -> tls(tls, path.field("tls")));
        List<PortTrafficPolicy> ports = policy.portLevelSettings();
        for (int i = 0; i < ports.size(); i++) {
            FieldPath at = path.field("portLevelSettings").index(i).field("tls");
            ports.get(i).tls().ifPresent(tls -> tls(tls, at));
        }
    }

    private void tls(ClientTlsSettings tls, FieldPath path) {
        switch (tls.mode()) {
            case DISABLE, ISTIO_MUTUAL -> {}
            case SIMPLE, MUTUAL -> {
                credential(tls, path);
                names(tls, path);
            }
        }
    }

    private void credential(ClientTlsSettings tls, FieldPath path) {
        String name = tls.credentialName();
        if (!name.isEmpty() && !index.credentials().isAnywhere(name)) {
            findings.add(
                    DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                    rule.origin(path.field("credentialName")),
                    "there is no Secret '" + name + "'",
                    "Make it in the namespace of the gateway's workload; until then connections"
                            + " fail");
        }
    }

    /// Roots believe in many: without a name, any of their certificates is as good as the host's.
    private void names(ClientTlsSettings tls, FieldPath path) {
        if (tls.insecureSkipVerify().orElse(false) || !tls.subjectAltNames().isEmpty()) {
            return;
        }
        if (!tls.sni().isEmpty()) {
            findings.add(
                    DiagnosticCode.LENIENT_TLS,
                    rule.origin(path.field("sni")),
                    "any certificate that its roots believe is taken for '" + host + "'",
                    "Name subjectAltNames; without 'sni', the host's own name is looked for");
        } else if (host.name().startsWith("*")) {
            findings.add(
                    DiagnosticCode.LENIENT_TLS,
                    rule.origin(path),
                    "any certificate that its roots believe is taken for '" + host + "'",
                    "A wildcard names no server: name subjectAltNames and sni");
        }
    }
}
