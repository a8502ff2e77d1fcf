package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Kind;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.TargetedPolicy;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Looks at what makes the Gateway API's resources have no effect: policies that choose their
/// proxies by labels, and CRDs that are too old.
final class GatewayApiAnalyzer implements Analyzer {
    private static final String GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";
    private static final String BUNDLE = "gateway.networking.k8s.io/bundle-version";
    private static final Pattern VERSION = Pattern.compile("v?([0-9]{1,4})\\.([0-9]{1,4}).*");

    private static final List<Kind<? extends TargetedPolicy>> POLICIES =
            List.of(
                    Kinds.AUTHORIZATION_POLICY,
                    Kinds.REQUEST_AUTHENTICATION,
                    Kinds.TELEMETRY,
                    Kinds.WASM_PLUGIN);

    /// The least minor version of `1.x` that Istio 1.31 serves.
    private static final Map<String, Integer> LEAST =
            Map.of(
                    "grpcroutes.gateway.networking.k8s.io", 1,
                    "backendtlspolicies.gateway.networking.k8s.io", 4,
                    "tlsroutes.gateway.networking.k8s.io", 5,
                    "tcproutes.gateway.networking.k8s.io", 6);

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        List<Pod> gateways =
                subject.pods().stream().filter(p -> p.labels().containsKey(GATEWAY_NAME)).toList();
        for (Kind<? extends TargetedPolicy> kind : POLICIES) {
            subject.resources().all(kind).forEach(policy -> selector(policy, gateways, findings));
        }
        subject.all("apiextensions.k8s.io", "v1", "CustomResourceDefinition")
                .forEach(definition -> version(definition, findings));
    }

    private static void selector(
            Resource<? extends TargetedPolicy> policy, List<Pod> gateways, Diagnostics findings) {
        if (policy.spec().selector().isEmpty() || policy.spec().targetRef().isPresent()) {
            return;
        }
        Map<String, String> wanted = policy.spec().selector().get().matchLabels();
        gateways.stream()
                .filter(p -> p.namespace().equals(policy.metadata().namespace()))
                .filter(p -> p.labels().entrySet().containsAll(wanted.entrySet()))
                .forEach(p ->
                        findings.add(
                                DiagnosticCode.INEFFECTIVE_SELECTOR,
                                policy.origin(FieldPath.of("spec", "selector")),
                                "the Pod '%s' of Gateway '%s' is chosen by labels, which does not"
                                                .formatted(p.name(), p.labels().get(GATEWAY_NAME))
                                        + " count",
                                "Name the Gateway in 'targetRefs'"));
    }

    private static void version(Resource<Node> definition, Diagnostics findings) {
        Integer least = LEAST.get(definition.metadata().name());
        String said = definition.metadata().annotations().getOrDefault(BUNDLE, "");
        Matcher version = VERSION.matcher(said);
        if (least == null || !version.matches()) {
            return;
        }
        int major = Integer.parseInt(version.group(1));
        boolean isOld = major < 1 || (major == 1 && Integer.parseInt(version.group(2)) < least);
        if (isOld) {
            findings.add(
                    DiagnosticCode.GATEWAY_API_CRD_TOO_OLD,
                    definition.origin(FieldPath.of("metadata", "annotations", BUNDLE)),
                    "version " + said + " (expected: at least v1." + least + ".0)",
                    "Install newer CRDs of the Gateway API");
        }
    }
}
