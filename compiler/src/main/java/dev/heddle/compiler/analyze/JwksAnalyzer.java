package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.kinds.Kinds;

/// Looks at an istiod beside RequestAuthentications: whether it fetches keys from just anywhere.
/// Heddle's own control plane has rules of its own for that.
final class JwksAnalyzer implements Analyzer {
    private static final String SETTING = "BLOCKED_CIDRS_IN_JWKS_URIS";

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        int asking = subject.resources().all(Kinds.REQUEST_AUTHENTICATION).size();
        if (asking == 0) {
            return;
        }
        subject.deployments().stream()
                .filter(d -> "istiod".equals(d.metadata().labels().get("app")))
                .map(Pod::ofTemplate)
                .filter(p -> p.containers().stream().noneMatch(JwksAnalyzer::isRestricted))
                .forEach(p ->
                        findings.add(
                                DiagnosticCode.UNRESTRICTED_JWKS,
                                p.resource().origin(p.path().field("containers")),
                                SETTING
                                        + " is not set, and there are RequestAuthentications ("
                                        + asking
                                        + ")",
                                "Set it to the networks that no key is fetched from"));
    }

    private static boolean isRestricted(Pod.Container container) {
        return container.spec().at("env").items().stream()
                .anyMatch(e ->
                        e.at("name").text().equals(SETTING) && !e.at("value").text().isEmpty());
    }
}
