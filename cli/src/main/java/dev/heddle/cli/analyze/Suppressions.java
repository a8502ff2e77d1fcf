package dev.heddle.cli.analyze;

import dev.heddle.compiler.analyze.Subject;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Resource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What nobody wants to know of: what a command line says, and what resources say of themselves, by
/// Istio's annotation.
final class Suppressions {
    private static final String ANNOTATION = "galley.istio.io/analyze-suppress";

    private final List<Suppression> said;
    private final Map<String, List<String>> byResource = new HashMap<>();

    Suppressions(List<Suppression> said, Subject subject) {
        this.said = said;
        for (Resource<?> resource : subject.all()) {
            String codes = resource.metadata().annotations().getOrDefault(ANNOTATION, "");
            if (!codes.isEmpty()) {
                byResource.put(
                        resource.id().toString(),
                        Arrays.stream(codes.split(",", -1)).map(String::strip).toList());
            }
        }
    }

    List<Diagnostic> remaining(List<Diagnostic> findings) {
        return findings.stream().filter(d -> !isSuppressed(d)).toList();
    }

    private boolean isSuppressed(Diagnostic finding) {
        String resource = finding.origin().resource();
        return byResource.getOrDefault(resource, List.of()).stream()
                        .anyMatch(code ->
                                code.equals("*") || finding.code().goesBy(code, finding.severity()))
                || said.stream()
                        .anyMatch(s ->
                                finding.code().goesBy(s.code(), finding.severity())
                                        && s.resources().matcher(istios(resource)).matches());
    }

    /// `Pod shop/cart` is `Pod cart.shop` in Istio.
    private static String istios(String resource) {
        int space = resource.indexOf(' ');
        int slash = resource.indexOf('/');
        return slash < 0
                ? resource
                : resource.substring(0, space + 1)
                        + resource.substring(slash + 1)
                        + "."
                        + resource.substring(space + 1, slash);
    }
}
