package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Sidecar;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Set;

/// Looks for fields and kinds that Istio has deprecated.
final class DeprecationAnalyzer implements Analyzer {
    private static final Set<String> REMOVED =
            Set.of("ClusterRbacConfig", "RbacConfig", "ServiceRole", "ServiceRoleBinding");

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        subject.resources().all(Kinds.VIRTUAL_SERVICE).forEach(r -> delays(r, findings));
        subject.resources().all(Kinds.SIDECAR).forEach(r -> egressProxy(r, findings));
        subject.all("apiextensions.k8s.io", "v1", "CustomResourceDefinition")
                .forEach(r -> definition(r, findings));
    }

    private static void delays(Resource<VirtualService> resource, Diagnostics findings) {
        List<HttpRoute> rules = resource.spec().http();
        for (int i = 0; i < rules.size(); i++) {
            FieldPath delay = FieldPath.of("spec", "http").index(i).field("fault").field("delay");
            boolean isOld =
                    rules.get(i)
                            .fault()
                            .flatMap(f -> f.delay())
                            .filter(d -> d.percent().orElse(0) > 0)
                            .isPresent();
            if (isOld) {
                findings.add(
                        DiagnosticCode.DEPRECATED,
                        resource.origin(delay.field("percent")),
                        "'percent' of a delay is deprecated",
                        "Write 'percentage: {value: …}'");
            }
        }
    }

    private static void egressProxy(Resource<Sidecar> resource, Diagnostics findings) {
        resource.spec()
                .outboundTrafficPolicy()
                .flatMap(p -> p.egressProxy())
                .ifPresent(_ ->
                        findings.add(
                                DiagnosticCode.DEPRECATED,
                                resource.origin(
                                        FieldPath.of(
                                                "spec", "outboundTrafficPolicy", "egressProxy")),
                                "Istio ignores 'egressProxy'",
                                "Route unknown hosts by a ServiceEntry and a VirtualService"));
    }

    private static void definition(Resource<Node> resource, Diagnostics findings) {
        Written spec = Written.of(resource.spec()).at("spec");
        String kind = spec.at("names", "kind").text();
        if (spec.at("group").text().equals("rbac.istio.io") && REMOVED.contains(kind)) {
            findings.add(
                    DiagnosticCode.DEPRECATED,
                    resource.origin(FieldPath.of("spec", "names", "kind")),
                    "Istio has no kind " + kind + " any more",
                    "Write AuthorizationPolicies");
        }
    }
}
