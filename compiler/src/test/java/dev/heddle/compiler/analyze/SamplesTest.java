package dev.heddle.compiler.analyze;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.Severity;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Istio's own samples, which stand beside the checkout: where istioctl has nothing to say against
/// them, neither have we.
class SamplesTest {
    /// What istioctl says, too, of some of the samples.
    private static final Set<String> ISTIOS =
            Set.of(
                    "IST0129 samples/bookinfo/networking/egress-rule-google-apis.yaml",
                    "IST0129 samples/multicluster/expose-istiod-https.yaml",
                    "IST0130 samples/bookinfo/networking/fault-injection-details-v1.yaml",
                    "IST0132 samples/tcp-echo/tcp-echo-20-v2.yaml",
                    "IST0151 samples/bookinfo/policy/productpage_envoy_ratelimit.yaml",
                    "IST0151 samples/ratelimit/local-rate-limit-service.yaml");

    /// What a file says of others that it is to be applied with.
    private static final Set<DiagnosticCode> OF_OTHERS =
            Set.of(
                    DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                    DiagnosticCode.UNKNOWN_DESTINATION_RULE_HOST,
                    DiagnosticCode.GATEWAY_STATUS);

    @Test
    void noFileHasAFindingThatIstioHasNot() {
        Path samples = samples();
        var found = new ArrayList<String>();
        List<Path> files = files(samples).filter(f -> !isTemplate(f)).toList();
        for (Path file : files) {
            String name = samples.relativize(file).toString();
            analyze(samples, List.of(file)).stream()
                    .filter(d -> d.severity() != Severity.INFO)
                    .filter(d -> d.code() != DiagnosticCode.NOT_IMPLEMENTED)
                    .filter(d -> !OF_OTHERS.contains(d.code()))
                    .filter(d -> !ISTIOS.contains(d.code().id() + " " + name))
                    .map(Diagnostic::toString)
                    .forEach(found::add);
        }
        assertThat(found).isEmpty();
        assertThat(files).hasSizeGreaterThan(100);
    }

    @Test
    void bookinfoAsAWholeHasNoFindingWhateverItsRules() {
        Path samples = samples();
        Path networking = samples.resolve("samples/bookinfo/networking");
        Path application = samples.resolve("samples/bookinfo/platform/kube/bookinfo.yaml");
        assumeThat(application).exists();
        var found = new ArrayList<String>();
        List<Path> rules =
                files(networking)
                        .filter(f -> f.getFileName().toString().startsWith("virtual-service-"))
                        .filter(f -> !f.toString().contains("ratings-"))
                        .filter(f -> !f.toString().contains("details-v2"))
                        .toList();
        for (Path rule : rules) {
            analyze(
                            samples,
                            List.of(
                                    application,
                                    networking.resolve("bookinfo-gateway.yaml"),
                                    networking.resolve("destination-rule-all.yaml"),
                                    rule))
                    .stream()
                    .filter(d -> d.severity() != Severity.INFO)
                    // Istio says it, too: the gateway's rule leads past the subsets of all-v1.
                    .filter(d -> d.code() != DiagnosticCode.INGRESS_ROUTE_RULES_NOT_AFFECTED)
                    .map(Diagnostic::toString)
                    .forEach(found::add);
        }
        assertThat(found).isEmpty();
        assertThat(rules).hasSizeGreaterThan(5);
    }

    private static List<Diagnostic> analyze(Path samples, List<Path> files) {
        var resources = new ArrayList<Resource<?>>();
        var flawed = new ArrayList<Resource<?>>();
        var known = new ArrayList<Diagnostic>();
        for (Path file : files) {
            var parsed = ResourceReader.read(samples.relativize(file).toString(), read(file));
            resources.addAll(parsed.resources());
            flawed.addAll(parsed.flawed());
            known.addAll(parsed.diagnostics());
        }
        World world = World.of(1, Resources.of(resources), MeshSettings.DEFAULT);
        known.addAll(MeshCompiler.analyze(world));
        return Analyzers.findings(
                Subject.of(world, flawed, Instant.parse("2026-06-01T00:00:00Z")), known);
    }

    /// Those of Helm are no YAML before it has filled them in, and of one a script says the
    /// cluster.
    private static boolean isTemplate(Path file) {
        return file.toString().contains("/templates/") || read(file).contains("${CLUSTER}");
    }

    private static Path samples() {
        Optional<Path> cases = Repository.cases();
        assumeThat(cases).as("the cases of other projects, beside the checkout").isPresent();
        return cases.orElseThrow().resolve("istio-samples");
    }

    private static Stream<Path> files(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
