package dev.heddle.compiler.check;

import dev.heddle.compiler.select.MergedRule;
import dev.heddle.compiler.select.SidecarScope;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.istio.DestinationRule.TrafficPolicy;
import java.util.List;

/// Finds DestinationRules by which a sidecar would need a Secret: Secrets are for gateways, and a
/// connection without its certificate fails rather than to go in plain text.
public final class CredentialCheck {
    private CredentialCheck() {}

    /// The findings for proxies of that outlook.
    public static List<Diagnostic> of(Outlook outlook, SidecarScope scope) {
        return switch (outlook.calls()) {
            case GATEWAY, NONE -> List.of();
            case REDIRECTED, HTTP_PROXY -> {
                if (!scope.isSomeCredentialNamed()) {
                    yield List.of();
                }
                var findings = new Diagnostics();
                scope.services()
                        .forEach(service ->
                                scope.destinationRule(service)
                                        .filter(CredentialCheck::needsSecret)
                                        .ifPresent(rule -> add(rule, findings)));
                yield findings.toList();
            }
        };
    }

    private static boolean needsSecret(MergedRule rule) {
        return rule.policy().filter(TrafficPolicy::namesCredential).isPresent()
                || rule.subsets().stream()
                        .flatMap(s -> s.subset().trafficPolicy().stream())
                        .anyMatch(TrafficPolicy::namesCredential);
    }

    private static void add(MergedRule rule, Diagnostics findings) {
        findings.add(
                DiagnosticCode.NOT_IMPLEMENTED,
                rule.origin(),
                "sidecars are given no Secrets, so their connections by this rule fail",
                "Name files that the sidecar has, or send the calls through a gateway");
    }
}
