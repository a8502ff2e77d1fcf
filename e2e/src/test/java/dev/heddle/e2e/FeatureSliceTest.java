package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.proxy.config.HttpFilters;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.testkit.GoldenCase;
import dev.heddle.testkit.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// No feature is half there: what the plan of a route may ask for is emitted, understood by our
/// proxy, called in a golden case and told to users.
class FeatureSliceTest {
    static Stream<String> features() {
        return Stream.of(HttpFeature.class.getPermittedSubclasses())
                .map(it ->
                        it.getSimpleName()
                                .replaceAll("(?<=.)(?=[A-Z])", "-")
                                .toLowerCase(Locale.ROOT));
    }

    @ParameterizedTest
    @MethodSource("features")
    void aFeatureIsThereFromRuleToPage(String feature) {
        GoldenCase golden =
                GoldenCase.all().stream()
                        .filter(it -> it.name().equals(feature))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("golden/" + feature + ": none"));
        assertThat(golden.yamlFile("calls.yaml")).as("golden/%s/calls.yaml", feature).isPresent();
        String routes = String.valueOf(golden.yamlFile("xds/routes.yaml").orElse(""));
        assertThat(HttpFilters.ALL)
                .as("what golden/%s asks a filter for", feature)
                .extracting(HttpFilterType::routeTypeUrl)
                .filteredOn(url -> url.contains(".http." + envoys(feature) + "."))
                .anySatisfy(url -> assertThat(routes).contains(url));
        Path page = Repository.root().resolve("docs/features/" + feature + ".md");
        assertThat(Files.exists(page)).as("%s", page).isTrue();
    }

    /// What Envoy calls it: of a login with OpenID Connect it does what OAuth 2.0 is, and limits
    /// that nobody else is asked about are local.
    private static String envoys(String feature) {
        return switch (feature) {
            case "oidc" -> "oauth2";
            case "rate-limit" -> "local_ratelimit";
            default -> feature.replace('-', '_');
        };
    }
}
