package dev.heddle.control.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.kinds.Kinds;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is kept of statuses.
class StatusBookTest {
    private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATER = Instant.parse("2026-01-01T01:00:00Z");
    private static final ResourceId ROUTE = new ResourceId(Kinds.HTTP_ROUTE, "shop", "cart");
    private static final String GATEWAY =
            """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: edge, namespace: shop}
            spec:
              gatewayClassName: istio
              listeners: [{name: http, port: 80, protocol: HTTP}]
            """;

    @Test
    void aSpecsChangeIsCountedAndOthersAreNot() {
        World one = world(route("", "a.example.com"));
        World touched = world(route("labels: {new: label},", "a.example.com"));
        World two = world(route("", "b.example.com"));

        StatusBook book = StatusBook.EMPTY.next(one, FIRST);
        assertThat(status(book, one)).contains("\"observedGeneration\":1");
        StatusBook same = book.next(touched, LATER);
        assertThat(status(same, touched)).contains("\"observedGeneration\":1");
        StatusBook changed = same.next(two, LATER);
        assertThat(status(changed, two))
                .contains("\"observedGeneration\":2")
                .doesNotContain("\"observedGeneration\":1");
    }

    @Test
    void whatKubernetesCountsGoesBefore() {
        World world = world(route("generation: 41,", "a.example.com"));

        assertThat(status(StatusBook.EMPTY.next(world, FIRST), world))
                .contains("\"observedGeneration\":41");
    }

    @Test
    void aConditionKeepsItsTimeUntilItSaysSomethingElse() {
        World good = world(route("", "a.example.com") + GATEWAY);
        World bad = world(route("", "a.example.com") + GATEWAY.replace("name: http,", "name: x,"));

        StatusBook book = StatusBook.EMPTY.next(good, FIRST);
        StatusBook later = book.next(bad, LATER);

        assertThat(status(later, bad))
                .contains(
                        "\"type\":\"Accepted\",\"status\":\"False\"",
                        "\"lastTransitionTime\":\"" + LATER + "\"")
                .contains("\"lastTransitionTime\":\"" + FIRST + "\"");
        assertThat(book.next(good, LATER)).isSameAs(book);
    }

    @Test
    void itSurvivesARestart() {
        World world = world(route("", "a.example.com") + GATEWAY);
        StatusBook book = StatusBook.EMPTY.next(world, FIRST);

        String text = book.print();

        assertThat(StatusBook.parse(text)).contains(book);
        assertThat(StatusBook.parse(text.substring(1))).isEmpty();
        assertThat(StatusBook.parse(text.replace("shop", "cart"))).isEmpty();
    }

    private static String status(StatusBook book, World world) {
        return book.status(world, ROUTE).map(Json::compact).orElseThrow();
    }

    private static String route(String metadata, String host) {
        return """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {%s name: cart, namespace: shop}
        spec:
          parentRefs: [{name: edge, sectionName: http}]
          hostnames: [%s]
        """
                .formatted(metadata, host);
    }

    private static World world(String text) {
        String whole = text.contains("kind: Gateway") ? text : text + GATEWAY;
        List<Resource<?>> resources = ResourceReader.read("mesh.yaml", whole).resources();
        assertThat(resources).hasSize(2);
        return World.of(1, Resources.of(resources), MeshSettings.DEFAULT);
    }
}
