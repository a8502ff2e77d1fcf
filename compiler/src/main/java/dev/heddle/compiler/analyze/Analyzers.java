package dev.heddle.compiler.analyze;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath.Segment;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Every analyzer. Adding one is adding its line.
public final class Analyzers {
    private static final List<Analyzer> ALL =
            List.of(
                    new AnnotationAnalyzer(),
                    new AuthorizationAnalyzer(),
                    new CallPathAnalyzer(),
                    new ConditionAnalyzer(),
                    new DeploymentAnalyzer(),
                    new DeprecationAnalyzer(),
                    new DestinationAnalyzer(),
                    new DestinationRuleAnalyzer(),
                    new EnvoyFilterAnalyzer(),
                    new ExternalControlPlaneAnalyzer(),
                    new GatewayAnalyzer(),
                    new GatewayApiAnalyzer(),
                    new GatewayPairAnalyzer(),
                    new GatewayRuleAnalyzer(),
                    new ImageAnalyzer(),
                    new InjectionAnalyzer(),
                    new JwksAnalyzer(),
                    new LocalityAnalyzer(),
                    new MeshHostAnalyzer(),
                    new NetworksAnalyzer(),
                    new PortNameAnalyzer(),
                    new SecurityAnalyzer(),
                    new ServiceEntryAnalyzer(),
                    new SidecarAnalyzer(),
                    new SubsetWeightAnalyzer(),
                    new TelemetryAnalyzer(),
                    new TimeoutAnalyzer(),
                    new WebhookAnalyzer());

    /// The fields that name what may be there with a mistake.
    private static final Pattern RECONSIDERED =
            Pattern.compile(
                    "gateways\\[\\d+]$|destination\\.(host|subset|port\\.number)$|spec\\.host$");

    private Analyzers() {}

    /// What is known to be wrong already, and what the analyzers find besides, each thing once.
    ///
    /// A check that has run already knows more of its resource, and has the better words: where it
    /// and an analyzer say the same of the same field, the check's finding counts. But checks don't
    /// know resources with mistakes of their own, and take them to be absent: that something is not
    /// there they say in vain when no analyzer does.
    ///
    /// @param known from reading and checking
    /// @return in reading order
    public static List<Diagnostic> findings(Subject subject, List<Diagnostic> known) {
        var found = new Diagnostics();
        ALL.forEach(analyzer -> analyzer.analyze(subject, found));
        var analyzed = new Findings(found.toList());
        List<Diagnostic> kept =
                known.stream()
                        .filter(d -> !analyzed.isToldBetter(d))
                        .filter(d ->
                                !subject.isSomeFlawed()
                                        || !isAbout(d, RECONSIDERED)
                                        || analyzed.isTold(d))
                        .toList();
        var checked = new Findings(kept);
        return Stream.concat(kept.stream(), analyzed.all().stream().filter(d -> !checked.isTold(d)))
                .sorted(Diagnostic.READING_ORDER)
                .toList();
    }

    private static boolean isAbout(Diagnostic finding, Pattern fields) {
        boolean isMissing =
                finding.code() == DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND
                        || finding.code() == DiagnosticCode.UNKNOWN_DESTINATION_RULE_HOST;
        return isMissing && fields.matcher(finding.origin().path().toString()).find();
    }

    /// Findings by their resource.
    private record Findings(List<Diagnostic> all, Map<String, List<Diagnostic>> byResource) {
        Findings(List<Diagnostic> all) {
            this(all, all.stream().collect(Collectors.groupingBy(d -> d.origin().resource())));
        }

        /// Whether one of these says the same of the same field.
        boolean isTold(Diagnostic finding) {
            return at(finding).anyMatch(d -> d.code() == finding.code());
        }

        /// Whether one of these has Istio's code for what the other calls a missing field.
        boolean isToldBetter(Diagnostic finding) {
            return finding.code() == DiagnosticCode.MISSING_FIELD
                    && at(finding)
                            .anyMatch(
                                    d -> d.code() == DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND);
        }

        private Stream<Diagnostic> at(Diagnostic finding) {
            return byResource.getOrDefault(finding.origin().resource(), List.of()).stream()
                    .filter(d -> isAtTheSame(d, finding));
        }
    }

    /// Whether the one's field is the other's, or one within it.
    private static boolean isAtTheSame(Diagnostic one, Diagnostic other) {
        List<Segment> a = one.origin().path().segments();
        List<Segment> b = other.origin().path().segments();
        int length = Math.min(a.size(), b.size());
        return a.subList(0, length).equals(b.subList(0, length));
    }
}
