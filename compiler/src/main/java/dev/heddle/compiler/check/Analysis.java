package dev.heddle.compiler.check;

import dev.heddle.compiler.reuse.Kept;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.select.BackendTrafficPolicies;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.DestinationRules;
import dev.heddle.compiler.select.Ingresses;
import dev.heddle.compiler.select.MeshConfigs;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.compiler.xds.patch.Patched;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.Kind;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.mesh.MeshConfig;
import java.util.List;
import java.util.Optional;

/// What is wrong with a world, whichever proxy it is for. Immutable.
public final class Analysis {
    private static final Kind<?>[] BESIDE_RULES =
            Kinds.ALL.stream()
                    .filter(kind -> !kind.equals(Kinds.VIRTUAL_SERVICE))
                    .toArray(Kind<?>[]::new);

    private final MeshIndex index;
    private final Kept<Rule, List<Diagnostic>> ofRules;
    private final List<Diagnostic> beside;
    private final List<Diagnostic> findings;

    /// All that counts for the check of one VirtualService.
    private record Rule(
            Same<BoundVirtualService> rule,
            Same<ServiceCatalog> services,
            Same<DestinationRules> policies,
            Same<BackendTrafficPolicies> ofBackends,
            List<Same<Resource<Gateway>>> gateways) {}

    private Analysis(
            MeshIndex index, Kept<Rule, List<Diagnostic>> ofRules, List<Diagnostic> beside) {
        this.index = index;
        this.ofRules = ofRules;
        this.beside = beside;
        var all = new Diagnostics();
        List<Same<Resource<Gateway>>> gateways = Same.each(index.resources().all(Kinds.GATEWAY));
        for (BoundVirtualService rule : index.virtualServices().all()) {
            var parts =
                    new Rule(
                            Same.as(rule),
                            Same.as(index.services()),
                            Same.as(index.destinationRules()),
                            Same.as(index.backendPolicies()),
                            gateways);
            all.addAll(ofRules.get(parts, p -> checked(index, p.rule().get())));
        }
        HostConflicts.ofRules(index, all);
        HostConflicts.withRoutes(index, all);
        EdgeConflicts.check(index, all);
        SidecarCheck.check(index, all);
        SecurityPolicyCheck.check(index, all);
        RateLimitPolicyCheck.check(index, all);
        all.addAll(beside);
        this.findings = all.toList();
    }

    /// Checks everything.
    ///
    /// @param meshNamespace where the settings of the mesh are looked for
    public static Analysis of(MeshIndex index, String meshNamespace) {
        return new Analysis(index, Kept.none(), beside(index, meshNamespace));
    }

    /// The same of a later world, for which only that is checked anew that may have changed.
    public Analysis next(MeshIndex later, String meshNamespace) {
        boolean isAlike = later.resources().hasTheSame(index.resources(), BESIDE_RULES);
        return new Analysis(later, ofRules.next(), isAlike ? beside : beside(later, meshNamespace));
    }

    /// The findings, in reading order.
    public List<Diagnostic> findings() {
        return findings;
    }

    /// How many VirtualServices had to be checked.
    public long checked() {
        return ofRules.made();
    }

    private static List<Diagnostic> checked(MeshIndex index, BoundVirtualService rule) {
        var findings = new Diagnostics();
        new VirtualServiceCheck(index, rule, findings).check();
        return findings.toList();
    }

    /// Everything for which VirtualServices do not count.
    private static List<Diagnostic> beside(MeshIndex index, String meshNamespace) {
        var findings = new Diagnostics();
        HostConflicts.ofServices(index, findings);
        DestinationRuleCheck.check(index, findings);
        Optional<MeshConfig> mesh =
                MeshConfigs.of(index.resources(), meshNamespace)
                        .inForce()
                        .map(MeshConfigs.Chosen::config);
        FailoverCheck.check(index.resources().all(Kinds.DESTINATION_RULE), mesh, findings);
        GatewayCheck.check(index, findings);
        Http3Check.check(index, findings);
        ServiceCheck.check(index, findings);
        ProcessCheck.check(index, findings);
        BackendTrafficPolicyCheck.check(index, findings);
        ServiceLevelObjectiveCheck.check(index, findings);
        BackendPolicyCheck.check(index, findings);
        SecretCheck.check(index, findings);
        TrustCheck.check(index, MeshConfigs.of(index.resources(), meshNamespace), findings);
        RequestAuthenticationCheck.check(index, findings);
        AuthorizationPolicyCheck.check(index, findings);
        TracingCheck.check(index.resources().all(Kinds.TELEMETRY), index.observers(), findings);
        MeshConfigCheck.check(
                MeshConfigs.of(index.resources(), meshNamespace),
                meshNamespace,
                index.services(),
                findings);
        TelemetryCheck.check(index, findings);
        MetricsCheck.check(index, findings);
        findings.addAll(Patched.check(index.resources().all(Kinds.ENVOY_FILTER)));
        findings.addAll(Ingresses.of(index.resources(), mesh).findings());
        findings.addAll(index.gatewayApi().findings());
        return findings.toList();
    }
}
